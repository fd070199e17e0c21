"""Where users signed in from, in hours: first and last time for each user, place and hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from .seen import Line, lines_from_json, lines_to_json
from .table import Renamed, Table, count, invalid, number, same, text

HOUR_S = 3600

Key = tuple[str, str, int]
"""User, name of the place, hour (time divided by 3600)."""


@dataclass(slots=True)
class Stay:
    """Sign-ins of a user from a place in an hour."""

    count: int
    first: float
    last: float
    source: str
    """Address of the first one."""
    lines: tuple[Line, ...] = ()

    def merge(self, other: Stay) -> None:
        """Add what was counted elsewhere, later in order of reading."""
        self.count += other.count
        if other.first < self.first:
            self.lines, self.source = other.lines, other.source
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)


class Stays(Table):
    """Stays by user, place and hour, bounded: the oldest hours go first."""

    type: ClassVar[str] = "stays"

    def __init__(self, cells: int = 50_000) -> None:
        self.limit = cells
        self.stays: dict[Key, Stay] = {}
        self.evicted = 0

    def note(self, user: str, place: str, stay: Stay) -> None:
        """Count one sign-in."""
        key = user, place, int(stay.first // HOUR_S)
        have = self.stays.get(key)
        if have is None:
            self.stays[key] = stay
        else:
            have.merge(stay)

    def bound(self) -> None:
        """Drop the oldest where there are too many."""
        if len(self.stays) > self.limit:
            for key in sorted(self.stays, key=lambda k: (k[2], k))[: len(self.stays) - int(self.limit * 0.9)]:
                del self.stays[key]
                self.evicted += 1

    def merge(self, other: Table, shift: int, renamed: Renamed = same) -> None:
        """Add the counts of a later part."""
        assert isinstance(other, Stays)
        self.evicted += other.evicted
        for (user, place, _), s in other.stays.items():
            self.note(user, place, Stay(s.count, s.first, s.last, s.source, s.lines))
        self.bound()

    def for_baseline(self, renamed: Renamed) -> Self:
        """A copy without lines."""
        out = type(self)(self.limit)
        out.stays = {key: Stay(s.count, s.first, s.last, s.source) for key, s in self.stays.items()}
        out.evicted = self.evicted
        return out

    def amounts(self) -> dict[str, float]:
        """Sign-ins by user and place."""
        out: dict[str, float] = {}
        for (user, place, _), stay in self.stays.items():
            name = f"sign-ins of {user} from {place}"
            out[name] = out.get(name, 0.0) + stay.count
        return out

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON types."""
        rows = [
            [*key, s.count, s.first, s.last, s.source, lines_to_json(s.lines)]
            for key, s in self.stays.items()
        ]
        return {"type": self.type, "limit": self.limit, "evicted": self.evicted, "stays": rows}

    def restore(self, data: Any) -> None:
        """Take over what `to_json` wrote, in place of all that is here; raises InputError otherwise."""
        rows = data.get("stays") if isinstance(data, dict) and data.get("type") == self.type else None
        if not isinstance(rows, list):
            raise invalid("a table of stays is missing")
        self.limit = count(data.get("limit"), "limit")
        self.evicted = count(data.get("evicted"), "evicted")
        self.stays = dict(map(_from_row, rows))
        if len(self.stays) > self.limit:
            raise invalid("a table is larger than its bound")


def _from_row(row: Any) -> tuple[Key, Stay]:
    if not isinstance(row, list) or len(row) != 8:
        raise invalid("a stay has no row")
    stay = Stay(
        count(row[3], "sign-ins"),
        number(row[4], "first"),
        number(row[5], "last"),
        text(row[6], "a source"),
        lines_from_json(row[7]),
    )
    return (text(row[0], "a user"), text(row[1], "a place"), int(number(row[2], "an hour"))), stay
