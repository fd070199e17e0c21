"""95 % intervals: Wilson's for shares of independent items, seeded bootstrap for everything else.

Sources: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22(158),
1927; B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7(1), 1979 (the
percentile interval).
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .interface import Measure

_Z = 1.959964
RESAMPLES = 2_000
"""Bootstrap samples of an interval."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A measured value with its interval."""

    name: str
    """Of the measure."""
    title: str
    """For people."""
    value: float
    """The figure itself."""
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end of it."""
    n: int
    """Items that it is over."""
    interval: str
    """How the interval was made: "wilson" or "bootstrap"."""
    better: str
    """Which way is good: "higher" or "lower"."""


def wilson(hits: float, of: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of `hits` out of `of`; (0, 1) where nothing was counted."""
    if not of:
        return 0.0, 1.0
    share, squared = hits / of, _Z * _Z / of
    middle = share + squared / 2
    half = _Z * math.sqrt(share * (1 - share) / of + squared / (4 * of))
    low, high = (middle - half) / (1 + squared), (middle + half) / (1 + squared)
    return max(0.0, low), min(1.0, high)


def figure(
    measure: Measure, grades: Sequence[Mapping[str, float]], *, trials: int, seed: int
) -> Figure | None:
    """A measure over grades, one per item with its counts summed over trials; None without anything to count.

    A share of items that were tried more than once has no Wilson interval: answers to the same item are not
    independent. Items are resampled then, with all their trials; where all of them have everything right, or
    nothing, Wilson's interval of so many items is given, since samples of equals are equal.
    """
    above = [_sum(grade, measure.over) for grade in grades]
    below = [_sum(grade, measure.under) for grade in grades]
    total = sum(below)
    if total <= 0:
        return None
    value = sum(above) / total
    by_wilson = measure.rate and trials == 1
    low, high = wilson(sum(above), round(total)) if by_wilson else bootstrap(above, below, seed=seed)
    if not by_wilson and low == high and value in (0.0, 1.0) and measure.better == "higher":
        # Items that are all alike give samples that are all alike, which says nothing of how sure it is.
        by_wilson = True
        low, high = wilson(value * len(grades), len(grades))
    return Figure(
        name=measure.name,
        title=measure.title,
        value=value,
        low=low,
        high=high,
        n=round(total) if measure.rate and trials == 1 else len(grades),
        interval="wilson" if by_wilson else "bootstrap",
        better=measure.better,
    )


def no_figure(items: int) -> Figure:
    """The share of unparsable answers where there is nothing to parse."""
    _, high = wilson(0, items)
    what = {"name": "unparsable", "title": "unparsable answers", "interval": "wilson", "better": "lower"}
    return Figure(value=0.0, low=0.0, high=high, n=items, **what)


def bootstrap(above: Sequence[float], below: Sequence[float], *, seed: int) -> tuple[float, float]:
    """The 95 % percentile interval of the ratio of two sums, items resampled together."""
    pairs = list(zip(above, below, strict=True))
    draw = random.Random(seed)
    ratios: list[float] = []
    for _ in range(RESAMPLES):
        tops, bottoms = zip(*draw.choices(pairs, k=len(pairs)), strict=True)
        bottom = sum(bottoms)
        ratios.append(sum(tops) / bottom if bottom else 0.0)
    ratios.sort()
    return ratios[round(0.025 * (RESAMPLES - 1))], ratios[round(0.975 * (RESAMPLES - 1))]


def _sum(grade: Mapping[str, float], factors: Mapping[str, float]) -> float:
    return sum(factor * grade.get(name, 0.0) for name, factor in factors.items())
