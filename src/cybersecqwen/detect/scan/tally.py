"""Counters that stay small: what is counted seldom makes room, and how much did is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Tally(Generic[Key]):
    """Counts of at most `most` keys. Past twice that number the rarest half is put together as `others`."""

    __slots__ = ("counts", "most", "others")

    def __init__(self, most: int = 2_000) -> None:
        self.counts: Counter[Key] = Counter()
        self.most = most
        self.others = 0
        """Sum of the counts that were given up."""

    def __len__(self) -> int:
        return len(self.counts)

    def __iter__(self) -> Iterator[tuple[Key, int]]:
        return iter(self.counts.most_common())

    def add(self, keys: Iterable[Key]) -> None:
        """Count each of `keys` once."""
        self.counts.update(keys)
        self._trim()

    def count(self, key: Key, number: int) -> None:
        """Count a key so often."""
        self.counts[key] += number
        self._trim()

    def merge(self, other: Tally[Key]) -> None:
        """Add what another has counted."""
        self.counts.update(other.counts)
        self.others += other.others
        self._trim()

    def narrow(self, most: int) -> None:
        """Keep at most so many keys from now on; never more than before."""
        if most < self.most:
            self.most = most
            self._trim()

    def _trim(self) -> None:
        if len(self.counts) > 2 * self.most:
            kept = self.counts.most_common(self.most)
            self.others += self.counts.total() - sum(count for _, count in kept)
            self.counts = Counter(dict(kept))

    def to_json(self) -> list[Any]:
        """[others, [key, count], …]."""
        return [self.others, *([key, count] for key, count in self.counts.items())]

    @classmethod
    def from_json(cls, raw: Any, most: int = 2_000) -> Tally[Any]:
        """Back; keys that were tuples are tuples again."""
        made: Tally[Any] = cls(most)
        made.others = int(raw[0])
        for key, count in raw[1:]:
            made.counts[tuple(key) if isinstance(key, list) else key] = int(count)
        return made
