"""Corrections: the corrected answer is learned, and none that another one contradicts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.tuning.own import from_feedback, rows
from cybersecqwen.tuning.records import Broken, Record

GOOD = {
    "skill": "cwe",
    "material": [["the description", "A stack buffer overflow."]],
    "question": "Which weakness?",
    "given": "CWE-20",
    "corrected": "CWE-121",
    "by": "Eva Quist",
}


def taken(folder: Path, *lines: object) -> list[Record | Broken]:
    path = folder / "f.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return list(from_feedback(path))


def test_the_corrected_answer_is_learned_and_who_said_it_is_not(tmp_path: Path) -> None:
    (one,) = taken(tmp_path, GOOD)
    assert isinstance(one, Record)
    assert (one.skill, one.answer) == ("cwe", "CWE-121")
    assert one.material == (("the description", "A stack buffer overflow."),)
    assert "Quist" not in repr(one)


def test_contradictions_are_refused_and_named(tmp_path: Path) -> None:
    other = {**GOOD, "corrected": "CWE-787", "material": [["the description", "a STACK buffer overflow"]]}
    found = taken(tmp_path, GOOD, other, {**GOOD, "material": "Another text."}, GOOD)
    assert found[0] == Broken(line=1, reason="contradicts the correction in line 2")
    assert found[1] == Broken(line=2, reason="contradicts the correction in line 1, 4")
    assert isinstance(found[2], Record)
    assert found[3] == Broken(line=4, reason="contradicts the correction in line 2")


def test_other_questions_about_one_text_contradict_nothing(tmp_path: Path) -> None:
    found = taken(tmp_path, GOOD, {**GOOD, "question": "Which severity?", "corrected": "high"})
    assert all(isinstance(one, Record) for one in found)


def test_numbers_tell_questions_apart(tmp_path: Path) -> None:
    found = taken(
        tmp_path, {**GOOD, "material": "event 4624"}, {**GOOD, "material": "event 4625", "corrected": "b"}
    )
    assert all(isinstance(one, Record) for one in found)


def test_the_same_correction_is_learned_once(tmp_path: Path) -> None:
    found = taken(tmp_path, GOOD, {**GOOD, "corrected": " cwe-121 "})
    assert isinstance(found[0], Record)
    assert found[1:] == [Broken(line=2, reason="says the same as line 1")]


NO_SKILL = 'skill is no name of a skill: a-z and dash, at most 41, and not "planted"'


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"corrected": ""}, "no corrected"),
        ({"question": 3}, "no question"),
        ({"skill": "Not A Skill"}, NO_SKILL),
        ({"skill": "tier2-note"}, NO_SKILL),  # what `read_records` would refuse later
        ({"skill": "planted"}, NO_SKILL),
        ({"material": [["one"]]}, "material is neither text nor a list of pairs of label and text"),
        ({"material": {"a": "b"}}, "material is neither text nor a list of pairs of label and text"),
        ({"by": 7}, "by is no text"),
        ({"colour": "red"}, "unknown part 'colour'"),
        ({"corrected": "x" * 20_001}, "a corrected answer of more than 20,000 characters"),
        ({"given": '{"tests": []}'}, "the given answer is JSON, and the corrected one is not"),
    ],
)
def test_what_is_no_correction_is_named(tmp_path: Path, changes: dict[str, object], reason: str) -> None:
    assert taken(tmp_path, {**GOOD, **changes}) == [Broken(line=1, reason=reason)]


def test_material_may_be_one_text_or_nothing(tmp_path: Path) -> None:
    bare = {key: GOOD[key] for key in ("skill", "question", "corrected")}
    found = taken(tmp_path, {**bare, "material": "A text."}, bare)
    assert [one.material for one in found if isinstance(one, Record)] == [(("the text", "A text."),), ()]


def test_a_head_that_is_no_csv_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(b"skill,question\rcwe,which?\r")
    with pytest.raises(InputError, match="as CSV") as caught:
        list(from_feedback(tmp_path / "f.csv"))
    assert "LF or CRLF" in caught.value.hint


@pytest.mark.parametrize("line", [b"x" * 100, (json.dumps(GOOD) + "\n").encode() * 100])
def test_what_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bytes
) -> None:
    """A line without end, or many of them: a small file may hold terabytes."""
    monkeypatch.setattr(rows, "MOST_BYTES", 5_000_000)
    path = tmp_path / "f.jsonl.gz"
    path.write_bytes(gzip.compress((json.dumps(GOOD) + "\n").encode() + line * 100_000))
    with pytest.raises(LimitError, match="unpacks to more"):
        list(from_feedback(path))
