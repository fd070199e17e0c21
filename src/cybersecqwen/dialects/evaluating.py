"""Running a `Query` on records: how queries are run whose dialect has no engine of its own here.

Tests hold as `detect.sigma.plain` says. Aggregations take the values as text, times by `time_field`.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import re2

from cybersecqwen.detect.sigma.model import Expression
from cybersecqwen.detect.sigma.plain import matches
from cybersecqwen.detect.sigma.values import number_of, texts_of
from cybersecqwen.errors import LimitError, UnsayableError

from .interface import Data, Record, Rows, Running
from .query import (
    Aggregate,
    Columns,
    Keep,
    Limit,
    Measure,
    Measured,
    Query,
    Sort,
    Span,
    Stage,
    Unique,
)
from .query import (
    Sequence as Order,
)

_SEQUENCES = 100_000
"""Sequences that are followed at once."""


def evaluate(query: Query, data: Data, running: Running) -> Rows:
    """The rows of a query. Raises LimitError where a step makes too many.

    Raises UnsayableError for a regular expression that RE2 does not take.
    """
    try:
        return _evaluated(query, data, running)
    except re2.error:
        raise UnsayableError(
            "RE2 does not take a regular expression of the query.", what="this regular expression"
        ) from None


def _evaluated(query: Query, data: Data, running: Running) -> Rows:
    records = [record for table in query.tables or tuple(data) for record in _of(data, table)]
    if query.span is not None:
        records = [record for record in records if _within(query.span, time_of(record, running), running.now)]
    if query.where is not None:
        records = [record for record in records if holds(query.where, record)]
    rows = Rows(rows=tuple(records))
    for step in query.steps:
        rows = _step(step, rows, data, running)
        if len(rows.rows) > running.most_rows:
            raise LimitError(f"A step gives more than {running.most_rows:,} rows.")
    return rows


def _of(data: Data, table: str) -> Sequence[Record]:
    found = data.get(table)
    if found is None:
        wanted = table.lower()
        found = next((rows for name, rows in data.items() if name.lower() == wanted), None)
    return data.get("", ()) if found is None else found


def holds(expression: Expression, record: Record) -> bool:
    """Whether an expression holds for a record."""
    return matches(expression, lambda name: value_at(record, name) if name else whole_text(record))


def value_at(record: Record, name: str) -> Any:
    """The value under a name as it stands, else along its dotted path; None where there is none."""
    if name in record:
        return record[name]
    if "." not in name:
        return None
    value: Any = record
    for part in name.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list):
            value = [one[part] for one in value if isinstance(one, Mapping) and part in one] or None
        else:
            return None
    return value


def whole_text(record: Record) -> str:
    """All values, one below the other."""
    return "\n".join(text for value in record.values() for text in texts_of(value))


def time_of(record: Record, running: Running) -> float | None:
    """Seconds since 1970 UTC, from the field of the time; None where there is none that can be read."""
    value = value_at(record, running.time_field) if running.time_field else None
    return seconds_of(value)


def seconds_of(value: object) -> float | None:
    """A time as seconds since 1970 UTC: a number, or ISO 8601 text."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return None


def _within(span: Span, moment: float | None, now: float) -> bool:
    if moment is None:
        return False
    if span.last_s is not None:
        return now - span.last_s <= moment <= now
    return (span.start is None or span.start <= moment) and (span.end is None or moment < span.end)


def _step(step: Any, rows: Rows, data: Data, running: Running) -> Rows:
    if isinstance(step, Aggregate):
        return _aggregate(step, rows.rows, running)
    if isinstance(step, Keep):
        kept = tuple(row for row in rows.rows if holds(step.where, row))
        return Rows(rows=kept, ordered=rows.ordered, columns=rows.columns)
    if isinstance(step, Sort):
        return Rows(rows=_sorted(step, rows.rows), ordered=True, columns=rows.columns)
    if isinstance(step, Limit):
        return Rows(rows=rows.rows[: step.count], ordered=rows.ordered, columns=rows.columns)
    if isinstance(step, Columns):
        made = tuple({name: value_at(row, name) for name in step.fields} for row in rows.rows)
        return Rows(rows=made, ordered=rows.ordered, columns=step.fields)
    if isinstance(step, Unique):
        return Rows(rows=_unique(step.fields, rows.rows), columns=step.fields)
    return _sequences(step, rows.rows, data, running)


def _sorted(step: Sort, rows: Iterable[Record]) -> tuple[Record, ...]:
    found = list(rows)
    for name, descending in reversed(step.keys):
        found.sort(key=lambda row: _sortable(value_at(row, name)), reverse=descending)
    return tuple(found)


def _sortable(value: object) -> tuple[int, float, str]:
    """Nothing before numbers, numbers before text."""
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (1, float(value), "")
    return (2, 0.0, str(value))


def _text(value: object) -> str:
    texts = texts_of(value)
    return texts[0] if texts else ""


