"""make-series: lists of aggregates along an axis of time or numbers.

https://learn.microsoft.com/kusto/query/make-series-operator
"""

from __future__ import annotations

import math
from typing import Any

from cybersecqwen.dialects.interface import Record

from .compiling import compiled, constant
from .environment import Environment, Table, unsupported
from .naming_steps import result_name
from .steps import MakeSeries, Series
from .summarizing import reduced
from .tree import Call, Expr, Named
from .values import Moment, key, number

_MOST_BINS = 100_000


def make_series(step: MakeSeries, table: Table, env: Environment) -> Table:
    """One row for each group, with a list for each aggregate and one for the axis."""
    settings = _settings(step, env)
    if "step" not in settings:
        raise unsupported("the operator make-series without a step")
    axis = compiled(step.axis, env)
    axis_name = result_name(step.axis) or "Axis"
    keys = [(_name(item), compiled(_value(item), env)) for item in step.by]
    items = [(_name(one.value), reduced(_value(one.value), env), _default(one, env)) for one in step.items]
    placed = [(found, row) for row in table.rows if (found := number(axis(row))) is not None]
    start, width, count, kind = _bins(settings, [one for one, _ in placed])
    groups: dict[Any, tuple[dict[str, Any], dict[int, list[Record]]]] = {}
    for where, row in placed:
        at = math.floor((where - start) / width)
        if not 0 <= at < count:
            continue
        values = {name: get(row) for name, get in keys}
        group = tuple(map(key, values.values()))
        groups.setdefault(group, (values, {}))[1].setdefault(at, []).append(row)
    line = [kind(start + at * width) for at in range(count)]
    rows: list[Record] = []
    for values, cells in groups.values():
        env.spend(count)
        lists = {
            name: [reduce(cells[at]) if at in cells else default for at in range(count)]
            for name, reduce, default in items
        }
        rows.append({**values, **lists, axis_name: list(line)})
    names = (*(name for name, _ in keys), *(name for name, _, _ in items), axis_name)
    return Table(rows=env.count(rows), columns=names)


def _settings(step: MakeSeries, env: Environment) -> dict[str, Any]:
    """Values of from, to and step; those of `in range(...)` in their places."""
    found: dict[str, Any] = {}
    for word, value in step.bounds:
        if word != "in":
            found[word] = constant(value, env)
        elif isinstance(value, Call) and value.name == "range":
            found |= {
                name: constant(one, env)
                for name, one in zip(("from", "to", "step"), value.arguments, strict=False)
            }
    return found


def _name(item: Expr) -> str:
    return item.names[0].text if isinstance(item, Named) else result_name(item) or "Column1"


def _value(item: Expr) -> Expr:
    return item.value if isinstance(item, Named) else item


def _default(item: Series, env: Environment) -> Any:
    return 0 if item.default is None else constant(item.default, env)


def _bins(settings: dict[str, Any], found: list[int | float]) -> tuple[float, float, int, Any]:
    """Where the axis begins, how wide a bin is, how many there are, and what makes values of the axis."""
    width = number(settings["step"])
    if not width or width <= 0:
        raise unsupported("the operator make-series with this step")
    first, last = number(settings.get("from")), number(settings.get("to"))
    given = settings.get("from", settings.get("to"))
    kind = Moment if given.__class__ is Moment or not isinstance(given, int) else int
    if first is None:
        first = math.floor(min(found, default=0) / width) * width
    if last is None:
        last = max(found, default=first) + width
    count = max(0, math.ceil((last - first) / width))
    if count > _MOST_BINS:
        raise unsupported("the operator make-series over so many bins")
    return first, width, count, kind
