"""Measures of the middle and functions of `stats`."""

from __future__ import annotations

import re

from cybersecqwen.dialects.query import Measure as Asked
from cybersecqwen.dialects.query import Measured
from cybersecqwen.errors import UnsayableError

from .stages import Measure
from .tree import Macro

_FUNCTIONS = {
    Measured.COUNT: "count",
    Measured.DISTINCT: "dc",
    Measured.SUM: "sum",
    Measured.MEAN: "avg",
    Measured.MEDIAN: "median",
    Measured.LEAST: "min",
    Measured.MOST: "max",
    Measured.VALUES: "values",
}
_HEARD = {
    **{name: one for one, name in _FUNCTIONS.items()},
    "c": Measured.COUNT,
    "distinct_count": Measured.DISTINCT,
    "mean": Measured.MEAN,
}
_PERCENTILE = re.compile(r"(?:exact|upper)?p(?:erc)?(\d+(?:\.\d+)?)")


def written(measure: Asked, prefix: str = "") -> Measure:
    """A measure as `stats` has it; `prefix` stands before its field, but never before internal ones."""
    argument = (measure.field if measure.field.startswith("_") else prefix + measure.field) or None
    if not measure.field:
        argument = None
    if measure.function is Measured.PERCENTILE:
        function = f"perc{measure.at:g}"
    else:
        function = _FUNCTIONS[measure.function]
    if argument is None and function != "count":
        raise UnsayableError(f"{function} is computed over no field.", what="measures without a field")
    plain = argument is None and measure.name == "count"
    return Measure(function=function, argument=argument, alias="" if plain else measure.name)


def heard(measure: Measure | Macro, name: str, field: str) -> Asked:
    """A measure in terms of the middle. Raises UnsayableError for functions that it has no words for."""
    if isinstance(measure, Macro) or (measure.argument is not None and not isinstance(measure.argument, str)):
        raise UnsayableError("A measure is computed over an expression.", what="computed values")
    if "*" in field or "(" in field:
        raise UnsayableError(
            "A measure is computed over several fields at once.", what="measures of many fields"
        )
    percentile = _PERCENTILE.fullmatch(measure.function)
    if percentile is not None:
        return Asked(name=name, function=Measured.PERCENTILE, field=field, at=float(percentile[1]))
    if measure.function in ("earliest", "latest") and field == "_time":
        function = Measured.LEAST if measure.function == "earliest" else Measured.MOST
        return Asked(name=name, function=function, field=field)
    known = _HEARD.get(measure.function)
    if known is None or (known is not Measured.COUNT and not field):
        raise UnsayableError(
            f"The function {measure.function} is not said in other languages.", what=f"{measure.function}()"
        )
    return Asked(name=name, function=known, field=field)
