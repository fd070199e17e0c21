"""Functions about moments and lengths of time, all in UTC."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from .function_kinds import Function, takes
from .values import Lapse, Moment, lapse, moment, text, whole

_DAY = 86_400.0


def _date(value: Any) -> datetime | None:
    found = moment(value)
    try:
        return None if found is None else datetime.fromtimestamp(found, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _start(period: str, at: datetime, offset: int = 0) -> datetime:
    """When a day, week (from Sunday), month or year begins, or one that lies some further on."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        return day + timedelta(days=offset)
    if period == "week":
        return day - timedelta(days=(day.weekday() + 1) % 7) + timedelta(days=7 * offset)
    months = (
        at.year * 12 + (at.month - 1 if period == "month" else 0) + offset * (1 if period == "month" else 12)
    )
    return day.replace(year=months // 12, month=months % 12 + 1, day=1)


def _begins(period: str, further: int, minus: float) -> Callable[..., Moment | None]:
    def run(value: Any, offset: Any = 0) -> Moment | None:
        at, shift = _date(value), whole(offset) or 0
        try:
            return None if at is None else Moment(_start(period, at, shift + further).timestamp() - minus)
        except (ValueError, OverflowError):
            return None

    return run


def _of_date(run: Callable[[datetime], Any]) -> Callable[[Any], Any]:
    def safe(value: Any) -> Any:
        at = _date(value)
        return None if at is None else run(at)

    return safe


_LENGTHS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": _DAY, "week": 7 * _DAY,
            "millisecond": 1e-3, "microsecond": 1e-6, "nanosecond": 1e-9}  # fmt: skip


