"""From when to when, over how many records; and how far in days one record is from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .table import count, invalid, time

DAY = 86_400.0
RECORDS_PER_DAY = 10_000
"""Where records have no times, so many of them stand for a day."""


@dataclass(slots=True)
class Clock:
    """Counts of records and their times; seconds since 1970 UTC."""

    records: int = 0
    timed: int = 0
    """Records whose time is known."""
    first: float | None = None
    """Earliest and latest time."""
    last: float | None = None

    @property
    def by_time(self) -> bool:
        """Whether times can be relied on: at least nine in ten records have one."""
        return self.timed > 0 and self.timed * 10 >= self.records * 9

    @property
    def start(self) -> float:
        """Where the input begins, in days."""
        return (self.first or 0.0) / DAY if self.by_time else 0.0

    @property
    def end(self) -> float:
        """Where it ends, in days."""
        return (self.last or 0.0) / DAY if self.by_time else self.records / RECORDS_PER_DAY

    @property
    def days(self) -> float:
        """How long it is."""
        return self.end - self.start

    def add(self, records: int, timed: int, first: float | None, last: float | None) -> None:
        """Count records."""
        self.records += records
        self.timed += timed
        if first is not None:
            self.first = first if self.first is None else min(self.first, first)
        if last is not None:
            self.last = last if self.last is None else max(self.last, last)

    def merge(self, other: Clock) -> None:
        """Count the records of another part."""
        self.add(other.records, other.timed, other.first, other.last)

    def to_json(self) -> dict[str, Any]:
        """JSON types."""
        return {"records": self.records, "timed": self.timed, "first": self.first, "last": self.last}

    @classmethod
    def from_json(cls, data: Any) -> Clock:
        """What `to_json` wrote; raises InputError for anything else."""
        if not isinstance(data, dict):
            raise invalid("it has no times")
        return cls(
            count(data.get("records"), "records"),
            count(data.get("timed"), "timed"),
            time(data.get("first"), "first"),
            time(data.get("last"), "last"),
        )
