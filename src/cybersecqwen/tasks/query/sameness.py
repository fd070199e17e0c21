"""Whether two queries say the same: of what they read, when, under which conditions, and step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from cybersecqwen.detect.sigma.model import And, Expression, Not, Or, Test
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import Aggregate, Keep, Query, Sort, Span, Stage, Step
from cybersecqwen.dialects.query import Sequence as Order

_SECOND = 1.0
"""Seconds by which two moments may differ: some languages write no fractions."""


def differing(one: Query, other: Query) -> str:
    """What two queries say differently, in a word or two; "" where they say the same."""
    if not _same_span(one.span, other.span):
        return "the time"
    if _tables(one) != _tables(other) or one.logsource != other.logsource:
        return "where it looks"
    if not equivalent(one.where, other.where):
        return "the conditions"
    if len(one.steps) != len(other.steps):
        return "the steps"
    names: dict[str, str] = {}
    for first, second in zip(one.steps, other.steps, strict=True):
        if not _same_step(first, second, names, (one.tables, other.tables)):
            return f"the step {type(second).__name__.lower()!r}"
    return ""


def _same_span(one: Span | None, other: Span | None) -> bool:
    if one is None or other is None:
        return one is other
    pairs = ((getattr(one, part.name), getattr(other, part.name)) for part in fields(Span))
    return all(a is b or (None not in (a, b) and abs(a - b) < _SECOND) for a, b in pairs)


def _tables(query: Query) -> frozenset[str]:
    """All tables that are read, whether the query or a stage of it names them."""
    orders = [step for step in query.steps if isinstance(step, Order)]
    return frozenset(query.tables).union(*(stage.tables for step in orders for stage in step.stages))


def _same_step(
    one: Step, other: Step, names: dict[str, str], tables: tuple[Sequence[str], Sequence[str]]
) -> bool:
    """Whether two steps do the same; `names` takes in what columns of the second are called in the first."""
    if isinstance(one, Aggregate) and isinstance(other, Aggregate):
        kept = {replace(measure, name=""): measure.name for measure in one.measures}
        known = {replace(measure, name=""): measure.name for measure in other.measures}
        names.update((known[measure], name) for measure, name in kept.items() if measure in known)
        # A rule of Sigma counts what it compares and shows no more; who compares another finds no name.
        return (
            kept.keys() <= known.keys()
            and bool(kept) == bool(known)
            and frozenset(one.by) == frozenset(other.by)
            and one.bucket_s == other.bucket_s
        )
    if isinstance(one, Keep) and isinstance(other, Keep):
        return equivalent(one.where, _renamed(other.where, names))
    if isinstance(one, Sort) and isinstance(other, Sort):
        return one.keys == tuple((names.get(key, key), greatest) for key, greatest in other.keys)
    if isinstance(one, Order) and isinstance(other, Order):
        return (
            len(one.stages) == len(other.stages)
            and all(_same_stage(*both, tables) for both in zip(one.stages, other.stages, strict=True))
            and frozenset(one.by) == frozenset(other.by)
            and (one.within_s, one.ordered) == (other.within_s, other.ordered)
        )
    return one == other


def _same_stage(one: Stage, other: Stage, tables: tuple[Sequence[str], Sequence[str]]) -> bool:
    first, second = frozenset(one.tables or tables[0]), frozenset(other.tables or tables[1])
    return first == second and one.logsource == other.logsource and equivalent(one.where, other.where)


def _renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    if isinstance(expression, Test):
        return replace(expression, field=names.get(expression.field, expression.field))
    if isinstance(expression, Not):
        return Not(_renamed(expression.inner, names))
    assert isinstance(expression, And | Or)
    return type(expression)(tuple(_renamed(part, names) for part in expression.parts))
