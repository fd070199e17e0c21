"""Which packages of a lock file are asked for, and which are only for developing, told by who needs whom."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def reached(roots: Iterable[K], needs: Mapping[K, Iterable[K]]) -> set[K]:
    """All that the roots need, they themselves included; circles are fine."""
    seen = set(roots)
    todo = list(seen)
    while todo:
        for key in needs.get(todo.pop(), ()):
            if key not in seen:
                seen.add(key)
                todo.append(key)
    return seen
