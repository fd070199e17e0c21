"""Runs an EQL query on records."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cybersecqwen.dialects.elastic.evaluation import Value, compiled
from cybersecqwen.dialects.elastic.walking import fields_in
from cybersecqwen.dialects.evaluating import time_of, value_at
from cybersecqwen.dialects.interface import Data, Record, Rows, Running
from cybersecqwen.dialects.query import Span
from cybersecqwen.errors import LimitError

from .functions import MACHINE
from .read import CATEGORY, TIME
from .sequences import Moment, matched_sample, matched_sequences
from .times import span_of
from .tree import EqlTree, Event, Pipe, Sample


def run(tree: EqlTree, data: Data, running: Running) -> Rows:
    """The events, or a row for each sequence, the earliest first. Raises UnsayableError or LimitError."""
    running = Running(
        now=running.now,
        time_field=running.time_field or TIME,
        types=running.types,
        most_rows=running.most_rows,
    )
    span = span_of(tree.window) if tree.window else None
    if isinstance(tree.body, Event):
        matches = matching(tree.body)
        found = [
            record
            for table, record in _records(data)
            if _is_within(span, record, running) and matches(table, record)
        ]
        rows: list[Record] = sorted(found, key=lambda record: _when(record, running))
    else:
        moments = _moments(tree, data, running, span)
        if isinstance(tree.body, Sample):
            rows = list(matched_sample(tree.body, moments))
        else:
            rows = list(matched_sequences(tree.body, moments, running))
    if len(rows) > running.most_rows:
        raise LimitError(f"The query gives more than {running.most_rows:,} rows.")
    return Rows(rows=tuple(_piped(rows, tree.pipes)), ordered=bool(tree.pipes))


def _records(data: Data) -> list[tuple[str, Record]]:
    return [(table, record) for table, records in data.items() for record in records]


def matching(event: Event) -> Callable[[str, Record], bool]:
    """Whether a record of a table is such an event."""
    where: Value = compiled(event.where, MACHINE)
    category = event.category
    asks = any(field.name == CATEGORY for field in fields_in(event.where))

    def matches(table: str, record: Record) -> bool:
        if asks and table and value_at(record, CATEGORY) is None:
            record = {**record, CATEGORY: table}
        return (not category or _is_of(category, table, record)) and where(record) is True

    return matches


def _is_of(category: str, table: str, record: Record) -> bool:
    """By its own word for it, else by the table that a record is in; without a name that is any."""
    own = value_at(record, CATEGORY)
    if own is None:
        return not table or table.lower() == category.lower()
    return category in own if isinstance(own, list) else bool(own == category)


def _when(record: Record, running: Running) -> tuple[bool, float]:
    moment = time_of(record, running)
    return moment is None, moment or 0.0


def _is_within(span: Span | None, record: Record, running: Running) -> bool:
    if span is None:
        return True
    moment = time_of(record, running)
    if moment is None:
        return False
    if span.last_s is not None:
        return running.now - span.last_s <= moment <= running.now
    return (span.start is None or span.start <= moment) and (span.end is None or moment < span.end)


def _moments(tree: EqlTree, data: Data, running: Running, span: Span | None) -> list[Moment]:
    """For each record that some event of a sequence is about: when it was, and which ones."""
    if isinstance(tree.body, Event):
        return []
    stages = tree.body.stages
    until = None if isinstance(tree.body, Sample) else tree.body.until
    tests = [matching(stage.event) for stage in (*stages, *((until,) if until else ()))]
    found: list[Moment] = []
    for table, record in _records(data):
        moment = time_of(record, running)
        if moment is None or not _is_within(span, record, running):
            continue
        hits = tuple(number for number, test in enumerate(tests) if test(table, record))
        if hits:
            found.append(Moment(moment, record, hits))
    found.sort(key=lambda one: one.at)
    return found


def _piped(rows: Sequence[Record], pipes: Sequence[Pipe]) -> Sequence[Record]:
    for pipe in pipes:
        first = 0 if pipe.name == "head" else max(0, len(rows) - pipe.count)
        rows = rows[first : first + pipe.count]
    return rows
