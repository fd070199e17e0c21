"""Baselines: what is written is known the next time, and what is no baseline is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from cybersecqwen.errors import InputError, LimitError, OutputError
from cybersecqwen.records import Severity
from cybersecqwen.records.review import CodeFinding, Confidence, Place, Review, Status
from cybersecqwen.tasks.review import baseline as room
from cybersecqwen.tasks.review.baseline import SCHEMA, held_against, read_baseline, write_baseline


def finding(mark: str, status: Status = Status.OPEN) -> CodeFinding:
    return CodeFinding(
        rule="python-eval",
        title="A title",
        cwe=("CWE-95",),
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        why="",
        instead="",
        place=Place(path="a\n\x1b[31m.py", line=3),
        fingerprint=mark,
        status=status,
    )


def test_what_is_open_or_known_is_written_and_known_again(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    some = [finding("a"), finding("b", Status.BASELINE), finding("c", Status.SUPPRESSED)]
    write_baseline(path, Review(findings=tuple(some)))
    assert read_baseline(path) == {"a", "b"}
    assert [one.name for one in tmp_path.iterdir()] == ["known.json"]
    held = held_against([finding("a"), finding("d"), finding("b", Status.SUPPRESSED)], read_baseline(path))
    assert [one.status for one in held] == [Status.BASELINE, Status.OPEN, Status.SUPPRESSED]


def test_a_baseline_is_the_same_whatever_the_order(tmp_path: Path) -> None:
    some = [finding("a"), replace(finding("b"), rule="other"), finding("c")]
    for name, order in (("one", some), ("other", some[::-1])):
        write_baseline(tmp_path / name, Review(findings=tuple(order)))
    assert tmp_path.joinpath("one").read_bytes() == tmp_path.joinpath("other").read_bytes()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"schema": "other", "known": {}}',
        orjson.dumps({"schema": SCHEMA}),
        orjson.dumps({"schema": SCHEMA, "known": ["a"]}),
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_what_is_no_baseline_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_baseline(path)
    assert "known.json" in caught.value.message


def test_a_baseline_that_is_not_there_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError) as caught:
        read_baseline(tmp_path / "none.json")
    assert "--write-baseline" in str(caught.value.hint)
    monkeypatch.setattr(room, "_LARGEST", 5)
    tmp_path.joinpath("known.json").write_bytes(b"123456")
    with pytest.raises(LimitError):
        read_baseline(tmp_path / "known.json")


def test_a_baseline_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    tmp_path.joinpath("known.json").mkdir()
    with pytest.raises(OutputError):
        write_baseline(tmp_path / "known.json", Review())
    assert [one.name for one in tmp_path.iterdir()] == ["known.json"]
