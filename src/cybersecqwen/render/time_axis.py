"""Round times on an axis: as many as there is room for, labelled as precisely as they are apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from .wording import clock, day, moment

_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900)
_LONG_STEPS = (1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600)
_MONTH = 2_629_746.0
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 6_000, 12_000)
_CALENDAR = 100 * 86_400.0
"""Seconds from which ticks stand at the first of a month."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """A labelled place on the time axis."""

    x: int
    label: str


def ticks(start: float, end: float, place: Callable[[float], int], most: int = 8) -> tuple[Tick, ...]:
    """Up to `most` round times between start and end, at least one; `place` gives the pixel of a time."""
    length = end - start
    if length <= 0:
        return (Tick(x=place(start), label=clock(start)),)
    if length > _CALENDAR:
        return _months(start, end, place, most)
    step = next((one for one in (*_STEPS, *_LONG_STEPS) if length / one <= most), length / max(1, most // 2))
    begin = -(-start // step)
    times = [(begin + at) * step for at in range(int(length // step) + 2)]
    made = [Tick(x=place(one), label=time_label(one, step)) for one in times if start <= one <= end]
    return tuple(made) or (Tick(x=place(start), label=clock(start)),)


def _months(start: float, end: float, place: Callable[[float], int], most: int) -> tuple[Tick, ...]:
    """First days of months, as many months apart as leaves room."""
    stride = next((one for one in _MONTHS if (end - start) / (one * _MONTH) <= most), _MONTHS[-1])
    begin = moment(start)
    month = 0 if begin is None else begin.year * 12 + begin.month - 1
    made: list[Tick] = []
    for at in range(month // stride * stride, month // stride * stride + (most + 2) * stride, stride):
        year = at // 12
        time = datetime(year, at % 12 + 1, 1, tzinfo=UTC).timestamp() if 1 <= year <= 9999 else start
        if start < time <= end:
            label = f"{year:04d}" if stride % 12 == 0 else f"{year:04d}-{at % 12 + 1:02d}"
            made.append(Tick(x=place(time), label=label))
    return tuple(made) or (Tick(x=place(start), label=day(start)),)


def time_label(time: float, step: float) -> str:
    """A time as precisely as times `step` seconds apart need it."""
    if step >= 86_400:
        return day(time)
    return clock(time) if step < 1 else clock(time)[:8] if step < 60 else clock(time)[:5]
