"""Which home of a taxonomy a query in the names of its schema is about: by its tables and conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cybersecqwen.detect.sigma.model import And, Expression, Op, Test
from cybersecqwen.detect.sigma.plain import matches
from cybersecqwen.dialects.normal import normal
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import UnsayableError

from .attempt import conditions_of, joined
from .loose import fields_in
from .parts import Backwards
from .taxonomy import Conditions, Home, Mapping

_TRIED = 12
"""Homes for which it is looked whether they have all the columns."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A query at the home that it is about."""

    home: Home
    rest: Expression | None
    """What it asks besides what tells the records; None for nothing."""
    events: tuple[str, ...] = ()
    """The event ids that it asks for, where the home holds some alone."""
    notes: tuple[str, ...] = ()
    """What does not carry over, a sentence each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    home: Home
    used: frozenset[int]
    """Parts of the query that are conditions of the home."""
    unmet: tuple[str, ...]
    """Fields of conditions that the query does not name."""
    narrower: tuple[str, ...]
    """Fields of conditions of whose values it names only some."""
    events: tuple[str, ...]

    @property
    def said(self) -> bool:
        """Whether the query tells the home by anything but its fields."""
        return bool(self.used) or not self.unmet

    @property
    def score(self) -> int:
        return 2 * len(self.used) - len(self.unmet)


def told(query: Query, mapping: Mapping) -> Told:
    """The home whose tables and conditions the query names best. Raises UnsayableError for none."""
    asked = query.where.parts if isinstance(query.where, And) else (query.where,)
    parts = [part for part in asked if part is not None]
    shapes = [normal(part) for part in parts]
    tables = {table.lower() for table in query.tables}
    found = [
        one
        for home in mapping.homes
        if not home.tables or {table.lower() for table in home.tables} == tables
        if (one := _candidate(home, parts, shapes)) is not None
    ]
    if not found:
        named = ", ".join(query.tables) or "what the query reads"
        raise UnsayableError(
            f"{mapping.name} has no logsource of Sigma for {named}.",
            what=f"tables of {mapping.name} without a logsource",
            hint="Its conditions must tell the kind of events, as the mapping writes them.",
        )
    columns = [fields_in(part) for part in parts]
    # Stable: the first in the file stays before its equals, and before all others where nothing is told.
    found.sort(key=lambda one: (_strange(one, columns) > 0, not one.said, -one.score if one.said else 0))
    best, least = found[0], 1 << 30
    for one in found[:_TRIED]:
        missing = _missing(one, parts)
        if missing < least:
            best, least = one, missing
        if not missing:
            break
    left = [part for at, part in enumerate(parts) if at not in best.used]
    return Told(home=best.home, rest=joined(left), events=best.events, notes=_notes(best))


def knowing(mapping: Mapping) -> Callable[[Expression], bool]:
    """Tells whether a part of a query is a condition by patterns of one of the homes."""

    def known(part: Expression) -> bool:
        return not isinstance(part, Test) and any(
            normal(part) == _shape(((name, values),))
            for home in mapping.homes
            for name, values in home.conditions
            if any("*" in value for value in values)
        )

    return known


def _missing(candidate: _Candidate, parts: list[Expression]) -> int:
    """How many columns of the query the home has no field for."""
    back = Backwards(candidate.home)
    for at, part in enumerate(parts):
        if at not in candidate.used:
            back.expression(part)
    return len(back.missing)


def _strange(candidate: _Candidate, columns: list[frozenset[str]]) -> int:
    """How many columns of the query the home does not name at all."""
    home = candidate.home
    if home.rest == "*":
        return 0
    asked = set().union(*(names for at, names in enumerate(columns) if at not in candidate.used))
    asked -= {"", home.keywords, *home.reads}
    for name, place in home.fields.items():
        if not asked:
            break
        asked.difference_update(place.columns)
        if name.endswith(".*"):
            start = place.columns[0].partition("*")[0]
            asked = {one for one in asked if not one.startswith(start)}
    start = home.rest.partition("*")[0]
    return sum(not (start and one.startswith(start)) for one in asked)


def _notes(candidate: _Candidate) -> tuple[str, ...]:
    kind = str(candidate.home.logsources[0])
    made = [f"The query does not say {name}; it is taken to be about {kind}." for name in candidate.unmet[:3]]
    made += [
        f"Of the values of {name} it asks for some alone, which Sigma's {kind} does not tell apart."
        for name in candidate.narrower[:3]
    ]
    return tuple(made)


def _candidate(home: Home, parts: list[Expression], shapes: list[Expression]) -> _Candidate | None:
    """The query at a home; None where it asks for records of another kind."""
    used: set[int] = set()
    unmet, narrower = [], []
    for name, values in home.conditions:
        at, fits, whole = _condition(((name, values),), parts, shapes)
        if not fits:
            return None
        if at is None:
            unmet.append(name)
        else:
            used.add(at)
            if not whole:
                narrower.append(name)
    events, taken = _events(home, parts) if home.events else ((), frozenset[int]())
    if home.events and not events:
        return None
    return _Candidate(
        home=home,
        used=frozenset(used | taken),
        unmet=tuple(unmet),
        narrower=tuple(narrower),
        events=events,
    )


@lru_cache(maxsize=4_000)
def _shape(conditions: Conditions) -> Expression:
    (made,) = conditions_of(conditions)
    return normal(made)


def _condition(
    conditions: Conditions, parts: list[Expression], shapes: list[Expression]
) -> tuple[int | None, bool, bool]:
    """(which part is the condition, whether none contradicts it, whether it asks for all values)."""
    name, values = conditions[0]
    shape = _shape(conditions)
    for at, part in enumerate(parts):
        if isinstance(part, Test) and part.field == name and part.op is Op.EQUALS:
            held = [_holds(shape, value.lower()) for value in part.values]
            if all(held):
                return at, True, len(set(part.values)) >= len(values)
            if not any(held):
                return None, False, False
        elif shapes[at] == shape:
            return at, True, True
    return None, True, False


@lru_cache(maxsize=20_000)
def _holds(shape: Expression, value: str) -> bool:
    return matches(shape, lambda _name: value)


def _events(home: Home, parts: list[Expression]) -> tuple[tuple[str, ...], frozenset[int]]:
    """The event ids that the query's conditions tell at a home that holds only some, and where they stand."""
    found: dict[Conditions, str] = {}
    taken: set[int] = set()
    for event, conditions in home.events.items():
        places = [_place(name, values, parts) for name, values in conditions]
        if None not in places:
            found.setdefault(conditions, event)
            taken |= {at for at in places if at is not None}
    return tuple(found.values()), frozenset(taken)


def _place(name: str, values: tuple[str, ...], parts: list[Expression]) -> int | None:
    """Where the query asks for all these values of a field, perhaps with others."""
    wanted = {value.lower() for value in values}
    for at, part in enumerate(parts):
        if not (isinstance(part, Test) and part.field == name and part.op is Op.EQUALS):
            continue
        if wanted <= {value.lower() for value in part.values}:
            return at
    return None
