"""How likely a value beyond all earlier ones is, without believing in a normal distribution.

Amounts in logs (events an hour, bytes, seconds) have heavy tails: robust z-scores of 10 are ordinary.
So values are compared on a logarithmic scale in units of the median absolute deviation, and the chance
beyond the largest tenth of the history falls exponentially with the mean excess of that tenth, which is a
Pareto tail on the scale of the amounts (B. M. Hill, "A simple general approach to inference about the tail
of a distribution", Annals of Statistics 3(5), 1975; for streams: A. Siffer et al., "Anomaly detection in
streams with extreme value theory", KDD 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MINIMUM = 24
"""Values that a history must have before its tail is estimated."""
_TOP = 0.1
_MAD_TO_SIGMA = 1.4826
_FLOOR = 0.1
"""Least mean excess: differences of a tenth (on the logarithmic scale) are never unusual."""


@dataclass(frozen=True, slots=True)
class Tail:
    """Upper tail of a history on its logarithmic scale."""

    median: float
    sigma: float
    """1.4826 times the median absolute deviation, at least `_FLOOR`."""
    start: float
    """Where the tail begins."""
    share: float
    """Share of the history beyond it, the new value counted in."""
    excess: float
    """Mean excess over the start, with the allowance for having been estimated from few values."""
    largest: float
    count: float

    def z(self, value: float) -> float:
        """Robust z-score."""
        return (value - self.median) / self.sigma

    def chance(self, value: float) -> float:
        """Probability that a value is at least so large; not below it for any value inside the history."""
        if value <= self.start:
            return 1.0
        return float(self.share * np.exp(-(value - self.start) / self.excess))


def fit(values: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> Tail | None:
    """The tail of a history; None where it has fewer than `MINIMUM` values.

    `values` are on the logarithmic scale, in any order; `weights` says how often each stands.
    """
    weight = np.ones_like(values) if weights is None else weights
    total = float(weight.sum())
    if total < MINIMUM:
        return None
    order = np.argsort(values, kind="stable")
    ordered, weight = values[order], weight[order]
    below = np.cumsum(weight)
    median = _at(ordered, below, total / 2)
    spread = np.abs(ordered - median)
    by_spread = np.argsort(spread, kind="stable")
    mad = _at(spread[by_spread], np.cumsum(weight[by_spread]), total / 2)
    top = max(5.0, total * _TOP)
    start = _at(ordered, below, total - top)
    beyond = ordered > start
    k = float(weight[beyond].sum())
    excess = float((weight[beyond] * (ordered[beyond] - start)).sum() / k) if k else 0.0
    excess = max(excess, _FLOOR) * (1 + 2 / np.sqrt(max(k, top)))
    return Tail(
        median=median,
        sigma=max(_MAD_TO_SIGMA * mad, _FLOOR),
        start=start,
        share=(k + 1) / (total + 1),  # fewer than the top tenth where many values are equal
        excess=float(excess),
        largest=float(ordered[-1]),
        count=total,
    )


def _at(ordered: NDArray[np.float64], below: NDArray[np.float64], rank: float) -> float:
    index = int(np.searchsorted(below, rank, side="left"))
    return float(ordered[min(index, len(ordered) - 1)])
