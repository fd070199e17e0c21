"""Drawn trees: every node that the parser can make, with names and texts that try things."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cybersecqwen.dialects.kql import steps as s
from cybersecqwen.dialects.kql import tree as t
from cybersecqwen.dialects.kql.table import LISTS, OPERATORS

NAMES = (
    "a",
    "b",
    "Table",
    "x y",
    "and",
    "has",
    "in",
    "c-d",
    "_p",
    "5x",
    "é",
    'q"t',
    "back\\slash",
    "kind",
    "T*",
)
TEXTS = (
    "",
    "x",
    "it's",
    'say "x"',
    "C:\\Windows\\",
    "new\nline",
    "tab\t",
    "//",
    "```",
    "\u2028",
    "é",
    "|",
    "\x00",
    "@",
)

names = st.sampled_from(NAMES).map(t.Name)
plain_names = st.sampled_from(("a", "b", "Table", "x y")).map(t.Name)
texts = st.sampled_from(TEXTS).map(t.Text)
numbers = st.sampled_from(("0", "5", "1.5", "0x1F", "1e3")).map(t.Number)
durations = st.sampled_from(("1d", "2.5h", "10ms", "30m")).map(t.Duration)
typed = st.sampled_from(
    (
        ("datetime", "2024-01-01"),
        ("timespan", "1.00:00:00"),
        ("guid", "74be27de"),
        ("int", "null"),
        ("bool", "true"),
    )
).map(lambda one: t.Typed(*one))
truths = st.booleans().map(t.Truth)
json_values: st.SearchStrategy[Any] = st.recursive(
    texts | numbers | truths | st.just(t.Null()),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda found: t.Array(tuple(found)))
        | st.lists(st.tuples(st.sampled_from(TEXTS), inner), max_size=2).map(
            lambda found: t.Bag(tuple(found))
        )
    ),
    max_leaves=4,
)
leaves = st.one_of(names, texts, numbers, durations, typed, truths, json_values.map(t.Dynamic))
types = st.sampled_from(("string", "long", "datetime", "dynamic"))


def several(
    inner: st.SearchStrategy[Any], least: int = 1, most: int = 3
) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(inner, min_size=least, max_size=most).map(tuple)


def _values(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(
            t.Binary,
            st.sampled_from(sorted(set(OPERATORS) - {":", "like", "notlike", "notcontains", "containscs"})),
            inner,
            inner,
        ),
        st.builds(t.Logic, st.sampled_from(("and", "or")), several(inner, 2)),
        st.builds(
            t.Among, st.sampled_from(sorted(LISTS - {"!has_any", "!has_all"})), inner, several(inner, 0)
        ),
        st.builds(t.Between, inner, inner, inner, st.booleans()),
        st.builds(t.Call, st.sampled_from(("tolower", "count", "iff", "ago")), several(inner, 0)),
        st.builds(t.Member, inner, st.sampled_from(("x", "and", "b_1")), st.none() | several(inner, 0, 1)),
        st.builds(t.Index, inner, inner),
        st.builds(t.Sign, st.sampled_from("+-"), inner),
    )


_drawn_values: st.SearchStrategy[Any] = st.recursive(leaves, _values, max_leaves=8)
# Deferred, since Hypothesis writes out what is not.
values: st.SearchStrategy[Any] = st.deferred(lambda: _drawn_values)
named = values | st.builds(lambda name, value: t.Named((name,), value), plain_names, values)
options = st.sampled_from(((), (t.Option("hint.strategy", t.Name("shuffle")),)))
columns = several(st.builds(t.Column, plain_names, types), 1)
orders = st.builds(
    lambda by, ascending, nulls: s.Key(by=by, ascending=ascending, nulls=nulls),
    values,
    st.sampled_from((None, True, False)),
    st.sampled_from(("", "first", "last")),
)
notes = st.sampled_from(((), (" why",), (" one", " two")))
expanded = st.builds(lambda value, type_: s.Expanded(value=value, type=type_), values, st.just("") | types)


def _made(kind: type[Any], /, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, notes=notes, **parts)


def steps(tables: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Operators behind a bar, over tables that are drawn from another strategy."""
    pieces = several(texts | st.none() | st.builds(t.Column, plain_names, st.just("") | types), 1)
    return st.one_of(
        _made(s.Where, predicate=named),
        _made(s.Extend, items=several(named), word=st.just("extend")),
        _made(s.Extend, items=several(named, 0), word=st.just("serialize")),
        _made(
            s.Project,
            word=st.sampled_from(("project", "project-away", "project-keep", "distinct")),
            items=several(named),
        ),
        _made(
            s.Project,
            word=st.just("project-reorder"),
            items=st.tuples(names),
            orders=st.sampled_from(((), ("asc",))),
        ),
        _made(s.Summarize, items=several(named, 0), by=several(named, 0), options=options),
        _made(
            s.Join,
            word=st.sampled_from(("join", "lookup")),
            right=tables,
            on=several(values, 0, 2),
            options=options,
        ),
        _made(s.Union, tables=several(tables), options=options),
        _made(s.Sort, keys=several(orders), options=options),
        _made(s.Top, count=numbers, keys=several(orders, 1, 2)),
        _made(s.Take, word=st.sampled_from(("take", "limit", "sample")), count=values),
        _made(s.SampleDistinct, count=numbers, of=names),
        _made(s.Count),
        _made(s.MvExpand, items=several(expanded, 1, 2), limit=st.none() | numbers),
        _made(s.Parse, word=st.sampled_from(("parse", "parse-where")), value=values, pattern=pieces),
        _made(s.ParseKv, value=values, columns=columns),
        _made(
            s.MakeSeries,
            items=several(
                st.builds(lambda value, d: s.Series(value=value, default=d), named, st.none() | numbers)
            ),
            axis=values,
            bounds=st.sampled_from(((), (("step", t.Duration("1h")),))),
            by=several(named, 0),
        ),
        _made(
            s.Render,
            kind=st.just("timechart"),
            options=st.sampled_from(((), (t.Option("title", t.Text("x")),))),
        ),
        _made(
            s.Evaluate,
            word=st.sampled_from(("evaluate", "invoke")),
            call=st.builds(t.Call, st.just("pivot"), several(values)),
            schema=st.none() | columns,
        ),
        _made(s.As, name=plain_names),
        _made(s.Search, predicate=values, tables=several(names, 0)),
    )


def _pipelines(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(t.Pipeline, plain_names, several(steps(plain_names | inner), 1), notes)


sources = st.one_of(
    st.builds(s.Print, items=several(named)),
    st.builds(s.DataTable, columns=columns, values=several(leaves, 0)),
    st.builds(s.ExternalData, columns=columns, addresses=several(texts)),
    st.builds(lambda c, v: s.Range(column=c, start=v, end=v, step=v), plain_names, values),
).map(lambda one: t.Pipeline(one, ()))
_drawn_pipelines: st.SearchStrategy[Any] = st.recursive(
    st.deferred(lambda: _pipelines(plain_names)),
    lambda inner: st.deferred(lambda: _pipelines(inner)),
    max_leaves=3,
)
pipelines: st.SearchStrategy[Any] = st.deferred(lambda: _drawn_pipelines)
functions = st.builds(
    t.Lambda,
    several(st.builds(t.Column, plain_names, types), 0),
    st.just(()) | st.tuples(st.builds(t.Let, plain_names, values)),
    values | pipelines,
    st.booleans(),
)
statements = st.builds(t.Let, plain_names, values | pipelines | functions, notes)
queries = st.builds(
    t.KqlQuery, several(statements, 0, 2), pipelines | plain_names | sources, st.just(""), notes
)
