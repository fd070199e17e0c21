"""Moments in query strings: date maths (`now-1d`) and ISO 8601.

Sources, for date maths and for what a date without its smaller parts stands for as a bound:
https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options#date-math,
https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-range-query.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from cybersecqwen.dialects.query import Span
from cybersecqwen.errors import UnsayableError

from .tree import Comparison, Range

UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "H": 3_600, "m": 60, "s": 1}
"""Seconds of a unit of date maths that always has as many; months and years have not."""
_TICK = 0.001  # what times are kept in: milliseconds
_BACK = re.compile(r"now(?:-(\d{1,9})([wdhHms]))?")
_MOMENT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?)?)?)?(Z|[+-]\d\d:?\d\d)?"
)
_MILLIS = re.compile(r"\d{10,14}")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that a text means, or seconds before now."""

    first: float
    """Seconds since 1970 UTC; of a time before now the seconds, negative."""
    after: float
    """The first moment behind what the text means: of a day the next one."""
    relative: bool = False


def moment(text: str) -> Moment:
    """What a text means. Raises UnsayableError where it is no moment that can be told."""
    back = _BACK.fullmatch(text)
    if back:
        seconds = -float(back[1] or 0) * (UNITS[back[2]] if back[2] else 0)
        return Moment(seconds, seconds + _TICK, relative=True)
    if _MILLIS.fullmatch(text):
        return Moment(int(text) / 1_000, int(text) / 1_000 + _TICK)
    found = _MOMENT.fullmatch(text)
    try:
        if found:
            return _calendar(found)
    except (ValueError, OverflowError):
        pass
    raise UnsayableError(
        f"{text[:60]!r} is no time that can be read here.",
        what="times of other forms",
        hint="Times are now-1d, now, or like 2024-05-06T07:08:09Z.",
    )


def _calendar(found: re.Match[str]) -> Moment:
    parts = [int(part) for part in found.groups()[:6] if part is not None]
    zone = found[8]
    offset: timezone = UTC
    if zone and zone != "Z":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        offset = timezone(timedelta(minutes=minutes if zone[0] == "+" else -minutes))
    start = datetime(*[*parts, 1, 1][: max(3, len(parts))], tzinfo=offset)  # type: ignore[misc,arg-type]
    micros = int((found[7] or "0").ljust(6, "0")[:6])
    first = start.timestamp() + micros / 1e6
    if found[7]:
        return Moment(first, first + _TICK)
    return Moment(first, _next(start, len(parts)).timestamp())


def _next(start: datetime, parts: int) -> datetime:
    """What follows a day, an hour, a minute or a second; of a month or a year what follows its first day."""
    if parts < 3:
        return start + timedelta(days=1)
    steps = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))
    return start + steps[parts - 3]


def span_of(node: Range | Comparison) -> Span:
    """The time that a test of the time leaves. Raises UnsayableError for what `Span` cannot hold."""
    low, high, with_low, with_high = _bounds(node)
    begin, end = (moment(text) if text is not None else None for text in (low, high))
    if begin is not None and begin.relative:
        if (
            begin.first < 0
            and with_low
            and (end is None or (end.relative and end.first == 0.0 and with_high))
        ):
            return Span(last_s=-begin.first)
    elif end is None or not end.relative:
        return Span(
            start=None if begin is None else begin.first if with_low else begin.after,
            end=None if end is None else end.after if with_high else end.first,
        )
    raise UnsayableError(
        "The time does not go from a moment to another, or up to now.",
        what="times of other forms",
        hint="Write [now-1d TO now], or two moments.",
    )


def _bounds(node: Range | Comparison) -> tuple[str | None, str | None, bool, bool]:
    if isinstance(node, Range):
        return node.low, node.high, node.with_low, node.with_high
    within = node.operator.endswith("=")
    return (node.text, None, within, True) if node.operator[0] == ">" else (None, node.text, True, within)


def range_of(span: Span) -> Range:
    """The range that means a time."""
    if span.last_s is not None:
        return Range(low=f"now-{_amount(span.last_s)}", high="now")
    return Range(
        low=None if span.start is None else _written(span.start),
        high=None if span.end is None else _written(span.end),
        with_high=span.end is None,
    )


def _amount(seconds: float) -> str:
    if not (seconds > 0 and float(seconds).is_integer()):
        raise UnsayableError("Times are counted in whole seconds.", what="parts of a second")
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % UNITS[unit] == 0)
    return f"{int(seconds) // UNITS[unit]}{unit}"


def _written(seconds: float) -> str:
    try:
        at = datetime.fromtimestamp(round(seconds, 3), UTC)
    except (OverflowError, OSError, ValueError):
        raise UnsayableError("A moment lies beyond the calendar.", what="times of other forms") from None
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
