"""Events over time with the hits by severity stacked above them, on one axis of time."""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.records import Severity

from .logs import Histogram
from .logs_story import histogram_bins, rebinned
from .time_axis import Tick, ticks
from .wording import clock, counted, day, lasting

HITS, GAP, EVENTS, AXIS, TOP = 104, 22, 92, 26, 14
"""Heights in pixels: hits, the room between, events, the axis, the margin."""
LEAST = 3.0
"""Pixels of any hit: one critical hit among thousands of others must be seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A bar or a part of one. Lengths are pixels."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    """Severity label, or "events"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """A step of time with what a reader is told of it."""

    x: float
    width: float
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HistogramDrawing:
    """A drawn histogram; `bars` is empty where there is none."""

    name: str
    """Of this size of the drawing: "wide" or "narrow"."""
    width: int
    left: int
    bars: tuple[Bar, ...] = ()
    bins: tuple[Bin, ...] = ()
    ticks: tuple[Tick, ...] = ()
    most_events: int = 0
    most_hits: int = 0
    drawn: frozenset[str] = frozenset()
    """Labels of the severities in it."""
    per: str = ""
    """Length of a step."""
    height: int = TOP + HITS + GAP + EVENTS + AXIS
    hits_base: int = TOP + HITS
    events_top: int = TOP + HITS + GAP
    events_base: int = TOP + HITS + GAP + EVENTS


@dataclass(frozen=True, kw_only=True, slots=True)
class HistogramRow:
    """A row of the table that says the same."""

    when: str
    events: int
    hits: tuple[int, ...]
    """By severity, worst first."""


def draw_histogram(histogram: Histogram, name: str, width: int, most: int) -> HistogramDrawing:
    """The drawing, `width` pixels wide, with at most `most` steps of time.

    Informational hits are many and mean little: they are drawn only where there are no others.
    """
    left, right = (56, 20) if width > 500 else (46, 16)
    bins = histogram_bins(histogram)
    start = histogram.start
    if start is None or not histogram.step or not bins:
        return HistogramDrawing(name=name, width=width, left=left)
    events, series = _series(histogram, bins, most)
    hits = [one for one in series if one[0] > Severity.INFORMATIONAL] or series
    group = -(-bins // most)
    step = histogram.step * group
    unit = (width - left - right) / len(events)
    totals = [sum(counts[at] for _, counts in hits) for at in range(len(events))]
    top_events, top_hits = max(*events, 1), max(*totals, 1)
    empty = HistogramDrawing(name=name, width=width, left=left)
    bars: list[Bar] = []
    shown: list[Bin] = []
    thick = max(1.0, unit - (1 if unit > 3 else 0))
    for at, number in enumerate(events):
        x = round(left + at * unit, 2)
        tall = max(1.5, EVENTS * number / top_events) if number else 0.0
        if tall:
            bars.append(_bar(x, empty.events_base - tall, thick, tall, "events"))
        stack = _stack([(severity, counts[at]) for severity, counts in hits], top_hits)
        base = float(empty.hits_base)
        for severity, height in stack:
            base -= height
            bars.append(_bar(x, base, thick, height, severity.label))
        title = _title(
            start + at * step, step, number, [(severity, counts[at]) for severity, counts in series]
        )
        shown.append(Bin(x=x, width=round(unit, 2), title=title))
    end = start + step * len(events)

    def place(time: float) -> int:
        if end <= start:
            return left
        return round(left + (width - left - right) * (time - start) / (end - start))

    return HistogramDrawing(
        name=name,
        width=width,
        left=left,
        bars=tuple(bars),
        bins=tuple(shown),
        ticks=ticks(start, end, place, 10 if width > 500 else 4),
        most_events=top_events,
        most_hits=top_hits if any(totals) else 0,
        drawn=frozenset(severity.label for severity, _ in hits),
        per=lasting(step),
    )


def histogram_rows(histogram: Histogram, most: int = 24) -> tuple[HistogramRow, ...]:
    """The same as numbers, in at most `most` steps of time."""
    bins = histogram_bins(histogram)
    start = histogram.start
    if start is None or not histogram.step or not bins:
        return ()
    events, hits = _series(histogram, bins, most)
    step = histogram.step * -(-bins // most)
    found = dict(hits)
    return tuple(
        HistogramRow(
            when=f"{day(start + at * step)} {clock(start + at * step)[:8]}",
            events=number,
            hits=tuple(found[one][at] if one in found else 0 for one in reversed(Severity)),
        )
        for at, number in enumerate(events)
    )


def _series(histogram: Histogram, bins: int, most: int) -> tuple[list[int], list[tuple[Severity, list[int]]]]:
    """Events and hits in the same steps."""

    def same(counts: tuple[int, ...]) -> list[int]:
        return rebinned((*counts, *[0] * (bins - len(counts))), most)

    return same(histogram.events), [(severity, same(counts)) for severity, counts in histogram.hits]


def _stack(numbers: list[tuple[Severity, int]], top: int) -> list[tuple[Severity, float]]:
    """Heights, worst at the bottom; each at least LEAST, and all together no more than there is."""
    heights = [(one, max(LEAST, HITS * number / top)) for one, number in numbers if number]
    over = sum(height for _, height in heights) - HITS
    if over > 0:
        at = max(range(len(heights)), key=lambda index: heights[index][1])
        heights[at] = (heights[at][0], max(LEAST, heights[at][1] - over))
    return heights


def _bar(x: float, y: float, width: float, height: float, tone: str) -> Bar:
    return Bar(x=round(x, 2), y=round(y, 2), width=round(width, 2), height=round(height, 2), tone=tone)


def _title(start: float, step: float, events: int, hits: list[tuple[Severity, int]]) -> str:
    found = ", ".join(f"{number:,} {one.label}" for one, number in hits if number)
    when = f"{day(start)} {clock(start)[:8]}, {lasting(step)}"
    return f"{when}: {counted(events, 'event')}" + (f"; hits: {found}" if found else "")
