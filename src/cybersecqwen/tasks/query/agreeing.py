"""Whether a query and its translation find the same: both run on the same records, each in its own names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cybersecqwen.dialects.fields.attempt import EVENT
from cybersecqwen.dialects.fields.placing import placed
from cybersecqwen.dialects.fields.taxonomy import Home
from cybersecqwen.dialects.interface import Dialect, Record, Running
from cybersecqwen.dialects.query import Sequence as Order
from cybersecqwen.dialects.query import Span
from cybersecqwen.dialects.spending import Allowance, OutOfTime
from cybersecqwen.errors import CsqError

from .building import Built
from .given import Given
from .trial import TIME, made_examples, running_for

_MOST = 16
"""Records of each kind that are made."""
_SECONDS = 4.0
_RECENT = 60
"""Seconds before now that a record happened which has no time of its own."""


def agreement(one: Given, built: Built) -> tuple[int, int, int] | None:
    """(records, those that both find or neither does, those that both find); None where it cannot be tried.

    The records are made from the query in Sigma's names, examples and near misses; each has a row in the
    schema of the query and one in that of the translation. A sequence asks for several records and is not
    tried. A translation that does not say when, as a Sigma rule cannot, is asked about the time of the query
    alone.
    """
    sigma = one.sigma
    if sigma is None or one.home is None or sigma.where is None or one.query is None:
        return None
    if any(isinstance(step, Order) for step in sigma.steps):
        return None
    here = running_for(one.query, one.schema, one.dialect)
    made = made_examples(sigma, Running(now=here.now, time_field=TIME), most=_MOST)
    records = [each.records[0] for each in (*made.positives, *made.near_misses) if len(each.records) == 1]
    if built.mapped.query.span is None:
        records = [record for record in records if _inside(sigma.span, record, here.now)]
    if not records:
        return None
    try:
        with Allowance(seconds=_SECONDS).held():
            first = found(records, one.home, one.query.tables, one.dialect, one.tree, here)
            tables, there = built.mapped.query.tables, replace(built.running, now=here.now)
            other = found(records, built.mapped.home, tables, built.dialect, built.tree, there)
    except (OutOfTime, CsqError):
        return None
    same = sum(left is right for left, right in zip(first, other, strict=True))
    return len(records), same, sum(left and right for left, right in zip(first, other, strict=True))


def _inside(span: Span | None, record: Record, now: float) -> bool:
    """Whether a record happened in the span."""
    moment = record.get(TIME)
    if span is None or not isinstance(moment, float):
        return True
    first = now - span.last_s if span.last_s is not None else span.start
    return (first is None or first <= moment) and (span.end is None or moment < span.end)


def found(
    records: Sequence[Record],
    home: Home | None,
    tables: Sequence[str],
    dialect: Dialect[Any],
    tree: Any,
    running: Running,
) -> list[bool]:
    """Whether the query gives rows for each record by itself. Raises what `Dialect.run` raises."""
    made: list[bool] = []
    for record in records:
        if home is not None and home.events and str(record.get(EVENT, "")) not in home.events:
            made.append(False)  # the table has no records of that event
            continue
        row = dict(record) if home is None else placed(record, home)
        moment = row.pop(TIME, record.get(TIME, running.now - _RECENT))
        row.setdefault(running.time_field or "_time", moment)
        if "EventCode" in row:  # Windows' add-on gives it both names
            row.setdefault("EventID", row["EventCode"])
        made.append(bool(dialect.run(tree, {tables[0] if tables else "": [row]}, running).rows))
    return made
