"""A cache from what was seen lately to template ids, bounded by memory."""

from __future__ import annotations

from collections.abc import Callable, Set
from itertools import islice
from typing import Generic, TypeVar

_OVERHEAD = 160
"""Bytes of an entry beside its characters: object head, place in the table."""

Key = TypeVar("Key", str, bytes)


class Recent(Generic[Key]):
    """Keys with their ids; when full, the older half goes."""

    def __init__(self, most_bytes: int) -> None:
        self.known: dict[Key, int] = {}
        """Look-ups go here directly."""
        self._most = most_bytes
        self._bytes = 0

    def keep(self, key: Key, id: int) -> None:
        """Add a key that is not there yet."""
        self._bytes += len(key) + _OVERHEAD
        if self._bytes > self._most:
            for old in list(islice(self.known, (len(self.known) + 1) // 2)):
                del self.known[old]
                self._bytes -= len(old) + _OVERHEAD
        self.known[key] = id

    def renumber(self, gone: Set[int], current: Callable[[int], int]) -> None:
        """Put the current id in place of those that are gone."""
        known = self.known
        for key in [key for key, id in known.items() if id in gone]:
            known[key] = current(known[key])

    def clear(self) -> None:
        """Drop everything."""
        self.known.clear()
        self._bytes = 0
