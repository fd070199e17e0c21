"""Shares with their uncertainty, as the evaluations print them."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.959964  # 95 %


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """`hits` of `of`, with the Wilson interval (E. B. Wilson, JASA 22(158), 1927)."""

    hits: int
    """How many."""
    of: int
    """Out of how many."""

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson score interval; (0, 1) where nothing was counted."""
        if not self.of:
            return 0.0, 1.0
        share, squared = self.hits / self.of, _Z * _Z / self.of
        middle = share + squared / 2
        half = _Z * math.sqrt(share * (1 - share) / self.of + squared / (4 * self.of))
        low, high = (middle - half) / (1 + squared), (middle + half) / (1 + squared)
        return max(0.0, low), min(1.0, high)

    def __str__(self) -> str:
        if not self.of:
            return "–".rjust(30)
        low, high = self.interval
        return f"{self.hits:5}/{self.of:<5} {self.hits / self.of:.3f} [{low:.3f}, {high:.3f}]"
