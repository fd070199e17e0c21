from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from cybersecqwen.records.rule_tests import RuleTests
from cybersecqwen.tasks.query.testing import Asked, watch

from .rules import GOOD, HIT, MISS

Shown = list[tuple[list[str], list[str], int]]


class Changes:
    """Waits by changing a file, and ends as Ctrl-C does."""

    def __init__(self, *changes: Callable[[], object]) -> None:
        self.left = list(changes)

    def __call__(self, _seconds: float) -> None:
        if not self.left:
            raise KeyboardInterrupt
        self.left.pop(0)()


def watched(folder: Path, *changes: Callable[[], object]) -> tuple[Shown, int]:
    shown: Shown = []

    def show(result: RuleTests, changed: Sequence[str]) -> None:
        shown.append(([test.path for test in result.tests], list(changed), result.failed))

    return shown, watch([folder], show, Asked(made=2), wait=Changes(*changes))


def write(path: Path, text: str, age: int = 0) -> Callable[[], object]:
    def change() -> None:
        path.write_text(text, encoding="utf-8")
        os.utime(path, (1_700_000_000 + age, 1_700_000_000 + age))

    return change


def test_only_what_changed_is_tested_again(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", GOOD)()
    write(tmp_path / "b.yml", GOOD.replace("0001\n", "0002\n"))()
    shown, code = watched(
        tmp_path,
        lambda: None,
        write(tmp_path / "b.yml", GOOD, age=1),
        write(tmp_path / "a.match.jsonl", json.dumps(MISS)),
        write(tmp_path / "a.match.jsonl", json.dumps(HIT), age=1),
    )
    assert shown == [
        (["a.yml", "b.yml"], [], 0),
        (["b.yml"], ["b.yml"], 1),
        (["a.yml"], ["a.match.jsonl"], 1),
        (["a.yml"], ["a.match.jsonl"], 0),
    ]
    assert code == 1  # b has the id of a


def test_files_come_and_go_and_are_half_written(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", GOOD)()
    other = GOOD.replace("0001\n", "0002\n")
    shown, code = watched(
        tmp_path,
        write(tmp_path / "new.yml", "title: ["),
        write(tmp_path / "new.yml", other, age=1),
        (tmp_path / "a.yml").unlink,
        write(tmp_path / "readme.txt", "x"),
        (tmp_path / "new.yml").unlink,
    )
    assert [(paths, failed) for paths, _, failed in shown] == [
        (["a.yml"], 0),
        (["new.yml"], 1),
        (["new.yml"], 0),
        ([], 0),
        ([], 0),
    ]
    assert code == 0


def test_ctrl_c_gives_the_exit_code_of_what_stands(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", "title: [")()
    assert watched(tmp_path)[1] == 1
    assert watched(tmp_path, write(tmp_path / "a.yml", GOOD, age=1))[1] == 0
