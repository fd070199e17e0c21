"""Adapters: a manifest is read as it is written, and one is used only with the files that it names."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError, OutputError, UnknownNameError, UsageError, WeightsError
from cybersecqwen.models import llama_cpp
from cybersecqwen.models import shelf as shelf_module
from cybersecqwen.models.adapters import (
    SHIPPED,
    Adapter,
    adapters_for,
    adapters_in,
    damaged_in,
    manifest_text,
    read_adapter,
    verify,
)
from cybersecqwen.models.interface import Prompt
from cybersecqwen.models.portfolio import portfolio
from cybersecqwen.models.shelf import Installed, Shelf
from tests.amounts import draws

from .tiny_gguf import small_model, tiny_adapter, tiny_qwen3

BASE = "b" * 64
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SKILLS = st.lists(st.from_regex(r"[a-z][a-z-]{0,9}", fullmatch=True), max_size=3).map(tuple)


def make(folder: Path, name: str = "mine", **changes: Any) -> Path:
    """An adapter with its card; returns the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    path = tiny_adapter(folder / f"{name}.gguf")
    adapter = Adapter(
        name=name,
        title="Mine",
        path=path,
        bytes=path.stat().st_size,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        base="tiny",
        base_sha256=BASE,
        skills=("cwe",),
        learned=("cwe", "intent"),
        licence="Apache-2.0",
    )
    manifest = folder / f"{name}.toml"
    manifest.write_text(manifest_text(replace(adapter, **changes)), "utf-8")
    manifest.with_suffix(".md").write_text("# Mine\n")
    return manifest


# ---- manifests -----------------------------------------------------------------------------------


@given(
    title=TEXTS, base=TEXTS, licence=TEXTS, skills=SKILLS, learned=SKILLS,
    scale=st.floats(0, 8, exclude_min=True), name=st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True),
)  # fmt: skip
@draws(80)
def test_a_manifest_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    title: str,
    base: str,
    licence: str,
    skills: tuple[str, ...],
    learned: tuple[str, ...],
    scale: float,
    name: str,
) -> None:
    folder = tmp_path_factory.mktemp("pair")
    (folder / f"{name}.gguf").write_bytes(b"weights")
    adapter = Adapter(
        name=name, title=title, path=folder / f"{name}.gguf", bytes=7, sha256="a" * 64, base=base,
        base_sha256=BASE, skills=skills, learned=learned, licence=licence, scale=scale,
    )  # fmt: skip
    (folder / f"{name}.toml").write_bytes(manifest_text(adapter).encode())
    assert read_adapter(folder / f"{name}.toml") == adapter


def test_texts_of_a_manifest_are_bounded(tmp_path: Path) -> None:
    found = read_adapter(make(tmp_path, title="t" * 999, base="b" * 999, licence="l" * 999))
    assert (len(found.title), len(found.base), len(found.licence)) == (200, 64, 100)


def changed(manifest: Path, key: str, value: str | None) -> Path:
    lines = [line for line in manifest.read_text().splitlines() if not line.startswith(f"{key} =")]
    manifest.write_text("\n".join([*lines, *([f"{key} = {value}"] if value is not None else [])]) + "\n")
    return manifest


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((key, None) for key in ("schema", "title", "file", "bytes", "sha256", "base", "base_sha256",
                                  "skills", "learned", "licence")),
        ("schema", "2"), ("schema", '"1"'), ("sha256", '"abc"'), ("sha256", f'"{"A" * 64}"'),
        ("base_sha256", "1"),
        ("file", '"../mine.gguf"'), ("file", '"/etc/mine"'), ("file", '""'), ("file", '".."'), ("file", "1"),
        ("file", '"a\\u0000b"'), ("file", '"other.gguf"'), ("file", '"mine.toml"'),
        ("file", '"mine.gguf\\n"'),
        ("file", '"mine.GGUF"'), ("file", '"mine"'), ("file", '"mine.bin"'),
        ("bytes", '"many"'), ("bytes", "inf"), ("bytes", "nan"), ("bytes", "[]"),
        ("skills", '"cwe"'), ("skills", "[1]"), ("skills", '["CWE"]'), ("skills", '["a b"]'),
        ("skills", f'["{"a" * 50}"]'), ("learned", "{}"), ("learned", '["../x"]'),
        ("scale", "0"), ("scale", "-1"), ("scale", "8.1"), ("scale", "nan"), ("scale", "inf"),
        ("scale", "1" + "0" * 400), ("scale", "[]"), ("x", "[" * 5_000), ("x", '"' + "x" * (1 << 16) + '"'),
    ],
    ids=range(47),
)  # fmt: skip
def test_a_damaged_manifest_is_a_weights_error(tmp_path: Path, key: str, value: str | None) -> None:
    manifest = changed(make(tmp_path), key, value)
    with pytest.raises(WeightsError, match=r"mine\.toml is damaged") as caught:
        read_adapter(manifest)
    assert "\n" not in caught.value.message and len(caught.value.message) < 600
    make(tmp_path, "whole")
    assert [one.name for one in adapters_in(tmp_path)] == ["whole"]
    (error,) = damaged_in(tmp_path)
    assert error.message == caught.value.message


