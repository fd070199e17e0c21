"""Counts over time in at most so many equal steps, for charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

STEPS = 96
"""Steps of a chart at most."""
_NICE = (1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1_440, 2_880, 10_080, 43_200, 129_600, 525_600)
"""Minutes that a step may have."""


class Axis:
    """A stretch of time cut into steps of whole minutes."""

    def __init__(self, minutes: Iterable[int]) -> None:
        known = [minute for minute in minutes if minute >= 0]
        low, high = min(known, default=0), max(known, default=0)
        span = high - low + 1
        self.step = next((nice for nice in _NICE if span <= nice * STEPS), -(-span // STEPS))
        """Minutes of a step."""
        self.low = low - low % self.step
        """First minute, since 1970."""
        self.steps = (high - self.low) // self.step + 1 if known else 0

    def spread(self, counts: Mapping[int, int]) -> list[int]:
        """Counts by minute as one count a step; what lies outside is left out."""
        out = [0] * self.steps
        for minute, count in counts.items():
            at = (minute - self.low) // self.step
            if minute >= 0 and 0 <= at < self.steps:
                out[at] += count
        return out

    @property
    def start_s(self) -> float:
        """Seconds since 1970 of the first step."""
        return self.low * 60.0

    @property
    def step_s(self) -> float:
        """Seconds of a step."""
        return self.step * 60.0
