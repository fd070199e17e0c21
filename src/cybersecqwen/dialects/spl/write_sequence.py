"""Sequences of events in SPL: for each stage the latest start that reached it, carried on by `streamstats`.

Of several starts the latest leaves the most time, so whether an event ends a sequence is said exactly.
Events are brought in the order of their times first; an event does not follow itself (`current=f`).
"""

from __future__ import annotations

from cybersecqwen.dialects.query import Sequence
from cybersecqwen.errors import UnsayableError

from . import stages
from .models import is_model
from .saying import eval_of, joined, search_of
from .stages import Measure, Stage
from .tree import AnyOf, Binary, Call, Field, Found, Number, Text, Value

_NULL = Call("null", ())


ORDER = stages.Sort(keys=(("", "_time", ""),), count="0")
"""What every sequence begins with."""


def sequence(step: Sequence) -> list[Stage]:
    """The stages that keep the events with which a sequence is complete."""
    if not step.stages:
        raise UnsayableError("A sequence has no stages.", what="empty sequences")
    return built(step, [_condition(step, number) for number in range(len(step.stages))])


def built(step: Sequence, conditions: list[Value]) -> list[Stage]:
    """The stages of a sequence whose conditions are these."""
    return [ORDER, *(_ordered(step, conditions) if step.ordered else _unordered(step, conditions))]


def narrowed(step: Sequence) -> list[Found]:
    """One of the stages of a sequence, where all can be said in `search`."""
    found = [search_of(stage.where) for stage in step.stages if not stage.tables]
    said = [one for one in found if one is not None]
    if not said or len(said) < len(step.stages):
        return []
    flat = [part for one in said for part in (one.parts if isinstance(one, AnyOf) else (one,))]
    return [flat[0] if len(flat) == 1 else AnyOf(tuple(flat))]


def _condition(step: Sequence, number: int) -> Value:
    stage = step.stages[number]
    where = eval_of(stage.where)
    if not stage.tables:
        return where
    if any(map(is_model, stage.tables)):
        raise UnsayableError("A sequence is looked for in data models.", what="sequences in data models")
    tables = tuple(map(Text, stage.tables))
    index = Field("index")
    table: Value = Binary("=", index, tables[0]) if len(tables) == 1 else Call("in", (index, *tables))
    return joined("AND", [table, where])


def _start(number: int) -> str:
    return f"start{number}"


def _within(step: Sequence, start: Value) -> Value:
    if step.within_s is None:
        return Call("isnotnull", (start,))
    return Binary("<=", Binary("-", Field("_time"), start), Number(f"{step.within_s:g}"))


def _carried(step: Sequence, names: list[str], current: bool) -> Stage:
    return stages.Stats(
        name="streamstats",
        measures=tuple(Measure(function="last", argument=name, alias=name) for name in names),
        by=step.by,
        options=() if current else (("current", "f"),),
    )


def _ordered(step: Sequence, conditions: list[Value]) -> list[Stage]:
    made: list[Stage] = []
    for number, condition in enumerate(conditions[:-1], 1):
        here, before = _start(number), Field(_start(number - 1))
        if number == 1:
            value: Value = Call("if", (condition, Field("_time"), _NULL))
        else:
            value = Call("if", (joined("AND", [condition, _within(step, before)]), before, _NULL))
        made.append(stages.Eval(sets=((here, value),)))
        made.append(_carried(step, [here], current=False))
    last = conditions[-1]
    if len(conditions) > 1:
        last = joined("AND", [last, _within(step, Field(_start(len(conditions) - 1)))])
    return [*made, stages.Where(where=last)]


def _unordered(step: Sequence, conditions: list[Value]) -> list[Stage]:
    names = [_start(number) for number in range(1, len(conditions) + 1)]
    sets = tuple(
        (name, Call("if", (condition, Field("_time"), _NULL)))
        for name, condition in zip(names, conditions, strict=True)
    )
    asked = [joined("OR", list(conditions)), *(_within(step, Field(name)) for name in names)]
    return [
        stages.Eval(sets=sets),
        _carried(step, names, current=True),
        stages.Where(where=joined("AND", asked)),
    ]
