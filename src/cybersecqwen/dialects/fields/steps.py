"""The steps of a query with their fields renamed; what a step makes itself keeps its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from cybersecqwen.detect.sigma.model import And, Expression, Not, Or
from cybersecqwen.dialects.query import Aggregate, Columns, Keep, Sort, Step, Unique

Rename = Callable[[str], str]
Rewrite = Callable[[Expression], Expression]


def renamed_steps(steps: Iterable[Step], rename: Rename, rewrite: Rewrite) -> tuple[Step, ...]:
    """The steps with other names for fields.

    `rename` gives the name of a field, `rewrite` an expression in these names. A sequence is left as it is.
    """
    made: list[Step] = []
    own: dict[str, str] | None = None
    """After an aggregation: its columns to what they are called then; None while records are whole."""
    for step in steps:
        name = rename if own is None else _among(own)
        if isinstance(step, Aggregate):
            by = tuple(map(name, step.by))
            measures = tuple(
                replace(one, field=name(one.field) if one.field else "") for one in step.measures
            )
            own = {**dict(zip(step.by, by, strict=True)), **{one.name: one.name for one in step.measures}}
            made.append(replace(step, by=tuple(dict.fromkeys(by)), measures=measures))
        elif isinstance(step, Keep):
            where = rewrite(step.where) if own is None else _expression(step.where, name)
            made.append(Keep(where=where))
        elif isinstance(step, Sort):
            made.append(Sort(keys=tuple((name(key), descending) for key, descending in step.keys)))
        elif isinstance(step, Columns):
            made.append(Columns(fields=tuple(dict.fromkeys(map(name, step.fields)))))
        elif isinstance(step, Unique):
            made.append(Unique(fields=tuple(dict.fromkeys(map(name, step.fields)))))
        else:
            made.append(step)
    return tuple(made)


def _among(own: dict[str, str]) -> Rename:
    return lambda name: own.get(name, name)


def _expression(expression: Expression, rename: Rename) -> Expression:
    if isinstance(expression, Not):
        return Not(_expression(expression.inner, rename))
    if isinstance(expression, And | Or):
        return type(expression)(tuple(_expression(part, rename) for part in expression.parts))
    return replace(expression, field=rename(expression.field))
