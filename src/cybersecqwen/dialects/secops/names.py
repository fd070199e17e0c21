"""The names and comparisons in a search."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cybersecqwen.detect.sigma.model import And, Expression, Test
from cybersecqwen.detect.sigma.model import Not as Negated
from cybersecqwen.dialects.interface import Atom, Name, Names
from cybersecqwen.errors import UnsayableError

from .times import SECONDS, TIME
from .tree import And as All
from .tree import Call, Comparison, Condition, Membership, Not, Or, Path, Search, Sum, Value


def names_of(search: Search) -> Names:
    """The fields that it names, in the order of the text."""
    found = [
        Name(text=TIME if path.name == SECONDS else path.name, line=path.place[0], column=path.place[1])
        for path in _all(search)
    ]
    return Names(fields=tuple(found))


def _all(search: Search) -> Iterator[Path]:
    if search.events is not None:
        yield from paths_in(search.events)
    values: list[Value] = [
        *(search.match.keys if search.match else ()),
        *(one.value for one in search.outcome),
    ]
    values += search.dedup
    for value in values:
        yield from _paths(value)
    if search.condition is not None:
        yield from paths_in(search.condition)
    for value in (*(one.key for one in search.order), *search.select, *search.unselect):
        yield from _paths(value)


def paths_in(condition: Condition) -> Iterator[Path]:
    """Every field in a condition, in the order of the text."""
    if isinstance(condition, Not):
        yield from paths_in(condition.inner)
    elif isinstance(condition, All | Or):
        for part in condition.parts:
            yield from paths_in(part)
    elif isinstance(condition, Comparison):
        yield from _paths(condition.left)
        yield from _paths(condition.right)
    elif isinstance(condition, Membership):
        yield from _paths(condition.left)
    else:
        yield from _paths(condition)


def _paths(value: Value) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, Call):
        for one in value.arguments:
            yield from _paths(one)
    elif isinstance(value, Sum):
        yield from _paths(value.left)
        yield from _paths(value.right)


def atoms_of(search: Search, read: Callable[[Condition], Expression]) -> tuple[Atom, ...]:
    """Every comparison of a field with a value; what the middle has no words for is passed over."""
    found: list[Atom] = []
    for leaf in _leaves(search.events):
        try:
            found += [Atom(test.field, test.op, test.values) for test in _tests(read(leaf))]
        except UnsayableError:
            continue
    return tuple(found)


def _leaves(condition: Condition | None) -> Iterator[Condition]:
    if isinstance(condition, Not):
        yield from _leaves(condition.inner)
    elif isinstance(condition, All | Or):
        for part in condition.parts:
            yield from _leaves(part)
    elif condition is not None:
        yield condition


def _tests(expression: Expression) -> Iterator[Test]:
    if isinstance(expression, Test):
        yield expression
    elif isinstance(expression, Negated):
        yield from _tests(expression.inner)
    else:
        for part in expression.parts if isinstance(expression, And) else expression.parts[:1]:
            yield from _tests(part)