@pytest.mark.parametrize("name", ["Mine", ".mine", "a b", "x" * 65, "é"])
def test_a_name_that_cannot_be_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(WeightsError, match="damaged"):
        read_adapter(make(tmp_path, name))


def test_a_file_that_is_gone_or_has_another_length(tmp_path: Path) -> None:
    manifest = make(tmp_path)
    path = manifest.with_suffix(".gguf")
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"!")
    with pytest.raises(WeightsError, match=f"has {size + 1:,} bytes, not {size:,}"):
        read_adapter(manifest)
    path.unlink()
    for gone in (manifest, tmp_path / "nobody.toml"):
        with pytest.raises(WeightsError, match="cannot be read"):
            read_adapter(gone)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    manifest = changed(make(tmp_path), "bytes", "0")
    manifest.with_suffix(".gguf").unlink()
    for path in (manifest.with_suffix(".gguf"), tmp_path / "pipe.toml"):
        os.mkfifo(path)
        with pytest.raises(WeightsError, match="is no file"):
            read_adapter(path.with_suffix(".toml"))
    with pytest.raises(WeightsError, match="is no file"):
        read_adapter(tmp_path)
    assert adapters_in(tmp_path) == () and len(damaged_in(tmp_path)) == 2


def test_no_more_manifests_than_so_many_are_read(tmp_path: Path) -> None:
    for number in range(70):
        (tmp_path / f"{number:02}.toml").write_text("x")
    make(tmp_path, "z")
    assert len(damaged_in(tmp_path)) == 64 and adapters_in(tmp_path) == ()
    assert damaged_in(tmp_path / "nowhere") == ()


@given(raw=st.binary(max_size=120), at=st.integers(0, 600))
@draws(80)
def test_any_bytes_are_an_adapter_or_a_weights_error(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, at: int
) -> None:
    manifest = make(tmp_path_factory.mktemp("fuzz"))
    whole = manifest.read_bytes()
    for data in (raw, whole[:at] + raw + whole[at:]):
        manifest.write_bytes(data)
        try:
            assert read_adapter(manifest).name == "mine"
        except CsqError as error:
            assert isinstance(error, WeightsError)


# ---- which are used ------------------------------------------------------------------------------


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


def test_a_file_that_was_changed_is_noticed_before_it_is_used(tmp_path: Path) -> None:
    adapter = read_adapter(make(tmp_path))
    verify(adapter)
    flip(adapter.path)
    assert read_adapter(tmp_path / "mine.toml") == adapter
    for use in (lambda: verify(adapter), lambda: adapters_for(BASE, (tmp_path,))):
        with pytest.raises(WeightsError, match="has changed") as caught:
            use()
        assert adapter.sha256[:16] in caught.value.message
    adapter.path.unlink()
    with pytest.raises(WeightsError, match="cannot be read"):
        verify(adapter)


def test_adapters_of_a_folder_by_name(tmp_path: Path) -> None:
    assert adapters_in(tmp_path) == adapters_in(tmp_path / "nowhere") == ()
    for name in ("b", "a", "c"):
        make(tmp_path, name)
    (tmp_path / "notes.txt").write_text("not one")
    assert [one.name for one in adapters_in(tmp_path)] == ["a", "b", "c"]


def test_only_those_of_the_very_file_are_used(tmp_path: Path) -> None:
    make(tmp_path, "a")
    make(tmp_path, "b", base_sha256="c" * 64, skills=("intent",))
    flip(tmp_path / "b.gguf")  # of no concern to another base
    assert [one.name for one in adapters_for(BASE, (tmp_path,))] == ["a"]
    assert adapters_for("d" * 64, (tmp_path,)) == ()


def test_the_first_that_has_a_skill_is_used_for_it(tmp_path: Path) -> None:
    own, ours = tmp_path / "own", tmp_path / "ours"
    make(own, "z", skills=("cwe",))
    make(ours, "a", skills=("cwe",))
    make(ours, "b", skills=("cwe", "intent", "narrative"))
    make(ours, "c", skills=())
    make(ours, "d", skills=("intent", "refusal"))
    (own / "broken.toml").write_text("not one")
    flip(ours / "a.gguf")  # what is not used is not read either
    found = adapters_for(BASE, (own, ours, tmp_path / "nowhere"))
    assert [(one.name, one.path.parent, one.skills) for one in found] == [
        ("z", own, ("cwe",)), ("b", ours, ("intent", "narrative")), ("d", ours, ("refusal",)),
    ]  # fmt: skip


