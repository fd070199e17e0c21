"""Aggregations of ES|QL over the rows of a group.

https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/aggregation-functions
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.dialects.elastic.comparing import number
from cybersecqwen.dialects.elastic.evaluation import (
    Machine,
    Value,
    compiled,
    null_if_it_fails,
    takes,
    unsayable,
)
from cybersecqwen.dialects.elastic.expressions import Call, Expr, Field, Star
from cybersecqwen.dialects.elastic.walking import changed
from cybersecqwen.dialects.interface import Record

from .tree import Measure

_PLACE = "\x00aggregate "


def _ordered(values: list[Any]) -> list[Any]:
    def key(one: Any) -> tuple[bool, float, str]:
        plain = isinstance(one, int | float)
        return not plain, float(one) if plain else 0.0, "" if plain else text_of(one)

    return sorted(values, key=key)


def _numbers(values: list[Any]) -> list[float]:
    return [found for value in values if (found := number(value)) is not None]


def _percentile(values: list[Any], at: Any = 50) -> float | None:
    """Linear between the two nearest values."""
    found = sorted(_numbers(values))
    if not found:
        return None
    place = (len(found) - 1) * min(100.0, max(0.0, float(number(at) or 0))) / 100
    low = math.floor(place)
    high = min(low + 1, len(found) - 1)
    return found[low] + (found[high] - found[low]) * (place - low)


def _top(values: list[Any], most: Any = 1, order: Any = "asc") -> Any:
    found = _ordered(values)
    if text_of(order).lower() == "desc":
        found.reverse()
    found = found[: int(number(most) or 0)]
    return found[0] if len(found) == 1 else found or None


def _values(values: list[Any]) -> Any:
    found = _ordered(list({text_of(value): value for value in values}.values()))
    return found[0] if len(found) == 1 else found or None


def _of_numbers(function: Callable[[list[float]], Any]) -> Callable[..., Any]:
    return lambda values: function(found) if (found := _numbers(values)) else None


def _total(found: list[float]) -> float:
    return sum(found) if all(isinstance(one, int) for one in found) else math.fsum(found)


AGGREGATIONS: dict[str, Callable[..., Any]] = {
    "COUNT": len,
    "COUNT_DISTINCT": lambda values, _precision=None: len({text_of(value) for value in values}),
    "SUM": _of_numbers(_total),
    "AVG": _of_numbers(lambda found: math.fsum(found) / len(found)),
    "MEDIAN": _of_numbers(lambda found: float(statistics.median(found))),
    "STD_DEV": _of_numbers(statistics.pstdev),
    "MIN": lambda values: next(iter(_ordered(values)), None),
    "MAX": lambda values: next(iter(reversed(_ordered(values))), None),
    "PERCENTILE": _percentile,
    "VALUES": _values,
    "TOP": _top,
}


@dataclass(frozen=True, slots=True)
class _Part:
    """An aggregation within the value of a column."""

    name: str
    value: Value | None
    """What is aggregated; None for rows."""
    others: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A column of an aggregation."""

    name: str
    parts: tuple[_Part, ...]
    whole: Value
    """Of the aggregations, each in its place."""
    where: Value | None


def compiled_measure(measure: Measure, machine: Machine) -> Compiled:
    """A column that can be computed of rows. Raises UnsayableError."""
    parts: list[_Part] = []

    def placed(expr: Expr) -> Expr:
        if not isinstance(expr, Call) or expr.name not in AGGREGATIONS:
            return expr
        first = expr.args[0] if expr.args else Star()
        if not takes(AGGREGATIONS[expr.name], max(1, len(expr.args))):
            raise unsayable(f"{len(expr.args)} values for the aggregation {expr.name}")
        if isinstance(first, Star) and expr.name != "COUNT":
            raise unsayable(f"{expr.name} of rows")
        value = None if isinstance(first, Star) else compiled(first, machine)
        parts.append(_Part(expr.name, value, tuple(compiled(arg, machine) for arg in expr.args[1:])))
        return Field(f"{_PLACE}{len(parts) - 1}")

    outer = changed(measure.column.value, placed)
    if not parts:
        raise unsayable("aggregations that aggregate nothing")
    where = compiled(measure.where, machine) if measure.where is not None else None
    return Compiled(measure.column.name, tuple(parts), compiled(outer, machine), where)


def measured(measure: Compiled, rows: Sequence[Record]) -> Any:
    """The value of a column for a group."""
    if measure.where is not None:
        where = measure.where
        rows = [row for row in rows if where(row) is True]
    found: dict[str, Any] = {}
    for place, part in enumerate(measure.parts):
        found[f"{_PLACE}{place}"] = _aggregated(part, rows)
    return measure.whole(found)


def _aggregated(part: _Part, rows: Sequence[Record]) -> Any:
    if part.value is None:
        return len(rows)
    values: list[Any] = []
    for row in rows:
        value = part.value(row)
        if isinstance(value, list):
            values += [one for one in value if one is not None]
        elif value is not None:
            values.append(value)
    return null_if_it_fails(AGGREGATIONS[part.name], values, *(other({}) for other in part.others))
