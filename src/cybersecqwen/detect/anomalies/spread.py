"""How large the values of a number are: a histogram on a logarithmic scale, and the largest ones' lines."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from .batch import Records
from .seen import Line, greatest, least, lines_from_json, lines_to_json
from .table import Renamed, Table, count, invalid, number, same, text, time

STEPS = 16
"""Steps of the histogram for each factor of e: values within 6.5 % of each other are one."""
_LARGEST = 1e18
_KEPT = 5
NUMBERS = 2_000
"""Numbers (fields of kinds) in one table; the least frequent are dropped and counted."""

Group = tuple[str, ...]


@dataclass(slots=True)
class Large:
    """One of the largest values."""

    value: float
    time: float | None
    ordinal: int
    host: str
    user: str
    line: tuple[Line, ...]


@dataclass(slots=True)
class Histogram:
    """Counts of values of one field; a value is counted in step floor(STEPS * ln(1 + value))."""

    count: int = 0
    first: float | None = None
    last: float | None = None
    steps: dict[int, int] = field(default_factory=dict)
    large: list[Large] = field(default_factory=list)
    """The `_KEPT` largest, largest first."""

    def keep(self, more: list[Large]) -> None:
        """Keep the largest of what is here and more; the earlier of equals."""
        self.large = sorted((*self.large, *more), key=lambda v: (-v.value, v.ordinal))[:_KEPT]

    def take_out(self, value: float) -> None:
        """Count one value less."""
        step = math.floor(math.log1p(value) * STEPS)
        if self.steps.get(step, 0) > 1:
            self.steps[step] -= 1
        else:
            self.steps.pop(step, None)

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Middles of the steps on the scale ln(1 + value), and their counts."""
        steps = sorted(self.steps)
        values = (np.array(steps, dtype=np.float64) + 0.5) / STEPS
        return values, np.array([self.steps[s] for s in steps], dtype=np.float64)


def scaled(value: float) -> float:
    """A value on the scale of the histogram."""
    return math.log1p(value)


class Spread(Table):
    """A histogram for each (kind, field)."""

    type: ClassVar[str] = "spread"

    def __init__(self) -> None:
        self.groups: dict[Group, Histogram] = {}
        self.evicted = 0

    def add(self, batch: Records, group: Group, values: NDArray[np.float64]) -> None:
        """Count the values of the batch's records; NaN, negative and endless ones do not count."""
        usable = np.flatnonzero((values >= 0) & (values <= _LARGEST))
        if not usable.size:
            return
        histogram = self.groups.setdefault(group, Histogram())
        chosen = values[usable]
        histogram.count += int(usable.size)
        histogram.first = least(histogram.first, batch.earliest)
        histogram.last = greatest(histogram.last, batch.latest)
        steps = np.floor(np.log1p(chosen) * STEPS).astype(np.int64)
        amounts = np.bincount(steps)
        for step in np.flatnonzero(amounts).tolist():
            histogram.steps[step] = histogram.steps.get(step, 0) + int(amounts[step])
        bar = histogram.large[-1].value if len(histogram.large) == _KEPT else -1.0
        above = usable[chosen > bar]
        if above.size:
            order = above[np.argsort(-values[above], kind="stable")][:_KEPT]
            histogram.keep([_large(batch, float(values[i]), int(i)) for i in order])
        if len(self.groups) > NUMBERS:
            self._evict()

    def _evict(self) -> None:
        rare_first = sorted(self.groups, key=lambda g: (self.groups[g].count, g))
        for group in rare_first[: len(rare_first) - int(NUMBERS * 0.9)]:
            del self.groups[group]
            self.evicted += 1

    def merge(self, other: Table, shift: int, renamed: Renamed = same) -> None:
        """Add the counts of a later part, whose first record has the number `shift`."""
        assert isinstance(other, Spread)
        self.evicted += other.evicted
        for name, theirs in other.groups.items():
            ours = self.groups.setdefault(tuple(map(renamed, name)), Histogram())
            ours.count += theirs.count
            ours.first, ours.last = least(ours.first, theirs.first), greatest(ours.last, theirs.last)
            for step, n in theirs.steps.items():
                ours.steps[step] = ours.steps.get(step, 0) + n
            ours.keep(
                [Large(v.value, v.time, v.ordinal + shift, v.host, v.user, v.line) for v in theirs.large]
            )
        if len(self.groups) > NUMBERS:
            self._evict()

    def for_baseline(self, renamed: Renamed) -> Self:
        """A copy without lines, its tokens renamed."""
        out = type(self)()
        out.merge(self, 0, renamed)
        for histogram in out.groups.values():
            histogram.large = [Large(v.value, v.time, v.ordinal, "", "", ()) for v in histogram.large]
        return out

    def amounts(self) -> dict[str, float]:
        """Group to its count."""
        return {" ".join(filter(None, group)): h.count for group, h in self.groups.items()}

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON types."""
        rows = [
            [
                list(group),
                h.count,
                h.first,
                h.last,
                list(map(list, sorted(h.steps.items()))),
                list(map(_to_row, h.large)),
            ]
            for group, h in self.groups.items()
        ]
        return {"type": self.type, "evicted": self.evicted, "groups": rows}

    def restore(self, data: Any) -> None:
        """Take over what `to_json` wrote, in place of all that is here; raises InputError otherwise."""
        rows = data.get("groups") if isinstance(data, dict) and data.get("type") == self.type else None
        if not isinstance(rows, list) or len(rows) > NUMBERS:
            raise invalid("a table of numbers is missing")
        self.evicted = count(data.get("evicted"), "evicted")
        self.groups = dict(map(_from_row, rows))


def _large(batch: Records, value: float, i: int) -> Large:
    line = (batch.line(i),)
    return Large(value, batch.time(i), batch.ordinal(i), batch.host(i), batch.user(i), line)


def _to_row(large: Large) -> list[Any]:
    return [large.value, large.time, large.ordinal, large.host, large.user, lines_to_json(large.line)]


def _from_row(row: Any) -> tuple[Group, Histogram]:
    if not isinstance(row, list) or len(row) != 6 or not all(isinstance(row[i], list) for i in (0, 4, 5)):
        raise invalid("a number has no row")
    out = Histogram(count(row[1], "a number"), time(row[2], "first"), time(row[3], "last"))
    for step in row[4]:
        if not isinstance(step, list | tuple) or len(step) != 2 or count(step[0], "a step") > 2_000:
            raise invalid("a step has no row")
        out.steps[step[0]] = count(step[1], "a step")
    for value in row[5][:_KEPT]:
        if not isinstance(value, list) or len(value) != 6:
            raise invalid("a value has no row")
        out.large.append(
            Large(
                number(value[0], "a value"),
                time(value[1], "a time"),
                count(value[2], "ordinal"),
                text(value[3], "host"),
                text(value[4], "user"),
                lines_from_json(value[5]),
            )
        )
    return tuple(text(part, "a group") for part in row[0]), out