# ---- on a shelf ----------------------------------------------------------------------------------


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.setattr(shelf_module, "SHIPPED", tmp_path / "shipped")
    yield Shelf(tmp_path / "models")


@pytest.fixture
def model(shelf: Shelf, tmp_path: Path) -> Installed:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(small_model())
    return shelf.import_file(path)


def test_an_adapter_is_put_on_the_shelf_and_used(shelf: Shelf, model: Installed, tmp_path: Path) -> None:
    assert shelf.adapters(model) == ()
    manifest = make(tmp_path / "made", base_sha256=model.sha256, base=model.name)
    kept = shelf.install_adapter(manifest)
    folder = shelf.directory / "adapters"
    assert kept == replace(read_adapter(manifest), path=folder / "mine.gguf")
    assert {path.name for path in folder.iterdir()} == {"mine.gguf", "mine.toml", "mine.md"}
    assert shelf.adapters(model) == (kept,)
    assert shelf.list() == (model,), "an adapter is no model"
    for path in (tmp_path / "made").iterdir():
        assert (folder / path.name).read_bytes() == path.read_bytes()


def test_one_that_is_put_there_again_takes_the_place_of_the_other(
    shelf: Shelf, model: Installed, tmp_path: Path
) -> None:
    shelf.install_adapter(make(tmp_path / "a", base_sha256=model.sha256))
    kept = shelf.install_adapter(make(tmp_path / "b", base_sha256=model.sha256, title="Better"))
    assert shelf.adapters(model) == (kept,) and kept.title == "Better"


def test_a_card_may_be_missing(shelf: Shelf, model: Installed, tmp_path: Path) -> None:
    manifest = make(tmp_path / "made", base_sha256=model.sha256)
    manifest.with_suffix(".md").unlink()
    assert shelf.install_adapter(manifest).name == "mine"


def test_a_sites_own_goes_before_those_that_ship(shelf: Shelf, model: Installed, tmp_path: Path) -> None:
    make(tmp_path / "shipped", "ours", base_sha256=model.sha256, skills=("cwe", "intent"))
    assert [one.name for one in shelf.adapters(model)] == ["ours"]
    shelf.install_adapter(make(tmp_path / "made", base_sha256=model.sha256))
    assert [(one.name, one.skills) for one in shelf.adapters(model)] == [
        ("mine", ("cwe",)),
        ("ours", ("intent",)),
    ]


