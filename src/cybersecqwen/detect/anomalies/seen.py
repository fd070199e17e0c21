"""When something was first seen, how often, and in which lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cybersecqwen.records import Source

from .observed import LINES, TEXT_CHARS
from .table import count, invalid, text, time

Line = tuple[Source, str]
KEY_LINES = 2
"""Lines kept of a key: with a hundred thousand keys they are most of the memory."""


@dataclass(slots=True)
class Seen:
    """One key of a group. Plain and small, because a table holds up to a hundred thousand."""

    count: int
    first: float | None
    """Earliest and latest time, seconds since 1970; the latest is exact to ten minutes."""
    last: float | None
    ordinal: int
    """Number of its first record in the input, from 0."""
    before: int
    """Records that its group had before it."""
    host: str = ""
    """Host and user of its first record."""
    user: str = ""
    lines: tuple[Line, ...] = ()
    """Its first lines, at most `KEY_LINES`."""

    def merge(self, other: Seen) -> None:
        """Add what was seen elsewhere; the lines of the earlier one stay."""
        self.count += other.count
        if _earlier(other.first, self.first) or (other.first == self.first and other.ordinal < self.ordinal):
            self.lines, self.host, self.user = other.lines, other.host, other.user
        self.first, self.last = least(self.first, other.first), greatest(self.last, other.last)
        self.ordinal = min(self.ordinal, other.ordinal)
        self.before = min(self.before, other.before)

    def to_json(self) -> list[Any]:
        """JSON types, in the order of the fields."""
        row: list[Any] = [self.count, self.first, self.last, self.ordinal, self.before]
        return [*row, self.host, self.user, lines_to_json(self.lines)] if self.lines else row

    @classmethod
    def from_json(cls, row: Any) -> Seen:
        """What `to_json` wrote; raises InputError for anything else."""
        if not isinstance(row, list) or len(row) not in (5, 8):
            raise invalid("a count has no row")
        host, user, lines = ("", "", ()) if len(row) == 5 else (row[5], row[6], lines_from_json(row[7]))
        return cls(
            count(row[0], "count"),
            time(row[1], "first"),
            time(row[2], "last"),
            count(row[3], "ordinal"),
            count(row[4], "before"),
            text(host, "host"),
            text(user, "user"),
            lines,
        )


def _earlier(one: float | None, than: float | None) -> bool:
    return one is not None and (than is None or one < than)


def least(one: float | None, other: float | None) -> float | None:
    """The earlier of two times, one of which may be unknown."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def greatest(one: float | None, other: float | None) -> float | None:
    """The later of two times, one of which may be unknown."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def lines_to_json(lines: tuple[Line, ...]) -> list[Any]:
    """Lines as rows."""
    return [[s.path, s.member, s.record, s.offset, s.format, said] for s, said in lines]


def lines_from_json(rows: Any) -> tuple[Line, ...]:
    """What `lines_to_json` wrote; raises InputError for anything else."""
    if not isinstance(rows, list) or len(rows) > LINES:
        raise invalid("lines are no list")
    out: list[Line] = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 6:
            raise invalid("a line has no row")
        path, member, format, said = (text(row[i], "a line") for i in (0, 1, 4, 5))
        if not isinstance(row[3], int):
            raise invalid("an offset is not a number")
        record, offset = count(row[2], "record"), row[3]
        source = Source(path=path, member=member, record=record, offset=offset, format=format)
        out.append((source, said[:TEXT_CHARS]))
    return tuple(out)
