"""What the benchmark of `csq logs` is made with: costs of processes, files, differences between tools."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from benchmarks.processes import run
from benchmarks.recordings import repeat, split
from benchmarks.zircolite import differences

HOLD = "import subprocess, sys, time; held = b'x' * {size}; {more}; time.sleep(0.8); print('done')"
CHILD = "subprocess.run([sys.executable, '-c', 'held = 60_000_000 * b\"x\"; import time; time.sleep(0.8)'])"


def test_the_memory_of_a_process_and_of_what_it_starts_counts(tmp_path: Path) -> None:
    alone = run([sys.executable, "-c", HOLD.format(size=40_000_000, more="pass")], tmp_path / "alone")
    both = run([sys.executable, "-c", HOLD.format(size=40_000_000, more=CHILD)], tmp_path / "both")
    assert (tmp_path / "alone").read_text(encoding="utf-8") == "done\n"
    assert 40 < alone.largest_mb < 90
    assert alone.tree_mb == pytest.approx(alone.largest_mb, abs=5)
    assert both.tree_mb > alone.tree_mb + 40
    assert both.largest_mb < both.tree_mb


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        run([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path / "out")


def test_lines_are_repeated_and_dealt_out(tmp_path: Path) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    few.write_bytes(b"1\n2\n3\n")
    repeat(few, many, 7)
    assert many.read_bytes() == b"1\n2\n3\n1\n2\n3\n1\n"
    split(many, tmp_path / "parts", 2)
    assert (tmp_path / "parts" / "0.json").read_bytes() == b"1\n3\n2\n1\n"
    assert (tmp_path / "parts" / "1.json").read_bytes() == b"2\n1\n3\n"


def test_only_what_differs_is_named_the_largest_difference_first() -> None:
    assert differences({"a": 1, "b": 5, "c": 2}, {"a": 1, "c": 3, "d": 9}) == [
        ("d", 0, 9),
        ("b", 5, 0),
        ("c", 2, 3),
    ]
