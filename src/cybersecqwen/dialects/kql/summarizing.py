"""summarize: groups, and the aggregates of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cybersecqwen.dialects.interface import Record

from .aggregates import AGGREGATES, Reduce, aggregate, percentile_of
from .comparing import INFIX
from .compiling import compiled, constant
from .environment import Environment, Get, Table, unsupported
from .naming_steps import result_name
from .steps import Summarize
from .tree import Call, Expr, Name, Named, Star
from .values import key, number
from .walk import changed

Fill = Callable[[Sequence[Record], dict[str, Any]], None]
"""Puts the columns of one aggregate of a group into a row."""


def summarize(step: Summarize, table: Table, env: Environment) -> Table:
    """One row for each group; without groups one row of all."""
    keys = [(_key_name(item, at), compiled(_value(item), env)) for at, item in enumerate(step.by)]
    names: list[str] = [name for name, _ in keys]
    fills: list[Fill] = []
    whole = False
    for at, item in enumerate(step.items):
        fill, made = _fill(item, at, names, env)
        fills.append(fill)
        whole = whole or made is None
        names += [name for name in made or () if name not in names]
    made_rows = _made(table.rows, keys, fills)
    return Table(rows=env.count(made_rows), columns=() if whole else tuple(names))


def _made(rows: list[Record], keys: list[tuple[str, Get]], fills: list[Fill]) -> list[Record]:
    if not keys:
        out: dict[str, Any] = {}
        for fill in fills:
            fill(rows, out)
        return [out]
    groups: dict[Any, list[Record]] = {}
    firsts: dict[Any, tuple[Any, ...]] = {}
    if len(keys) == 1:
        inner = keys[0][1]
        for row in rows:
            value = inner(row)
            found = value if value.__class__ is str else key(value)
            group = groups.get(found)
            if group is None:
                groups[found], firsts[found] = [row], (value,)
            else:
                group.append(row)
    else:
        for row in rows:
            values = tuple([get(row) for _, get in keys])
            found = tuple([value if value.__class__ is str else key(value) for value in values])
            group = groups.get(found)
            if group is None:
                groups[found], firsts[found] = [row], values
            else:
                group.append(row)
    made: list[Record] = []
    for found, group in groups.items():
        out = {name: value for (name, _), value in zip(keys, firsts[found], strict=True)}
        for fill in fills:
            fill(group, out)
        made.append(out)
    return made


def _value(item: Expr) -> Expr:
    return item.value if isinstance(item, Named) else item


def _key_name(item: Expr, at: int) -> str:
    if isinstance(item, Named):
        return item.names[0].text
    return result_name(item) or f"Column{at + 1}"


def _fill(item: Expr, at: int, taken: list[str], env: Environment) -> tuple[Fill, list[str] | None]:
    """What fills in an aggregate, and the names of its columns; None for those that keep whole records."""
    call = _value(item)
    given = [one.text for one in item.names] if isinstance(item, Named) else []
    if isinstance(call, Call) and call.name in ("arg_max", "arg_min", "argmax", "argmin"):
        return _extreme(call, given, taken, env)
    if isinstance(call, Call) and call.name in ("any", "take_any") and Star() in call.arguments:
        return _any_row, None
    if isinstance(call, Call) and call.name == "percentiles":
        return _percentiles(call, given, env)
    name = given[0] if given else _free(result_name(call) or f"Column{at + 1}", taken)
    reduce = reduced(call, env)

    def fill(rows: Sequence[Record], out: dict[str, Any]) -> None:
        out[name] = reduce(rows)

    return fill, [name]


def _free(name: str, taken: list[str]) -> str:
    number_ = 1
    free = name
    while free in taken:
        free = f"{name}{number_}"
        number_ += 1
    return free


def _any_row(rows: Sequence[Record], out: dict[str, Any]) -> None:
    if rows:
        out.update({**rows[0], **out})


def reduced(tree: Expr, env: Environment) -> Reduce:
    """A value over a group: an aggregate, or what is computed from aggregates."""
    if isinstance(tree, Call):
        found = aggregate(tree, env)
        if found is not None:
            return found
    inner: list[tuple[str, Reduce]] = []

    def replaced(node: Any) -> Any:
        if isinstance(node, Call) and node.name in AGGREGATES:
            reduce = aggregate(node, env)
            if reduce is None:
                raise unsupported(f"the function {node.name} inside of another value")
            inner.append((f"\x00{len(inner)}", reduce))
            return Name(inner[-1][0])
        return node

    computed = changed(tree, replaced)
    if not inner:
        raise unsupported("a summarize without an aggregate")
    get = compiled(computed, env)
    return lambda rows: get({name: reduce(rows) for name, reduce in inner})


def _extreme(
    call: Call, given: list[str], taken: list[str], env: Environment
) -> tuple[Fill, list[str] | None]:
    """arg_max and arg_min: columns of the row whose value is the greatest, or the least."""
    if not call.arguments:
        raise unsupported(f"the function {call.name} without arguments")
    better = INFIX[">" if "max" in call.name else "<"]
    by = compiled(call.arguments[0], env)
    names = [
        result_name(one) or f"Column{at}"
        for at, one in enumerate(call.arguments)
        if not isinstance(one, Star)
    ]
    names = [*given, *names[len(given) :]]
    gets = [compiled(one, env) for one in call.arguments if not isinstance(one, Star)]
    whole = any(isinstance(one, Star) for one in call.arguments)

    def fill(rows: Sequence[Record], out: dict[str, Any]) -> None:
        best, chosen = None, None
        for row in rows:
            value = by(row)
            if value is not None and value != "" and (chosen is None or better(value, best) is True):
                best, chosen = value, row
        row = chosen if chosen is not None else rows[0] if rows else {}
        if whole:
            for name, value in row.items():
                out.setdefault(name, value)
        for name, get in zip(names, gets, strict=True):
            out[name] = get(row)

    return fill, None if whole else names


def _percentiles(call: Call, given: list[str], env: Environment) -> tuple[Fill, list[str]]:
    inner = compiled(call.arguments[0], env)
    wanted = [number(constant(one, env)) for one in call.arguments[1:]]
    column = result_name(call.arguments[0])
    names = given or [f"percentile_{column}_{at}" for at in wanted]

    def fill(rows: Sequence[Record], out: dict[str, Any]) -> None:
        values = [inner(row) for row in rows]
        for name, at in zip(names, wanted, strict=False):
            out[name] = percentile_of(values, float(at or 0))

    return fill, names
