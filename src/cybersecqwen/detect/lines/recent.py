"""A cache from what was seen lately to template ids, bounded by memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import islice
from typing import Generic, TypeVar

_OVERHEAD = 160
"""Bytes of an entry beside what its key holds: object head, place in the table."""

Key = TypeVar("Key", bytes, tuple[str, ...])


class Recent(Generic[Key]):
    """Keys with their ids; when full, the older half goes."""

    def __init__(self, most_bytes: int, size: Callable[[Key], int]) -> None:
        self.known: dict[Key, int] = {}
        """Look-ups go here directly."""
        self._most = most_bytes
        self._size: Callable[[Key], int] = size
        self._bytes = 0

    def keep(self, new: Mapping[Key, int]) -> None:
        """Add keys that are not there yet."""
        self._bytes += self._size_of(new)
        if self._bytes > self._most:
            dropped = list(islice(self.known, (len(self.known) + 1) // 2))
            for key in dropped:
                del self.known[key]
            self._bytes -= self._size_of(dropped)
        self.known.update(new)

    def clear(self) -> None:
        """Drop everything."""
        self.known.clear()
        self._bytes = 0

    def _size_of(self, keys: Collection[Key]) -> int:
        return sum(map(self._size, keys)) + _OVERHEAD * len(keys)
