"""Whether two KQL queries find the same records, on records made around the conditions of both.

A draw has records of each table that either looks at: around the conditions of the original, of the other,
and of both together (`dialects.examples.events`), and such as must satisfy each where its meaning can be read
(`dialects.examples.examples`), with near misses. The third draw is wide: more fields, more values of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cybersecqwen.dialects.examples import examples
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.interface import Data, Record, Running
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.dialects.kql.names import PARSERS, is_parser
from cybersecqwen.dialects.kql.tree import KqlQuery
from cybersecqwen.dialects.proving import Prover
from cybersecqwen.errors import LimitError, QueryError, UnsayableError

from .query_kql_records import Looked

KQL = Kql()
SEEDS = (0, 1, 2)
_MARK = "csq_example"
_MADE = 40
"""Records of each sort that are made from a query's meaning."""
_MOST_ROWS = 200_000
_AHEAD_S = 10 * 86_400.0
"""Seconds that times of records may lie after the moment of the query: so do dates on which things expire."""


class NotRun(Exception):
    """A query that this program cannot run; its text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """How many records of all draws were found by the original, by the other, by both."""

    records: int
    original: int
    other: int
    both: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where neither finds any."""
        total = self.original + self.other
        return 2 * self.both / total if total else 0.0


def key_of(table: str) -> str:
    """What a table is compared by: the functions of ASIM have several names for the same records."""
    name = table.split("(")[0]
    if is_parser(name):
        name = "asim " + max((name[len(one) :] for one in PARSERS if name.startswith(one)), key=len)
    return name.lower()


def same_table(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two queries look at a table in common."""
    return bool({key_of(table) for table in one} & {key_of(table) for table in other})


def agreement(original: Looked, other: Looked | None, schema: Schema, count: int) -> Found:
    """What both find, or the original alone where there is no other. Raises NotRun."""
    found = [0, 0, 0, 0]
    for seed in SEEDS:
        data, running = drawn(original, other, schema, count, seed)
        hits = matched(original, data, running)
        others = matched(other, data, running) if other is not None else set[int]()
        sizes = (sum(map(len, data.values())), len(hits), len(others), len(hits & others))
        found = [a + b for a, b in zip(found, sizes, strict=True)]
    return Found(records=found[0], original=found[1], other=found[2], both=found[3])


def drawn(
    original: Looked, other: Looked | None, schema: Schema, count: int, seed: int
) -> tuple[Data, Running]:
    """Numbered records by the key of their table, and what queries are run with."""
    alone = [one.query for one in (original, other) if one is not None]
    shares = [(alone[:1], 0.4), (alone[1:], 0.2), (alone, 0.4)] if len(alone) == 2 else [(alone, 1.0)]
    types = _prover(alone, schema, count)._types()
    running = Running(
        now=Running().now - _AHEAD_S, time_field=schema.time_field, types=types, most_rows=_MOST_ROWS
    )
    tables: dict[str, list[Record]] = {}
    for trees, share in shares:
        made = _prover(trees, schema, max(10, int(count * share)))._drawn(seed)
        for table, records in made.items():
            tables.setdefault(key_of(table), []).extend(records)
    for one in (original, other):
        for table, record in _examples(one, running, seed) if one is not None else ():
            tables.setdefault(key_of(table), []).append(record)
    numbers = iter(range(10_000_000))
    return {
        table: [{**record, _MARK: next(numbers)} for record in records] for table, records in tables.items()
    }, running


def _prover(trees: Sequence[KqlQuery], schema: Schema, count: int) -> Prover[KqlQuery]:
    return Prover(dialect=KQL, schema=schema, trees=trees, count=count)


def _examples(looked: Looked, running: Running, seed: int) -> list[tuple[str, Record]]:
    """Records made from what each branch means; none where the middle has no words for it."""
    found: list[tuple[str, Record]] = []
    for branch, tree in zip(looked.branches, looked.queries, strict=True):
        try:
            query = KQL.read(tree)
        except QueryError:
            continue
        made = examples(
            query,
            types=running.types,
            seed=seed,
            most=_MADE,
            time_field=running.time_field,
            now=running.now,
        )
        found += [
            (branch.table, one.records[-1]) for one in (*made.positives, *made.near_misses) if one.records
        ]
    return found


def matched(looked: Looked, data: Data, running: Running) -> set[int]:
    """The numbers of the records that a query finds. Raises NotRun."""
    named = _by_names(looked, data)
    found: set[int] = set()
    for tree in looked.queries:
        try:
            rows = KQL.run(tree, named, running).rows
        except (UnsayableError, LimitError) as error:
            raise NotRun(error.message) from None
        if any(_MARK not in row for row in rows):
            raise NotRun("The rows cannot be told apart.")
        found.update(row[_MARK] for row in rows)
    return found


def _by_names(looked: Looked, data: Data) -> Mapping[str, Any]:
    """The records by the names that a query has for its tables."""
    names = [one.text for one in KQL.names(looked.query).tables]
    return {name: data.get(key_of(name), ()) for name in dict.fromkeys([*names, *looked.tables])}
