"""The category of events before "where", where a query has it as a condition."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.detect.sigma.model import And, Expression, Op, Test
from cybersecqwen.dialects import query as middle

from .read import CATEGORY

# fmt: off
CATEGORIES = frozenset((
    "api", "authentication", "configuration", "database", "driver", "email", "file", "host", "iam",
    "intrusion_detection", "library", "malware", "network", "package", "process", "registry", "session",
    "threat", "vulnerability", "web",
))
# fmt: on
"""Values of the field, https://www.elastic.co/docs/reference/ecs/ecs-allowed-values-event-category."""


def prepared(query: middle.Query) -> middle.Query:
    """The same with the category as the table, where a condition at the top names one."""
    steps = tuple(
        replace(step, stages=tuple(map(_stage, step.stages))) if isinstance(step, middle.Sequence) else step
        for step in query.steps
    )
    if query.tables or query.where is None:
        return replace(query, steps=steps)
    tables, where = _split(query.where)
    return replace(query, tables=tables, where=where, steps=steps)


def _stage(stage: middle.Stage) -> middle.Stage:
    if stage.tables:
        return stage
    tables, where = _split(stage.where)
    return replace(stage, tables=tables, where=And(()) if where is None else where)


def _split(where: Expression) -> tuple[tuple[str, ...], Expression | None]:
    """The one category that an expression asks for, and what else it asks; () and all of it for none."""
    parts = where.parts if isinstance(where, And) else (where,)
    for at, part in enumerate(parts):
        if _names_one(part):
            assert isinstance(part, Test)
            rest = (*parts[:at], *parts[at + 1 :])
            return part.values, None if not rest else rest[0] if len(rest) == 1 else And(rest)
    return (), where


def _names_one(part: Expression) -> bool:
    return (
        isinstance(part, Test)
        and part.field == CATEGORY
        and part.op is Op.EQUALS
        and len(part.values) == 1
        and part.values[0] in CATEGORIES
    )