def _unique(names: Sequence[str], rows: Iterable[Record]) -> tuple[Record, ...]:
    seen: dict[tuple[str, ...], Record] = {}
    for row in rows:
        values = {name: value_at(row, name) for name in names}
        seen.setdefault(tuple(_text(value) for value in values.values()), values)
    return tuple(seen.values())


def _aggregate(step: Aggregate, rows: Iterable[Record], running: Running) -> Rows:
    groups: dict[tuple[Any, ...], list[Record]] = {}
    keys: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        found = {name: value_at(row, name) for name in step.by}
        if step.bucket_s:
            moment = time_of(row, running)
            if moment is None:
                continue
            found = {
                running.time_field or "time": math.floor(moment / step.bucket_s) * step.bucket_s,
                **found,
            }
        key = tuple(_text(value) for value in found.values())
        keys.setdefault(key, found)
        groups.setdefault(key, []).append(row)
    if not step.by and not step.bucket_s and not groups:
        groups[()], keys[()] = [], {}
    made = tuple(
        {**keys[key], **{one.name: measured(one, group) for one in step.measures}}
        for key, group in groups.items()
    )
    bucket = (running.time_field or "time",) if step.bucket_s else ()
    return Rows(rows=made, columns=(*bucket, *step.by, *(one.name for one in step.measures)))


def measured(measure: Measure, rows: Sequence[Record]) -> Any:
    """One measure over the records of a group; None for what is computed over no value."""
    if measure.function is Measured.COUNT and not measure.field:
        return len(rows)
    texts = [text for row in rows for text in texts_of(value_at(row, measure.field))]
    if measure.function is Measured.COUNT:
        return len(texts)
    if measure.function is Measured.DISTINCT:
        return len({text.lower() for text in texts})
    if measure.function is Measured.VALUES:
        return sorted(dict.fromkeys(texts))
    numbers = sorted(number for text in texts if (number := number_of(text)) is not None)
    return _NUMERIC[measure.function](numbers, measure.at) if numbers else None


_NUMERIC: dict[Measured, Callable[[list[float], float], float]] = {
    Measured.SUM: lambda numbers, _at: math.fsum(numbers),
    Measured.MEAN: lambda numbers, _at: math.fsum(numbers) / len(numbers),
    Measured.MEDIAN: lambda numbers, _at: statistics.median(numbers),
    Measured.PERCENTILE: lambda numbers, at: numbers[min(len(numbers) - 1, int(len(numbers) * at / 100))],
    Measured.LEAST: lambda numbers, _at: numbers[0],
    Measured.MOST: lambda numbers, _at: numbers[-1],
}


def _sequences(step: Order, rows: Sequence[Record], data: Data, running: Running) -> Rows:
    """One row for each sequence: the records of its stages, and the values that they share."""
    moments: list[tuple[float, int, Record]] = []
    for number, stage in enumerate(step.stages):
        moments += [
            (moment, number, record)
            for record in _looked_at(stage, rows, data)
            if (moment := time_of(record, running)) is not None and holds(stage.where, record)
        ]
    # Later stages first: a record that fits two stages is not followed by itself.
    moments.sort(key=lambda one: (one[0], -one[1]))
    open_: dict[tuple[str, ...], dict[int, list[tuple[float, Record]]]] = {}
    made: list[Record] = []
    for moment, number, record in moments:
        key = tuple(_text(value_at(record, name)) for name in step.by)
        if step.by and "" in key:
            continue
        state = open_.setdefault(key, {})
        done = _advance(step, state, number, moment, record)
        if done is not None:
            made.append({"events": done, **dict(zip(step.by, key, strict=True))})
        if len(open_) > _SEQUENCES:
            raise LimitError(f"More than {_SEQUENCES:,} sequences are open at once.")
    return Rows(rows=tuple(made))


def _looked_at(stage: Stage, rows: Sequence[Record], data: Data) -> Sequence[Record]:
    return [record for table in stage.tables for record in _of(data, table)] if stage.tables else rows


def _advance(
    step: Order, state: dict[int, list[tuple[float, Record]]], number: int, moment: float, record: Record
) -> list[Record] | None:
    """The records of a sequence that this one ends; of one that is open at a stage the latest goes on."""
    last = len(step.stages)
    if not step.ordered:
        state[number] = [(moment, record)]
        if len(state) < last:
            return None
        if step.within_s is not None and moment - min(one[0][0] for one in state.values()) > step.within_s:
            return None
        done = [state[at][0][1] for at in range(last)]
        state.clear()
        return done
    if number == 0:
        chain = [(moment, record)]
    else:
        before = state.get(number - 1)
        if before is None or (step.within_s is not None and moment - before[0][0] > step.within_s):
            return None
        del state[number - 1]
        chain = [*before, (moment, record)]
    if len(chain) == last:
        return [one for _, one in chain]
    state[number] = chain
    return None