def test_a_prompt_is_answered_with_the_first_that_has_its_skill(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    class Server:
        def handle_chat_completions(self, body: dict[str, Any], take: Callable[[Any], bool]) -> None:
            asked.append(body)
            take({"choices": [{"delta": {"content": "said"}, "finish_reason": "stop"}]})

    loaded: list[Any] = []

    def load(path: Path, context: int, threads: int, adapters: Any) -> Server:
        loaded.append(adapters)
        return Server()

    monkeypatch.setattr(llama_cpp, "_load", load)
    model = shelf.import_file(tiny_qwen3(tmp_path / "qwen3.gguf"))
    make(tmp_path / "shipped", "a-ours", base_sha256=model.sha256, skills=("cwe", "intent"), scale=0.5)
    shelf.install_adapter(make(tmp_path / "made", "z-mine", base_sha256=model.sha256, scale=2.0))
    served = shelf.load(model.name)
    assert [[path.stem for path, _ in one] for one in loaded] == [["z-mine", "a-ours"]]
    assert served.fitted == {"cwe", "intent"}
    wrote = [
        served.generate(Prompt(instructions="", question="Which?", skill=skill)).model
        for skill in ("cwe", "intent", "narrative")
    ]
    assert wrote == ["qwen3 with z-mine", "qwen3 with a-ours", "qwen3"]
    assert [body.get("lora") for body in asked] == [
        [{"id": 0, "scale": 2.0}], [{"id": 1, "scale": 0.5}], None,
    ]  # fmt: skip


def test_a_damaged_one_does_not_keep_the_model_from_answering(
    shelf: Shelf, model: Installed, tmp_path: Path
) -> None:
    make(tmp_path / "shipped", "ours", base_sha256=model.sha256)
    kept = shelf.install_adapter(make(tmp_path / "made", base_sha256=model.sha256))
    assert [one.name for one in shelf.adapters(model)] == ["mine"]
    kept.path.with_suffix(".toml").write_text("damaged")
    assert [one.name for one in shelf.adapters(model)] == ["ours"]
    assert [error.message for error in damaged_in(shelf.directory / "adapters")]


def test_all_files_of_one_are_put_there_or_none(
    shelf: Shelf, model: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.install_adapter(make(tmp_path / "a", base_sha256=model.sha256))
    folder = shelf.directory / "adapters"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    better = make(tmp_path / "b", base_sha256=model.sha256, title="Better")
    better.with_suffix(".md").write_text("# Better\n")
    written: list[int] = []

    def full(handle: int) -> None:
        written.append(handle)
        if len(written) == 3:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left"):
            shelf.install_adapter(better)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_adapter_is_taken_off_the_shelf(shelf: Shelf, model: Installed, tmp_path: Path) -> None:
    shelf.install_adapter(make(tmp_path / "made", base_sha256=model.sha256))
    shelf.install_adapter(make(tmp_path / "made", "mine.2", base_sha256=model.sha256, skills=("intent",)))
    folder = shelf.directory / "adapters"
    assert shelf.remove_adapter("mine.2") == folder / "mine.2.toml"
    assert {path.name for path in folder.iterdir()} == {"mine.gguf", "mine.toml", "mine.md"}
    (folder / "mine.toml").write_text("damaged")  # so is one that could not be used any more
    (folder / "mine.md").unlink()
    shelf.remove_adapter("mine")
    assert list(folder.iterdir()) == [] and shelf.list() == (model,)


@pytest.mark.parametrize(
    "name", ["", "nobody", "..", "../mine", "mine.toml", "a\0b", "x" * 5_000, "MINE", "/"]
)
def test_a_name_that_no_adapter_has_takes_nothing_off(
    shelf: Shelf, model: Installed, tmp_path: Path, name: str
) -> None:
    make(shelf.directory, "mine")  # beside the folder of adapters
    with pytest.raises(UnknownNameError) as caught:
        shelf.remove_adapter(name)
    assert "none" in caught.value.hint and len(caught.value.message) < 200
    shelf.install_adapter(make(tmp_path / "made", "whole", base_sha256=model.sha256))
    with pytest.raises(UnknownNameError) as caught:
        shelf.remove_adapter(name)
    assert "whole" in caught.value.hint
    assert (shelf.directory / "mine.toml").is_file() and len(shelf.adapters(model)) == 1


def test_what_is_refused_leaves_the_shelf_as_it_was(shelf: Shelf, model: Installed, tmp_path: Path) -> None:
    nothing = make(tmp_path / "a", base_sha256=model.sha256, skills=())
    with pytest.raises(UsageError, match="is used for nothing") as refused:
        shelf.install_adapter(nothing)
    assert "csq train gate" in refused.value.hint
    with pytest.raises(WeightsError, match="base tiny is not on the shelf"):
        shelf.install_adapter(make(tmp_path / "b"))
    altered = make(tmp_path / "c", base_sha256=model.sha256)
    flip(altered.with_suffix(".gguf"))
    with pytest.raises(WeightsError, match="has changed"):
        shelf.install_adapter(altered)
    with pytest.raises(WeightsError, match="damaged"):
        shelf.install_adapter(changed(make(tmp_path / "d", base_sha256=model.sha256), "scale", "9"))
    with pytest.raises(WeightsError, match="cannot be read"):
        shelf.install_adapter(tmp_path / "nobody.toml")
    assert not (shelf.directory / "adapters").exists()


def test_a_shelf_that_cannot_be_written_to(shelf: Shelf, model: Installed, tmp_path: Path) -> None:
    (shelf.directory / "adapters").write_text("a file")
    with pytest.raises(OutputError, match="cannot be written"):
        shelf.install_adapter(make(tmp_path / "made", base_sha256=model.sha256))


def test_an_adapter_on_the_shelf_that_was_changed_stops_its_model(
    shelf: Shelf, model: Installed, tmp_path: Path
) -> None:
    kept = shelf.install_adapter(make(tmp_path / "made", base_sha256=model.sha256))
    flip(kept.path)
    with pytest.raises(WeightsError, match="has changed") as caught:
        shelf.adapters(model)
    assert "Install it again" in caught.value.hint


def test_what_comes_along_is_whole_for_a_known_model_and_has_a_card() -> None:
    known = {one.name: one.sha256 for one in portfolio()}
    found = adapters_in(SHIPPED)
    assert not damaged_in(SHIPPED)
    for one in found:
        verify(one)
        assert known[one.base] == one.base_sha256
        assert one.skills and set(one.skills) <= set(one.learned)
        assert one.bytes <= 40_000_000 and one.licence
        card = one.path.with_suffix(".md").read_text("utf-8")
        assert one.base_sha256 in card and "## What it is not for" in card
    assert len({(one.base, skill) for one in found for skill in one.skills}) == sum(
        len(one.skills) for one in found
    )
