"""From a pipeline to its text: a line for each stage, subsearches in their line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import stages, writing
from .operators import BINARY, LOGIC, NOT, SIGN
from .stages import Measure, Options, Stage
from .tree import (
    All,
    AnyOf,
    Call,
    Compare,
    Directive,
    Field,
    Found,
    Free,
    Logic,
    Macro,
    Number,
    OneOf,
    Pipeline,
    Sub,
    Text,
    Unary,
    Value,
    Without,
)

_ATOM = 100
_PATTERNS = frozenset(("match", "replace", "mvfind", "searchmatch"))
"""Functions whose second argument is a regular expression."""


def render(pipeline: Pipeline, between: str = "\n") -> str:
    """The text of a pipeline."""
    out: list[str] = []
    for number, stage in enumerate(pipeline.stages):
        text = stage_text(stage)
        first = number == 0 and isinstance(stage, stages.Search)
        out.append(text if first else f"| {text}")
    return between.join(out)


def stage_text(stage: Stage) -> str:
    """The text of one stage, without the bar before it."""
    return _joined(_STAGES[type(stage)](stage))


def _joined(parts: Any) -> str:
    return " ".join(part for part in parts if part)


def sub_text(sub: Sub) -> str:
    """A search in brackets."""
    return f"[{render(sub.pipeline, ' ')}]"


def found_text(found: Found, inner: bool = False) -> str:
    """An expression of `search`; in parentheses where it stands in another and has several parts."""
    if isinstance(found, Compare):
        return f"{writing.name(found.field)}{found.op}{writing.value(found.value)}"
    if isinstance(found, Free):
        return writing.free(found.text)
    if isinstance(found, OneOf):
        return f"{writing.name(found.field)} IN ({', '.join(map(writing.value, found.values))})"
    if isinstance(found, Without):
        return f"NOT {found_text(found.inner, True)}"
    if isinstance(found, All | AnyOf):
        text = (" " if isinstance(found, All) else " OR ").join(
            found_text(part, True) for part in found.parts
        )
        return f"({text})" if inner else text
    if isinstance(found, Directive):
        before = f"{writing.name(found.field)}=" if found.field else ""
        return f"{before}{found.name.upper()}({writing.value(found.text)})"
    return writing.macro(found) if isinstance(found, Macro) else sub_text(found)


def value_text(value: Value, weakest: int = 0) -> str:
    """An expression of `eval`, in parentheses where it binds weaker than what is around it."""
    text, binds = _value(value)
    return f"({text})" if binds < weakest else text


def _value(value: Value) -> tuple[str, int]:
    if isinstance(value, Number):
        return value.text, _ATOM
    if isinstance(value, Text):
        return writing.string(value.value), _ATOM
    if isinstance(value, Field):
        return writing.term(value.name, value.bare), _ATOM
    if isinstance(value, Call):
        return f"{value.name}({', '.join(_arguments(value))})", _ATOM
    if isinstance(value, Macro):
        return writing.macro(value), _ATOM
    if isinstance(value, Unary):
        binds = NOT if value.op == "NOT" else SIGN
        return f"{value.op}{' ' if binds == NOT else ''}{value_text(value.inner, binds)}", binds
    if isinstance(value, Logic):
        binds = LOGIC[value.op]
        return f" {value.op} ".join(value_text(part, binds + 1) for part in value.parts), binds
    binds = BINARY[value.op]
    left, right = value_text(value.left, binds), value_text(value.right, binds + 1)
    return f"{left} {value.op} {right}", binds


def _arguments(call: Call) -> list[str]:
    out = [value_text(one) for one in call.args]
    if call.name in _PATTERNS and len(call.args) > 1 and isinstance(call.args[1], Text):
        out[1] = writing.pattern(call.args[1].value)
    return out


def _options(options: Options) -> str:
    return " ".join(map(writing.option, options))


def measure_text(measure: Measure | Macro) -> str:
    """One column of an aggregation."""
    if isinstance(measure, Macro):
        return writing.macro(measure)
    text = measure.function
    if isinstance(measure.argument, str):
        text += f"({writing.argument(measure.argument)})"
    elif measure.argument is not None:
        text += f"(eval({value_text(measure.argument)}))"
    return f"{text} as {writing.name(measure.alias)}" if measure.alias else text


def _search(stage: stages.Search) -> list[str]:
    return ["" if stage.implicit else "search", found_text(stage.where) if stage.where is not None else ""]


def _stats(stage: stages.Stats) -> list[str]:
    return [
        stage.name,
        _options(stage.options),
        ", ".join(map(measure_text, stage.measures)),
        f"over {writing.names(stage.over)}" if stage.over else "",
        f"by {writing.names(stage.by)}" if stage.by else "",
        _options(stage.late),
    ]


def _tstats(stage: stages.Tstats) -> list[str]:
    return [
        stage.name,
        _options(stage.options),
        " ".join(map(measure_text, stage.measures)),
        f"from {_source(stage.source)}" if stage.source else "",
        f"where {found_text(stage.where)}" if stage.where is not None else "",
        f"by {writing.names(stage.by, ' ')}" if stage.by else "",
        _options(stage.late),
    ]


def _source(text: str) -> str:
    key, equals, name = text.partition("=")
    return writing.option((key, name)) if equals else writing.name(text)


def _listed(stage: stages.Listed) -> list[str]:
    options = _options(stage.options)
    early = stage.name != "dedup"
    return [
        stage.name,
        options if early else "",
        stage.sign,
        stage.count,
        writing.names(stage.fields),
        "" if early else options,
        f"by {writing.names(stage.by)}" if stage.by else "",
        f"sortby {_signed(stage.sortby)}" if stage.sortby else "",
    ]


def _signed(fields: tuple[str, ...]) -> str:
    return " ".join(
        one[0] + writing.name(one[1:]) if one[:1] in "+-" else writing.name(one) for one in fields
    )


def _key(field: str) -> str:
    """A field to sort by; `d` and `desc` at the end would turn the order about."""
    return writing.string(field) if field.lower() in ("d", "desc") else writing.name(field)


def _sort(stage: stages.Sort) -> list[str]:
    keys = [
        f"{sign}{function}({writing.name(field)})" if function else f"{sign}{_key(field)}"
        for sign, field, function in stage.keys
    ]
    return ["sort", stage.count, ", ".join(keys)]


def _paired(pairs: tuple[tuple[str, str], ...], word: str, short: bool = False) -> str:
    return ", ".join(
        writing.name(old) if short and old == new else f"{writing.name(old)} {word} {writing.name(new)}"
        for old, new in pairs
    )


def _regex(stage: stages.Regex) -> list[str]:
    if stage.field == "_raw" and not stage.negated:
        return ["regex", writing.pattern(stage.pattern)]
    operator = "!=" if stage.negated else "="
    return ["regex", f"{writing.name(stage.field)}{operator}{writing.pattern(stage.pattern)}"]


def _lookup(stage: stages.Lookup) -> list[str]:
    word = "OUTPUTNEW" if stage.new else "OUTPUT"
    return [
        "lookup",
        _options(stage.options),
        writing.name(stage.table),
        _paired(stage.match, "as", short=True),
        f"{word} {_paired(stage.output, 'as', short=True)}" if stage.output else word if stage.new else "",
    ]


def _rest(parts: tuple[str | Macro | Sub, ...]) -> list[str]:
    return [
        part if isinstance(part, str) else writing.macro(part) if isinstance(part, Macro) else sub_text(part)
        for part in parts
    ]


_STAGES: dict[type[Any], Callable[[Any], list[str]]] = {
    stages.Search: _search,
    stages.Where: lambda one: ["where", value_text(one.where)],
    stages.Eval: lambda one: [
        "eval",
        ", ".join(f"{writing.target(name)}={value_text(value)}" for name, value in one.sets),
    ],
    stages.Stats: _stats,
    stages.Tstats: _tstats,
    stages.Listed: _listed,
    stages.Rename: lambda one: ["rename", _paired(one.pairs, "as")],
    stages.Sort: _sort,
    stages.Rex: lambda one: ["rex", _options(one.options), writing.pattern(one.pattern)],
    stages.Regex: _regex,
    stages.Bin: lambda one: [
        one.name,
        _options(one.options),
        writing.name(one.field),
        f"as {writing.name(one.alias)}" if one.alias else "",
    ],
    stages.Lookup: _lookup,
    stages.InputLookup: lambda one: [
        "inputlookup",
        _options(one.options),
        writing.name(one.table),
        f"where {found_text(one.where)}" if one.where is not None else "",
    ],
    stages.Joined: lambda one: [
        one.name,
        _options(one.options),
        writing.names(one.fields),
        " ".join(map(sub_text, one.subs)),
    ],
    stages.Replace: lambda one: [
        "replace",
        ", ".join(f"{writing.string(old)} with {writing.string(new)}" for old, new in one.pairs),
        f"in {writing.names(one.fields)}" if one.fields else "",
    ],
    stages.Called: lambda one: [writing.macro(one.macro), *_rest(one.rest)],
    stages.Other: lambda one: [one.name, *_rest(one.parts)],
}
