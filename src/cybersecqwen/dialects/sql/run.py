"""Running SQL on records, on the engine that it is written for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cybersecqwen.dialects.columns import Column, columns_of
from cybersecqwen.dialects.evaluating import value_at
from cybersecqwen.dialects.interface import Data, Record, Rows, Running
from cybersecqwen.dialects.locked import fetched
from cybersecqwen.errors import UnsayableError

from .plan import RECORD, Plan, plan_of
from .render import text_of
from .tree import SqlTree


def run(tree: SqlTree, data: Data, running: Running, time_column: str) -> Rows:
    """The rows. A query that keeps whole records gives the records themselves.

    Raises EffectError, UnsayableError, LimitError.
    """
    plan = plan_of(tree, data, running)
    time = running.time_field or time_column
    records: list[Record] = []
    tables: list[tuple[str, Sequence[Column]]] = []
    for name, found in plan.tables:
        types = _types(plan, found, running)
        mixed = tree.flavour == "sqlite"
        columns = columns_of(found, plan.columns, types, time, every=plan.every, mixed=mixed)
        if plan.whole or not columns:
            numbers = tuple(range(len(records), len(records) + len(found)))
            columns.append(Column(name=RECORD, kind="whole", values=numbers))
        records.extend(found)
        tables.append((name, columns))
    sql = text_of(plan.statement, tree.flavour, pretty=False)
    names, rows = fetched(tree.flavour, tables, sql, running.most_rows)
    if plan.whole:
        if names.count(RECORD) != 1:
            raise UnsayableError("The rows cannot be told from each other.", what="such rows")
        at = names.index(RECORD)
        return Rows(rows=tuple(records[row[at]] for row in rows), ordered=plan.ordered)
    made = tuple(_row(names, row) for row in rows)
    return Rows(rows=made, ordered=plan.ordered, columns=tuple(name for name in names if name != RECORD))


def _types(plan: Plan, records: Sequence[Record], running: Running) -> Mapping[str, str]:
    """The types of the schema; of columns without values what they are compared with tells them, too.

    A number that the query only takes as text need not be a fraction, as which 5 would be written 5.0.
    """
    unknown = [name for name in plan.numbers if name not in running.types]
    empty = [name for name in unknown if all(value_at(record, name) is None for record in records)]
    types = {**dict.fromkeys(empty, "number"), **running.types}
    return {name: kind for name, kind in types.items() if kind != "number" or name in plan.numbers}


def _row(names: Sequence[str], row: Sequence[Any]) -> Mapping[str, Any]:
    return {name: value for name, value in zip(names, row, strict=True) if name != RECORD}
