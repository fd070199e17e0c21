"""What a search means, in the words of the middle."""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import And, Expression, Or
from cybersecqwen.detect.sigma.model import Not as Negated
from cybersecqwen.dialects.query import Query

from .conditions import cannot, read_and, read_call, read_comparison
from .grouping import read_steps
from .sequences import events_in, read_sequence
from .times import is_time, span_of
from .tree import And as All
from .tree import Call, Comparison, Condition, Membership, Not, Path, Search, Variable
from .tree import Or as Any_


def read(search: Search) -> Query:
    """The query. Raises UnsayableError for reference lists, computed values and the like."""
    parts = search.events.parts if isinstance(search.events, All) else (search.events,)
    events = [part for part in parts if part is not None]
    if any(events_in(part) - {""} for part in events):
        return Query(steps=(read_sequence(search, expression),))
    variables = {
        part.left.name: part.right.name
        for part in events
        if isinstance(part, Comparison) and isinstance(part.left, Variable) and isinstance(part.right, Path)
    }
    times = [part for part in events if is_time(part)]
    left = tuple(
        part
        for part in events
        if part not in times and not (isinstance(part, Comparison) and isinstance(part.left, Variable))
    )
    return Query(
        where=_all(left) if left else None,
        span=span_of(times),
        steps=tuple(read_steps(search, variables)),
    )


def _all(parts: tuple[Condition, ...]) -> Expression:
    left, found = read_and(parts)
    made = [*(expression(part) for part in left), *found]
    return made[0] if len(made) == 1 else And(tuple(made))


def expression(condition: Condition) -> Expression:
    """The expression of a condition."""
    if isinstance(condition, All):
        return _all(condition.parts)
    if isinstance(condition, Any_):
        return Or(tuple(expression(part) for part in condition.parts))
    if isinstance(condition, Not):
        return Negated(expression(condition.inner))
    if isinstance(condition, Comparison):
        if is_time(condition):
            raise cannot("times within a condition", "The time is compared within a condition.")
        return read_comparison(condition)
    if isinstance(condition, Membership):
        raise cannot("reference lists", f"What is in the list %{condition.listed} is not known here.")
    if isinstance(condition, Call):
        return read_call(condition)
    raise cannot("variables of unknown origin", f"${condition.name} is no condition on events.")
