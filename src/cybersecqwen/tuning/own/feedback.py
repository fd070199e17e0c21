"""What analysts corrected → the same question with the corrected answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cybersecqwen.tuning.masking import Masker
from cybersecqwen.tuning.records import SKILL, Broken, Record

from .interface import LICENCE, masked_records
from .rows import rows
from .splitting import folded

PARTS = ("skill", "instructions", "material", "question", "given", "corrected", "by")
"""What a correction holds; `instructions`, `material`, `given` and `by` may be left out."""
LONGEST_ANSWER = 20_000
_SHOWN = 5


def from_feedback(path: Path, *, masker: Masker | None = None) -> Iterator[Record | Broken]:
    """Corrections (JSON lines) as records; who corrected is not kept. Raises as `rows` does.

    Corrections of one question that contradict each other are all refused, each with the lines of the others.
    The file is read twice for that.
    """
    masker = masker or Masker()
    return masked_records(_from_feedback(path, masker), masker)


def _from_feedback(path: Path, masker: Masker) -> Iterator[Record | Broken]:
    said: dict[str, dict[str, list[int]]] = {}
    for line, made in _corrections(path):
        if isinstance(made, Record):
            masker.learn("\n".join((made.text, made.answer)))
            said.setdefault(_question(made), {}).setdefault(_plain(made.answer), []).append(line)
    for line, made in _corrections(path):
        if isinstance(made, Broken):
            yield made
            continue
        answers = said[_question(made)]
        first = answers[_plain(made.answer)][0]
        if len(answers) > 1:
            own = answers[_plain(made.answer)]
            others = sorted(other for lines in answers.values() if lines is not own for other in lines)
            named = ", ".join(map(str, others[:_SHOWN])) + (" …" if len(others) > _SHOWN else "")
            yield Broken(line=line, reason=f"contradicts the correction in line {named}")
        elif first != line:
            yield Broken(line=line, reason=f"says the same as line {first}")
        else:
            yield made


def _question(made: Record) -> str:
    """The same for corrections of one question, whatever their case and signs."""
    return f"{made.skill}\n{folded(text for _, text in made.material)}\n{folded((made.question,))}"


def _plain(answer: str) -> str:
    return " ".join(answer.split()).casefold()


def _corrections(path: Path) -> Iterator[tuple[int, Record | Broken]]:
    for one in rows(path):
        if isinstance(one, Broken):
            yield one.line, one
        else:
            yield one[0], _record(*one)


def _record(line: int, row: Mapping[str, Any]) -> Record | Broken:
    reason = _against(row)
    if reason:
        return Broken(line=line, reason=reason)
    return Record(
        skill=row["skill"],
        instructions=row.get("instructions") or "",
        material=_material(row.get("material")) or (),
        question=row["question"],
        answer=row["corrected"].strip(),
        source=f"own:feedback/{line}",
        licence=LICENCE,
    )


def _against(row: Mapping[str, Any]) -> str:
    """Why a row is no correction; "" where it is one."""
    if unknown := sorted(set(row) - set(PARTS)):
        return f"unknown part {unknown[0][:40]!r}"
    for name in ("skill", "question", "corrected"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            return f"no {name}"
    for name in ("instructions", "given", "by"):
        if not isinstance(row.get(name) or "", str):
            return f"{name} is no text"
    if not SKILL.fullmatch(row["skill"]):
        return 'skill is no name of a skill: a-z and dash, at most 41, and not "planted"'
    if _material(row.get("material")) is None:
        return "material is neither text nor a list of pairs of label and text"
    if len(row["corrected"]) > LONGEST_ANSWER:
        return f"a corrected answer of more than {LONGEST_ANSWER:,} characters"
    given = row.get("given") or ""
    if _is_object(given) and not _is_object(row["corrected"]):
        return "the given answer is JSON, and the corrected one is not"
    return ""


def _material(value: Any) -> tuple[tuple[str, str], ...] | None:
    if value is None:
        return ()
    if isinstance(value, str):
        return (("the text", value),) if value.strip() else ()
    if not isinstance(value, list):
        return None
    pairs = [one for one in value if isinstance(one, list) and len(one) == 2]
    if len(pairs) != len(value) or not all(isinstance(part, str) for pair in pairs for part in pair):
        return None
    return tuple((label, text) for label, text in pairs)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
