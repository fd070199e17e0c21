"""Between the time of a query and the comment that stands for it, since EQL has no words for it.

The time is a filter of the request: https://www.elastic.co/docs/reference/query-languages/eql
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from cybersecqwen.dialects.evaluating import seconds_of
from cybersecqwen.dialects.query import Span
from cybersecqwen.errors import UnsayableError

from .tree import SPANS, Window

_NOW = re.compile(r"now-(\d{1,12})(d|h|m|s|ms)")


def length_of(seconds: float) -> tuple[int, str]:
    """A length of time as a number and the largest unit of which it is whole. Raises UnsayableError."""
    for unit, length in SPANS.items() if math.isfinite(seconds) else ():
        count = round(seconds / length)
        if count and abs(count * length - seconds) < length * 1e-9:
            return count, unit
    raise UnsayableError(f"EQL cannot say {seconds} seconds.", what="such a length of time")


def span_of(window: Window) -> Span:
    """The time that a comment names. Raises UnsayableError for dates that are not understood."""
    relative = _NOW.fullmatch(window.start)
    if relative and window.end in ("", "now"):
        return Span(last_s=int(relative[1]) * SPANS[relative[2]])
    start, end = seconds_of(window.start or None), seconds_of(window.end or None)
    if (window.start and start is None) or (window.end and end is None):
        raise UnsayableError("The time in the first line is not understood.", what="such a time")
    return Span(start=start, end=end)


def window_of(span: Span) -> Window:
    """The comment for a time."""
    if span.last_s is not None:
        count, unit = length_of(span.last_s)
        return Window(f"now-{count}{unit}")
    return Window(iso(span.start), iso(span.end))


def iso(moment: float | None) -> str:
    """A time as text, in UTC; "" for none. Raises UnsayableError for one that no calendar has."""
    if moment is None:
        return ""
    try:
        text = datetime.fromtimestamp(round(moment, 3), UTC).isoformat(
            timespec="seconds" if float(moment).is_integer() else "milliseconds"
        )
    except (OverflowError, OSError, ValueError):
        raise UnsayableError("A time lies outside the calendar.", what="such a time") from None
    return text.replace("+00:00", "Z")
