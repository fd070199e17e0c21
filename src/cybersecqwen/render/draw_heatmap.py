"""Techniques over time: a row each, darker where more hits are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .logs import Heatmap, HeatRow
from .logs_story import rebinned
from .time_axis import Tick, ticks
from .wording import clock, counted, day, lasting, span

ROW, AXIS, TOP = 27, 26, 6
SHADES = 5
"""Shades of a cell, 1 the lightest."""
SHOWN = 40
"""Rows of the drawing; the others are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A technique in a step of time. Lengths are pixels."""

    x: float
    y: int
    width: float
    shade: int
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RowDrawing:
    """A technique with its cells."""

    id: str
    name: str
    y: int
    total: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatmapDrawing:
    """A drawn heat map; `rows` is empty where there is none."""

    name: str
    width: int
    left: int
    right: int
    height: int = 0
    rows: tuple[RowDrawing, ...] = ()
    ticks: tuple[Tick, ...] = ()
    more: int = 0
    cell: int = ROW - 5
    """Height of a cell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatTableRow:
    """A row of the table that says the same."""

    id: str
    name: str
    total: int
    when: str


def draw_heatmap(heatmap: Heatmap, name: str, width: int, most: int) -> HeatmapDrawing:
    """The drawing, `width` pixels wide, with at most `most` steps of time; techniques as they began."""
    left, right = (290, 52) if width > 500 else (84, 40)
    bins = max((len(row.counts) for row in heatmap.rows), default=0)
    start = heatmap.start
    if start is None or not heatmap.step or not bins:
        return HeatmapDrawing(name=name, width=width, left=left, right=right)
    ordered = _ordered(heatmap)
    shown = ordered[:SHOWN]
    counts = [rebinned((*row.counts, *[0] * (bins - len(row.counts))), most) for row in shown]
    step = heatmap.step * -(-bins // most)
    columns = len(counts[0])
    top = max(max(row) for row in counts)
    unit = (width - left - right) / columns
    rows = []
    for at, (row, numbers) in enumerate(zip(shown, counts, strict=True)):
        y = TOP + at * ROW
        cells = [
            Cell(
                x=round(left + column * unit, 2),
                y=y,
                width=round(max(2.0, unit - 1), 2),
                shade=max(1, math.ceil(SHADES * math.log1p(number) / math.log1p(top))),
                title=_title(row, start + column * step, step, number),
            )
            for column, number in enumerate(numbers)
            if number
        ]
        rows.append(RowDrawing(id=row.id, name=row.name, y=y, total=sum(row.counts), cells=tuple(cells)))
    end = start + step * columns

    def place(time: float) -> int:
        if end <= start:
            return left
        return round(left + (width - left - right) * (time - start) / (end - start))

    return HeatmapDrawing(
        name=name,
        width=width,
        left=left,
        right=right,
        height=TOP + ROW * len(rows) + AXIS,
        rows=tuple(rows),
        ticks=ticks(start, end, place, 8 if width > 500 else 4),
        more=len(ordered) - len(shown),
    )


def heatmap_rows(heatmap: Heatmap) -> tuple[HeatTableRow, ...]:
    """The same as numbers: how many hits of each technique, and from when to when."""
    out = []
    for row in _ordered(heatmap):
        hit = [at for at, number in enumerate(row.counts) if number]
        when = ""
        if heatmap.start is not None and heatmap.step:
            begin, end = heatmap.start + hit[0] * heatmap.step, heatmap.start + (hit[-1] + 1) * heatmap.step
            when = span(begin, end)
        out.append(HeatTableRow(id=row.id, name=row.name, total=sum(row.counts), when=when))
    return tuple(out)


def _ordered(heatmap: Heatmap) -> list[HeatRow]:
    """In the order in which they began: the way an intrusion went reads from top left to bottom right."""
    return sorted(heatmap.rows, key=lambda row: next(at for at, number in enumerate(row.counts) if number))


def _title(row: HeatRow, start: float, step: float, number: int) -> str:
    return f"{row.id} {row.name}: {counted(number, 'hit')}, {day(start)} {clock(start)[:8]}, {lasting(step)}"
