"""Whether a query and its translation find the same: both run on the same records, each in its own names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cybersecqwen.dialects.fields.placing import placed
from cybersecqwen.dialects.fields.taxonomy import Home
from cybersecqwen.dialects.interface import Dialect, Record, Running
from cybersecqwen.dialects.query import Sequence as Order
from cybersecqwen.dialects.spending import Allowance, OutOfTime
from cybersecqwen.errors import CsqError

from .building import Built
from .given import Given
from .trial import made_examples, running_for

_MOST = 16
"""Records of each kind that are made."""
_SECONDS = 4.0
_RECENT = 60
"""Seconds before now that a record happened which has no time of its own."""


def agreement(one: Given, built: Built) -> tuple[int, int, int] | None:
    """(records, those that both find or neither does, those that both find); None where it cannot be tried.

    The records are made from the query in Sigma's names, examples and near misses; each has a row in the
    schema of the query and one in that of the translation. A sequence asks for several records and is not
    tried.
    """
    sigma = one.sigma
    if sigma is None or one.home is None or sigma.where is None or one.query is None:
        return None
    if any(isinstance(step, Order) for step in sigma.steps):
        return None
    made = made_examples(sigma, running_for(sigma, None), most=_MOST)
    records = [each.records[0] for each in (*made.positives, *made.near_misses) if len(each.records) == 1]
    if not records:
        return None
    here = running_for(one.query, one.schema, one.dialect)
    try:
        with Allowance(seconds=_SECONDS).held():
            first = found(records, one.home, one.query.tables, one.dialect, one.tree, here)
            tables = built.mapped.query.tables
            other = found(records, built.mapped.home, tables, built.dialect, built.tree, built.running)
    except (OutOfTime, CsqError):
        return None
    same = sum(left is right for left, right in zip(first, other, strict=True))
    return len(records), same, sum(left and right for left, right in zip(first, other, strict=True))


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
        row = dict(record) if home is None else placed(record, home)
        row.setdefault(running.time_field or "_time", running.now - _RECENT)
        if "EventCode" in row:  # Windows' add-on gives it both names
            row.setdefault("EventID", row["EventCode"])
        made.append(bool(dialect.run(tree, {tables[0] if tables else "": [row]}, running).rows))
    return made
