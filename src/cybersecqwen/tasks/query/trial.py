"""Running a query on records made for it, and on a person's own events."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from cybersecqwen.dialects.examples import Example, Examples, examples
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.fields.types import plain_types
from cybersecqwen.dialects.interface import Data, Dialect, Record, Rows, Running
from cybersecqwen.dialects.query import Query
from cybersecqwen.dialects.spending import Allowance, OutOfTime
from cybersecqwen.errors import CsqError, LimitError, QuerySyntaxError, UnsayableError
from cybersecqwen.records.query import Missed, Trial

_MARK = "csq_example"
"""A field beside those of a record that tells which example it is."""
_SHOWN = 5
_ELSEWHERE = 2
"""Examples of several records, each a run of its own, that another engine is asked about."""
_SECONDS = 4.0
"""Processor time that making examples, and running a query on them, may each take."""


def types_for(query: Query, schema: Schema | None) -> dict[str, str]:
    """The types of the fields of a query's tables, as the schema has them."""
    if schema is None:
        return {}
    found: dict[str, str] = {}
    for name in ("", *(query.tables or tuple(schema.tables))):
        table = schema.table(name)
        if table is not None:
            found.update(plain_types(table.fields))
    return found


TIME = "csq_time"
"""Where a record made in Sigma's names, none of which holds times, has its own: seconds since 1970 UTC."""


def running_for(query: Query, schema: Schema | None, dialect: Dialect[Any] | None = None) -> Running:
    """What a query of the schema is run with: now, since engines of their own know no other."""
    time_field = (dialect.time_field if dialect else "") or (schema.time_field if schema else "")
    types = {**types_for(query, schema), **({time_field: "time"} if time_field else {})}
    return Running(now=float(int(time.time())), time_field=time_field, types=types)


def made_examples(query: Query, running: Running, most: int = 24) -> Examples:
    """Records that the query must find, and near misses; see `dialects.examples`.

    Where making them takes too long there are none, which is told in `problems`.
    """
    try:
        with Allowance(seconds=_SECONDS).held():
            return examples(
                query, types=running.types, most=most, time_field=running.time_field, now=running.now
            )
    except OutOfTime:
        return Examples(problems=("No example was made for it: that takes too long here.",))


def try_out(dialect: Dialect[Any], tree: Any, made: Examples, running: Running) -> Trial:
    """Run a query on its examples.

    Where the query cannot be run here, or no example can be made, the trial says so in its note.
    """
    engine = dialect.engine

    def run(data: Data) -> Rows:
        return dialect.run(tree, data, running)

    try:
        with Allowance(seconds=_SECONDS).held():
            good = matched(run, made.positives)
            bad = matched(run, made.near_misses)
    except OutOfTime:
        return Trial(engine=engine, note="It was not run here: that takes too long.")
    except (UnsayableError, LimitError) as error:
        return Trial(engine=engine, note=f"It was not run here: {error.message}")
    missed = [_missed(one, found=False) for one, hit in zip(made.positives, good, strict=True) if not hit]
    missed += [_missed(one, found=True) for one, hit in zip(made.near_misses, bad, strict=True) if hit]
    return Trial(
        engine=engine,
        positives=len(good),
        positives_matched=sum(good),
        near_misses=len(bad),
        near_misses_matched=sum(bad),
        missed=tuple(missed[:_SHOWN]),
        note=_note(made),
    )


def _missed(one: Example, *, found: bool) -> Missed:
    said = "is found, and must not be" if found else "is not found, and must be"
    return Missed(record=dict(one.records[-1]), why=f"This {said}: {one.about}")


def _note(made: Examples) -> str:
    if made.impossible:
        return "No record can match it: its conditions contradict each other."
    return " ".join((*made.unreachable[:3], *made.problems[:2]))


def try_elsewhere(dialect: Dialect[Any], text: str, made: Examples, running: Running) -> Trial:
    """What another engine finds of the examples; a trial of none, with a note, where it cannot run the query.

    Raises QuerySyntaxError where that engine does not take the text for a query.
    """
    single = all(len(one.records) == 1 for one in (*made.positives, *made.near_misses))
    most = None if single else _ELSEWHERE
    positives, near_misses = made.positives[:most], made.near_misses[:most]

    def run(data: Data) -> Rows:
        return dialect.run_elsewhere(text, data, running)

    try:
        with Allowance(seconds=_SECONDS).held():
            good, bad = matched(run, positives), matched(run, near_misses)
    except OutOfTime:
        return Trial(engine=dialect.other_engine, note="It takes too long there.")
    except QuerySyntaxError:
        raise
    except CsqError as error:
        return Trial(engine=dialect.other_engine, note=error.message)
    return Trial(
        engine=dialect.other_engine,
        positives=len(good),
        positives_matched=sum(good),
        near_misses=len(bad),
        near_misses_matched=sum(bad),
    )


Run = Callable[[Data], Rows]
"""Runs one query on records."""


def matched(run: Run, made: Sequence[Example]) -> list[bool]:
    """Whether the query gives a row for each example."""
    together = _together(run, made)
    return together if together is not None else [bool(run(one.data).rows) for one in made]


def _together(run: Run, made: Sequence[Example]) -> list[bool] | None:
    """All examples of one record in one run, told apart by a mark; None where the mark gets lost."""
    if not made or any(len(one.records) != 1 for one in made):
        return None
    data: dict[str, list[Record]] = {}
    for number, one in enumerate(made):
        data.setdefault(one.tables[0], []).append({**one.records[0], _MARK: number})
    rows = run(data).rows
    if not rows:
        return [False] * len(made)
    if any(_MARK not in row for row in rows):
        return None
    found = {int(row[_MARK]) for row in rows if row[_MARK] is not None}
    return [number in found for number in range(len(made))]
