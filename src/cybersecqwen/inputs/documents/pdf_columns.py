"""Which parts of a page are set in columns, and where their gutters are.

A gutter holds for a stretch of the page: from one line that crosses it to the next. What stands on its two
sides are columns where both are running text, or where their base lines do not fit together; a table has
its cells on common base lines, or beside each other in groups.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .pdf_segments import Segment, TableRow

Rows = list[list[Segment]]

_LINES = 5
"""Lines on both sides from which on a gap may part columns."""
_LINES_AGAIN = 2
"""Lines that are enough where the same gutter parts columns elsewhere on the page."""
_CANDIDATES = 8
_FILL = 0.65
"""Share of a column's width that its middle line fills; a table's cells fill less."""
_NARROWEST = 60.0
"""Points."""
_TALL = 1.9
"""Sizes from line to line up to which lines follow each other closely."""
_COMMON = 0.45
"""Share of the lines on a common base line up to which two columns were set independently."""
_FLOWS = 0.25
"""Share of lines that begin in the middle of a sentence, from which on a column is running text."""

_CELL = 4
"""Lines of the cells of a table on average, up to which groups of lines are cells and not paragraphs."""


class Part(NamedTuple):
    """A stretch of a page, from the top; `right` is empty where it is not in columns."""

    left: Rows
    right: Rows


class _Sides(NamedTuple):
    row: list[Segment]
    left: list[Segment]
    right: list[Segment]
    crosses: bool


def parts(rows: Sequence[list[Segment]]) -> list[Part] | None:
    """The rows (from the top) as stretches of two columns and those between; None without columns.

    The sides of a stretch may be in columns again.
    """
    best: list[Part] = []
    most = 0
    for x in _candidates(rows):
        found = _parts(rows, x)
        lines = sum(len(part.left) + len(part.right) for part in found if part.right)
        if lines > most:
            best, most = found, lines
    return best or None


def _candidates(rows: Sequence[list[Segment]]) -> Iterator[float]:
    """Places left of which there may be a gutter: where many segments begin, not the leftmost."""
    starts: Counter[int] = Counter()
    left = float("inf")
    for row in rows:
        for segment in row:
            starts[round(segment.x0 / 3)] += 1
            left = min(left, segment.x0)
    for key, count in sorted(starts.items(), key=lambda item: (-item[1], item[0]))[:_CANDIDATES]:
        # Numbers and code are indented from the edge of their column: what begins near it counts.
        if count >= _LINES - 1 and key * 3 - 3 > left + 40:
            yield float(key * 3 - 3)


def _parts(rows: Sequence[list[Segment]], x: float) -> list[Part]:
    sides = _crossed([_sides(row, x) for row in rows])
    stretches = [
        (crosses, list(group)) for crosses, group in itertools.groupby(sides, key=lambda one: one.crosses)
    ]
    good = [not crosses and _are_columns(group, _LINES) for crosses, group in stretches]
    if not any(good):
        return []
    found: list[Part] = []
    for at, (crosses, group) in enumerate(stretches):
        if not crosses and (good[at] or _are_columns(group, _LINES_AGAIN)):
            above = stretches[at - 1][1][-1] if at else None
            below = stretches[at + 1][1][0] if at + 1 < len(stretches) else None
            head, group, tail = _trimmed(group, above, below)
            found.append(Part([one.row for one in head], []))
            found.append(
                Part([one.left for one in group if one.left], [one.right for one in group if one.right])
            )
            found.append(Part([one.row for one in tail], []))
        else:
            found.append(Part([one.row for one in group], []))
    merged: list[Part] = []
    for part in found:
        if part.right or not merged or merged[-1].right:
            if part.left or part.right:
                merged.append(part)
        else:
            merged[-1].left.extend(part.left)
    return merged


def _sides(row: list[Segment], x: float) -> _Sides:
    left = [segment for segment in row if segment.x1 <= x + 1]
    right = [segment for segment in row if segment.x0 >= x - 1]
    if isinstance(row, TableRow):  # it stays in one piece
        crosses = len(left) < len(row) and len(right) < len(row)
        return _Sides(row, row if left else [], [] if left else row, crosses)
    return _Sides(row, left, right, len(left) + len(right) < len(row))


def _crossed(sides: list[_Sides]) -> list[_Sides]:
    """Rows of a table as wide as the page, and headings above both columns, cross the gutter as well."""
    tabular = [_is_tabular(one.row) for one in sides]
    found = []
    for at, one in enumerate(sides):
        crosses = one.crosses or (
            tabular[at] and any(tabular[max(at - 1, 0) : at] + tabular[at + 1 : at + 2])
        )
        found.append(one._replace(crosses=crosses or _is_heading(sides, at)))
    return found


def _is_tabular(row: Sequence[Segment]) -> bool:
    words = sorted(segment.text.count(" ") for segment in row)
    return len(row) > 2 and words[-1] < 6 and words[-2] < 2


def _is_heading(sides: Sequence[_Sides], at: int) -> bool:
    """Whether a line on the left has the height of the page for itself, and is larger than those around."""
    one = sides[at]
    if one.right or not one.left or not 0 < at < len(sides) - 1:
        return False
    segment = one.left[0]
    near = [other for other in sides[max(at - 6, 0) : at + 7] if other is not one and other.left]
    if not near or segment.size < 1.1 * max(other.left[0].size for other in near):
        return False
    room = 1.3 * segment.size
    right = [s for other in sides[max(at - 8, 0) : at + 9] for s in other.right]
    return (
        all(abs(s.y - segment.y) > room for s in right)
        and any(s.y > segment.y for s in right)
        and any(s.y < segment.y for s in right)
    )


def _trimmed(
    group: list[_Sides], above: _Sides | None, below: _Sides | None
) -> tuple[list[_Sides], list[_Sides], list[_Sides]]:
    """Without the end of the paragraph above, and the heading of what follows below."""
    first, last = 0, len(group)
    if above is not None and len(group) > 2 and not group[0].right:
        upper, one, lower = above.row[0], group[0].row[0], group[1].row[0]
        step = upper.y - one.y
        if abs(one.size - upper.size) < 0.1 and step < 1.35 * one.size and one.y - lower.y > 1.15 * step:
            first = 1
    if below is not None:
        while last - first > 2 and not group[last - 1].right:
            one, upper = group[last - 1].row[0], group[last - 2].row[0]
            bottom = (group[last].row if last < len(group) else below.row)[0]
            low = min(s.y for side in group for s in side.right)
            heading = one.size > 1.1 * bottom.size or (one.bold and not bottom.bold)
            if not heading or one.y > low - one.size or upper.y - one.y < one.y - bottom.y:
                break
            last -= 1
    return group[:first], group[first:last], group[last:]


def _are_columns(sides: Sequence[_Sides], least: int) -> bool:
    left = [one.left[-1] for one in sides if one.left and not isinstance(one.left, TableRow)]
    right = [one.right[0] for one in sides if one.right and not isinstance(one.right, TableRow)]
    if len(left) < least or len(right) < least:
        return False
    beside = min(_beside(left, right), _beside(right, left))
    if beside < max(least - 2, 1):
        return False
    lead = _lead(left, right)
    if lead <= 0 or _in_groups(left, right, lead):
        return False
    if least == _LINES_AGAIN:
        return _dense(left) and _dense(right) and (_running(left, least) or _running(right, least))
    running = _running(left, least), _running(right, least)
    dense = _dense(left) and _dense(right)
    apart = _common(left, right) <= _COMMON
    if all(running):
        return apart or (_flows(left) >= _FLOWS and _flows(right) >= _FLOWS)
    if not dense:
        return False
    if apart:
        return any(running) or beside >= _LINES + 1
    return (running[0] and _flows(left) >= 2 * _FLOWS) or (running[1] and _flows(right) >= 2 * _FLOWS)


def _beside(some: Sequence[Segment], others: Sequence[Segment]) -> int:
    """How many stand within the height of the others."""
    low, high = others[-1].y - 2, others[0].y + 2
    return sum(1 for one in some if low <= one.y <= high)


def _steps(lines: Sequence[Segment]) -> list[float]:
    return [a.y - b.y for a, b in itertools.pairwise(lines) if a.y > b.y]


def _lead(left: Sequence[Segment], right: Sequence[Segment]) -> float:
    steps = sorted(_steps(left) + _steps(right))
    return steps[len(steps) // 4] if steps else 0.0


def _dense(lines: Sequence[Segment]) -> bool:
    """Whether most lines follow each other as closely as those of a paragraph."""
    steps = sorted((a.y - b.y) / max(a.size, b.size) for a, b in itertools.pairwise(lines))
    return bool(steps) and steps[len(steps) // 2] < _TALL


def _common(left: Sequence[Segment], right: Sequence[Segment]) -> float:
    """Share of the lines beside others that stand on a common base line, of the side where it is larger."""
    found = []
    for some, others in ((left, right), (right, left)):
        low, high = others[-1].y - 2, others[0].y + 2
        heights = {round(one.y * 2) for one in others}
        near = [round(one.y * 2) for one in some if low <= one.y <= high]
        common = sum(1 for y in near if y in heights or y - 1 in heights or y + 1 in heights)
        found.append(common / max(len(near), 1))
    return max(found)


def _in_groups(left: Sequence[Segment], right: Sequence[Segment], lead: float) -> bool:
    """Whether groups of lines stand beside groups of lines: the cells of a table."""
    some, others = sorted((_groups(left, lead), _groups(right, lead)), key=len)
    if len(some) < 4 or len(left) + len(right) > 2 * _CELL * len(some):
        return False
    beside = 0
    for top, bottom in some[1:]:
        near = 0.25 * lead
        beside += any(
            abs(top - high) < near or abs(top + bottom - high - low) < 2 * near for high, low in others
        )
    return beside >= 0.75 * (len(some) - 1) and len(others) <= 1.5 * len(some)


def _groups(lines: Sequence[Segment], lead: float) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for line in lines:
        if found and found[-1][1] - line.y < 1.15 * lead:
            found[-1] = (found[-1][0], line.y)
        else:
            found.append((line.y, line.y))
    return found


def _running(segments: Sequence[Segment], least: int) -> bool:
    """Whether the nearest of these columns is running text: most of its lines fill it, and hold words."""
    starts = Counter(round(segment.x0 / 3) for segment in segments)
    most = max(starts, key=lambda key: (starts[key], -key)) * 3
    column = [segment for segment in segments if abs(segment.x0 - most) <= 6]
    width = max(s.x1 for s in column) - min(s.x0 for s in column)
    if width < _NARROWEST or len(column) < least:
        return False
    fills = sorted((s.x1 - s.x0) / width for s in column)
    words = sorted(s.text.count(" ") for s in column)
    return fills[len(fills) // 2] >= _FILL and words[len(words) // 2] >= 2


def _flows(lines: Sequence[Segment]) -> float:
    """Share of the lines that begin as the middle of a sentence does."""
    found = sum(1 for line in lines if line.text[0].isalpha() and not line.text[0].isupper())
    return found / len(lines)
