"""Aggregates: from a call to a function of the rows of a group.

Each: https://learn.microsoft.com/kusto/query/aggregation-functions. Counts of different values are exact
here, where Kusto may estimate.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from cybersecqwen.dialects.interface import Record

from .comparing import INFIX
from .compiling import compiled, constant
from .environment import Environment, Get, unsupported
from .tree import Call
from .values import Lapse, Moment, key, number, parsed, whole

Reduce = Callable[[Sequence[Record]], Any]
"""The value of the rows of a group."""

_MOST = 1_048_576
"""Elements of a list that is made where no number is given."""


def aggregate(tree: Call, env: Environment) -> Reduce | None:
    """The function of the rows of a group; None where the call is no aggregate."""
    make = _AGGREGATES.get(tree.name)
    return None if make is None else make(tree, env)


def _there(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def _argument(tree: Call, env: Environment, at: int = 0) -> Get:
    if len(tree.arguments) <= at:
        raise unsupported(f"the function {tree.name} with {len(tree.arguments)} arguments")
    return compiled(tree.arguments[at], env)


def _count(tree: Call, env: Environment) -> Reduce:
    if not tree.arguments:
        return len
    inner = _argument(tree, env)
    return lambda rows: sum(1 for row in rows if inner(row) is not None)


def _countif(tree: Call, env: Environment) -> Reduce:
    test = _argument(tree, env)
    return lambda rows: sum(1 for row in rows if test(row) is True)


def _of_values(run: Callable[[list[Any]], Any]) -> Callable[[Call, Environment], Reduce]:
    """An aggregate of the values that are not null."""

    def make(tree: Call, env: Environment) -> Reduce:
        inner = _argument(tree, env)
        return lambda rows: run([value for row in rows if (value := inner(row)) is not None])

    return make


def _of_values_if(run: Callable[[list[Any]], Any]) -> Callable[[Call, Environment], Reduce]:
    """The same of the rows for which the second argument holds."""

    def make(tree: Call, env: Environment) -> Reduce:
        inner, test = _argument(tree, env), _argument(tree, env, 1)
        return lambda rows: run(
            [value for row in rows if test(row) is True and (value := inner(row)) is not None]
        )

    return make


def _numbers(values: list[Any]) -> list[Any]:
    return [found for value in values if (found := number(value)) is not None]


def _like(values: list[Any], found: float) -> Any:
    """A number that is a length of time where the values are, or a moment."""
    kinds = {value.__class__ for value in values}
    return Lapse(found) if kinds == {Lapse} else Moment(found) if kinds == {Moment} else found


def _sum(values: list[Any]) -> Any:
    found = _numbers(values)
    if all(one.__class__ is int for one in found):
        return sum(found)
    return _like(values, math.fsum(found))


def _mean(values: list[Any]) -> Any:
    found = _numbers(values)
    return _like(values, math.fsum(found) / len(found)) if found else None


def _least(values: list[Any]) -> Any:
    return _best(values, "<")


def _most(values: list[Any]) -> Any:
    return _best(values, ">")


def _best(values: list[Any], operator: str) -> Any:
    better = INFIX[operator]
    best = None
    for value in values:
        if value != "" and (best is None or better(value, best) is True):
            best = value
    return best


def _different(values: list[Any]) -> int:
    return len({key(value) for value in values})


def _deviation(sample: bool, squared: bool) -> Callable[[list[Any]], float]:
    def run(values: list[Any]) -> float:
        found = [float(one) for one in _numbers(values)]
        if len(found) < 2:
            return 0.0
        variance = statistics.variance(found) if sample else statistics.pvariance(found)
        return variance if squared else math.sqrt(variance)

    return run


def _list_of(unique: bool, conditional: bool) -> Callable[[Call, Environment], Reduce]:
    """make_list and make_set; a number behind bounds how many."""

    def make(tree: Call, env: Environment) -> Reduce:
        inner = _argument(tree, env)
        test = _argument(tree, env, 1) if conditional else None
        rest = tree.arguments[2 if conditional else 1 :]
        most = whole(constant(rest[0], env)) if rest else None

        def run(rows: Sequence[Record]) -> list[Any]:
            found = [
                value
                for row in rows
                if (test is None or test(row) is True) and (value := inner(row)) is not None
            ]
            if unique:
                found = _flat_set(found)
            return found[: _MOST if most is None or most < 0 else most]

        return run

    return make


def _flat_set(values: list[Any]) -> list[Any]:
    """The different values; lists among them give theirs."""
    seen: dict[Any, Any] = {}
    for value in values:
        for one in value if value.__class__ is list else (value,):
            seen.setdefault(key(one), one)
    return list(seen.values())


def _bag(tree: Call, env: Environment) -> Reduce:
    inner = _argument(tree, env)

    def run(rows: Sequence[Record]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for row in rows:
            found = parsed(inner(row))
            if isinstance(found, dict):
                for name, value in found.items():
                    out.setdefault(name, value)
        return out

    return run


def _any(tree: Call, env: Environment) -> Reduce:
    inner = _argument(tree, env)
    return lambda rows: next((value for row in rows if (value := inner(row)) not in (None, "")), None)


def percentile_of(values: list[Any], at: float) -> Any:
    """The value at a percentile, by the nearest rank; null of nothing."""
    found = sorted(value for value in values if number(value) is not None and value.__class__ is not str)
    if not found:
        return None
    return found[max(0, min(len(found) - 1, math.ceil(len(found) * at / 100) - 1))]


def _percentile(tree: Call, env: Environment) -> Reduce:
    inner, at = (
        _argument(tree, env),
        number(constant(tree.arguments[1], env)) if len(tree.arguments) > 1 else None,
    )
    if at is None:
        raise unsupported("the function percentile without a percentage")
    wanted = float(at)
    return lambda rows: percentile_of([inner(row) for row in rows], wanted)


_AGGREGATES: dict[str, Callable[[Call, Environment], Reduce]] = {
    "count": _count,
    "countif": _countif,
    "count_distinct": _of_values(_different),
    "count_distinctif": _of_values_if(_different),
    "dcount": _of_values(_different),
    "dcountif": _of_values_if(_different),
    "sum": _of_values(_sum),
    "sumif": _of_values_if(_sum),
    "avg": _of_values(_mean),
    "avgif": _of_values_if(_mean),
    "min": _of_values(_least),
    "minif": _of_values_if(_least),
    "max": _of_values(_most),
    "maxif": _of_values_if(_most),
    "stdev": _of_values(_deviation(True, False)),
    "stdevp": _of_values(_deviation(False, False)),
    "stdevif": _of_values_if(_deviation(True, False)),
    "variance": _of_values(_deviation(True, True)),
    "variancep": _of_values(_deviation(False, True)),
    "make_set": _list_of(True, False),
    "makeset": _list_of(True, False),
    "make_set_if": _list_of(True, True),
    "make_list": _list_of(False, False),
    "makelist": _list_of(False, False),
    "make_list_if": _list_of(False, True),
    "make_bag": _bag,
    "any": _any,
    "take_any": _any,
    "anyif": _of_values_if(lambda values: values[0] if values else None),
    "take_anyif": _of_values_if(lambda values: values[0] if values else None),
    "percentile": _percentile,
}
AGGREGATES = frozenset((*_AGGREGATES, "arg_max", "arg_min", "argmax", "argmin", "percentiles"))
"""Names of all aggregates."""
