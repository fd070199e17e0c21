"""mv-expand and mv-apply: a row for each element of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cybersecqwen.dialects.interface import Record

from .compiling import compiled, constant
from .environment import Environment, Get, Table, unsupported
from .naming_steps import kind_of, result_name
from .steps import Expanded, MvApply, MvExpand, Step
from .tree import Name, Named, Option
from .values import CONVERSIONS, parsed, whole

Through = Callable[[Sequence[Step], Table, Environment], Table]
"""Runs operators over a table."""


def expand(step: MvExpand, table: Table, env: Environment) -> Table:
    """The rows of a table, each as often as its lists have elements."""
    rows: list[Record] = []
    for row, elements in _expanded(step, table, env):
        rows += [{**row, **one} for one in elements]
        env.bound(len(rows))
    names = [_name(one) for one in step.items] + _index_name(step.options)
    return table.like(env.count(rows), tuple(names))


def apply(step: MvApply, table: Table, env: Environment, through: Through) -> Table:
    """What operators make of the elements of each row, beside the row's other columns."""
    rows: list[Record] = []
    for row, elements in _expanded(step, table, env):
        inner: list[Record] = [{**row, **one} for one in elements]
        found = through(step.steps, Table(rows=inner), env)
        rows += [{**row, **one} for one in found.rows]
        env.bound(len(rows))
    return Table(rows=env.count(rows))


def _name(item: Expanded) -> str:
    if isinstance(item.value, Named):
        return item.value.names[0].text
    name = result_name(item.value)
    if not name:
        raise unsupported("an expansion of what has no name")
    return name


def _index_name(options: tuple[Option, ...]) -> list[str]:
    return [one.value.text for one in options if one.name == "with_itemindex" and isinstance(one.value, Name)]


def _expanded(
    step: MvExpand | MvApply, table: Table, env: Environment
) -> Iterator[tuple[Record, list[dict[str, Any]]]]:
    """Each row with what its elements put over it."""
    gets: list[tuple[str, Get, Any]] = [
        (_name(one), compiled(one.value, env), CONVERSIONS.get(one.type)) for one in step.items
    ]
    index = next(iter(_index_name(step.options)), "")
    limit = whole(constant(step.limit, env)) if step.limit is not None else None
    bags = any(one.name == "bagexpansion" and one.value == Name("array") for one in step.options)
    if isinstance(step, MvExpand):
        bags = bags or kind_of(step) == "array"
    for row in table.rows:
        lists = [(name, _elements(get(row), bags), convert) for name, get, convert in gets]
        count = max(len(one) for _, one, _ in lists)
        count = count if limit is None else min(count, max(0, limit))
        made = []
        for at in range(count):
            new: dict[str, Any] = {index: at} if index else {}
            for name, elements, convert in lists:
                value = elements[at] if at < len(elements) else None
                new[name] = value if convert is None or value is None else convert(value)
            made.append(new)
        yield row, made


def _elements(value: Any, pairs: bool) -> list[Any]:
    """The elements of a list, the parts of a mapping; null and a single value are one element."""
    found = parsed(value)
    if isinstance(found, list):
        return found
    if isinstance(found, dict):
        return [[name, one] if pairs else {name: one} for name, one in found.items()]
    return [found]
