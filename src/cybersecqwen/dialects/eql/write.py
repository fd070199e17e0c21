"""From a query in no language to EQL."""

from __future__ import annotations

from collections.abc import Sequence as Several

from cybersecqwen.detect.sigma.model import And, Expression
from cybersecqwen.dialects import query as middle
from cybersecqwen.dialects.elastic.expressions import Among, Expr, Field, Literal, Logic
from cybersecqwen.dialects.elastic.logic import ALWAYS, write_condition

from .read import CATEGORY, TIME
from .times import length_of, window_of
from .tree import EqlTree, Event, Pipe, Sample, Sequence, Stage
from .wording import WORDS, refused


def write(query: middle.Query) -> EqlTree:
    """The tree that means the query. Raises UnsayableError for what EQL has no words for."""
    where = query.where
    steps = list(query.steps)
    while steps and isinstance(first := steps[0], middle.Keep):
        where = _both(where, first.where)
        del steps[0]
    window = window_of(query.span) if query.span else None
    if steps and isinstance(following := steps[0], middle.Sequence):
        body = _sequence(following, query.tables, where)
        return EqlTree(body, _pipes(steps[1:], several=True), window)
    return EqlTree(event(query.tables, where), _pipes(steps, several=False), window)


def _both(one: Expression | None, other: Expression) -> Expression:
    if one is None or one == ALWAYS:
        return other
    return one if other == ALWAYS else And((one, other))


def event(tables: Several[str], where: Expression | None) -> Event:
    """Events of these categories; several are a condition on `event.category`."""
    condition = Literal(True) if where is None else write_condition(where, WORDS)
    if len(tables) < 2:
        return Event("" if not tables or tables[0] == "any" else tables[0], condition)
    category = Among("in", Field(CATEGORY), tuple(map(Literal, tables)))
    return Event("", category if condition == Literal(True) else _beside(category, condition))


def _beside(first: Expr, condition: Expr) -> Expr:
    rest = condition.parts if isinstance(condition, Logic) and condition.op == "and" else (condition,)
    return Logic("and", (first, *rest))


_WHAT: dict[type, str] = {
    middle.Aggregate: "counts and other aggregations",
    middle.Keep: "conditions on what was computed",
    middle.Sort: "another order than that of time",
    middle.Columns: "a choice of fields",
    middle.Unique: "unique values",
    middle.Limit: "several limits",
    middle.Sequence: "sequences of what was computed",
}


def _pipes(steps: Several[middle.Step], *, several: bool) -> tuple[Pipe, ...]:
    pipes: list[Pipe] = []
    newest = False
    for step in steps:
        if isinstance(step, middle.Sort) and not several and step.keys in (((TIME, True),), ((TIME, False),)):
            newest = step.keys[0][1]
            if newest and step is steps[-1]:
                raise refused("the newest events first", "Add a limit: EQL then gives the newest with tail.")
        elif isinstance(step, middle.Limit):
            pipes.append(Pipe("tail" if newest else "head", step.count))
            newest = False
        else:
            raise refused(_WHAT[type(step)])
    return tuple(pipes)


def _sequence(step: middle.Sequence, tables: tuple[str, ...], where: Expression | None) -> Sequence | Sample:
    if len(step.stages) < 2:
        raise refused("a sequence of one event")
    stages = tuple(Stage(event(one.tables or tables, _all(where, one.where))) for one in step.stages)
    by = tuple(map(Field, step.by))
    if step.ordered:
        span = None if step.within_s is None else length_of(step.within_s)
        return Sequence(stages, by, span)
    if step.within_s is not None or not by:
        raise refused(
            "events in any order within a time",
            "Ask for them in one order, or name what they share and leave the time out.",
        )
    return Sample(stages, by)


def _all(one: Expression | None, other: Expression) -> Expression | None:
    found = _both(one, other)
    return None if found == ALWAYS else found
