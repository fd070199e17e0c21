"""Where the points of a drawn timeline go: findings over time, one lane for each tactic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cybersecqwen.records import Finding, Incident

from .story import tactic_name, tactic_rank
from .time_axis import Tick, ticks
from .wording import clock, day, lasting, moment

WIDTH, LABELS = 1080, 160
LANE, POINT = 34, 11
TOP, AXIS = 8, 34
LEFT, RIGHT = LABELS + 24, WIDTH - 30
DEEPEST = 5
"""Points under each other in one lane."""
POINTS_IN_LANE = 60
"""Points drawn in one lane; the others are counted at its end."""
ORDINARY = "ordinary"
"""The lane of findings that speak for the ordinary, last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A finding at a time. Lengths are pixels."""

    x: int
    y: int
    number: int
    """Of the finding on the page."""
    tone: str
    """Severity label, or "good" for one that speaks for the ordinary."""
    title: str
    """For the tooltip: time and title."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """A tactic with its points."""

    name: str
    y: int
    """Its middle."""
    height: int
    points: tuple[Point, ...]
    more: int
    """Points left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineDrawing:
    """A drawn timeline; `lanes` is empty where no finding has a time."""

    height: int
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    events: tuple[int, ...]
    """Horizontal places of the kept events."""
    caption: str
    """The day and the length."""
    width: int = WIDTH
    labels: int = LABELS


@dataclass(frozen=True, slots=True)
class _Scale:
    start: float
    end: float

    def x(self, time: float) -> int:
        if self.end <= self.start:
            return (LEFT + RIGHT) // 2
        return round(LEFT + (RIGHT - LEFT) * (time - self.start) / (self.end - self.start))


def draw_timeline(incident: Incident, numbered: Sequence[tuple[int, Finding]]) -> TimelineDrawing:
    """The timeline of `numbered` findings; those whose events have no time are not on it."""
    times = {one.id: one.time for one in incident.events if one.time is not None and moment(one.time)}
    tactics = {one.id: one.tactics[0] for one in incident.techniques if one.tactics}
    placed: dict[str, list[tuple[float, int, Finding]]] = {}
    for number, finding in numbered:
        known = {tactics[one] for one in finding.techniques if one in tactics}
        for tactic in {ORDINARY} if finding.is_context else known or {""}:
            spots = [
                (times[event], number, finding) for event in dict.fromkeys(finding.events) if event in times
            ]
            placed.setdefault(tactic, []).extend(spots)
    shown = [time for spots in placed.values() for time, _, _ in spots]
    if not shown:
        return TimelineDrawing(height=0, lanes=(), ticks=(), events=(), caption="")
    scale = _Scale(min(times.values()), max(times.values()))
    lanes_drawn: list[Lane] = []
    y = TOP
    for name in sorted((name for name in placed if placed[name]), key=_order):
        lane = _lane(name, placed[name], scale, y)
        lanes_drawn.append(lane)
        y += lane.height
    length = f", {lasting(scale.end - scale.start)}" if scale.end > scale.start else ""
    return TimelineDrawing(
        height=y + AXIS,
        lanes=tuple(lanes_drawn),
        ticks=ticks(scale.start, scale.end, scale.x),
        events=tuple(sorted({scale.x(time) for time in times.values()})),
        caption=f"{day(scale.start)} UTC{length}",
    )


def _order(lane: str) -> tuple[int, str]:
    return (10_000 if lane == ORDINARY else tactic_rank(lane), lane)


def _lane(name: str, spots: Sequence[tuple[float, int, Finding]], scale: _Scale, top: int) -> Lane:
    """Points side by side where there is room, else under each other, at most DEEPEST."""
    free = [-1_000] * DEEPEST
    points: list[tuple[int, int, int, Finding, float]] = []
    more = 0
    for time, number, finding in sorted(spots, key=lambda spot: (spot[0], spot[1])):
        x = scale.x(time)
        row = next((at for at, used in enumerate(free) if x - used >= 2 * POINT + 3), -1)
        if row < 0 or len(points) >= POINTS_IN_LANE:
            more += 1
            continue
        free[row] = x
        points.append((x, row, number, finding, time))
    rows = 1 + max((row for _, row, *_ in points), default=0)
    height = LANE + (rows - 1) * (2 * POINT + 3)
    return Lane(
        name=tactic_name(name),
        y=top + height // 2,
        height=height,
        points=tuple(
            Point(
                x=x,
                y=top + LANE // 2 + row * (2 * POINT + 3),
                number=number,
                tone="good" if finding.is_context else finding.severity.label,
                title=f"{clock(time)} {finding.title}",
            )
            for x, row, number, finding, time in points
        ),
        more=more,
    )
