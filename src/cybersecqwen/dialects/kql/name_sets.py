"""Sets of names that grow along a query without being copied at each of its steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class NameSet:
    """Names in layers of which each is at least twice as large as the next.

    A name is looked for in a handful of layers, and a set that grows name by name copies each of them as
    often as there are layers at most: a thousand steps do not cost a million names.
    """

    _layers: tuple[frozenset[str], ...] = ()

    def __contains__(self, name: object) -> bool:
        return any(name in layer for layer in self._layers)

    def __iter__(self) -> Iterator[str]:
        for layer in self._layers:
            yield from layer

    def __len__(self) -> int:
        return sum(map(len, self._layers))

    @property
    def newest(self) -> int:
        """How many names were copied when the last of them were added."""
        return len(self._layers[-1]) if self._layers else 0

    def __or__(self, names: Iterable[str]) -> NameSet:
        """The set with more names; this one where it has them all."""
        if isinstance(names, NameSet):
            if len(names) > len(self):
                return names | self
            # What grew out of the same set shares layers with this one.
            names = [name for layer in self._not_in_common(names) for name in layer]
        new = frozenset(name for name in names if name not in self)
        if not new:
            return self
        layers = list(self._layers)
        while layers and len(layers[-1]) < 2 * len(new):
            new |= layers.pop()
        return NameSet((*layers, new))

    def apart(self, other: NameSet) -> int:
        """How many names are looked at for the union of the two."""
        if len(other) > len(self):
            return other.apart(self)
        return sum(map(len, self._not_in_common(other)))

    def _not_in_common(self, other: NameSet) -> list[frozenset[str]]:
        return [layer for layer in other._layers if not any(layer is mine for mine in self._layers)]


NONE = NameSet()
"""No names."""


def named(*names: str) -> NameSet:
    """A set of these."""
    return NONE | names
