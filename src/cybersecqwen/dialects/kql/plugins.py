"""Plugins that only arrange columns: bag_unpack and pivot.

https://learn.microsoft.com/kusto/query/bag-unpack-plugin, .../pivot-plugin. Others are not run here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cybersecqwen.dialects.interface import Record

from .aggregates import aggregate
from .compiling import compiled, constant
from .environment import Environment, Table, unsupported
from .tree import Call, Expr, Name
from .values import key, parsed, text

_MOST_COLUMNS = 10_000


def evaluated(call: Call, table: Table, env: Environment) -> Table:
    """What a plugin makes of a table. Raises UnsayableError for one that is not run here."""
    run = _PLUGINS.get(call.name)
    if run is None or not call.arguments:
        raise unsupported(f"the plugin {call.name}")
    return run(call.arguments, table, env)


def _bag_unpack(arguments: tuple[Expr, ...], table: Table, env: Environment) -> Table:
    """A column for each name in a mapping, in its place."""
    column = arguments[0]
    if not isinstance(column, Name):
        raise unsupported("the plugin bag_unpack of a computed value")
    prefix = text(constant(arguments[1], env)) if len(arguments) > 1 else ""
    rows: list[Record] = []
    for row in table.rows:
        bag = parsed(row.get(column.text))
        made = {name: value for name, value in row.items() if name != column.text}
        if isinstance(bag, dict):
            made |= {prefix + name: value for name, value in bag.items()}
        rows.append(made)
    return Table(rows=env.count(rows))


def _pivot(arguments: tuple[Expr, ...], table: Table, env: Environment) -> Table:
    """A column for each value of a column, with an aggregate of the rows that have it."""
    turned = compiled(arguments[0], env)
    given = arguments[1] if len(arguments) > 1 else Call("count")
    reduce = aggregate(given, env) if isinstance(given, Call) else None
    if reduce is None:
        raise unsupported("the plugin pivot without an aggregate")
    used = {one.text for one in (arguments[0], *getattr(given, "arguments", ())) if isinstance(one, Name)}
    named = [one.text for one in arguments[2:] if isinstance(one, Name)]
    groups: dict[Any, dict[str, list[Record]]] = {}
    firsts: dict[Any, Record] = {}
    columns: dict[str, None] = {}
    for row in table.rows:
        kept = {name: row.get(name) for name in named} if named else _others(row, used)
        found = tuple(sorted((name, text(key(value))) for name, value in kept.items()))
        firsts.setdefault(found, kept)
        value = text(turned(row))
        columns[value] = None
        groups.setdefault(found, {}).setdefault(value, []).append(row)
        if len(columns) > _MOST_COLUMNS:
            raise unsupported("the plugin pivot over so many values")
    nothing = reduce([])
    rows = [
        {**firsts[found], **{name: reduce(cells[name]) if name in cells else nothing for name in columns}}
        for found, cells in groups.items()
    ]
    return Table(rows=env.count(list(rows)))


def _others(row: Record, used: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in used}


_PLUGINS: dict[str, Callable[[tuple[Expr, ...], Table, Environment], Table]] = {
    "bag_unpack": _bag_unpack,
    "pivot": _pivot,
}
