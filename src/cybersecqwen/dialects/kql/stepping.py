"""What each operator makes of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from cybersecqwen.dialects.interface import Record
from cybersecqwen.errors import LimitError

from . import expanding, joining, plugins, steps
from .compiling import compiled, constant
from .environment import Environment, Get, Table, unsupported
from .naming_steps import kind_of, result_name
from .parsing_text import parse, parse_kv
from .series import make_series
from .steps import Step
from .summarizing import summarize
from .tree import Binary, Call, Expr, Name, Named, Star, Text
from .values import key, number, text, whole

Stepping = Callable[[Any, Table, Environment], Table]


def through(all_: Sequence[Step], table: Table, env: Environment) -> Table:
    """The table behind operators. Raises UnsayableError for one that is not run here."""
    for step in all_:
        if isinstance(step, steps.As):
            env = env.knowing(step.name.text, table)
            continue
        run = _STEPS.get(type(step))
        if run is None:
            raise unsupported(f"the operator {getattr(step, 'word', '') or type(step).__name__.lower()}")
        table = run(step, table, env)
    return table


def _where(step: steps.Where, table: Table, env: Environment) -> Table:
    holds = compiled(step.predicate, env)
    return table.like([row for row in table.rows if holds(row) is True])


def _items(items: tuple[Expr, ...], env: Environment) -> list[tuple[tuple[str, ...], Get]]:
    """Names and values of what an operator makes; without a name Kusto's own."""
    made = []
    for at, item in enumerate(items):
        if isinstance(item, Named):
            made.append((tuple(one.text for one in item.names), compiled(item.value, env)))
        else:
            made.append(((result_name(item) or f"Column{at + 1}",), compiled(item, env)))
    return made


def _put(row: dict[str, Any], names: tuple[str, ...], value: Any) -> None:
    if len(names) == 1:
        row[names[0]] = value
        return
    values = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    for at, name in enumerate(names):
        row[name] = values[at] if at < len(values) else None


_MOST_MADE = 10_000_000
"""Characters of text, and values of lists, that one extend makes in all rows."""


def _extend(step: steps.Extend, table: Table, env: Environment) -> Table:
    items = _items(step.items, env)
    rows: list[Record] = []
    left = _MOST_MADE
    for row in table.rows:
        new = dict(row)
        # Each item sees the columns as they were before the operator.
        for names, get in items:
            value = get(row)
            left -= len(value) if isinstance(value, str | list) else 0
            _put(new, names, value)
        if left < 0:
            raise LimitError(f"An extend makes more than {_MOST_MADE:,} characters and values.")
        rows.append(new)
    return table.like(env.count(rows), tuple(name for one, _ in items for name in one))


def _project(step: steps.Project, table: Table, env: Environment) -> Table:
    return _PROJECT[step.word](step, table, env)


def _chosen(step: steps.Project, table: Table, env: Environment) -> Table:
    items = _items(step.items, env)
    rows: list[Record] = []
    for row in table.rows:
        new: dict[str, Any] = {}
        for names, get in items:
            _put(new, names, get(row))
        rows.append(new)
    columns = tuple(name for names, _ in items for name in names)
    return Table(rows=env.count(rows), columns=columns, ordered=table.ordered)


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(name == pattern or ("*" in pattern and fnmatchcase(name, pattern)) for pattern in patterns)


def _patterns(items: tuple[Expr, ...]) -> list[str]:
    return ["*" if isinstance(item, Star) else item.text for item in items if isinstance(item, Name | Star)]


def _kept(wanted: bool) -> Stepping:
    """project-keep, project-away."""

    def run(step: steps.Project, table: Table, env: Environment) -> Table:
        patterns = _patterns(step.items)
        rows: list[Record] = [
            {name: value for name, value in row.items() if _fits(name, patterns) is wanted}
            for row in table.rows
        ]
        columns = tuple(name for name in table.columns if _fits(name, patterns) is wanted)
        return Table(rows=env.count(rows), columns=columns, ordered=table.ordered)

    return run


def _renamed(step: steps.Project, table: Table, env: Environment) -> Table:
    new = {
        item.value.text: item.names[0].text
        for item in step.items
        if isinstance(item, Named) and isinstance(item.value, Name)
    }
    moments = {name for name in new if name in env.times}
    rows: list[Record] = []
    gets = {name: compiled(Name(name), env) for name in moments}
    for row in table.rows:
        made = {new.get(name, name): value for name, value in row.items()}
        for name in moments:
            made[new[name]] = gets[name](row)
        rows.append(made)
    columns = tuple(new.get(name, name) for name in table.columns)
    return Table(rows=env.count(rows), columns=columns, ordered=table.ordered)


def _same(_step: Step, table: Table, _env: Environment) -> Table:
    return table


