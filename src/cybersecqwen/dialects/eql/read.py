"""What an EQL query means, in Sigma's terms."""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import And, Expression, Op, Test
from cybersecqwen.dialects import query as middle
from cybersecqwen.dialects.elastic.expressions import Field
from cybersecqwen.dialects.elastic.logic import ALWAYS, read_condition

from .comparisons import read_comparison, unsayable
from .times import span_of
from .tree import SPANS, EqlTree, Event, Pipe, Sample, Sequence, Stage

CATEGORY = "event.category"
TIME = "@timestamp"


def read(tree: EqlTree) -> middle.Query:
    """The query in no language. Raises UnsayableError for what it has no words for."""
    span = span_of(tree.window) if tree.window else None
    steps = [step for pipe in tree.pipes for step in _piped(pipe)]
    if isinstance(tree.body, Event):
        tables, where = _event(tree.body)
        return middle.Query(tables=tables, where=_none(where), span=span, steps=tuple(steps))
    body = _sample(tree.body) if isinstance(tree.body, Sample) else _sequence(tree.body)
    return middle.Query(span=span, steps=(body, *steps))


def _none(where: Expression) -> Expression | None:
    return None if where == ALWAYS else where


def _event(event: Event) -> tuple[tuple[str, ...], Expression]:
    """The categories and the condition: several categories stand as a condition on `event.category`."""
    where = read_condition(event.where, read_comparison)
    if event.category:
        return (event.category,), where
    parts = where.parts if isinstance(where, And) else (where,)
    first = parts[0] if parts else None
    if isinstance(first, Test) and first.field == CATEGORY and first.op is Op.EQUALS and first.cased:
        rest = parts[1:]
        return first.values, rest[0] if len(rest) == 1 else And(rest)
    return (), where


def _piped(pipe: Pipe) -> list[middle.Step]:
    limit = middle.Limit(count=pipe.count)
    return [limit] if pipe.name == "head" else [middle.Sort(keys=((TIME, True),)), limit]


def _shared(by: tuple[Field, ...], stages: tuple[Stage, ...]) -> tuple[str, ...]:
    """The fields that all events share; those of each stage must be the same in all."""
    own = {tuple(field.name for field in stage.by) for stage in stages}
    fields = [field for one in (by, *(stage.by for stage in stages)) for field in one]
    if len(own) > 1:
        raise unsayable("values that stand in different fields of a sequence")
    if any(field.optional for field in fields):
        raise unsayable("shared values that may be missing")
    return (*(field.name for field in by), *next(iter(own)))


def _stage(stage: Stage) -> middle.Stage:
    if stage.missing:
        raise unsayable("missing events in a sequence")
    tables, where = _event(stage.event)
    return middle.Stage(where=where, tables=tables)


def _sample(sample: Sample) -> middle.Sequence:
    by = _shared(sample.by, sample.stages)
    return middle.Sequence(stages=tuple(map(_stage, sample.stages)), by=by, ordered=False)


def _sequence(sequence: Sequence) -> middle.Sequence:
    if sequence.until:
        raise unsayable("events that end a sequence (until)")
    stages = [one for stage in sequence.stages for one in [_stage(stage)] * (stage.runs or 1)]
    within = sequence.maxspan[0] * SPANS[sequence.maxspan[1]] if sequence.maxspan else None
    return middle.Sequence(stages=tuple(stages), by=_shared(sequence.by, sequence.stages), within_s=within)
