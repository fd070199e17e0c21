"""How a change to one event, or to one condition, becomes a change to a whole query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cybersecqwen.dialects.elastic.expressions import Expr
from cybersecqwen.dialects.elastic.rewriting import everywhere
from cybersecqwen.dialects.eql.tree import EqlTree, Event, Sample, Sequence
from cybersecqwen.dialects.improvement import Context

SYNTAX = "https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax"
Apply = Callable[[EqlTree, Context], EqlTree | None]


def each_event(change: Callable[[Event], Event]) -> Apply:
    """A change to each event that a query asks for."""

    def apply(tree: EqlTree, _context: Context) -> EqlTree | None:
        made = with_events(tree, change)
        return None if made == tree else made

    return apply


def each_condition(change: Callable[[Expr], Expr]) -> Apply:
    """A change to each part of each condition."""
    return each_event(lambda event: replace(event, where=everywhere(event.where, change)))


def with_events(tree: EqlTree, change: Callable[[Event], Event]) -> EqlTree:
    """The query with each of its events changed."""
    body = tree.body
    if isinstance(body, Event):
        return replace(tree, body=change(body))
    stages = tuple(replace(stage, event=change(stage.event)) for stage in body.stages)
    if isinstance(body, Sample):
        return replace(tree, body=replace(body, stages=stages))
    until = replace(body.until, event=change(body.until.event)) if body.until else None
    made: Sequence = replace(body, stages=stages, until=until)
    return replace(tree, body=made)
