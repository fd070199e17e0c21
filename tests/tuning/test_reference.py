"""The benchmark of a recipe on random weights: what it prints, and what it says where a way cannot be run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="make tuning installs what training needs")

from benchmarks import reference

from .tiny import tiny

pytestmark = pytest.mark.filterwarnings("ignore")

RECIPE = """
[base]
model = "made-up"
architecture = "qwen3"
hidden = 64
layers = 2
intermediate = 96
heads = 4
key_heads = 2
head_size = 16
vocabulary = 400

[lora]
rank = 4
dropout = 0.05

[run]
batch = 2
longest = 700
checkpointing = true
attention = "sdpa"
"""


def test_each_way_has_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small.toml").write_text(RECIPE)
    given = [str(tmp_path / "small.toml"), str(tiny(tmp_path / "words")), "--steps", "4"]
    monkeypatch.setattr(sys, "argv", ["reference", *given, "--folder", str(tmp_path)])
    # Of this tokenizer's words, which are letters, a sentence has four times as many.
    monkeypatch.setattr(reference, "_TOKENS", 120)
    reference.main()
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [row[:2] for row in cells] == [
        ["as it is", "4"],
        ["full length", "6"],
        ["full length, one by one, no checkpointing", "6"],
    ]
    speeds = [float(row[3].replace(",", "")) for row in cells]
    tokens = [float(row[2].replace(",", "")) for row in cells]
    assert all(speed > 0 for speed in speeds) and tokens[1] == pytest.approx(2 * tokens[2], rel=0.1)
    assert all(0 <= float(row[4]) < 1 and float(row[6]) > 0 for row in cells)
    assert {path.name for path in tmp_path.iterdir()} == {"small.toml", "words"}, "nothing is left"


def test_a_way_that_cannot_be_run_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small.toml").write_text(RECIPE)
    given = [str(tmp_path / "small.toml"), str(tiny(tmp_path / "words")), "--steps", "4"]
    monkeypatch.setattr(sys, "argv", ["reference", *given])
    monkeypatch.setattr(reference, "_TOKENS", 5)
    reference.main()
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| full")]
    assert len(rows) == 2 and all("holds no record of at most 700 tokens" in row for row in rows)
    assert {row.count("|") for row in rows} == {8}


@pytest.mark.parametrize("wrong", [["--steps", "3"], ["--narrow", "0"]])
def test_what_cannot_be_measured_is_refused(
    wrong: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["reference", "cybersecqwen-4b", "words", *wrong])
    with pytest.raises(SystemExit):
        reference.main()
    assert "--steps must be more than 3" in capsys.readouterr().err
