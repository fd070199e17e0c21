"""What a query means, in the words of the middle."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import And, Expression, Op, Test
from cybersecqwen.detect.sigma.model import Not as Negated
from cybersecqwen.detect.sigma.model import Or as AnyOf
from cybersecqwen.dialects.globs import ANY
from cybersecqwen.dialects.query import Keep, Query, Span, Step

from .arguments import cannot
from .conditions import read_call, read_compare, read_free
from .grouping import read_step
from .sequences import CORRELATE, read_sequence
from .times import INTERVAL, span_of
from .tree import And as All
from .tree import (
    Apply,
    Argument,
    Assign,
    Call,
    Case,
    Compare,
    Condition,
    Filter,
    Free,
    Glob,
    Link,
    Match,
    Not,
    Or,
    Pipeline,
    Text,
    Truth,
)
from .tree import Step as Written

KIND = "#event_simpleName"
"""The tag that tells what an event of the Falcon sensor is: here the name of its table."""


def read(tree: Pipeline) -> Query:
    """The query. Raises UnsayableError for branches, computed fields, joins and the like."""
    parts, behind = split(tree)
    if not parts and len(behind) == 1 and (call := is_sequence(behind[0])):
        return Query(steps=(read_sequence(call, read),))
    span: Span | None = None
    if parts and isinstance(parts[0], Call) and parts[0].name == INTERVAL:
        span, parts = span_of(parts[0]), parts[1:]
    tables = tables_of(parts[0]) if parts else ()
    left = parts[1:] if tables else parts
    steps = tuple(step for one in behind for step in steps_of(one))
    found = [expression(part) for part in left]
    where = None if not found else found[0] if len(found) == 1 else And(tuple(found))
    return Query(where=where, span=span, tables=tables, steps=steps)


def is_sequence(step: Written) -> Call | None:
    """The function of a step that finds events that follow each other; None for any other step."""
    call = step.condition if isinstance(step, Filter) else None
    return call if isinstance(call, Call) and call.name == CORRELATE else None


def split(tree: Pipeline) -> tuple[list[Condition], tuple[Written, ...]]:
    """The conditions that begin a query, all of which must hold, and the steps behind them."""
    parts: list[Condition] = []
    for at, step in enumerate(tree.steps):
        condition = filter_of(step)
        if condition is None:
            return parts, tree.steps[at:]
        parts += condition.parts if isinstance(condition, All) else [condition]
    return parts, ()


def filter_of(step: Written) -> Condition | None:
    """The condition of a step that filters; None for any other."""
    if isinstance(step, Apply):
        call = Call(
            name=step.call.name,
            arguments=(Argument(name="field", value=Text(value=step.field)), *step.call.arguments),
        )
        return call if call.name in _FILTERS else None
    if not isinstance(step, Filter):
        return None
    condition = step.condition
    if isinstance(condition, Call) and condition.name not in _FILTERS:
        return None
    if condition == Free(value=Glob(text=ANY)):
        return All(parts=())
    return condition


_FILTERS = frozenset(
    ("in", "cidr", "regex", "test", "wildcard", "match", "lookup", "ioc:lookup", "selfJoinFilter", INTERVAL)
)


def tables_of(condition: Condition) -> tuple[str, ...]:
    """The kinds of events that a condition asks for and nothing else; () for any other condition."""
    parts = condition.parts if isinstance(condition, Or) else (condition,)
    found = [
        part.value.text
        for part in parts
        if isinstance(part, Compare)
        and (part.field, part.operator) == (KIND, "=")
        and isinstance(part.value, Glob)
        and ANY not in part.value.text
    ]
    return tuple(found) if len(found) == len(parts) else ()


def steps_of(step: Written) -> Iterator[Step]:
    """The steps of the middle that a step behind the first filters means."""
    condition = filter_of(step)
    if condition is not None:
        yield Keep(where=expression(condition))
        return
    if isinstance(step, Filter) and isinstance(step.condition, Call):
        found = read_step(step.condition)
        if found is not None:
            yield from found
            return
        what = "joins" if step.condition.name in ("join", "selfJoin", CORRELATE) else "functions"
        raise cannot(what, f"The function {step.condition.name}() has no counterpart.")
    if isinstance(step, Case | Match):
        raise cannot("branches", "Events go different ways.")
    if isinstance(step, Link):
        raise cannot("joins", "Fields of several queries are compared.")
    assert isinstance(step, Assign | Apply)
    raise cannot("computed fields", f"The field {step.field[:60]} is computed.")


def expression(condition: Condition) -> Expression:
    """The expression of a condition."""
    if isinstance(condition, All):
        return And(tuple(expression(part) for part in condition.parts))
    if isinstance(condition, Or):
        return AnyOf(tuple(expression(part) for part in condition.parts))
    if isinstance(condition, Not):
        return Negated(expression(condition.inner))
    if isinstance(condition, Compare):
        return read_compare(condition)
    if isinstance(condition, Free):
        return read_free(condition)
    if isinstance(condition, Truth):
        always = Test("", Op.PRESENT)
        return always if condition.value else Negated(always)
    return read_call(condition)
