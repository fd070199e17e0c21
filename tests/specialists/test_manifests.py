"""What is written beside the weights, and when it counts as up to date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from training.specialists import manifests

from cybersecqwen.specialists.linear import read_arrays, read_manifest

TRAINER = "made.trainer"


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trainer that imports one module, which imports another inside a function and names a table."""
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "trainer.py").write_text("import json\nfrom . import near\n")
    (folder / "near.py").write_text("def f():\n    from made.far import g\nTABLE = 'cues.toml'\n")
    (folder / "far.py").write_text("g = 1\n")
    (folder / "cues.toml").write_text("a = 1\n")
    (folder / "other.py").write_text("from . import trainer\n")
    monkeypatch.setattr(manifests, "_FOLDERS", {"made": folder})
    return folder


@pytest.fixture
def made(tmp_path: Path, code: Path) -> tuple[Path, Path]:
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    out.mkdir()
    (data / "texts.txt").write_text("texts")
    (out / "shared.npz").write_bytes(b"PK")
    sources = [manifests.source(data, "texts.txt", "CC0", "2031")]
    for name, weights in (("one", "shared"), ("two", "shared"), ("bare", "")):
        manifests.write(
            out,
            name,
            trainer=TRAINER,
            weights=weights,
            seed=7,
            threshold=0.5,
            data=sources,
            metrics={"n": 1},
            settings={},
        )
    return data, out


def test_what_was_just_written_is_up_to_date_and_readable(made: tuple[Path, Path]) -> None:
    data, out = made
    assert manifests.is_current(TRAINER, ["one", "two", "bare"], data, out)
    known = read_manifest("one", out)
    assert (known.weights, known.seed, known.threshold) == ("shared", 7, 0.5)
    assert known.data[0]["years"] == "2031"
    with pytest.raises(Exception, match="damaged"):
        read_arrays(known, out)


@pytest.mark.parametrize(
    "change", ["data", "weights gone", "weights other", "code", "manifest", "no manifest"]
)
def test_any_difference_asks_for_training(made: tuple[Path, Path], change: str) -> None:
    data, out = made
    manifest = out / "two.json"
    if change == "data":
        (data / "texts.txt").write_text("other texts")
    elif change == "weights gone":
        (out / "shared.npz").unlink()
    elif change == "weights other":
        (out / "shared.npz").write_bytes(b"PK\x03")
    elif change == "code":
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"code": "0" * 16}))
    elif change == "manifest":
        manifest.write_text("{")
    else:
        manifest.unlink()
    assert not manifests.is_current(TRAINER, ["one", "two"], data, out)


@pytest.mark.parametrize(
    ("name", "counts"),
    [("trainer.py", True), ("near.py", True), ("far.py", True), ("cues.toml", True), ("other.py", False)],
)
def test_the_code_is_what_the_trainer_imports(code: Path, name: str, counts: bool) -> None:
    before = manifests.code_version(TRAINER)
    with (code / name).open("a") as file:
        file.write("# changed\n")
    assert (manifests.code_version(TRAINER) != before) is counts


def test_a_trainer_of_ours_depends_on_what_it_measures_with() -> None:
    files = {path.name for path in manifests.code_of("training.specialists.vulnerability")}
    assert {"network.py", "cwe.py", "cvss.py", "vulnerability_net.py", "manifests.py"} <= files
    assert "actor.py" not in files
