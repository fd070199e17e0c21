"""Parsing of the operators behind a bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import steps
from .cursor import Cursor
from .expressions import expression, named
from .parts import (
    HINTS,
    columns,
    expanded,
    inner_steps,
    keys,
    options,
    properties,
    rest,
    tabular_operand,
)
from .steps import Step
from .table import ADD, UNARY
from .tokens import NAME, SIGN, TEXT
from .tree import Column, Expr, Name, Option, Text

Parsed = Callable[[Cursor, str, dict[str, Any]], Step]


def step(cursor: Cursor, bar: bool = True) -> Step:
    """The operator that comes next, behind its bar. Raises QuerySyntaxError for one that is not known."""
    notes = cursor.notes()
    if bar or cursor.sign("|"):
        cursor.expect("|")
    else:
        notes = ()
    common = {"notes": (*notes, *cursor.notes()), "place": cursor.token.place}
    token = cursor.token
    parse = OPERATORS.get(token.text) if token.kind == NAME else None
    if parse is None:
        raise cursor.error(
            f"{cursor.told()} is no operator.",
            "Behind a bar stands an operator: where, extend, summarize ...",
        )
    cursor.next()
    return parse(cursor, token.text, common)


def _where(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    # The grammar takes a name here: `where x = 1` names the condition, and asks nothing of x.
    return steps.Where(predicate=named(cursor), **common)


def _extend(cursor: Cursor, word: str, common: dict[str, Any]) -> Step:
    if word == "serialize" and _ended(cursor):
        return steps.Extend(items=(), word=word, **common)
    return steps.Extend(items=cursor.several(named), word=word, **common)


def _ended(cursor: Cursor) -> bool:
    token = cursor.token
    return token.kind == "end" or (token.kind == SIGN and token.text in "|;)}")


def _project(cursor: Cursor, word: str, common: dict[str, Any]) -> Step:
    set_ = options(cursor, HINTS)
    if word == "project-smart" or (word == "project-reorder" and _ended(cursor)):
        return steps.Project(word=word, items=(), **common)
    if word == "project-reorder":
        return _reorder(cursor, common)
    return steps.Project(word=word, items=cursor.several(named), options=set_, **common)


_ORDERS = ("asc", "desc", "granny-asc", "granny-desc")


def _reorder(cursor: Cursor, common: dict[str, Any]) -> Step:
    items, orders = [], []
    while True:
        items.append(expression(cursor))
        orders.append(cursor.next().text if cursor.token.text in _ORDERS else "")
        if not cursor.accept(","):
            break
    return steps.Project(
        word="project-reorder", items=tuple(items), orders=tuple(orders) if any(orders) else (), **common
    )


def _summarize(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    set_ = options(cursor, HINTS)
    items = () if cursor.word("by") or _ended(cursor) else cursor.several(named)
    by = cursor.several(named) if cursor.accept_word("by") else ()
    return steps.Summarize(items=items, by=by, options=set_, **common)


def _join(cursor: Cursor, word: str, common: dict[str, Any]) -> Step:
    set_ = options(cursor, ("kind", *HINTS))
    right = tabular_operand(cursor)
    set_ = (*set_, *options(cursor, ("kind", *HINTS)))
    on = cursor.several(expression) if cursor.accept_word("on") else ()
    return steps.Join(word=word, right=right, on=on, options=set_, **common)


_UNION = ("kind", "isfuzzy", "withsource", "with_source", *HINTS)


def union(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    """The tables of a union."""
    set_ = options(cursor, _UNION)
    return steps.Union(tables=cursor.several(tabular_operand), options=set_, **common)


def _sort(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    set_ = options(cursor, HINTS)
    cursor.expect_word("by")
    return steps.Sort(keys=keys(cursor), options=set_, **common)


def _top(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    count = expression(cursor)
    cursor.expect_word("by")
    return steps.Top(count=count, keys=keys(cursor), **common)


def _take(cursor: Cursor, word: str, common: dict[str, Any]) -> Step:
    return steps.Take(word=word, count=expression(cursor), **common)


def _sample_distinct(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    count = expression(cursor)
    cursor.expect_word("of")
    return steps.SampleDistinct(count=count, of=expression(cursor), **common)


def _count(_cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    return steps.Count(**common)


_EXPAND = ("kind", "bagexpansion", "with_itemindex", "id")


def _mv_expand(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    set_ = options(cursor, _EXPAND)
    items = cursor.several(expanded)
    limit = expression(cursor) if cursor.accept_word("limit") else None
    return steps.MvExpand(items=items, options=set_, limit=limit, **common)


def _mv_apply(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    set_ = options(cursor, _EXPAND)
    items = cursor.several(expanded)
    limit = expression(cursor) if cursor.accept_word("limit") else None
    cursor.expect_word("on")
    return steps.MvApply(items=items, options=set_, limit=limit, steps=inner_steps(cursor, step), **common)


def _parse(cursor: Cursor, word: str, common: dict[str, Any]) -> Step:
    set_ = options(cursor, ("kind", "flags"))
    value = expression(cursor)
    cursor.expect_word("with")
    pattern: list[Text | Column | None] = []
    while not _ended(cursor):
        pattern.append(_piece(cursor))
    if not pattern:
        raise cursor.error("A pattern is expected behind `with`.")
    return steps.Parse(word=word, value=value, pattern=tuple(pattern), options=set_, **common)


def _piece(cursor: Cursor) -> Text | Column | None:
    """A literal, a column with or without type, or a star."""
    if cursor.token.kind == TEXT:
        return Text(cursor.next().text)
    if cursor.accept("*"):
        return None
    name = cursor.name()
    return Column(name, cursor.name().text if cursor.accept(":") else "")


def _parse_kv(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    value = expression(cursor)
    cursor.expect_word("as")
    found = columns(cursor)
    return steps.ParseKv(value=value, columns=found, options=properties(cursor), **common)


def _make_series(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    set_ = options(cursor, ("kind",))
    items = cursor.several(_series)
    cursor.expect_word("on")
    axis = expression(cursor, ADD)
    bounds: list[tuple[str, Expr]] = []
    while cursor.token.kind == NAME and cursor.token.text in ("from", "to", "step", "in"):
        word = cursor.next().text
        bounds.append((word, expression(cursor)))
    by = cursor.several(named) if cursor.accept_word("by") else ()
    return steps.MakeSeries(items=items, axis=axis, bounds=tuple(bounds), by=by, options=set_, **common)


def _series(cursor: Cursor) -> steps.Series:
    value = named(cursor)
    default = None
    if cursor.accept_word("default"):
        cursor.expect("=")
        default = expression(cursor)
    return steps.Series(value=value, default=default)


def _render(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    kind = cursor.name().text
    return steps.Render(kind=kind, options=properties(cursor), **common)


def _evaluate(cursor: Cursor, word: str, common: dict[str, Any]) -> Step:
    set_ = options(cursor, HINTS)
    call = expression(cursor, UNARY)
    schema = columns(cursor) if cursor.accept(":") else None
    return steps.Evaluate(word=word, call=call, schema=schema, options=set_, **common)


def _as(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    set_: tuple[Option, ...] = options(cursor, HINTS)
    name: Name = cursor.name()
    return steps.As(name=name, options=set_, **common)


def search(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    """The tables and conditions of a search."""
    set_ = options(cursor, ("kind",))
    tables: tuple[Expr, ...] = ()
    if cursor.accept_word("in"):
        cursor.expect("(")
        tables = cursor.several(cursor.tabular)
        cursor.expect(")")
    return steps.Search(predicate=expression(cursor), tables=tables, options=set_, **common)


def other(cursor: Cursor, word: str, common: dict[str, Any]) -> Step:
    """An operator that is kept as it stands."""
    return steps.Other(word=word, text=rest(cursor), **common)


_KEPT = ("scan", "partition", "fork", "facet", "reduce", "top-nested", "top-hitters", "consume", "getschema",
         "graph-match", "graph-to-table", "graph-shortest-paths", "graph-mark-components", "make-graph",
         "execute-and-cache", "assert-schema", "project-by-names", "macro-expand", "sample-by")  # fmt: skip

OPERATORS: dict[str, Parsed] = {
    **dict.fromkeys(("where", "filter"), _where),
    **dict.fromkeys(("extend", "serialize"), _extend),
    **dict.fromkeys(
        ("project", "project-away", "project-keep", "project-rename", "project-reorder", "project-smart"),
        _project,
    ),
    "distinct": _project,
    "summarize": _summarize,
    **dict.fromkeys(("join", "lookup"), _join),
    "union": union,
    **dict.fromkeys(("sort", "order"), _sort),
    "top": _top,
    **dict.fromkeys(("take", "limit", "sample"), _take),
    "sample-distinct": _sample_distinct,
    "count": _count,
    **dict.fromkeys(("mv-expand", "mvexpand"), _mv_expand),
    **dict.fromkeys(("mv-apply", "mvapply"), _mv_apply),
    **dict.fromkeys(("parse", "parse-where"), _parse),
    "parse-kv": _parse_kv,
    "make-series": _make_series,
    "render": _render,
    **dict.fromkeys(("evaluate", "invoke"), _evaluate),
    "as": _as,
    "search": search,
    **dict.fromkeys(_KEPT, other),
}
"""First word of an operator to what parses the rest."""
