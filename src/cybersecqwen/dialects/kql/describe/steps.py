"""Operators in words: one sentence for each, those around other queries apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.kql import steps
from cybersecqwen.dialects.kql.tree import (
    Binary,
    Call,
    Column,
    Expr,
    Logic,
    Member,
    Name,
    Named,
    Option,
    Star,
    Text,
)

from .measures import series, summarize
from .values import Lets, value

_ADDED_TO: dict[str, str] = {
    "bag_unpack": "Makes a column of each key of {0}",
    "pivot": "Makes a column of each value of {0}",
    "ipv4_lookup": "Looks up {1} among the networks of {0}",
    "ipv6_lookup": "Looks up {1} among the networks of {0}",
    "autocluster": "Finds what many of the rows have in common",
    "basket": "Finds combinations of values that are frequent",
    "diffpatterns": "Finds what sets two groups of rows apart by {0}",
    "narrow": "Turns columns into rows",
    "activity_counts_metrics": "Tells the activity along time of {0}",
    "geo_point_lookup": "Looks up places in {0}",
    "FileProfile": "Adds what Microsoft knows of the file {0}",
    "AssignedIPAddresses": "Asks for the addresses of {0}",
    "http_request": "Asks the address {0}",
}
"""Plugins and functions that are applied to all rows, with what they are called with."""


def extend(step: steps.Extend, lets: Lets) -> str:
    """Columns that are computed."""
    said = [_computed(one, lets) for one in step.items[:14]]
    sorted_ = "Keeps the order, and computes" if step.word == "serialize" else "Computes"
    return f"{sorted_} {words.some(said, 'and', 12, total=len(step.items))}" if said else "Keeps the order"


def _computed(tree: Expr, lets: Lets) -> str:
    if not isinstance(tree, Named):
        return value(tree, lets)
    named = words.names((one.text for one in tree.names), most=6)
    said = value(tree.value, lets)
    return f"{named} in another type" if said == named else f"{named} as {said}"


def project(step: steps.Project, lets: Lets) -> str:
    """Columns that are chosen, left out, renamed or put in order."""
    if step.word == "project-rename":
        return f"Names {_listed(step.items, lets, _renamed)}"
    if step.word == "project-away":
        return f"Leaves out the column{'s' if len(step.items) > 1 else ''} {_listed(step.items, lets, value)}"
    if step.word == "project-reorder":
        return f"Puts the columns {_listed(step.items, lets, value)} first"
    if step.word == "distinct":
        return f"Gives every combination of {_listed(step.items, lets, value)} once"
    return f"Shows {_listed(step.items, lets, _shown)}"


def _listed(found: tuple[Expr, ...], lets: Lets, say: Callable[[Expr, Lets], str]) -> str:
    return words.some([say(one, lets) for one in found[:14]], "and", 14, total=len(found))


def _renamed(tree: Expr, lets: Lets) -> str:
    if not isinstance(tree, Named):
        return value(tree, lets)
    return f"{value(tree.value, lets)} as {words.name(tree.names[0].text)}"


def _shown(tree: Expr, lets: Lets) -> str:
    if not isinstance(tree, Named):
        return value(tree, lets)
    said = value(tree.value, lets)
    own = words.names((one.text for one in tree.names), most=6)
    return own if said == own else f"{said} as {own}"


def sort(step: steps.Sort, lets: Lets) -> str:
    """An order."""
    return f"Sorts by {_keys(step.keys, lets)}"


def _keys(keys: tuple[steps.Key, ...], lets: Lets) -> str:
    said = [f"{value(key.by, lets)} ({'least' if key.ascending else 'greatest'} first)" for key in keys[:10]]
    return words.some(said, "then", 8, total=len(keys))


def top(step: steps.Top, lets: Lets) -> str:
    """The first of an order."""
    return f"Gives the first {value(step.count, lets)} rows by {_keys(step.keys, lets)}"


def take(step: steps.Take, lets: Lets) -> str:
    """Any rows."""
    chance = " by chance" if step.word == "sample" else ""
    return f"Gives at most {value(step.count, lets)} rows{chance}"


def expand(step: steps.MvExpand, lets: Lets) -> str:
    """A row for each item of a list."""
    most = f", at most {value(step.limit, lets)} of one" if step.limit is not None else ""
    return f"Makes a row of each item of {_lists(step.items, lets)}{most}"


def _lists(found: tuple[steps.Expanded, ...], lets: Lets) -> str:
    return words.some([_list(one.value, lets) for one in found[:6]], "and", 6, total=len(found))


def _list(tree: Expr, lets: Lets) -> str:
    said = value(tree, lets)
    if isinstance(tree, Named) and words.name(tree.names[0].text) != said:
        return f"{said} (as {words.name(tree.names[0].text)})"
    return said


def apply_(step: steps.MvApply, lets: Lets) -> str:
    """A query over the items of a list."""
    return f"Goes through the items of {_lists(step.items, lets)} of each row"


def parse(step: steps.Parse, lets: Lets) -> str:
    """Columns from a text by what stands around them."""
    made = words.names(one.name.text for one in step.pattern if isinstance(one, Column))
    around = [one.value for one in step.pattern if isinstance(one, Text) and one.value.strip()]
    by = (
        f", by {words.values(around, 'and')} around {'it' if made.count(' ') == 0 else 'them'}"
        if around
        else ""
    )
    only = ", and keeps only rows where that works" if step.word == "parse-where" else ""
    return f"Takes {made or 'nothing'} out of {value(step.value, lets)}{by}{only}"


def parse_kv(step: steps.ParseKv, lets: Lets) -> str:
    """Columns from pairs in a text."""
    made = words.names(one.name.text for one in step.columns)
    return f"Takes {made} out of the pairs in {value(step.value, lets)}"


def render(step: steps.Render, lets: Lets) -> str:
    """A picture."""
    return f"Draws the rows as a {words.name(step.kind)}"


def evaluate(step: steps.Evaluate, lets: Lets) -> str:
    """A plugin, or a function over the rows."""
    call = step.call
    if not isinstance(call, Call):
        return f"Applies {value(call, lets)} to the rows"
    said = [value(one, lets) for one in call.arguments[:6]]
    phrase = _ADDED_TO.get(call.name)
    if phrase is not None and phrase.count("{") <= len(said):
        return phrase.format(*said)
    rest = f" with {words.some(said, 'and', 6, total=len(call.arguments))}" if said else ""
    kind = "function" if step.word == "invoke" else "plugin"
    return f"Applies the {kind} {words.name(call.name)} to the rows{rest}"


def other(step: steps.Other, lets: Lets) -> str:
    """An operator that is kept as it is written."""
    phrase = _OTHER.get(step.word)
    shown = words.clean(step.text, 200)
    if phrase is not None:
        return phrase.format(shown).rstrip()
    return f"Runs the operator {words.name(step.word)} with {shown}"


_OTHER = {
    "getschema": "Lists the columns with their types",
    "scan": "Goes through the rows in order and matches steps: {}",
    "partition": "Does the same for each part of the rows: {}",
    "fork": "Does several things with the same rows: {}",
    "facet": "Tells the values of columns: {}",
    "find": "Looks in many tables: {}",
    "top-nested": "Gives the first rows level by level: {}",
    "top-hitters": "Tells the most frequent values: {}",
    "reduce": "Groups texts that are alike: {}",
    "consume": "Reads the rows and gives none",
    "assert-schema": "Asks that the columns are {}",
    "sample-distinct": "Gives some different values: {}",
    "project-by-names": "Shows columns by name: {}",
}

SAID: dict[type[steps.Step], Callable[[Any, Lets], str]] = {
    steps.Extend: extend,
    steps.Project: project,
    steps.Summarize: summarize,
    steps.Sort: sort,
    steps.Top: top,
    steps.Take: take,
    steps.SampleDistinct: lambda s, lets: (
        f"Gives {value(s.count, lets)} different values of {value(s.of, lets)} by chance"
    ),
    steps.Count: lambda _s, _lets: "Tells how many there are",
    steps.MvExpand: expand,
    steps.MvApply: apply_,
    steps.Parse: parse,
    steps.ParseKv: parse_kv,
    steps.MakeSeries: series,
    steps.Render: render,
    steps.Evaluate: evaluate,
    steps.As: lambda s, _lets: f"Calls the rows so far {words.name(s.name.text)}",
    steps.Print: lambda s, lets: f"Gives one row: {_listed(s.items, lets, _computed)}",
    steps.Range: lambda s, lets: (
        f"Makes a row for each {words.name(s.column.text)} from {value(s.start, lets)}"
        f" to {value(s.end, lets)}, {value(s.step, lets)} apart"
    ),
    steps.DataTable: lambda s, _lets: (
        f"Begins with a table in the query, with the columns {words.names(c.name.text for c in s.columns)}"
    ),
    steps.ExternalData: lambda s, lets: (
        f"Reads {words.names(c.name.text for c in s.columns)} from"
        f" {words.some([value(one, lets) for one in s.addresses[:4]], 'and', 4)}"
    ),
    steps.Other: other,
}
"""A sentence for each operator that has no other query in it."""

_KEPT = {
    "inner": "keeps what matches",
    "innerunique": "keeps what matches (one row of the first side for each key)",
    "leftouter": "keeps all rows of the first side",
    "rightouter": "keeps all rows of the second side",
    "fullouter": "keeps all rows of both sides",
    "leftanti": "keeps rows of the first side without a match",
    "anti": "keeps rows of the first side without a match",
    "leftantisemi": "keeps rows of the first side without a match",
    "rightanti": "keeps rows of the second side without a match",
    "rightantisemi": "keeps rows of the second side without a match",
    "leftsemi": "keeps rows of the first side with a match",
    "rightsemi": "keeps rows of the second side with a match",
}


def join(step: steps.Join, other_side: str, lets: Lets) -> str:
    """Rows of two tables side by side; `other_side` is the second in words."""
    kind = _option(step.options, "kind")
    keys = [part for one in step.on for part in _all_of(one)]
    on = words.some([_on(one, lets) for one in keys[:8]], "and", 6, total=len(keys))
    where = f" on {on}" if on else ""
    if step.word == "lookup":
        kept = "keeps what matches" if kind == "inner" else "keeps all rows"
        return f"Looks up columns in {other_side}{where}, and {kept}"
    kept = _KEPT.get(kind or "innerunique", f"keeps rows by the kind {words.name(kind)}")
    return f"Joins the rows with {other_side}{where}, and {kept}"


def _all_of(tree: Expr) -> tuple[Expr, ...]:
    return tree.parts if isinstance(tree, Logic) and tree.operator == "and" else (tree,)


def _on(tree: Expr, lets: Lets) -> str:
    if isinstance(tree, Binary) and tree.operator == "==":
        left, right = (_own(part, lets) for part in (tree.left, tree.right))
        return left if left == right else f"{left} (there {right})"
    return value(tree, lets)


def _own(tree: Expr, lets: Lets) -> str:
    if isinstance(tree, Member) and isinstance(tree.inner, Name) and tree.inner.text in ("$left", "$right"):
        return words.name(tree.name)
    return value(tree, lets)


def _option(options: tuple[Option, ...], name: str) -> str:
    return next((one.value.text for one in options if one.name == name and isinstance(one.value, Name)), "")


def union(step: steps.Union, tables: list[str], first: bool) -> str:
    """Rows of several tables below each other."""
    if len(step.tables) == 1 and isinstance(step.tables[0], Star):
        return "Looks at every table"
    shown = words.some(tables, "and", 10, total=len(step.tables))
    return f"Looks at {shown} together" if first else f"Adds the rows of {shown} below"
