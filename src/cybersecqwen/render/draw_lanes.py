"""The findings of all entities on one axis of time: a lane each, a dot for what happened at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cybersecqwen.records import Severity

from .logs_story import Moment, Timeline
from .time_axis import Tick, ticks
from .wording import clock, lasting, moment, told_apart

LANE, AXIS, TOP, DOT = 46, 26, 6, 9
SHOWN = 20
"""Lanes of the drawing; the others are counted."""
TOLD = 8
"""Findings named in the title of one dot."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """Findings that are too close to each other to be drawn apart. Lengths are pixels."""

    x: int
    tone: str
    number: int
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EntityLane:
    """An entity with its dots."""

    name: str
    y: int
    """Its middle."""
    dots: tuple[Dot, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LanesDrawing:
    """Drawn lanes; empty where no finding has a time."""

    name: str
    width: int
    left: int
    height: int = 0
    lanes: tuple[EntityLane, ...] = ()
    ticks: tuple[Tick, ...] = ()
    more: int = 0
    caption: str = ""


def draw_lanes(told: Sequence[Timeline], name: str, width: int) -> LanesDrawing:
    """The drawing, `width` pixels wide; entities in the order of the report, each with all its incidents."""
    left = 196 if width > 500 else 14
    everything: dict[str, list[Moment]] = {}
    for line in told:
        dated = [one for one in line.moments if moment(one.time) is not None]
        if dated:
            everything.setdefault(_name(line), []).extend(dated)
    timed = list(everything.items())[:SHOWN]
    times = [one.time for _, moments in timed for one in moments if one.time is not None]
    if not times:
        return LanesDrawing(name=name, width=width, left=left)
    start, end = min(times), max(times)
    from_x, to_x = left + 16, width - 22

    def place(time: float) -> int:
        if end <= start:
            return (from_x + to_x) // 2
        return round(from_x + (to_x - from_x) * (time - start) / (end - start))

    names = told_apart([each for each, _ in timed])
    lanes = [
        EntityLane(
            name=shown,
            y=TOP + LANE * at + LANE // 2 + (0 if width > 500 else 8),
            dots=tuple(_dots([(place(one.time), one) for one in moments if one.time is not None])),
        )
        for at, (shown, moments) in enumerate(zip(names, (m for _, m in timed), strict=True))
    ]
    return LanesDrawing(
        name=name,
        width=width,
        left=left,
        height=TOP + LANE * len(lanes) + AXIS,
        lanes=tuple(lanes),
        ticks=ticks(start, end, place, 8 if width > 500 else 4),
        more=len(everything) - len(lanes),
        caption=lasting(end - start),
    )


def _name(line: Timeline) -> str:
    one = line.incident
    return one.hosts[0] if one.hosts else one.users[0] if one.users else one.id


def _dots(placed: Sequence[tuple[int, Moment]]) -> list[Dot]:
    """Neighbours closer than a dot is wide share one."""
    groups: list[list[tuple[int, Moment]]] = []
    for x, one in sorted(placed, key=lambda pair: pair[0]):
        if groups and x - groups[-1][0][0] < 2 * DOT + 2:
            groups[-1].append((x, one))
        else:
            groups.append([(x, one)])
    return [_dot(group) for group in groups]


def _dot(group: Sequence[tuple[int, Moment]]) -> Dot:
    worst = max((one.severity for _, one in group), default=Severity.INFORMATIONAL)
    told = [f"{clock(one.time)[:8]} {one.title}" for _, one in group[:TOLD]]
    told += [f"and {len(group) - TOLD} more"] if len(group) > TOLD else []
    return Dot(x=group[0][0], tone=worst.label, number=len(group), title="; ".join(told))
