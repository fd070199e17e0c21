"""The time of a query: conditions on `@timestamp` at its beginning.

https://www.elastic.co/docs/reference/query-languages/esql/esql-time-spans
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

from cybersecqwen.dialects.elastic.expressions import Binary, Call, Expr, Field, Literal, Stretch
from cybersecqwen.dialects.elastic.parsing import UNITS
from cybersecqwen.dialects.evaluating import seconds_of
from cybersecqwen.dialects.query import Span
from cybersecqwen.errors import UnsayableError

from .comparisons import FLIPPED

TIME = "@timestamp"
_WRITTEN = ("day", "hour", "minute", "second", "millisecond")


def stretch_of(seconds: float) -> Stretch:
    """A length of time by the largest unit of which it is whole. Raises UnsayableError."""
    for unit in _WRITTEN if math.isfinite(seconds) else ():
        count = round(seconds / UNITS[unit])
        if count and abs(count * UNITS[unit] - seconds) < UNITS[unit] * 1e-9:
            return Stretch(count, unit if count == 1 else unit + "s")
    raise UnsayableError(f"ES|QL cannot say {seconds} seconds.", what="such a length of time")


def seconds_in(stretch: Stretch) -> float:
    """A length of time in seconds. Raises UnsayableError for months and years, which differ."""
    length = UNITS[stretch.unit]
    if length > UNITS["week"]:
        raise UnsayableError("Months and years differ in length.", what="months and years")
    return stretch.count * length


def conditions_of(span: Span) -> list[Expr]:
    """The conditions that say a time."""
    field = Field(TIME)
    if span.last_s is not None:
        return [Binary(">=", field, Binary("-", Call("NOW"), stretch_of(span.last_s)))]
    out: list[Expr] = []
    if span.start is not None:
        out.append(Binary(">=", field, Literal(iso(span.start))))
    if span.end is not None:
        out.append(Binary("<", field, Literal(iso(span.end))))
    return out


def iso(moment: float) -> str:
    """A time as text, in UTC. Raises UnsayableError for one that no calendar has."""
    try:
        text = datetime.fromtimestamp(round(moment, 3), UTC).isoformat(timespec="milliseconds")
    except (OverflowError, OSError, ValueError):
        raise UnsayableError("A time lies outside the calendar.", what="such a time") from None
    return text.replace("+00:00", "Z")


def bound_of(expr: Expr) -> tuple[str, float] | None:
    """What a condition says of the time: ("last", seconds), ("start", moment), ("end", moment), or None."""
    if not isinstance(expr, Binary) or expr.op not in FLIPPED:
        return None
    op, left, right = expr.op, expr.left, expr.right
    if isinstance(right, Field):
        op, left, right = FLIPPED[op], right, left
    if left != Field(TIME):
        return None
    if isinstance(right, Call) and right.name == "TO_DATETIME" and len(right.args) == 1:
        right = right.args[0]
    if isinstance(right, Literal) and isinstance(right.value, str):
        moment = seconds_of(right.value)
        found = {">=": "start", "<": "end"}.get(op)
        return (found, moment) if found is not None and moment is not None else None
    relative = isinstance(right, Binary) and right.op == "-" and right.left == Call("NOW")
    if relative and op in (">=", ">") and isinstance(right, Binary) and isinstance(right.right, Stretch):
        return "last", seconds_in(right.right)
    return None


def is_about_time(expr: Expr) -> bool:
    """Whether a condition compares the time of a record."""
    if not isinstance(expr, Binary):
        return False
    return Field(TIME) in (expr.left, expr.right) and expr.op in FLIPPED


def span_of(bounds: list[tuple[str, float]]) -> Span | None:
    """The time that conditions say together. Raises UnsayableError where they are of two kinds."""
    found = dict(bounds)
    if not found:
        return None
    if len(found) < len(bounds) or ("last" in found and len(found) > 1):
        raise UnsayableError("Several conditions are about the time.", what="times of several kinds")
    if "last" in found:
        return Span(last_s=found["last"])
    return Span(start=found.get("start"), end=found.get("end"))
