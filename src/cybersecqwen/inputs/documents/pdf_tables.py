"""Which lines of a PDF's page are one row of a table, and which cell of it a piece belongs to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .pdf_segments import Line, Segment


@dataclass(slots=True)
class Placing:
    """A line with its place."""

    line: Line
    page: int
    number: int
    kind: str
    edge: float = 0.0
    """Where its column ends, as far as its lines tell."""


def below(segment: Segment, columns: Sequence[Segment], column: int) -> bool:
    """Whether a segment stands under this column: the nearest that does not begin right of it."""
    found = 0
    for at, one in enumerate(columns):
        if one.x0 <= segment.x0 + 4:
            found = at
    return found == column


def aligned(line: Line, other: Line) -> bool:
    """Whether two cells that are not the first begin at the same place."""
    return any(abs(a.x0 - b.x0) < 4 for a in line.segments[1:] for b in other.segments[1:])


def rows_of(lines: Sequence[Placing], lead: float) -> Iterator[list[Placing]]:
    """Lines of a table by rows: what stands closer below one than rows do, and lacks cells, is part of it."""
    pitches = sorted(
        a.line.y - b.line.y
        for a, b in itertools.pairwise(lines)
        if len(a.line.segments) == len(b.line.segments) > 1
    )
    pitch = pitches[len(pitches) // 2] if pitches else 0.0
    row: list[Placing] = []
    for one in lines:
        if row and one.line.table == 2:
            row.append(one)
            continue
        if row and not one.line.table and not row[0].line.table:
            step = row[-1].line.y - one.line.y
            fewer = len(one.line.segments) < len(row[0].line.segments)
            starts = row[0].line.segments
            fits = all(any(abs(s.x0 - c.x0) < 4 for c in starts) for s in one.line.segments)
            later = one.line.segments[0].x0 > starts[0].x0 + 4
            close = step < 0.85 * pitch if pitch else step < 1.3 * lead * one.line.size
            if one.kind != "row" or (fewer and fits and close and (later or pitch)):
                row.append(one)
                continue
        if row:
            yield row
        row = [one]
    if row:
        yield row
