"""Lines drawn on a PDF page, and the table rows that they part."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

SHORTEST = 12.0
"""Points of a line from which on it may part cells."""
_THIN = 3.0
"""Points of a rectangle up to which it is a line."""
_MOST = 20_000
_NEAR = 60
"""Rules that are looked at on either side of a piece of text."""
_LINES_WITHOUT_COLUMNS = 4
"""Lines of a cell up to which rules above and below are enough for a table row."""
_LINES = 60


@dataclass(slots=True)
class Rules:
    """What was painted: horizontal lines as (y, x0, x1), vertical ones as (x, y0, y1)."""

    across: list[tuple[float, float, float]] = field(default_factory=list)
    down: list[tuple[float, float, float]] = field(default_factory=list)
    _path: list[tuple[float, float, float, float]] = field(default_factory=list)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A straight piece of the path that is being drawn."""
        if len(self._path) < _MOST:
            self._path.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))

    def box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A rectangle of the path: its edges."""
        if abs(x1 - x0) <= _THIN or abs(y1 - y0) <= _THIN:
            self.line(x0, y0, x1, y1)
            return
        self.line(x0, y0, x1, y0)
        self.line(x0, y1, x1, y1)
        self.line(x0, y0, x0, y1)
        self.line(x1, y0, x1, y1)

    def end(self, painted: bool) -> None:
        """The path is painted, or only clips."""
        if painted and len(self.across) + len(self.down) < _MOST:
            for x0, y0, x1, y1 in self._path:
                if y1 - y0 <= _THIN and x1 - x0 >= SHORTEST:
                    self.across.append(((y0 + y1) / 2, x0, x1))
                elif x1 - x0 <= _THIN and y1 - y0 >= 4:
                    self.down.append(((x0 + x1) / 2, y0, y1))
        self._path.clear()

    def ready(self) -> None:
        """Everything was drawn."""
        self.across.sort()
        self.down.sort()

    def parted(self, left: float, right: float, y: float) -> bool:
        """Whether a vertical line stands between two pieces of text at this height."""
        at = bisect_left(self.down, (left - 1.0,))
        for x, low, high in self.down[at : at + _NEAR]:
            if x > right + 1.0:
                return False
            if low <= y <= high:
                return True
        return False

    def band(self, x: float, y: float) -> tuple[float, float] | None:
        """The lines above and below a point of text, or None where one is missing."""
        at = bisect_right(self.across, (y,))
        above = next((one[0] for one in self.across[at : at + _NEAR] if one[1] - 1 <= x <= one[2] + 1), None)
        if above is None:
            return None
        below = next(
            (
                one[0]
                for one in reversed(self.across[max(at - _NEAR, 0) : at])
                if one[1] - 1 <= x <= one[2] + 1
            ),
            None,
        )
        return None if below is None else (round(below), round(above))

    def columns(self, y: float, left: float, right: float) -> int:
        """Vertical lines between two places at this height."""
        first, last = bisect_left(self.down, (left,)), bisect_right(self.down, (right,))
        return sum(1 for _, low, high in self.down[first : min(last, first + 500)] if low <= y <= high)


def cells(spans: Sequence[tuple[float, float]]) -> list[int]:
    """The column of every span (sorted by its start): those that lie above each other share one."""
    found: list[int] = []
    column, end = -1, float("-inf")
    for x0, x1 in spans:
        if x0 >= end - 1:
            column += 1
            end = x1
        else:
            end = max(end, x1)
        found.append(column)
    return found


def is_row(lines: int, columns: int, verticals: int) -> bool:
    """Whether text between two rules, of so many lines in so many columns, is a row of a table."""
    return columns >= 2 and lines <= (_LINES if verticals else _LINES_WITHOUT_COLUMNS)
