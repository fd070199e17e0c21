"""From a query in no language to ES|QL."""

from __future__ import annotations

from cybersecqwen.dialects import query as middle
from cybersecqwen.dialects.elastic.expressions import Expr, Field, Logic
from cybersecqwen.dialects.elastic.logic import ALWAYS, write_condition

from .aggregates import write_aggregate
from .times import conditions_of
from .tree import Column, Command, EsqlTree, From, Keep, Key, Limit, Names, Sort, Stats, Where
from .wording import WORDS, refused


def write(query: middle.Query) -> EsqlTree:
    """The tree that means the query. Raises UnsayableError for what ES|QL has no words for."""
    commands: list[Command] = [From(query.tables or ("*",))]
    if query.span is not None:
        times = conditions_of(query.span)
        if times:
            commands.append(Where(_every(times)))
    if query.where is not None and query.where != ALWAYS:
        commands.append(Where(write_condition(query.where, WORDS)))
    commands += [_step(step) for step in query.steps]
    return EsqlTree(tuple(commands))


def _every(parts: list[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else Logic("and", tuple(parts))


def _step(step: middle.Step) -> Command:
    if isinstance(step, middle.Aggregate):
        return write_aggregate(step)
    if isinstance(step, middle.Keep):
        return Where(write_condition(step.where, WORDS))
    if isinstance(step, middle.Sort):
        return Sort(tuple(Key(Field(name), descending) for name, descending in step.keys))
    if isinstance(step, middle.Limit):
        return Limit(step.count)
    if isinstance(step, middle.Columns):
        return Keep(tuple(map(Names, step.fields)))
    if isinstance(step, middle.Unique):
        return Stats((), tuple(Column(name, Field(name)) for name in step.fields))
    raise refused("sequences of events", "EQL has: translate the query to it.")
