"""A query as KQL can tell it: a column of text that is empty and one that is missing are the same."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.query import Query, Sequence


def prepared(query: Query) -> Query:
    """The query with tests for empty text as tests for nothing, which is how `isempty` is read back."""
    steps = tuple(
        replace(step, stages=tuple(replace(stage, where=_told(stage.where)) for stage in step.stages))
        if isinstance(step, Sequence)
        else step
        for step in query.steps
    )
    return replace(query, where=None if query.where is None else _told(query.where), steps=steps)


def _told(expression: Expression) -> Expression:
    if isinstance(expression, Not):
        return Not(_told(expression.inner))
    if isinstance(expression, And | Or):
        return type(expression)(tuple(map(_told, expression.parts)))
    if expression.op is not Op.EQUALS or not expression.field or "" not in expression.values:
        return expression
    nothing = Test(expression.field, Op.NULL)
    rest = tuple(value for value in expression.values if value)
    return Or((nothing, replace(expression, values=rest))) if rest else nothing
