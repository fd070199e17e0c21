"""Runs: the same only for the same recipe, base and data; whatever else stands in their files is named."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError, InputError, OutputError, UsageError
from cybersecqwen.tuning import runs as module
from cybersecqwen.tuning.building import GATE, HELD_FILE, TRAIN
from cybersecqwen.tuning.recipe import Base, Recipe
from cybersecqwen.tuning.runs import (
    LOG,
    RUN,
    begin,
    digest,
    identity,
    read_json,
    read_log,
    read_run,
    recipe_of,
)
from tests.amounts import draws

RECIPE = Recipe(name="mine", title="Mine", base=Base(model="some"), mix={"roles": 5})


def data(folder: Path, said: str, *, gate: bool = True) -> Path:
    folder.mkdir()
    for name in (TRAIN, HELD_FILE, *([GATE] if gate else [])):
        (folder / name).write_text(f"{said} {name}")
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "base.gguf"
    path.write_bytes(b"weights")
    return path


# ---- what a run is -------------------------------------------------------------------------------


def test_a_run_is_its_recipe_its_base_and_its_data(tmp_path: Path, base: Path) -> None:
    one, two = data(tmp_path / "one", "1"), data(tmp_path / "two", "2", gate=False)
    made = identity(RECIPE, base, [one, two])
    assert made["base"] == {"name": "base.gguf", "sha256": hashlib.sha256(b"weights").hexdigest()}
    assert made["train"] == [digest(one / TRAIN), digest(two / TRAIN)]
    assert made["held"] == [digest(one / HELD_FILE), digest(two / HELD_FILE)]
    assert made["gate"] == [digest(one / GATE), ""]
    assert json.loads(json.dumps(made)) == made
    begin(tmp_path / "deep" / "run", made)
    assert read_run(tmp_path / "deep" / "run") == made
    assert recipe_of(tmp_path / "deep" / "run") == RECIPE
    begin(tmp_path / "deep" / "run", identity(RECIPE, base, [one, two]))  # the same is gone on with


def test_a_run_of_an_earlier_version_is_gone_on_with(tmp_path: Path, base: Path) -> None:
    """Whose recipe could not say yet what a later one can."""
    made = identity(RECIPE, base, [data(tmp_path / "one", "1")])
    before = json.loads(json.dumps(made))
    del before["recipe"]["lora"]["blocks"]
    begin(tmp_path / "run", before)
    begin(tmp_path / "run", made)
    went_on = {**made, "start": {"name": "first", "sha256": "0" * 64, "learned": ["cwe"]}}
    begin(tmp_path / "on", {**went_on, "start": {"name": "first", "sha256": "0" * 64}})
    begin(tmp_path / "on", went_on)
    with pytest.raises(UsageError, match="another start"):
        begin(tmp_path / "on", {**went_on, "start": {**went_on["start"], "sha256": "1" * 64}})
    later = {**made, "recipe": {**made["recipe"], "lora": {**made["recipe"]["lora"], "unheard-of": 1}}}
    begin(tmp_path / "later", later)
    with pytest.raises(UsageError, match="another recipe") as caught:
        begin(tmp_path / "later", made)
    assert "--out" in caught.value.hint
    other = replace(RECIPE, lora=replace(RECIPE.lora, blocks=3))
    with pytest.raises(UsageError, match="another recipe"):
        begin(tmp_path / "run", identity(other, base, [tmp_path / "one"]))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("recipe", "another recipe"),
        ("base", "another base"),
        ("train", "another train"),
        ("held", "another held"),
        ("gate", "another gate"),
        ("order", "another train and held and gate"),
    ],
)
def test_another_run_does_not_take_the_folder(tmp_path: Path, base: Path, changed: str, said: str) -> None:
    folders = [data(tmp_path / "one", "1"), data(tmp_path / "two", "2")]
    begin(tmp_path / "run", identity(RECIPE, base, folders))
    kept = (tmp_path / "run" / RUN).read_bytes()
    recipe = replace(RECIPE, run=replace(RECIPE.run, seed=5)) if changed == "recipe" else RECIPE
    files = {
        "base": base,
        "train": folders[0] / TRAIN,
        "held": folders[0] / HELD_FILE,
        "gate": folders[0] / GATE,
    }
    if changed in files:
        files[changed].write_text("something else")
    with pytest.raises(UsageError, match=f"a run of {said}\\.") as caught:
        begin(tmp_path / "run", identity(recipe, base, folders[::-1] if changed == "order" else folders))
    assert "--out" in caught.value.hint
    assert (tmp_path / "run" / RUN).read_bytes() == kept


def test_a_folder_with_checkpoints_of_nobody_is_left_alone(tmp_path: Path, base: Path) -> None:
    (tmp_path / "run" / "checkpoint-00000050").mkdir(parents=True)
    with pytest.raises(UsageError, match="unknown run"):
        begin(tmp_path / "run", identity(RECIPE, base, [data(tmp_path / "one", "1")]))
    assert not (tmp_path / "run" / RUN).exists()


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path, base: Path) -> None:
    with pytest.raises(OutputError):
        begin(base / "run", identity(RECIPE, base, [data(tmp_path / "one", "1")]))


@pytest.mark.parametrize("gone", [TRAIN, HELD_FILE, "base"])
def test_what_is_missing_is_an_input_error(tmp_path: Path, base: Path, gone: str) -> None:
    folder = data(tmp_path / "one", "1")
    (base if gone == "base" else folder / gone).unlink()
    with pytest.raises(InputError, match="There is no file"):
        identity(RECIPE, base, [folder])


# ---- damaged and hostile files -------------------------------------------------------------------

WHOLE: dict[str, Any] = {"recipe": {}, "base": {"sha256": "a"}, "train": [], "held": [], "gate": []}


@pytest.mark.parametrize(
    "raw",
    [
        "", "{", "null", "[]", "1", "NaN", "{}", "[" * 100_000, '{"a":' * 100_000, "1" * 10_000,
        *(json.dumps({key: value for key, value in WHOLE.items() if key != gone}) for gone in WHOLE),
        *(json.dumps({**WHOLE, key: value}) for key in WHOLE for value in (None, 1, "x")),
        json.dumps({**WHOLE, "base": {}}), json.dumps({**WHOLE, "base": {"sha256": 1}}),
        json.dumps({**WHOLE, "more": "x" * (4 << 20)}),
    ],
    ids=range(33),
)  # fmt: skip
def test_a_damaged_run_is_an_input_error(tmp_path: Path, raw: str) -> None:
    (tmp_path / RUN).write_text(raw)
    for use in (lambda: read_run(tmp_path), lambda: recipe_of(tmp_path), lambda: begin(tmp_path, WHOLE)):
        with pytest.raises(InputError) as caught:
            use()
        assert RUN in caught.value.message and caught.value.hint
    assert (tmp_path / RUN).read_text() == raw


def test_a_run_with_a_recipe_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / RUN).write_text(json.dumps(WHOLE))
    assert read_run(tmp_path) == WHOLE
    with pytest.raises(UsageError, match="lacks model"):
        recipe_of(tmp_path)


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "bytes"])
def test_what_is_no_file_of_json(tmp_path: Path, kind: str) -> None:
    path = tmp_path / RUN
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":  # it would be waited for
        os.mkfifo(path)
    elif kind == "bytes":
        path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(InputError, match="cannot be read as a run"):
        read_json(path)


@given(raw=st.binary(max_size=200))
@draws(60)
def test_any_bytes_are_a_run_and_a_log_or_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / RUN).write_bytes(raw)
    (folder / LOG).write_bytes(raw)
    assert isinstance(read_log(folder), list)
    try:
        read_run(folder)
    except CsqError as error:
        assert isinstance(error, InputError)


# ---- its log -------------------------------------------------------------------------------------


def rows(folder: Path, *lines: object) -> list[dict[str, Any]]:
    said = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / LOG).write_text("\n".join(said))
    return read_log(folder)


def test_a_step_that_was_done_again_counts_as_it_was_last(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        {"step": 10, "loss": 3.0}, {"step": 20, "loss": 2.0, "held": 1.5}, {"step": 30, "loss": 9.0},
        {"step": 20, "loss": 2.5, "held": None}, {"step": 30, "loss": 1},
    )  # fmt: skip
    assert [(one["step"], one["loss"], one.get("held")) for one in found] == [
        (10, 3.0, None), (20, 2.5, None), (30, 1, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "", "{", "null", "[]", "7", '"step"', "[" * 100_000, "1" * 10_000, {}, {"step": 5}, {"loss": 1.0},
        {"step": 5, "loss": None}, {"step": 5, "loss": "1"}, {"step": None, "loss": 1.0},
        {"step": "x", "loss": 1.0}, {"step": [], "loss": 1.0}, {"step": 5, "loss": []},
        {"step": 5, "loss": float("nan")}, {"step": 5, "loss": float("inf")},
        {"step": float("inf"), "loss": 1},
        {"step": float("nan"), "loss": 1}, {"step": 5, "loss": 10**400}, {"step": 5, "loss": 1, "held": "x"},
        {"step": 5, "loss": 1, "held": float("nan")}, '{"step": 5, "lo',
    ],
    ids=range(25),
)  # fmt: skip
def test_a_row_that_is_none_is_passed_over(tmp_path: Path, line: object) -> None:
    found = rows(tmp_path, {"step": 1, "loss": 1.0}, line, {"step": 9, "loss": 0.5})
    assert [one["step"] for one in found] == [1, 9]


def test_a_log_that_cannot_be_read_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_log(tmp_path) == read_log(tmp_path / "nowhere") == []
    (tmp_path / LOG).write_bytes(b'{"step": 1, "loss": 1}\n\xff')
    assert read_log(tmp_path) == []
    assert len(rows(tmp_path, {"step": 1, "loss": 1})) == 1
    with monkeypatch.context() as patched:
        patched.setattr(module, "_MOST_LOG", 10)
        assert read_log(tmp_path) == []
    (tmp_path / LOG).unlink()
    os.mkfifo(tmp_path / LOG)  # it would be waited for
    assert read_log(tmp_path) == []
    (tmp_path / LOG).unlink()
    (tmp_path / LOG).mkdir()
    assert read_log(tmp_path) == []


# ---- hashes --------------------------------------------------------------------------------------


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    for content in (b"", b"some", b"x" * ((1 << 20) + 7)):
        (tmp_path / "file").write_bytes(content)
        assert digest(tmp_path / "file") == hashlib.sha256(content).hexdigest()


def test_the_hash_of_a_folder_is_that_of_names_and_bytes(tmp_path: Path) -> None:
    def folder(name: str, *files: tuple[str, str]) -> str:
        for path, said in files:
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(said)
        return digest(tmp_path / name)

    first = folder("a", ("x/config.json", "1"), ("model", "2"))
    assert folder("b", ("model", "2"), ("x/config.json", "1")) == first
    others = [
        folder("c", ("model", "3"), ("x/config.json", "1")),
        folder("d", ("model", "2"), ("y/config.json", "1")),
        folder("e", ("model", "2")),
        folder("f", ("model", "2"), ("x/config.json", "1"), ("z", "")),
    ]
    assert len({first, *others}) == 5


def test_names_that_are_no_text_have_a_hash(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff\xfe.bin")).write_bytes(b"some")
    assert len(digest(tmp_path)) == 64


@pytest.mark.parametrize("kind", ["missing", "pipe", "through a file"])
def test_what_has_no_hash_is_an_input_error(tmp_path: Path, base: Path, kind: str) -> None:
    path = base / "x" if kind == "through a file" else tmp_path / "x"
    if kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(InputError, match=r"There is no file|cannot be read"):
        digest(path)
