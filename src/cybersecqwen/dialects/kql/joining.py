"""join, lookup and union."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cybersecqwen.dialects.interface import Record

from .compiling import compiled
from .environment import Environment, Get, Table, unsupported
from .naming_steps import kind_of
from .steps import Join
from .tree import Binary, Expr, Logic, Member, Name
from .values import key

_ALIASES = {
    "anti": "leftanti",
    "leftantisemi": "leftanti",
    "rightantisemi": "rightanti",
    "semi": "leftsemi",
    "outer": "fullouter",
}
_KINDS = frozenset(
    (
        "innerunique",
        "inner",
        "leftouter",
        "rightouter",
        "fullouter",
        "leftsemi",
        "leftanti",
        "rightsemi",
        "rightanti",
    )
)


def join(step: Join, left: Table, right: Table, env: Environment) -> Table:
    """The rows of two tables side by side."""
    kind = kind_of(step) or ("leftouter" if step.word == "lookup" else "innerunique")
    kind = _ALIASES.get(kind, kind)
    if kind not in _KINDS:
        raise unsupported(f"the join kind {kind}")
    on = tuple(part for one in step.on for part in (one.parts if isinstance(one, Logic) else (one,)))
    pairs = [_condition(one, env) for one in on]
    if not pairs:
        raise unsupported("a join without columns to join by")
    left_key, right_key = _keys([one for one, _ in pairs]), _keys([one for _, one in pairs])
    if kind in ("leftsemi", "leftanti"):
        return _kept(left, left_key, {right_key(row) for row in right.rows}, kind == "leftsemi", env)
    if kind in ("rightsemi", "rightanti"):
        return _kept(right, right_key, {left_key(row) for row in left.rows}, kind == "rightsemi", env)
    same = frozenset(one.text for one in step.on if isinstance(one, Name))
    renamed = _renames(left, right, step, same)
    if kind == "innerunique":
        seen: dict[Any, Record] = {}
        for row in left.rows:
            seen.setdefault(left_key(row), row)
        left = Table(rows=list(seen.values()), columns=left.columns)
    made = env.count(list(_side_by_side(left, right, left_key, right_key, kind, renamed, env)))
    columns = (*left.columns, *(renamed[name] for name in right.columns if renamed.get(name)))
    known = bool(left.columns and right.columns)
    taken = left
    return Table(
        rows=made,
        columns=tuple(dict.fromkeys(columns)) if known else (),
        names=lambda: (*names_of(taken), *(name for name in renamed.values() if name)),
    )


def _kept(table: Table, get: Get, keys: set[Any], wanted: bool, env: Environment) -> Table:
    rows = [row for row in table.rows if (get(row) in keys) is wanted]
    return table.like(env.count(rows))


def _keys(gets: list[Get]) -> Get:
    if len(gets) == 1:
        only = gets[0]
        return lambda row: key(only(row))
    return lambda row: tuple([key(get(row)) for get in gets])


def _condition(tree: Expr, env: Environment) -> tuple[Get, Get]:
    """What is compared on the left and on the right."""
    if isinstance(tree, Name):
        get = compiled(tree, env)
        return get, get
    if isinstance(tree, Binary) and tree.operator == "==":
        sides = {}
        for one in (tree.left, tree.right):
            side = _side(one)
            if side is not None:
                sides[side[0]] = compiled(side[1], env)
        if len(sides) == 2:
            return sides["$left"], sides["$right"]
    raise unsupported("a join by anything but equal columns")


def _side(tree: Expr) -> tuple[str, Expr] | None:
    """Which table a column of `on` belongs to, and the column."""
    if not isinstance(tree, Member):
        return None
    if isinstance(tree.inner, Name) and tree.inner.text in ("$left", "$right"):
        return tree.inner.text, Name(tree.name)
    found = _side(tree.inner)
    return None if found is None else (found[0], Member(found[1], tree.name))


def names_of(table: Table) -> list[str]:
    """The columns of a table, of whole records those that any has."""
    if table.columns:
        return list(table.columns)
    if table.names is not None:
        return list(dict.fromkeys(table.names()))
    return columns_in(table.rows)


def columns_in(rows: list[Record]) -> list[str]:
    """The columns that any row has."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _renames(left: Table, right: Table, step: Join, same: frozenset[str]) -> dict[str, str]:
    """Name of a column on the right to what it is called in the result; "" for what is left out."""
    taken = set(names_of(left)) | same
    gone = same if step.word == "lookup" else frozenset()
    if step.word == "lookup":
        sides = [
            _side(one) for pair in step.on if isinstance(pair, Binary) for one in (pair.left, pair.right)
        ]
        gone |= {one[1].text for one in sides if one and one[0] == "$right" and isinstance(one[1], Name)}
    found: dict[str, str] = {}
    for name in names_of(right):
        called, number = name, 0
        while called in taken:
            number += 1
            called = f"{name}{number}"
        found[name] = "" if name in gone else called
        taken.add(called)
    return found


def _side_by_side(
    left: Table,
    right: Table,
    left_key: Get,
    right_key: Get,
    kind: str,
    renamed: dict[str, str],
    env: Environment,
) -> Iterable[Record]:
    by_key: dict[Any, list[Record]] = {}
    for row in right.rows:
        by_key.setdefault(right_key(row), []).append(row)
    met: set[Any] = set()
    made = 0
    for row in left.rows:
        found = left_key(row)
        others = by_key.get(found)
        if others is None:
            if kind in ("leftouter", "fullouter"):
                yield row
            continue
        met.add(found)
        made += len(others)
        env.bound(made)
        for other in others:
            yield {**row, **_moved(other, renamed)}
    if kind in ("rightouter", "fullouter"):
        for found, others in by_key.items():
            if found not in met:
                yield from (_moved(other, renamed) for other in others)


def _moved(row: Record, renamed: dict[str, str]) -> Record:
    return {renamed[name]: value for name, value in row.items() if renamed[name]}


def union(tables: list[tuple[str, Table]], kind: str, source: str, env: Environment) -> Table:
    """The rows of several tables below each other; `source` is a column that names the table, if any."""
    rows: list[Record] = []
    for name, table in tables:
        env.bound(len(rows) + len(table.rows))
        rows += [{source: name, **row} for row in table.rows] if source else table.rows
    env.spend(len(rows))
    every = all(table.columns for _, table in tables)
    columns = tuple(dict.fromkeys(name for _, table in tables for name in table.columns))
    if kind == "inner":
        shared = set.intersection(*(set(names_of(table)) for _, table in tables)) if tables else set()
        columns = tuple(name for name in names_of(tables[0][1]) if name in shared) if tables else ()
        rows = [{name: row.get(name) for name in columns} for row in rows]
    return Table(
        rows=rows,
        columns=((source, *columns) if source else columns) if every else (),
        names=lambda: tuple(name for _, table in tables for name in names_of(table)),
    )
