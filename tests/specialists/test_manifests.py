"""What is written beside the weights, and when it counts as up to date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from training.specialists import manifests

from cybersecqwen.specialists.linear import read_arrays, read_manifest


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path]:
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    out.mkdir()
    (data / "texts.txt").write_text("texts")
    (out / "shared.npz").write_bytes(b"PK")
    sources = [manifests.source(data, "texts.txt", "CC0", "2031")]
    for name, weights in (("one", "shared"), ("two", "shared"), ("bare", "")):
        manifests.write(
            out, name, weights=weights, seed=7, threshold=0.5, data=sources, metrics={"n": 1}, settings={}
        )
    return data, out


def test_what_was_just_written_is_up_to_date_and_readable(made: tuple[Path, Path]) -> None:
    data, out = made
    assert manifests.is_current(["one", "two", "bare"], data, out)
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
    assert not manifests.is_current(["one", "two"], data, out)
