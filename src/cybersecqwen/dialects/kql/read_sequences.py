"""Sequences, read from the joins that `write_sequences` makes of them.

What may be one is taken apart, put together as a sequence and written again: only where that gives the very
query, it is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cybersecqwen.detect.sigma.model import And, Expression
from cybersecqwen.dialects.query import Query, Sequence, Span, Stage
from cybersecqwen.errors import UnsayableError

from . import steps
from .columns import DEFENDER_TIME, SENTINEL_TIME
from .literals import span_of
from .read_conditions import Scope, condition
from .read_spans import meet, span_in
from .steps import Step
from .tree import Binary, Expr, KqlQuery, Logic, Name, Named, Number, Pipeline
from .walk import find

Rest = Callable[[KqlQuery], Query]
"""Reads a query without a sequence."""

_AT, _START = "At", "Start"
_ONE = Number("1")


def sequence_in(tree: Pipeline, rest: Rest) -> Query | None:
    """The query of a pipeline that begins with a sequence; None for any other."""
    at = next((place for place, step in enumerate(tree.steps) if _names(step, _START)), None)
    if at is None or at + 1 >= len(tree.steps) or not isinstance(tree.steps[at + 1], steps.Join):
        return None
    try:
        return _sequence(tree, at, rest)
    except UnsayableError:
        return None


def _names(step: Step, name: str) -> bool:
    if not isinstance(step, steps.Project) or step.word != "project":
        return False
    return any(isinstance(one, Named) and one.names == (Name(name),) for one in step.items)


def _sequence(tree: Pipeline, at: int, rest: Rest) -> Query | None:
    first = tree.steps[at]
    keys = tuple(one.text for one in getattr(first, "items", ()) if isinstance(one, Name))
    pieces = [(tree.source, tree.steps[:at])]
    within: float | None = None
    ordered = False
    end = at + 1
    while end < len(tree.steps) and isinstance(step := tree.steps[end], steps.Join):
        if not isinstance(step.right, Pipeline):
            return None
        pieces.append((step.right.source, step.right.steps[:-1]))
        end += 1
        if end < len(tree.steps) and isinstance(follows := tree.steps[end], steps.Where):
            within = _within(follows.predicate) or within
            ordered = ordered or any(name.text == _AT for name in find(follows.predicate, Name))
            end += 1
        end += 1
    found = _put_together(pieces, keys, within, ordered)
    behind = tree.steps[end + 1 :]
    if behind:
        # What follows is read as if it stood behind a table.
        later = rest(KqlQuery(body=Pipeline(Name("T"), (steps.Take(count=_ONE), *behind))))
        found = Query(tables=found.tables, span=found.span, steps=(*found.steps, *later.steps[1:]))
    from .write import timed, write

    made = write(found)
    forms = (made, timed(made, SENTINEL_TIME), timed(made, DEFENDER_TIME))
    return found if _bare(tree) in [one.body for one in forms] else None


def _bare(tree: Pipeline) -> Expr:
    return Pipeline(tree.source, tuple(replace(step, notes=()) for step in tree.steps))


def _within(tree: Expr) -> float | None:
    """The time that is allowed, of `Next - Start <= 5m`."""
    for node in find(tree, Binary):
        if node.operator == "<=" and (seconds := span_of(node.right)) is not None:
            return seconds
    return None


def _put_together(
    pieces: list[tuple[Expr | Step, tuple[Step, ...]]],
    keys: tuple[str, ...],
    within: float | None,
    ordered: bool,
) -> Query:
    stages: list[Stage] = []
    span: Span | None = None
    for source, all_ in pieces:
        where, when = _asked(all_[: len(all_) - len(keys)])
        span = when or span
        stages.append(Stage(where=where, tables=_tables(source)))
    tables = {stage.tables for stage in stages}
    common: tuple[str, ...] = ()
    if len(tables) == 1:
        common = stages[0].tables
        stages = [Stage(where=stage.where) for stage in stages]
    step = Sequence(stages=tuple(stages), by=keys, within_s=within, ordered=ordered)
    return Query(tables=common, span=span, steps=(step,))


def _tables(source: Expr | Step) -> tuple[str, ...]:
    if isinstance(source, Name):
        return (source.text,)
    return tuple(one.text for one in getattr(source, "tables", ()) if isinstance(one, Name))


def _asked(all_: tuple[Step, ...]) -> tuple[Expression, Span | None]:
    """The conditions of a stage, and the span that stands first."""
    span: Span | None = None
    found: list[Expression] = []
    for step in all_:
        if not isinstance(step, steps.Where):
            raise UnsayableError("It is no sequence.", what="a sequence of this form")
        parts = step.predicate.parts if isinstance(step.predicate, Logic) else (step.predicate,)
        spans = [span_in(part, Scope()) for part in parts]
        if None not in spans and isinstance(step.predicate, Logic | Binary):
            for one in spans:
                span = meet(span, one) if one is not None else span
        else:
            found.append(condition(step.predicate, Scope()))
    if not found:
        raise UnsayableError("It is no sequence.", what="a sequence of this form")
    return found[0] if len(found) == 1 else And(tuple(found)), span
