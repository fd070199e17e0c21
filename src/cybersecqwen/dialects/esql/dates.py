"""Functions of times. Weeks begin on Monday, days at midnight UTC.

https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/date-time-functions
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from cybersecqwen.dialects.elastic.comparing import Moment, Period, moment, number
from cybersecqwen.dialects.elastic.evaluation import unsayable
from cybersecqwen.dialects.elastic.parsing import UNITS

_WEEK = UNITS["week"]
_MONDAY = 4 * UNITS["day"]
"""From the beginning of 1970, a Thursday, to the first Monday."""
_MONTHS = {UNITS["month"]: 1, UNITS["quarter"]: 3, UNITS["year"]: 12}


def date_trunc(length: Any, value: Any) -> Moment | None:
    """The beginning of the stretch of time that a moment lies in. Raises UnsayableError."""
    found = moment(value)
    if found is None or not isinstance(length, Period) or length <= 0:
        return None
    if length in _MONTHS:
        return _month(found, _MONTHS[length])
    if length > _WEEK:
        raise unsayable("stretches of several weeks, months or years")
    shift = _MONDAY if length == _WEEK else 0.0
    return Moment(math.floor((found - shift) / length) * float(length) + shift)


def _month(found: float, months: int) -> Moment | None:
    try:
        at = datetime.fromtimestamp(found, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    first = (at.month - 1) // months * months + 1
    return Moment(datetime(at.year, first, 1, tzinfo=UTC).timestamp())


def bucket(value: Any, length: Any, *more: Any) -> Moment | float | None:
    """The beginning of the bucket of a moment or a number. Raises UnsayableError for numbers of buckets."""
    if more:
        raise unsayable("buckets by their number")
    if isinstance(length, Period):
        return date_trunc(length, value)
    size, found = number(length), number(value)
    return None if not size or found is None else math.floor(found / size) * float(size)


_PARTS = {
    "year": "year",
    "month_of_year": "month",
    "day_of_month": "day",
    "hour_of_day": "hour",
    "minute_of_hour": "minute",
    "second_of_minute": "second",
}


def date_extract(part: Any, value: Any) -> int | None:
    """A part of a moment. Raises UnsayableError for one that is not known here."""
    found = moment(value)
    if found is None:
        return None
    name = str(part).lower()
    try:
        at = datetime.fromtimestamp(found, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    if name == "day_of_week":
        return at.isoweekday()
    if name == "epoch_day":
        return math.floor(found / UNITS["day"])
    if name not in _PARTS:
        raise unsayable(f"the part {name[:40]} of a time")
    return int(getattr(at, _PARTS[name]))


def date_diff(unit: Any, first: Any, second: Any) -> int | None:
    """How many whole units lie between two moments. Raises UnsayableError for months and years."""
    start, end = moment(first), moment(second)
    length = UNITS.get(str(unit).lower())
    if start is None or end is None:
        return None
    if length is None or length > _WEEK:
        raise unsayable("differences in such a unit")
    return math.trunc((end - start) / length)
