"""Sequences as joins: one row for every record that ends one, with the time of the latest start.

Each stage is joined with the chains so far by the columns that all share, and only what follows in time,
within the time that is allowed, goes on: what has the same time does not follow. Where a record ends several
sequences it is given once (https://learn.microsoft.com/kusto/query/join-inner).
"""

from __future__ import annotations

from cybersecqwen.dialects.query import Query, Sequence, Stage

from . import steps
from .columns import time_column
from .literals import duration_text
from .steps import Step
from .tree import Binary, Call, Duration, Expr, Logic, Name, Named, Option, Pipeline
from .write_conditions import Writing, cannot, column, condition

_AT, _START, _NEXT = "At", "Start", "Next"


def sequence(query: Query, wanted: Sequence) -> Pipeline:
    """A join of what each stage asks for.

    Raises UnsayableError for a sequence without columns to join by, with a single stage, or with three and
    more in any order.
    """
    if not wanted.by or len(wanted.stages) < 2 or (not wanted.ordered and len(wanted.stages) > 2):
        raise cannot("this kind of sequence")
    keys = [column(name) for name in wanted.by]
    names = {name.text for name in keys if isinstance(name, Name)}
    if len(names) < len(keys) or names & {_AT, _START, _NEXT}:
        raise cannot("a sequence by these columns")
    first, *others = wanted.stages
    source, found = _stage(query, first, keys)
    time = Name(time_column(first.tables or query.tables))
    found.append(_project(keys, (_AT, time), (_START, time)))
    for stage in others:
        found += _joined(query, wanted, stage, keys)
    found.append(
        steps.Summarize(items=(Named((Name(_START),), Call("max", (Name(_START),))),), by=(*keys, Name(_AT)))
    )
    return Pipeline(source, tuple(found))


def _stage(query: Query, stage: Stage, keys: list[Expr]) -> tuple[Expr | Step, list[Step]]:
    """What a stage reads, and the conditions on it: those of the query, its own, and that it has the keys."""
    from .write import source_of, span_steps, wheres

    tables = stage.tables or query.tables
    made: list[Step] = span_steps(query.span, time_column(tables))
    for where in (query.where, stage.where):
        if where is not None:
            made += wheres(condition(where, Writing()))
    made += [steps.Where(predicate=Call("isnotempty", (key,))) for key in keys]
    return source_of(tables), made


def _project(keys: list[Expr], *named: tuple[str, Expr]) -> Step:
    items = [Named((Name(name),), value) if value != Name(name) else value for name, value in named]
    return steps.Project(word="project", items=(*keys, *items))


def _joined(query: Query, wanted: Sequence, stage: Stage, keys: list[Expr]) -> list[Step]:
    """The chains that a stage carries on."""
    source, inner = _stage(query, stage, keys)
    inner.append(_project(keys, (_NEXT, Name(time_column(stage.tables or query.tables)))))
    join = steps.Join(
        right=Pipeline(source, tuple(inner)), on=tuple(keys), options=(Option("kind", Name("inner")),)
    )
    return [join, *_follows(wanted), _end(wanted, keys)]


def _follows(wanted: Sequence) -> list[Step]:
    apart: Expr = Binary("-", Name(_NEXT), Name(_START))
    tests: list[Expr] = []
    if wanted.ordered:
        tests.append(Binary("<", Name(_AT), Name(_NEXT)))
    else:
        apart = Call("abs", (apart,))
    if wanted.within_s is not None:
        tests.append(Binary("<=", apart, Duration(duration_text(wanted.within_s))))
    return (
        [steps.Where(predicate=tests[0] if len(tests) == 1 else Logic("and", tuple(tests)))] if tests else []
    )


def _end(wanted: Sequence, keys: list[Expr]) -> Step:
    if wanted.ordered:
        return _project(keys, (_AT, Name(_NEXT)), (_START, Name(_START)))
    both = (Name(_START), Name(_NEXT))
    return _project(keys, (_AT, Call("max_of", both)), (_START, Call("min_of", both)))
