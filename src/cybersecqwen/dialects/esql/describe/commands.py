"""Commands in words: one sentence for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.elastic.expressions import Call, Expr, Logic, Negation, Star
from cybersecqwen.dialects.esql import tree

from .functions import MEASURES
from .values import condition, value

_KEY = re.compile(r"%\{\+?([^}:?&*/]+)[^}]*\}")
_GROK = re.compile(r"%\{[^}:]*:([^}:]+)[^}]*\}|\(\?<([A-Za-z_]\w*)>")


def describe(query: tree.EsqlTree) -> tuple[str, ...]:
    """What a query does, a sentence for each command."""
    return words.finished(_whole(query))


def _whole(query: tree.EsqlTree) -> Iterator[str]:
    filters: list[Expr] = []
    for command in query.commands:
        if isinstance(command, tree.Where):
            filters.append(command.condition)
            continue
        yield from _where(filters)
        filters = []
        yield _SAID[type(command)](command)
    yield from _where(filters)


def _where(filters: list[Expr]) -> Iterator[str]:
    """Filters that follow each other, told as one."""
    kept: list[str] = []
    dropped: list[str] = []
    for part in (part for one in filters for part in _all_of(one)):
        if isinstance(part, Negation):
            dropped.append(condition(part.inner))
        else:
            kept.append(condition(part))
    yield from words.split_up(kept, dropped, "rows")


def _all_of(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, Logic) and expr.op == "and":
        for part in expr.parts:
            yield from _all_of(part)
    else:
        yield expr


def _from(command: tree.From) -> str:
    return f"Looks at {words.names(command.indexes)}"


def _columns(found: tuple[tree.Column, ...], wide: int = 280) -> str:
    said = [_column(one) for one in found[:14]]
    return words.some(said, "and", 12, wide, total=len(found))


def _column(one: tree.Column) -> str:
    """As it is computed: "Duration as EndTime less StartTime"."""
    said, named = value(one.value), words.name(one.name)
    return f"{named} in another type" if said == named else f"{named} as {said}"


def _group(one: tree.Column) -> str:
    said, named = value(one.value), words.name(one.name)
    return f"{said} (as {named})" if said != named and "(" not in one.name else said


def _stats(command: tree.Stats) -> str:
    told = words.some(
        [_measure(one) for one in command.measures[:16]],
        "and",
        14,
        words.TOLD,
        total=len(command.measures),
    )
    groups = [_group(one) for one in command.by[:14]]
    by = words.some(groups, "and", 12, words.BY, total=len(command.by))
    if command.inline:
        over = f"over those with the same {by}" if by else "over all rows"
        return f"Adds to each row, {over}, {told}"
    if not command.measures:
        return f"Gives every combination of {by} once"
    return f"Tells {told}{f' for each {by}' if by else ''}"


def _measure(one: tree.Measure) -> str:
    said = _computed(one.column.value)
    if one.where is not None:
        said = f"{said} where {words.alone(condition(one.where))}"
    named = one.column.name
    return (
        said if "(" in named or said.endswith(f" {words.name(named)}") else f"{said} (as {words.name(named)})"
    )


def _computed(expr: Expr) -> str:
    if not isinstance(expr, Call):
        return value(expr)
    if expr.name == "COUNT" and (not expr.args or isinstance(expr.args[0], Star)):
        return "how many there are"
    if expr.name == "PERCENTILE" and len(expr.args) == 2:
        return f"the percentile {value(expr.args[1])} of {value(expr.args[0])}"
    if expr.name in MEASURES and expr.args:
        return MEASURES[expr.name].format(value(expr.args[0]))
    return value(expr)


def _listed(found: tuple[tree.Names, ...]) -> str:
    return words.names((one.text for one in found), most=14)


def _rename(command: tree.Rename) -> str:
    said = [f"{words.name(old)} as {words.name(new)}" for old, new in command.pairs[:12]]
    return f"Names {words.some(said, 'and', 10, total=len(command.pairs))}"


def _sort(command: tree.Sort) -> str:
    keys = [f"{value(key.value)} ({'greatest' if key.descending else 'least'} first)" for key in command.keys]
    return f"Sorts by {words.some(keys, 'then', 8)}"


def _dissect(command: tree.Dissect) -> str:
    made = words.names(dict.fromkeys(found.strip() for found in _KEY.findall(command.pattern))) or "nothing"
    return f"Takes {made} out of {value(command.value)} by the pattern {words.value(command.pattern)}"


def _grok(command: tree.Grok) -> str:
    made = [one or other for pattern in command.patterns for one, other in _GROK.findall(pattern)]
    patterns = words.values(command.patterns)
    shown = words.names(dict.fromkeys(made)) or "nothing"
    return f"Takes {shown} out of {value(command.value)} by the pattern {patterns}"


def _enrich(command: tree.Enrich) -> str:
    on = f" of {words.name(command.on)}" if command.on else ""
    made = words.names(new for new, _ in command.columns) or "its fields"
    return f"Looks up the value{on} by the policy {words.name(command.policy)} and adds {made}"


def _lookup(command: tree.LookupJoin) -> str:
    on = words.some([value(one) for one in command.on], "and", 6)
    return f"Joins the rows with the lookup index {words.name(command.index)} on {on}, and keeps all rows"


_SAID: dict[type[Any], Callable[[Any], str]] = {
    tree.From: _from,
    tree.Row: lambda one: f"Begins with one row: {_columns(one.columns)}",
    tree.Show: lambda one: f"Shows what the deployment says of itself: {words.clean(one.what)}",
    tree.Eval: lambda one: f"Computes {_columns(one.columns)}",
    tree.Stats: _stats,
    tree.Keep: lambda one: f"Shows {_listed(one.names)}",
    tree.Drop: lambda one: f"Leaves out the column{'s' if len(one.names) > 1 else ''} {_listed(one.names)}",
    tree.Rename: _rename,
    tree.Sort: _sort,
    tree.Limit: lambda one: f"Gives the first {one.count:,} rows",
    tree.Dissect: _dissect,
    tree.Grok: _grok,
    tree.Enrich: _enrich,
    tree.MvExpand: lambda one: f"Makes a row of each value of {words.name(one.name)}",
    tree.LookupJoin: _lookup,
    tree.Sample: lambda one: f"Takes about {one.share:.4g} of the rows by chance",
}
