"""Conditions that go before the operators which stand before them, in time that grows as the query does.

Of a stretch of operators that may be passed it is kept, by name, behind which of them a condition that uses
the name must stay; so a condition finds its place at once, however many operators it passes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from cybersecqwen.dialects.kql.steps import Step, Summarize, Where
from cybersecqwen.dialects.kql.tree import Call, Expr, Name, Named
from cybersecqwen.dialects.kql.walk import find

from .changing import Steps, movable, parts_of, uses, where


class Bars(Protocol):
    """Where conditions must stay in a stretch of operators; places count from its first operator."""

    def add(self, step: Step, place: int) -> None:
        """One more operator, that at this place."""

    def first(self, part: Expr, end: int) -> int:
        """The place before which a condition from behind the last, at `end`, may go; `end` for nowhere."""


class ByMade:
    """A condition stays behind operators that make what it uses; `made` gives None where all must stay."""

    def __init__(self, made: Callable[[Step], frozenset[str] | None]) -> None:
        self._made = made
        self._all = 0
        self._behind: dict[str, int] = {}

    def add(self, step: Step, place: int) -> None:
        """See `Bars`."""
        names = self._made(step)
        if names is None:
            self._all = place + 1
        else:
            self._behind.update(dict.fromkeys(names, place + 1))

    def first(self, part: Expr, end: int) -> int:
        """See `Bars`."""
        del end
        return max([self._all, *(self._behind.get(name, 0) for name in uses(part))])


class ByKeys:
    """A condition goes before a `summarize` if all that it uses are groups, and nulls are nothing to it."""

    def __init__(self) -> None:
        self._runs: dict[str, tuple[int, int]] = {}
        """Of each name: the `summarize` from which on it was a group of each, and the last that was seen."""

    def add(self, step: Step, place: int) -> None:
        """See `Bars`."""
        if not isinstance(step, Summarize):
            return
        made = {one.text for item in step.items if isinstance(item, Named) for one in item.names}
        for name in {item.text for item in step.by if isinstance(item, Name)} - made:
            start, last = self._runs.get(name, (place, place))
            self._runs[name] = (start if last >= place - 1 else place, place)

    def first(self, part: Expr, end: int) -> int:
        """See `Bars`."""
        used = uses(part)
        if not used or any(one.name in _OF_NULLS for one in find(part, Call)):
            return end
        runs = [self._runs.get(name, (end, end)) for name in used]
        return max(start if last == end - 1 else end for start, last in runs)


_OF_NULLS = ("isnull", "isnotnull", "coalesce")
"""Functions that tell a null from an empty text."""


def forward(kinds: tuple[type[Any], ...], bars: Callable[[], Bars]) -> Callable[[Steps], Steps | None]:
    """Brings conditions of `where` before operators of some kinds, where they may go there."""

    def run(steps: Steps) -> Steps | None:
        made: list[Step] = []
        moved, stretch = False, _Stretch(bars())
        for step in steps:
            if isinstance(step, kinds):
                stretch.add(step)
                continue
            found = stretch.brought(step) if isinstance(step, Where) else None
            if found is None:
                made += [*stretch.rest(), step]
            else:
                made += found
                moved = True
            if not stretch:
                stretch = _Stretch(bars())
        return (*made, *stretch.rest()) if moved else None

    return run


class _Stretch:
    """Operators that conditions may pass, with no other between them; those given out have gone from it."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._steps: list[Step] = []
        self._begin = 0

    def __len__(self) -> int:
        return len(self._steps) - self._begin

    def add(self, step: Step) -> None:
        """One more operator."""
        self._bars.add(step, len(self._steps))
        self._steps.append(step)

    def rest(self) -> list[Step]:
        """Give out all that are left."""
        return self._until(len(self._steps))

    def _until(self, place: int) -> list[Step]:
        found = self._steps[self._begin : place]
        self._begin = place
        return found

    def brought(self, step: Where) -> list[Step] | None:
        """Give out those that no part of a `where` goes before, with its parts; None where it stays whole."""
        if not self or isinstance(step.predicate, Named):
            return None
        end = len(self._steps)
        places: dict[int, list[Expr]] = {}
        for part in parts_of(step.predicate):
            place = self._bars.first(part, end) if movable(part) else end
            places.setdefault(max(self._begin, place), []).append(part)
        if list(places) == [end]:
            return None
        made: list[Step] = []
        like: Where | None = step
        for place in sorted(places):
            made += [*self._until(place), where(places[place], like)]
            like = None
        return made
