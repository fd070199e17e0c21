"""The text of a tree: an operator on each line, long lists one below the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import steps
from .render_values import (
    arguments,
    bracketed,
    column,
    indented,
    inner,
    name,
    quoted,
    value,
)
from .steps import Expanded, Key, Step
from .table import ADD
from .tree import Array, Expr, KqlQuery, Let, Option, Pipeline, Statement, Text

_WIDE = 100
"""Characters of a line beyond which a list is broken into lines."""


def render(tree: KqlQuery) -> str:
    """The text of a query; `parse` makes the same tree of it."""
    if tree.command:
        return tree.command
    lines = [f"{statement(one)};" for one in tree.statements]
    if tree.body is not None:
        lines.append(expression(tree.body))
    lines += [f"//{note}" for note in tree.notes]
    return "\n".join(lines)


def statement(tree: Statement) -> str:
    """The text of a statement, without its semicolon."""
    notes = "".join(f"//{note}\n" for note in tree.notes)
    if not isinstance(tree, Let):
        return notes + tree.text
    text = expression(tree.value)
    if isinstance(tree.value, Pipeline) and "\n" in text:
        return f"{notes}let {name(tree.name.text)} =\n{indented(text)}"
    return f"{notes}let {name(tree.name.text)} = {text}"


def expression(tree: Expr) -> str:
    """The text of a value or a query."""
    return value(tree, pipeline)


def pipeline(tree: Pipeline) -> str:
    """The text of a query without brackets."""
    lines = [f"//{note}" for note in tree.notes]
    lines.append(step(tree.source) if isinstance(tree.source, Step) else bracketed(tree.source, pipeline))
    for one in tree.steps:
        lines += [f"//{note}" for note in one.notes]
        lines.append(f"| {step(one)}")
    return "\n".join(lines)


def step(tree: Step) -> str:
    """The text of an operator without its bar."""
    return _STEPS[type(tree)](tree)


def _list(head: str, items: Iterable[str]) -> str:
    """A word and a list: one below the other where a line would be long."""
    found = list(items)
    line = f"{head} {', '.join(found)}" if found else head
    if len(found) < 2 or (len(line) <= _WIDE and "\n" not in line):
        return line
    return head + "\n" + ",\n".join(indented(item) for item in found)


def _options(tree: Any) -> str:
    return "".join(f" {one.name}={expression(one.value)}" for one in tree.options)


def _properties(options: tuple[Option, ...]) -> str:
    """Those of `with (...)`; lists of names stand last, since their commas look like ours."""
    return f" with ({', '.join(map(_property, options))})" if options else ""


def _property(option: Option) -> str:
    if isinstance(option.value, Array):
        return f"{option.name}={', '.join(map(expression, option.value.items))}"
    return f"{option.name}={expression(option.value)}"


def _all(items: tuple[Expr, ...]) -> list[str]:
    return [bracketed(item, pipeline) for item in items]


def _project(tree: steps.Project) -> str:
    items = _all(tree.items)
    if tree.orders:
        items = [f"{item} {order}" if order else item for item, order in zip(items, tree.orders, strict=True)]
    return _list(tree.word + _options(tree), items)


def _summarize(tree: steps.Summarize) -> str:
    head = _list("summarize" + _options(tree), _all(tree.items))
    if not tree.by:
        return head
    by = _list("by", _all(tree.by))
    long = "\n" in head or "\n" in by or len(head) + len(by) > _WIDE
    return f"{head}\n{indented(by)}" if long else f"{head} {by}"


def _join(tree: steps.Join) -> str:
    on = f" on {', '.join(map(expression, tree.on))}" if tree.on else ""
    return f"{tree.word}{_options(tree)} {bracketed(tree.right, pipeline)}{on}"


def _key(tree: Key) -> str:
    order = "" if tree.ascending is None else " asc" if tree.ascending else " desc"
    return bracketed(tree.by, pipeline) + order + (f" nulls {tree.nulls}" if tree.nulls else "")


def _sort(tree: steps.Sort) -> str:
    return f"sort{_options(tree)} by {', '.join(map(_key, tree.keys))}"


def _top(tree: steps.Top) -> str:
    return f"top {expression(tree.count)} by {', '.join(map(_key, tree.keys))}"


def _expanded(tree: Expanded) -> str:
    return expression(tree.value) + (f" to typeof({tree.type})" if tree.type else "")


def _mv_expand(tree: steps.MvExpand) -> str:
    limit = f" limit {expression(tree.limit)}" if tree.limit is not None else ""
    return f"mv-expand{_options(tree)} {', '.join(map(_expanded, tree.items))}{limit}"


def _mv_apply(tree: steps.MvApply) -> str:
    limit = f" limit {expression(tree.limit)}" if tree.limit is not None else ""
    inside = "\n".join(
        "".join(f"//{note}\n" for note in one.notes) + ("| " if number else "") + step(one)
        for number, one in enumerate(tree.steps)
    )
    head = f"mv-apply{_options(tree)} {', '.join(map(_expanded, tree.items))}{limit} on ("
    return f"{head}\n{indented(inside)}\n)"


def _parse(tree: steps.Parse) -> str:
    pieces = [
        "*" if one is None else quoted(one.value) if isinstance(one, Text) else column(one).replace(": ", ":")
        for one in tree.pattern
    ]
    return f"{tree.word}{_options(tree)} {expression(tree.value)} with {' '.join(pieces)}"


def _columns(columns: tuple[Any, ...]) -> str:
    return f"({', '.join(map(column, columns))})"


def _parse_kv(tree: steps.ParseKv) -> str:
    return f"parse-kv {expression(tree.value)} as {_columns(tree.columns)}{_properties(tree.options)}"


def _make_series(tree: steps.MakeSeries) -> str:
    items = [
        expression(one.value) + (f" default={expression(one.default)}" if one.default is not None else "")
        for one in tree.items
    ]
    bounds = "".join(f" {word} {expression(one)}" for word, one in tree.bounds)
    by = f" by {', '.join(_all(tree.by))}" if tree.by else ""
    return f"{_list('make-series' + _options(tree), items)} on {inner(tree.axis, ADD, pipeline)}{bounds}{by}"


def _evaluate(tree: steps.Evaluate) -> str:
    schema = "" if tree.schema is None else f" : {_columns(tree.schema)}"
    return f"{tree.word}{_options(tree)} {expression(tree.call)}{schema}"


def _range(tree: steps.Range) -> str:
    start, end, by = map(expression, (tree.start, tree.end, tree.step))
    return f"range {name(tree.column.text)} from {start} to {end} step {by}"


def _datatable(tree: steps.DataTable) -> str:
    width = max(1, len(tree.columns))
    cells = [expression(one) for one in tree.values]
    rows = [", ".join(cells[at : at + width]) for at in range(0, len(cells), width)]
    body = "\n" + ",\n".join(map(indented, rows)) + "\n" if rows else ""
    return f"datatable{_columns(tree.columns)}{_properties(tree.options)} [{body}]"


def _externaldata(tree: steps.ExternalData) -> str:
    addresses = ", ".join(map(expression, tree.addresses))
    return f"externaldata{_columns(tree.columns)} [{addresses}]{_properties(tree.options)}"


def _search(tree: steps.Search) -> str:
    tables = f" in ({arguments(tree.tables, pipeline)})" if tree.tables else ""
    return f"search{_options(tree)}{tables} {expression(tree.predicate)}"


_STEPS: dict[type[Any], Callable[[Any], str]] = {
    steps.Where: lambda tree: f"where {expression(tree.predicate)}",
    steps.Extend: lambda tree: _list(tree.word, _all(tree.items)),
    steps.Project: _project,
    steps.Summarize: _summarize,
    steps.Join: _join,
    steps.Union: lambda tree: _list("union" + _options(tree), _all(tree.tables)),
    steps.Sort: _sort,
    steps.Top: _top,
    steps.Take: lambda tree: f"{tree.word} {expression(tree.count)}",
    steps.SampleDistinct: lambda tree: f"sample-distinct {expression(tree.count)} of {expression(tree.of)}",
    steps.Count: lambda _tree: "count",
    steps.MvExpand: _mv_expand,
    steps.MvApply: _mv_apply,
    steps.Parse: _parse,
    steps.ParseKv: _parse_kv,
    steps.MakeSeries: _make_series,
    steps.Render: lambda tree: f"render {name(tree.kind)}{_properties(tree.options)}",
    steps.Evaluate: _evaluate,
    steps.As: lambda tree: f"as{_options(tree)} {name(tree.name.text)}",
    steps.Print: lambda tree: _list("print", _all(tree.items)),
    steps.Range: _range,
    steps.DataTable: _datatable,
    steps.ExternalData: _externaldata,
    steps.Search: _search,
    steps.Other: lambda tree: f"{tree.word} {tree.text}".rstrip(),
}
