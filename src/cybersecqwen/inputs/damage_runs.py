"""Damage that repeats from record to record, told once."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.records import Damage

from .interface import Blob


class DamageRun:
    """Damaged records that follow each other with the same reason: one Damage, however many there are."""

    def __init__(self, blob: Blob, format: str) -> None:
        self._blob = blob
        self._format = format
        self._first: tuple[int, int, str] | None = None
        self._last = 0
        self.count = 0
        """Records in the run that has begun."""

    def add(self, number: int, offset: int, reason: str, records: int = 1) -> Iterator[Damage]:
        """Take one up; gives the run before it where that one had another reason or was not next to it."""
        if self._first is not None and (self._first[2] != reason or number > self._last + 1):
            yield from self.flush()
        if self._first is None:
            self._first = (number, offset, reason)
        self._last = number + records - 1
        self.count += records

    def flush(self) -> Iterator[Damage]:
        """The run that has begun, if any; the next damage begins another."""
        if self._first is not None:
            number, offset, reason = self._first
            count, self.count, self._first = self.count, 0, None
            yield self._blob.damage(reason, record=number, offset=offset, format=self._format, records=count)
