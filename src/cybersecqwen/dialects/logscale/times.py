"""The time of a query: `setTimeInterval()` as its first step.

Source: https://library.humio.com/data-analysis/functions-settimeinterval.html.
"""

from __future__ import annotations

import re

from cybersecqwen.dialects.query import Span

from .arguments import Arguments, cannot, named, seconds_of, span_text
from .tree import Argument, Bare, Call, Text, Value

INTERVAL = "setTimeInterval"
"""The function that sets the time."""
_MILLIS = re.compile(r"\d{10,15}")


def span_of(call: Call) -> Span:
    """The time that is set. Raises UnsayableError for what `Span` cannot hold."""
    given = Arguments(call, "start", "end")
    start, end = given.text("start"), given.text("end", "now")
    last = seconds_of(start)
    if last is not None and end == "now":
        return Span(last_s=last)
    if _MILLIS.fullmatch(start) and _MILLIS.fullmatch(end):
        return Span(start=int(start) / 1_000, end=int(end) / 1_000)
    raise cannot("times of other forms", "The time is neither the last seconds nor between two moments.")


def interval_of(span: Span) -> Call:
    """The function that sets a time."""
    if span.last_s is not None:
        return _interval(Text(value=span_text(span.last_s)), Text(value="now"))
    if span.start is None or span.end is None:
        raise cannot("times without an end", "A time begins or ends nowhere.")
    return _interval(_millis(span.start), _millis(span.end))


def _interval(start: Value, end: Value) -> Call:
    arguments: tuple[Argument, ...] = (named("start", start), named("end", end))
    return Call(name=INTERVAL, arguments=arguments)


def _millis(seconds: float) -> Value:
    millis = seconds * 1_000
    if not float(millis).is_integer() or not 10**9 <= millis < 10**15:
        raise cannot("times of other forms", "A moment is no whole millisecond of a usual year.")
    return Bare(text=str(int(millis)))
