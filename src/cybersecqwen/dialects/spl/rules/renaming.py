"""The same filter under other names of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.stages import Stage
from cybersecqwen.dialects.spl.tree import (
    All,
    AnyOf,
    Binary,
    Call,
    Compare,
    Directive,
    Field,
    Found,
    Logic,
    OneOf,
    Unary,
    Value,
    Without,
)


def with_names(stage: Stage, names: Mapping[str, str]) -> Stage | None:
    """A filter whose fields have other names; None for a stage that is none."""
    if isinstance(stage, stages.Search) and stage.where is not None:
        return replace(stage, where=found_with(stage.where, names))
    if isinstance(stage, stages.Where):
        return replace(stage, where=value_with(stage.where, names))
    if isinstance(stage, stages.Regex):
        return replace(stage, field=names.get(stage.field, stage.field))
    return None


def found_with(found: Found, names: Mapping[str, str]) -> Found:
    """An expression of `search`."""
    if isinstance(found, All | AnyOf):
        return type(found)(tuple(found_with(part, names) for part in found.parts))
    if isinstance(found, Without):
        return Without(found_with(found.inner, names))
    if isinstance(found, Compare | OneOf | Directive):
        return replace(found, field=names.get(found.field, found.field))
    return found


def value_with(value: Value, names: Mapping[str, str]) -> Value:
    """An expression of `eval`."""
    if isinstance(value, Field):
        return Field(names[value.name]) if value.name in names else value
    if isinstance(value, Call):
        return replace(value, args=tuple(value_with(arg, names) for arg in value.args))
    if isinstance(value, Logic):
        return replace(value, parts=tuple(value_with(part, names) for part in value.parts))
    if isinstance(value, Binary):
        return replace(value, left=value_with(value.left, names), right=value_with(value.right, names))
    return replace(value, inner=value_with(value.inner, names)) if isinstance(value, Unary) else value
