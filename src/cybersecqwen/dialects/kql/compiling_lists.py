"""Comparisons of a value with a list, as functions of a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cybersecqwen.dialects.interface import Record

from .comparing import equal, has
from .compiling import compiled
from .constants import literal
from .environment import Environment, Get, Later, Table, Value
from .tree import Among, Expr, Name, Pipeline, Star
from .values import key, text


def among(tree: Among, env: Environment) -> Get:
    """Whether a value is in a list, or has one or all of its terms."""
    operator = tree.operator.removeprefix("!")
    negated = tree.operator.startswith("!")
    values = _listed(tree.items, env)
    if isinstance(tree.left, Star):
        inner = _AMONG[operator]
        return lambda row: any(inner(one, values(row)) for one in row.values()) is not negated
    left, test = compiled(tree.left, env), _AMONG[operator]
    if operator in ("in", "in~") and all(_is_fixed(one, env) for one in tree.items):
        return _in_set(left, values, operator == "in~", negated)
    return lambda row: test(left(row), values(row)) is not negated


def _in_set(left: Get, values: Callable[[Record], list[Any]], folded: bool, negated: bool) -> Get:
    """Membership in a list that is the same for every row, by a look-up."""
    kept: list[frozenset[Any]] = []

    def wanted() -> frozenset[Any]:
        if not kept:
            found = values({})
            kept.append(frozenset(text(one).lower() for one in found) if folded else _keys(found))
        return kept[0]

    if folded:
        return lambda row: (text(left(row)).lower() in wanted()) is not negated

    def run(row: Record) -> bool:
        return (key(left(row)) in wanted()) is not negated

    return run


def _keys(values: list[Any]) -> frozenset[Any]:
    """What values are found by: numbers and truth values by their text as well, since a text may hold one."""
    plain = {key(one) for one in values}
    texts = {text(one) for one in values if one.__class__ in (int, float, bool)}
    numbers = {int(one) for one in values if one.__class__ is str and one.isdecimal() and len(one) < 19}
    return frozenset(plain | texts | {number_ for number_ in numbers if str(number_) in plain})


def _is_fixed(tree: Expr, env: Environment) -> bool:
    """Whether a value is the same for every row."""
    if isinstance(tree, Name):
        return isinstance(env.known.get(tree.text), Table | Later | Value)
    return isinstance(tree, Pipeline) or literal(tree) is not None


def _listed(items: tuple[Expr, ...], env: Environment) -> Callable[[Record], list[Any]]:
    """The values of a list; lists in it and tables give theirs."""
    parts = [compiled(one, env) for one in items]

    def run(row: Record) -> list[Any]:
        found: list[Any] = []
        for one in parts:
            value = one(row)
            if value.__class__ is list:
                found += value
            elif isinstance(value, Table):
                found += _first_column(value)
            else:
                found.append(value)
        return found

    if not all(_is_fixed(one, env) for one in items):
        return run
    kept: list[list[Any]] = []

    def once(row: Record) -> list[Any]:
        if not kept:
            kept.append(run({}))
        return kept[0]

    return once


def _first_column(table: Table) -> list[Any]:
    if table.columns:
        return [row.get(table.columns[0]) for row in table.rows]
    return [next(iter(row.values()), None) for row in table.rows]


def _in(value: Any, values: list[Any]) -> bool:
    return any(equal(value, one) for one in values)


def _in_folded(value: Any, values: list[Any]) -> bool:
    folded = text(value).lower()
    return any(folded == text(one).lower() for one in values)


def _has_any(value: Any, values: list[Any]) -> bool:
    folded = text(value).lower()
    return any(has(folded, text(one).lower()) for one in values)


def _has_all(value: Any, values: list[Any]) -> bool:
    folded = text(value).lower()
    return all(has(folded, text(one).lower()) for one in values)


_AMONG: dict[str, Callable[[Any, list[Any]], bool]] = {
    "in": _in,
    "in~": _in_folded,
    "has_any": _has_any,
    "has_all": _has_all,
}