def _distinct(step: steps.Project, table: Table, env: Environment) -> Table:
    if any(isinstance(item, Star) for item in step.items):
        seen: dict[Any, Record] = {}
        for row in table.rows:
            seen.setdefault(
                tuple(sorted((name, text(value)) for name, value in row.items() if value not in ("", None))),
                row,
            )
        return Table(rows=env.count(list(seen.values())), columns=table.columns)
    found = _chosen(step, table, env)
    unique: dict[Any, Record] = {}
    for row in found.rows:
        unique.setdefault(tuple(map(key, row.values())), row)
    return Table(rows=env.count(list(unique.values())), columns=found.columns)


def _sortable(value: Any) -> tuple[int, Any]:
    kind = value.__class__
    if kind is str:
        return (2, value)
    found = number(value)
    return (1, found) if found is not None else (3, text(value))


def _ordered(keys: tuple[steps.Key, ...], rows: Sequence[Record], env: Environment) -> list[Record]:
    found = list(rows)
    for one in reversed(keys):
        get = compiled(one.by, env)
        ascending = bool(one.ascending)
        first = one.nulls == "first" if one.nulls else ascending
        nulls, others = [], []
        for row in found:
            value = get(row)
            if value is None:
                nulls.append(row)
            else:
                others.append((_sortable(value), row))
        others.sort(key=lambda pair: pair[0], reverse=not ascending)
        sorted_ = [row for _, row in others]
        found = [*nulls, *sorted_] if first else [*sorted_, *nulls]
    return found


def _sort(step: steps.Sort, table: Table, env: Environment) -> Table:
    return replace(table.like(_ordered(step.keys, table.rows, env)), ordered=True)


def _number(tree: Expr, env: Environment) -> int:
    found = whole(constant(tree, env))
    if found is None:
        raise unsupported("a number of rows that is none")
    return max(0, found)


def _top(step: steps.Top, table: Table, env: Environment) -> Table:
    rows = _ordered(step.keys, table.rows, env)[: _number(step.count, env)]
    return replace(table.like(rows), ordered=True)


def _take(step: steps.Take, table: Table, env: Environment) -> Table:
    return table.like(table.rows[: _number(step.count, env)])


def _sample_distinct(step: steps.SampleDistinct, table: Table, env: Environment) -> Table:
    found = _distinct(steps.Project(word="distinct", items=(step.of,)), table, env)
    return Table(rows=found.rows[: _number(step.count, env)], columns=found.columns)


def _count(_step: steps.Count, table: Table, _env: Environment) -> Table:
    return Table(rows=[{"Count": len(table.rows)}], columns=("Count",))


def _join(step: steps.Join, table: Table, env: Environment) -> Table:
    from .run import tabular

    return joining.join(step, table, tabular(step.right, env), env)


def _union(step: steps.Union, table: Table, env: Environment) -> Table:
    from .run import union_of

    return union_of(step, env, table)


def _search(step: steps.Search, table: Table, env: Environment) -> Table:
    if step.tables:
        raise unsupported("a search in other tables behind an operator")
    holds = compiled(looked_for(step.predicate, kind_of(step) == "case_sensitive"), env)
    return table.like([row for row in table.rows if holds(row) is True])


def looked_for(tree: Expr, cased: bool = False) -> Expr:
    """The condition of a search: a text by itself is a term in any column."""
    from .tree import Logic, Truth

    if isinstance(tree, Text):
        return Binary("has_cs" if cased else "has", Star(), tree)
    if isinstance(tree, Star):
        return Truth(True)
    if isinstance(tree, Logic):
        return Logic(tree.operator, tuple(looked_for(part, cased) for part in tree.parts))
    return tree


def _mv_apply(step: steps.MvApply, table: Table, env: Environment) -> Table:
    return expanding.apply(step, table, env, through)


def _evaluate(step: steps.Evaluate, table: Table, env: Environment) -> Table:
    from .run import invoked

    if step.word == "evaluate" and isinstance(step.call, Call):
        return plugins.evaluated(step.call, table, env)
    return invoked(step.call, table, env)


_PROJECT: dict[str, Stepping] = {
    "project": _chosen,
    "distinct": _distinct,
    "project-away": _kept(False),
    "project-keep": _kept(True),
    "project-rename": _renamed,
    "project-reorder": _same,
    "project-smart": _same,
}
_STEPS: dict[type[Any], Stepping] = {
    steps.Where: _where,
    steps.Extend: _extend,
    steps.Project: _project,
    steps.Summarize: summarize,
    steps.Join: _join,
    steps.Union: _union,
    steps.Sort: _sort,
    steps.Top: _top,
    steps.Take: _take,
    steps.SampleDistinct: _sample_distinct,
    steps.Count: _count,
    steps.MvExpand: expanding.expand,
    steps.MvApply: _mv_apply,
    steps.Parse: parse,
    steps.ParseKv: parse_kv,
    steps.Render: _same,
    steps.Evaluate: _evaluate,
    steps.MakeSeries: make_series,
    steps.Search: _search,
}
