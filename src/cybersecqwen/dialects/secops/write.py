"""A tree of a search that means a query of the middle."""

from __future__ import annotations

from typing import Any

from cybersecqwen.detect.sigma.model import And, Expression, Test
from cybersecqwen.detect.sigma.model import Not as Negated
from cybersecqwen.dialects.query import Query, Sequence

from .conditions import cannot, write_test
from .grouping import Sections
from .sequences import write_sequence
from .times import conditions_of
from .tree import And as All
from .tree import Condition, Not, Search
from .tree import Or as Any_


def write(query: Query) -> Search:
    """The tree of a query. Raises UnsayableError for what search has no words for."""
    if query.tables:
        raise cannot("tables", "All events lie in one table.")
    if query.steps and isinstance(query.steps[0], Sequence):
        if query.where is not None or query.span is not None or len(query.steps) > 1:
            raise cannot("steps around a sequence", "A sequence stands alone.")
        return write_sequence(query.steps[0], condition_of)
    parts = [] if query.span is None else conditions_of(query.span)
    if query.where is not None:
        found = condition_of(query.where)
        parts += found.parts if isinstance(found, All) else [found]
    sections: dict[str, Any] = Sections(query.steps).found
    events = None if not parts else parts[0] if len(parts) == 1 else All(parts=tuple(parts))
    return Search(events=events, **sections)


def condition_of(expression: Expression) -> Condition:
    """The condition that means an expression."""
    if isinstance(expression, Test):
        return write_test(expression)
    if isinstance(expression, Negated):
        inner = expression.inner
        return condition_of(inner.inner) if isinstance(inner, Negated) else Not(inner=condition_of(inner))
    if not expression.parts:
        raise cannot("conditions on nothing", "A condition has no parts.")
    parts: list[Condition] = []
    kind = All if isinstance(expression, And) else Any_
    for part in expression.parts:
        found = condition_of(part)
        parts += found.parts if isinstance(found, kind) else [found]
    return parts[0] if len(parts) == 1 else kind(parts=tuple(parts))
