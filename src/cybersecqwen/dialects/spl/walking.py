"""Going through a pipeline: every stage, also of subsearches, every comparison, every field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import stages
from .stages import Measure, Stage
from .tree import (
    All,
    AnyOf,
    Binary,
    Call,
    Field,
    Found,
    Logic,
    Macro,
    Pipeline,
    Sub,
    Unary,
    Value,
    Without,
)


def stages_of(pipeline: Pipeline) -> Iterator[Stage]:
    """Every stage, those of subsearches behind the one that they stand in."""
    for stage in pipeline.stages:
        yield stage
        for sub in subs_of(stage):
            yield from stages_of(sub.pipeline)


def subs_of(stage: Stage) -> Iterator[Sub]:
    """The subsearches of a stage, not those inside them."""
    if isinstance(stage, stages.Joined):
        yield from stage.subs
    elif isinstance(stage, stages.Other):
        yield from (part for part in stage.parts if isinstance(part, Sub))
    elif isinstance(stage, stages.Called):
        yield from (part for part in stage.rest if isinstance(part, Sub))
    else:
        found = found_of(stage)
        if found is not None:
            yield from (part for part in parts_of(found) if isinstance(part, Sub))


def found_of(stage: Stage) -> Found | None:
    """The expression of `search` that a stage has."""
    return stage.where if isinstance(stage, stages.Search | stages.Tstats | stages.InputLookup) else None


def parts_of(found: Found) -> Iterator[Found]:
    """Every part of an expression that has no parts itself."""
    if isinstance(found, All | AnyOf):
        for part in found.parts:
            yield from parts_of(part)
    elif isinstance(found, Without):
        yield from parts_of(found.inner)
    else:
        yield found


def values_of(stage: Stage) -> Iterator[Value]:
    """The expressions of `eval` that a stage has."""
    if isinstance(stage, stages.Where):
        yield stage.where
    elif isinstance(stage, stages.Eval):
        yield from (value for _, value in stage.sets)
    elif isinstance(stage, stages.Stats | stages.Tstats):
        for one in stage.measures:
            if isinstance(one, Measure) and one.argument is not None and not isinstance(one.argument, str):
                yield one.argument


def inside(value: Value) -> Iterator[Value]:
    """An expression and everything in it."""
    yield value
    for part in children(value):
        yield from inside(part)


def children(value: Value) -> tuple[Value, ...]:
    """What an expression is made of, one level down."""
    if isinstance(value, Call):
        return value.args
    if isinstance(value, Logic):
        return value.parts
    if isinstance(value, Binary):
        return (value.left, value.right)
    return (value.inner,) if isinstance(value, Unary) else ()


def fields_in(value: Value) -> list[str]:
    """The fields that an expression of eval asks for, in order."""
    return [one.name for one in inside(value) if isinstance(one, Field)]


def fields_found(found: Found) -> list[str]:
    """The fields that an expression of search asks for, in order; not those of subsearches."""
    return [name for part in parts_of(found) if (name := getattr(part, "field", ""))]


def macros_of(pipeline: Pipeline) -> Iterator[Macro]:
    """Every macro, wherever it stands."""
    for stage in stages_of(pipeline):
        found = found_of(stage)
        if found is not None:
            for part in parts_of(found):
                if isinstance(part, Macro):
                    yield part
                yield from (one for one in getattr(part, "values", ()) if isinstance(one, Macro))
        for value in values_of(stage):
            yield from (one for one in inside(value) if isinstance(one, Macro))
        if isinstance(stage, stages.Stats | stages.Tstats):
            yield from (one for one in stage.measures if isinstance(one, Macro))
        if isinstance(stage, stages.Called):
            yield stage.macro
        rest: Any = getattr(stage, "parts", None) or getattr(stage, "rest", ())
        yield from (one for one in rest if isinstance(one, Macro))


def parts_in(value: Value) -> list[str]:
    """The parts of fields that are written without quotes and with a dot: each may be a field of its own."""
    return [
        part for one in inside(value) if isinstance(one, Field) and one.bare for part in one.name.split(".")
    ]
