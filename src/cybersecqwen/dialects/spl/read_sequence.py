"""Sequences, as `write_sequence` says them, in terms of the middle again."""

from __future__ import annotations

from collections.abc import Sequence as Several

from cybersecqwen.detect.sigma.model import And, Expression, Op, Test
from cybersecqwen.dialects.query import Sequence, Stage
from cybersecqwen.errors import QueryError

from . import stages
from .hearing import true_when
from .stages import Stage as Written
from .tree import Binary, Call, Logic, Number, Value
from .write_sequence import ORDER, built


def sequence_of(written: Several[Written]) -> tuple[Sequence, int] | None:
    """(the sequence at the beginning, how many stages it takes); None where none stands there."""
    if len(written) < 3 or written[0] != ORDER or not isinstance(written[1], stages.Eval):
        return None
    ordered = isinstance(written[2], stages.Stats) and bool(written[2].options)
    taken = _taken(written[1:])
    if taken is None:
        return None
    evals, by, last = taken
    sets = [value for one in evals for _, value in one.sets]
    heads = [value.args[0] for value in sets if isinstance(value, Call) and value.name == "if" and value.args]
    if len(heads) < len(sets):
        return None
    within = _length(_parts(last)[-1])
    if ordered:
        rest = [_but_last(value) for value in [*heads[1:], last]]
        conditions = [heads[0], *(value for value in rest if value is not None)]
    else:
        conditions = heads
    try:
        parts = tuple(_stage(true_when(value)) for value in conditions)
    except QueryError:
        return None
    step = Sequence(stages=parts, by=by, within_s=within, ordered=ordered)
    made = built(step, conditions)
    return (step, len(made)) if list(written[: len(made)]) == made else None


def _taken(rest: Several[Written]) -> tuple[list[stages.Eval], tuple[str, ...], Value] | None:
    """The evals, what they are carried on by, and the condition at the end."""
    evals: list[stages.Eval] = []
    by: tuple[str, ...] = ()
    for stage in rest:
        if isinstance(stage, stages.Eval):
            evals.append(stage)
        elif isinstance(stage, stages.Stats):
            by = stage.by
        else:
            return (evals, by, stage.where) if isinstance(stage, stages.Where) else None
    return None


def _parts(value: Value) -> tuple[Value, ...]:
    return value.parts if isinstance(value, Logic) and value.op == "AND" else (value,)


def _but_last(value: Value) -> Value | None:
    """A condition without the one about the time at its end."""
    parts = _parts(value)[:-1]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Logic("AND", parts)


def _length(value: Value) -> float | None:
    if isinstance(value, Binary) and isinstance(value.right, Number):
        return float(value.right.text)
    return None


def _stage(where: Expression) -> Stage:
    """A stage, whose first condition may name its tables."""
    if isinstance(where, And):
        first = where.parts[0]
        if isinstance(first, Test) and first.field == "index" and first.op is Op.EQUALS and first.cased:
            rest = where.parts[1:]
            return Stage(where=rest[0] if len(rest) == 1 else And(rest), tables=first.values)
    return Stage(where=where)
