"""Conditions on fields (skills "intent", "own-intent"), asked word for word as `csq query --model` asks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.dialects.query import Query
from cybersecqwen.tasks.query.asking.asked import Asked
from cybersecqwen.tasks.query.asking.filling import (
    INSTRUCTIONS,
    MOST_FIELDS,
    MOST_TESTS,
    OWN_SKILL,
    SKILL,
    question_about,
    values_of,
)
from cybersecqwen.tuning.records import Record

__all__ = [
    "MOST_FIELDS",
    "MOST_TESTS",
    "OWN_SKILL",
    "SKILL",
    "SKILLS",
    "Condition",
    "answer_of",
    "intent",
    "lost_by_masking",
    "offered_in",
]
SKILLS = (SKILL, OWN_SKILL)
"""Those whose answers are conditions."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a question asks for of a field."""

    field: str
    operator: str
    """contains, startswith, endswith or equals."""
    value: str
    """A word of the question, as it stands there."""


def answer_of(conditions: Sequence[Condition]) -> str:
    """The JSON that is right to answer."""
    tests = [{"field": one.field, "operator": one.operator, "value": one.value} for one in conditions]
    return json.dumps({"tests": tests}, ensure_ascii=False)


def intent(
    text: str,
    source: Logsource,
    fields: Sequence[str],
    conditions: Sequence[Condition],
    *,
    unplaced: Sequence[str],
    origin: str,
    licence: str,
    skill: str = SKILL,
) -> Record | None:
    """A question with its conditions; None where they could not be chosen from what is offered.

    Args:
        text: What an analyst asks.
        source: The records that are asked about.
        fields: What is offered.
        conditions: What is right to answer.
        unplaced: Words of the question that reading it without a model left over; they are offered first.
        origin: For `Record.source`.
        licence: For `Record.licence`.
        skill: `OWN_SKILL` for fields of somebody's own schema.
    """
    values = values_of(Asked(text=text, query=Query(), unplaced=tuple(unplaced)))
    offered = tuple(dict.fromkeys(fields))[:MOST_FIELDS]
    chosen = all(one.field in offered and one.value in values for one in conditions)
    if not chosen or not 1 <= len(conditions) <= MOST_TESTS:
        return None
    return Record(
        skill=skill,
        instructions=INSTRUCTIONS,
        material=(("the question", text),),
        question=question_about(source, offered, values),
        answer=answer_of(conditions),
        source=origin,
        licence=licence,
    )


def offered_in(question: str) -> tuple[list[str], list[str]] | None:
    """(Fields, words) that a question of such a record offers; None for another question."""
    _, found, rest = question.partition("Their fields: ")
    fields, more, rest = rest.partition(". Words that a condition may look for: ")
    values, last, _ = rest.rpartition(". Give the")
    return (fields.split(", "), values.split(", ")) if found and more and last else None


def lost_by_masking(record: Record) -> str:
    """Why an intent can no longer be answered from what is asked; "" where it can."""
    try:
        tests = json.loads(record.answer)["tests"]
        told = all(
            one["field"] in record.question
            and one["value"] in record.question
            and one["value"] in record.text
            for one in tests
        )
    except (ValueError, KeyError, TypeError):
        return "its answer is no list of tests"
    return "" if told else "masking took what its condition asks for"
