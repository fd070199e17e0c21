"""From the tree of an ES|QL query to its text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cybersecqwen.dialects.elastic.expressions import ADD, Expr, Field, Logic
from cybersecqwen.dialects.elastic.rendering import Renderer

from .tree import (
    GRAMMAR,
    Column,
    Command,
    Dissect,
    Drop,
    Enrich,
    EsqlTree,
    Eval,
    From,
    Grok,
    Keep,
    Key,
    Limit,
    LookupJoin,
    Measure,
    MvExpand,
    Names,
    Rename,
    Row,
    Sample,
    Show,
    Sort,
    Stats,
    Where,
)

RENDERER = Renderer(GRAMMAR)
_BARE = re.compile(r"(?!//|/\*)(?:(?!//|/\*)[\w.*\-:@<>{}+/%])+")
_LONG = 100
"""Characters of a line from which a command is cut into several."""


def render(tree: EsqlTree) -> str:
    """The text, one command a line."""
    return "\n| ".join(map(command, tree.commands))


def command(one: Command) -> str:
    """The text of a command."""
    if isinstance(one, Where):
        return _where(one.condition)
    if isinstance(one, From):
        return _from(one)
    if isinstance(one, Row | Eval):
        return _listed("ROW" if isinstance(one, Row) else "EVAL", map(_column, one.columns))
    if isinstance(one, Stats):
        return _stats(one)
    if isinstance(one, Keep | Drop):
        return _listed("KEEP" if isinstance(one, Keep) else "DROP", map(_names, one.names))
    return _other(one)


def _other(one: Command) -> str:
    name = RENDERER.name
    if isinstance(one, Rename):
        return _listed("RENAME", (f"{name(old)} AS {name(new)}" for old, new in one.pairs))
    if isinstance(one, Sort):
        return _listed("SORT", map(_key, one.keys))
    if isinstance(one, Limit):
        return f"LIMIT {one.count}"
    if isinstance(one, Dissect):
        behind = f" APPEND_SEPARATOR={RENDERER.string(one.separator)}" if one.separator is not None else ""
        return f"DISSECT {RENDERER.bound(one.value, ADD)} {RENDERER.string(one.pattern)}{behind}"
    if isinstance(one, Grok):
        return f"GROK {RENDERER.bound(one.value, ADD)} {', '.join(map(RENDERER.string, one.patterns))}"
    if isinstance(one, Enrich):
        return _enrich(one)
    if isinstance(one, MvExpand):
        return f"MV_EXPAND {name(one.name)}"
    if isinstance(one, LookupJoin):
        return f"LOOKUP JOIN {_raw(one.index)} ON {', '.join(RENDERER.bound(on, 2) for on in one.on)}"
    if isinstance(one, Sample):
        return f"SAMPLE {one.share!r}"
    return f"SHOW {one.what.upper()}" if isinstance(one, Show) else ""


def _listed(word: str, parts: Iterable[str]) -> str:
    found = list(parts)
    text = f"{word} {', '.join(found)}"
    if len(text) <= _LONG or len(found) < 2:
        return text
    return f"{word} " + (",\n  " + " " * len(word) + " ").join(found)


def _raw(text: str) -> str:
    plain = _BARE.fullmatch(text) and text.lower() not in GRAMMAR.reserved
    return text if plain else RENDERER.string(text)


def _from(one: From) -> str:
    metadata = f" METADATA {', '.join(map(RENDERER.name, one.metadata))}" if one.metadata else ""
    return f"FROM {', '.join(map(_raw, one.indexes))}{metadata}"


def _where(condition: Expr) -> str:
    text = f"WHERE {RENDERER.expression(condition)}"
    if len(text) <= _LONG or not isinstance(condition, Logic):
        return text
    least = 3 if condition.op == "and" else 2
    joint = f"\n    {condition.op.upper()} "
    return "WHERE " + joint.join(RENDERER.bound(part, least) for part in condition.parts)


def _column(column: Column) -> str:
    text = RENDERER.expression(column.value)
    own = RENDERER.name(column.name)
    unnamed = text == (own if isinstance(column.value, Field) else column.name)
    return text if unnamed else f"{own} = {text}"


def _measure(measure: Measure) -> str:
    where = f" WHERE {RENDERER.expression(measure.where)}" if measure.where is not None else ""
    return _column(measure.column) + where


def _stats(one: Stats) -> str:
    word = "INLINE STATS" if one.inline else "STATS"
    text = _listed(word, map(_measure, one.measures)) if one.measures else word
    by = f"BY {', '.join(map(_column, one.by))}" if one.by else ""
    if not by:
        return text
    return f"{text} {by}" if len(text) + len(by) < _LONG and "\n" not in text else f"{text}\n    {by}"


def _names(names: Names) -> str:
    return names.text if names.wild else RENDERER.name(names.text)


def _key(key: Key) -> str:
    text = RENDERER.expression(key.value) + (" DESC" if key.descending else "")
    return text + (f" NULLS {key.nulls.upper()}" if key.nulls else "")


def _enrich(one: Enrich) -> str:
    name = RENDERER.name
    on = f" ON {name(one.on)}" if one.on else ""
    pairs = (name(new) if new == old else f"{name(new)} = {name(old)}" for new, old in one.columns)
    return f"ENRICH {_raw(one.policy)}{on}" + (f" WITH {', '.join(pairs)}" if one.columns else "")
