"""Two sets of counts side by side: what is new, gone, more and less frequent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

Z = 3.0
"""A rate has changed where its difference is more than three standard errors of a Poisson count,"""
FACTOR = 2.0
"""and at least so many times."""
_DAYS_LEAST = 1 / 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One subject of a baseline."""

    entries: int
    """Different things."""
    total: float
    """Sum of their counts."""
    top: tuple[tuple[str, float], ...]
    """The most frequent ones with their counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One subject in two baselines; counts are in the first, and in the second."""

    new: tuple[tuple[str, float], ...]
    """Only in the second, most frequent first."""
    gone: tuple[tuple[str, float], ...]
    """Only in the first."""
    more: tuple[tuple[str, float, float], ...]
    """More frequent in the second: name, count a day in the first, in the second; greatest change first."""
    less: tuple[tuple[str, float, float], ...]
    same: int
    """In both, and about as frequent."""
    counts: Mapping[str, int]
    """How many are new, gone, more, less: the lists hold only the first."""


def section(amounts: Mapping[str, float], top: int) -> Section:
    """The most frequent entries of a subject."""
    ranked = sorted(amounts.items(), key=lambda item: (-item[1], item[0]))
    return Section(entries=len(ranked), total=sum(amounts.values()), top=tuple(ranked[:top]))


def compared(
    before: Mapping[str, float], after: Mapping[str, float], days_before: float, days_after: float, top: int
) -> Comparison:
    """The differences of a subject; rates are for a day, where the inputs are that long."""
    days_before, days_after = max(days_before, _DAYS_LEAST), max(days_after, _DAYS_LEAST)
    more: list[tuple[str, float, float]] = []
    less: list[tuple[str, float, float]] = []
    same = 0
    for name in before.keys() & after.keys():
        one, other = before[name] / days_before, after[name] / days_after
        error = math.sqrt(before[name] / days_before**2 + after[name] / days_after**2)
        if abs(other - one) <= Z * error or max(one, other) < FACTOR * min(one, other):
            same += 1
        else:
            (more if other > one else less).append((name, one, other))
    for changed in (more, less):
        changed.sort(key=lambda row: (-abs(math.log(max(row[2], 1e-9) / max(row[1], 1e-9))), row[0]))
    new = sorted(((n, after[n]) for n in after.keys() - before.keys()), key=lambda row: (-row[1], row[0]))
    gone = sorted(((n, before[n]) for n in before.keys() - after.keys()), key=lambda row: (-row[1], row[0]))
    return Comparison(
        new=tuple(new[:top]),
        gone=tuple(gone[:top]),
        more=tuple(more[:top]),
        less=tuple(less[:top]),
        same=same,
        counts={"new": len(new), "gone": len(gone), "more": len(more), "less": len(less)},
    )
