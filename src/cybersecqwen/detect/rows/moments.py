"""Times of many records: `inputs.times.parse_time` with a memory for what repeats.

Days, times of day, and fractions with their zones repeat, each on its own, so a time costs three look-ups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cybersecqwen.inputs.times import parse_time

_BOUND = 100_000  # entries of each memory; there are 86,400 seconds in a day
_DAY = re.compile(r"(?:19[1-9][0-9]|20[0-9]{2}|21[0-8][0-9])-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"[T ]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])")
_TAIL = re.compile(r"(?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?")
_SAMPLE = "2000-01-01T00:00:00"
_SAMPLE_S = 946_684_800

# In microseconds, so that sums are exact: 2023-07-19, T12:20:11, .928Z
_days: dict[str, int] = {}
_clocks: dict[str, int] = {}
_tails: dict[str, int] = {}


def moments(values: Iterable[Any]) -> list[float | None]:
    """`parse_time` of each value."""
    days, clocks, tails = _days.get, _clocks.get, _tails.get
    found: list[float | None] = []
    for value in values:
        if value.__class__ is str:
            day, clock, rest = days(value[:10]), clocks(value[10:19]), value[19:]
            if day is not None and clock is not None:
                tail = tails(rest)
                if tail is None:
                    tail = _fraction(rest)
                if tail is not None:
                    found.append((day + clock + tail) / 1e6)
                    continue
        found.append(None if value is None else moment(value))
    return found


def moment(value: Any) -> float | None:
    """`parse_time` of one value."""
    if value.__class__ is not str:
        return parse_time(value)
    day, clock, tail = value[:10], value[10:19], value[19:]
    if (
        (day in _days or _learn_day(day))
        and (clock in _clocks or _learn_clock(clock))
        and (tail in _tails or _learn_tail(tail))
    ):
        return (_days[day] + _clocks[clock] + _tails[tail]) / 1e6
    return parse_time(value)


def _learn_day(day: str) -> bool:
    seconds = parse_time(day) if _DAY.fullmatch(day) else None
    return seconds is not None and _keep(_days, day, round(seconds) * 1_000_000)


def _learn_clock(clock: str) -> bool:
    match = _CLOCK.fullmatch(clock)
    if match is None:
        return False
    hours, minutes, seconds = map(int, match.groups())
    return _keep(_clocks, clock, ((hours * 60 + minutes) * 60 + seconds) * 1_000_000)


def _fraction(tail: str) -> int | None:
    """Microseconds of a tail like ".165324Z": such tails hardly repeat, so they are not kept."""
    digits = tail[1:7]
    if len(tail) == 8 and tail[0] == "." and tail[7] == "Z" and digits.isdecimal() and digits.isascii():
        return int(digits)
    return None


def _learn_tail(tail: str) -> bool:
    seconds = parse_time(_SAMPLE + tail) if _TAIL.fullmatch(tail) else None
    return seconds is not None and _keep(_tails, tail, round((seconds - _SAMPLE_S) * 1e6))


def _keep(memory: dict[str, int], text: str, microseconds: int) -> bool:
    if len(memory) >= _BOUND:
        memory.clear()
    memory[text] = microseconds
    return True