def _difference(period: Any, one: Any, other: Any) -> int | None:
    """How many borders of a period lie between two moments."""
    a, b, name = _date(one), _date(other), text(period).lower()
    if a is None or b is None:
        return None
    months = (a.year - b.year) * 12 + a.month - b.month
    if name in ("year", "quarter", "month"):
        quarters = (a.year - b.year) * 4 + (a.month - 1) // 3 - (b.month - 1) // 3
        return {"year": a.year - b.year, "quarter": quarters, "month": months}[name]
    length = _LENGTHS.get(name)
    if length is None:
        return None
    if name == "week":
        return round((_start("week", a) - _start("week", b)).total_seconds() / length)
    return int(a.timestamp() // length - b.timestamp() // length)


def _added(period: Any, count: Any, value: Any) -> Moment | None:
    at, name, times = _date(value), text(period).lower(), whole(count)
    if at is None or times is None:
        return None
    try:
        if name in ("year", "quarter", "month"):
            months = at.year * 12 + at.month - 1 + times * {"year": 12, "quarter": 3, "month": 1}[name]
            year, month = months // 12, months % 12 + 1
            last = calendar.monthrange(year, month)[1]
            return Moment(at.replace(year=year, month=month, day=min(at.day, last)).timestamp())
        return Moment(at.timestamp() + times * _LENGTHS[name])
    except (KeyError, ValueError, OverflowError, calendar.IllegalMonthError):
        return None


_PARTS: dict[str, Callable[[datetime], int]] = {
    "year": lambda at: at.year,
    "quarter": lambda at: (at.month - 1) // 3 + 1,
    "month": lambda at: at.month,
    "week_of_year": lambda at: at.isocalendar().week,
    "weekofyear": lambda at: at.isocalendar().week,
    "day": lambda at: at.day,
    "dayofyear": lambda at: at.timetuple().tm_yday,
    "hour": lambda at: at.hour,
    "minute": lambda at: at.minute,
    "second": lambda at: at.second,
    "millisecond": lambda at: at.microsecond // 1000,
    "microsecond": lambda at: at.microsecond,
}


def _part(name: Any, value: Any) -> int | None:
    at, run = _date(value), _PARTS.get(text(name).lower())
    return None if at is None or run is None else run(at)


def _made(
    year: Any, month: Any = 1, day: Any = 1, hour: Any = 0, minute: Any = 0, second: Any = 0
) -> Moment | None:
    numbers = [whole(one) for one in (year, month, day, hour, minute)]
    seconds = whole(second)
    if None in numbers or seconds is None:
        return None
    try:
        return Moment(datetime(*[one or 0 for one in numbers], seconds, tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc]
    except ValueError:
        return None


_FORMATS = tuple(
    one.split("=")
    for one in [
        "yyyy=%Y",
        "yy=%y",
        "MM=%m",
        "dd=%d",
        "HH=%H",
        "hh=%I",
        "mm=%M",
        "ss=%S",
        "tt=%p",
        "ffffff=%f",
        "M=%-m",
        "d=%-d",
        "H=%-H",
    ]
)


def _formatted(value: Any, form: Any) -> str:
    at = _date(value)
    if at is None:
        return ""
    given, out, where = text(form)[:200], [], 0
    while where < len(given):
        for code, directive in _FORMATS:
            if given.startswith(code, where):
                out.append(at.strftime(directive))
                where += len(code)
                break
        else:
            out.append(given[where])
            where += 1
    return "".join(out)


def _formatted_lapse(value: Any, form: Any) -> str:
    found = lapse(value)
    if found is None:
        return ""
    whole_seconds = int(abs(found))
    numbers = {"d": whole_seconds // 86_400, "h": whole_seconds // 3600 % 24, "H": whole_seconds // 3600 % 24,
               "m": whole_seconds // 60 % 60, "s": whole_seconds % 60}  # fmt: skip
    out, given, where = [], text(form)[:200], 0
    while where < len(given):
        letter, size = given[where], 1
        while where + size < len(given) and given[where + size] == letter:
            size += 1
        out.append(f"{numbers[letter]:0{size}d}" if letter in numbers else letter * size)
        where += size
    return "".join(out)


def _unix(scale: float) -> Callable[[Any], Moment | None]:
    def run(value: Any) -> Moment | None:
        found = moment(value) if value.__class__ is not str else None
        return None if found is None else Moment(found * scale)

    return run


_PERIODS = ("day", "week", "month", "year")

TIMES: dict[str, Function] = {
    **{f"startof{period}": takes(_begins(period, 0, 0.0), 1, 2) for period in _PERIODS},
    **{f"endof{period}": takes(_begins(period, 1, 1e-6), 1, 2) for period in _PERIODS},
    "dayofweek": takes(_of_date(lambda at: Lapse((at.weekday() + 1) % 7 * _DAY)), 1),
    "dayofmonth": takes(_of_date(lambda at: at.day), 1),
    "dayofyear": takes(_of_date(lambda at: at.timetuple().tm_yday), 1),
    "hourofday": takes(_of_date(lambda at: at.hour), 1),
    "monthofyear": takes(_of_date(lambda at: at.month), 1),
    "getmonth": takes(_of_date(lambda at: at.month), 1),
    "getyear": takes(_of_date(lambda at: at.year), 1),
    "week_of_year": takes(_of_date(lambda at: at.isocalendar().week), 1),
    "weekofyear": takes(_of_date(lambda at: at.isocalendar().week), 1),
    "datetime_diff": takes(_difference, 3),
    "datetime_add": takes(_added, 3),
    "datetime_part": takes(_part, 2),
    "datetime_utc_to_local": takes(lambda value, zone: moment(value) if text(zone) == "UTC" else None, 2),
    "make_datetime": takes(_made, 1, 6),
    "make_timespan": takes(lambda hours, minutes, seconds=0: Lapse(
        (whole(hours) or 0) * 3600 + (whole(minutes) or 0) * 60 + (whole(seconds) or 0)), 2, 3),
    "format_datetime": takes(_formatted, 2),
    "format_timespan": takes(_formatted_lapse, 2),
    "unixtime_seconds_todatetime": takes(_unix(1.0), 1),
    "unixtime_milliseconds_todatetime": takes(_unix(1e-3), 1),
    "unixtime_microseconds_todatetime": takes(_unix(1e-6), 1),
}  # fmt: skip
"""About time."""
