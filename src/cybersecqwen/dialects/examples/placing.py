"""When and where the records of an example stand, and whether a query does with them what it must."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cybersecqwen.dialects.evaluating import evaluate, seconds_of
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.query import Query, Span
from cybersecqwen.errors import LimitError

from .building import Making, as_record
from .model import Example

_LATELY_S = 3_600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """The values of a record with its time and table."""

    values: Mapping[str, Any]
    moment: float
    """Seconds since 1970 UTC; left out where no field for it is known, or the record has one."""
    table: str = ""


def within(span: Span | None, making: Making, length: float = 0.0) -> float:
    """A moment inside the span, so early that so many seconds more still are."""
    first, last = making.now - _LATELY_S, making.now
    if span is not None and span.last_s is not None:
        first = making.now - span.last_s
    elif span is not None:
        last = span.end if span.end is not None else making.now
        first = span.start if span.start is not None else last - _LATELY_S
    room = max(0.0, last - first - length)
    return float(int(first + room * (0.1 + 0.8 * making.rng.random())))


def outside(span: Span | None, making: Making) -> float | None:
    """A moment just before the span, or after it; None where it is open on both sides."""
    if span is None:
        return None
    if span.last_s is not None:
        return making.now - span.last_s - 60
    if span.start is not None:
        return span.start - 60
    return None if span.end is None else span.end + 60


def example(placed: Sequence[Placed], about: str, making: Making) -> Example:
    """The records in their final form."""
    return Example(
        records=tuple(_record(one, making) for one in placed),
        tables=tuple(one.table for one in placed),
        about=about,
    )


def _record(one: Placed, making: Making) -> dict[str, Any]:
    name = making.time_field
    values = dict(one.values)
    if name and seconds_of(values.get(name)) is None:
        values[name] = time_value(one.moment, making.types.get(name, ""))
    return as_record(values, making.types)


def time_value(moment: float, kind: str) -> float | str:
    """A moment as a record has it: ISO 8601 text in a field for times, else seconds since 1970."""
    if kind != "time":
        return moment
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


def found(query: Query, one: Example, making: Making) -> bool:
    """Whether the query gives a row for the records."""
    running = Running(now=making.now, time_field=making.time_field, types=making.types)
    try:
        return bool(evaluate(query, one.data, running).rows)
    except LimitError:
        return False
