"""Shares with their uncertainty, as the evaluations print them."""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.bench.intervals import wilson


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
        return wilson(self.hits, self.of)

    def __str__(self) -> str:
        if not self.of:
            return "–".rjust(30)
        low, high = self.interval
        return f"{self.hits:5}/{self.of:<5} {self.hits / self.of:.3f} [{low:.3f}, {high:.3f}]"
