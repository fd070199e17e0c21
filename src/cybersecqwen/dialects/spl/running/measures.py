"""The functions of `stats` over the rows of a group.

Meanings: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/CommonStatsFunctions. Rows are
in the order in which they come; `earliest` and `latest` go by the time.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from cybersecqwen.detect.sigma.values import texts_of
from cybersecqwen.dialects.spl.stages import Measure
from cybersecqwen.errors import UnsayableError

from .fields import Get, Row, getter, number, several
from .functions_numbers import greatest_of
from .making import Asking
from .values import compiled

Take = Callable[[Sequence[Row]], Any]
"""A measure of the rows of a group; None where there is nothing to measure."""

_PERCENTILE = re.compile(r"(?:exact|upper)?p(?:erc)?(\d+(?:\.\d+)?)")


def measure(one: Measure, asking: Asking) -> Take:
    """How a measure is taken. Raises UnsayableError for functions that are not run here."""
    if one.argument is None:
        if one.function in ("count", "c"):
            return len
        raise UnsayableError(f"{one.function}() has no field.", what="measures without a field")
    get = _argument(one, asking)
    if one.function in ("earliest", "latest", "earliest_time", "latest_time"):
        return _by_time(one.function, get, asking)
    percentile = _PERCENTILE.fullmatch(one.function)
    if percentile is not None:
        at = float(percentile[1])
        return lambda rows: _percentile(_numbers(rows, get), at)
    make = _TEXTS.get(one.function)
    if make is not None:
        return lambda rows: make([text for row in rows for text in texts_of(get(row))])
    computed = _NUMBERS.get(one.function)
    if computed is not None:
        return lambda rows: _computed(computed, _numbers(rows, get))
    if one.function in ("first", "last"):
        return _placed(one.function == "last", get)
    raise UnsayableError(
        f"The function {one.function[:40]} of stats is not run here.",
        what=f"the function {one.function[:40]}",
    )


def _argument(one: Measure, asking: Asking) -> Get:
    if isinstance(one.argument, str):
        if "*" in one.argument or "(" in one.argument:
            raise UnsayableError(
                "A measure is taken of several fields at once.", what="measures of many fields"
            )
        return getter(one.argument, asking.time_field)
    assert one.argument is not None
    value = compiled(one.argument, asking)
    if one.function not in ("count", "c"):
        return value
    return lambda row: 1 if value(row) not in (None, False) else None


def _numbers(rows: Sequence[Row], get: Get) -> list[float]:
    found = (number(one) for row in rows for one in several(get(row)))
    return [one for one in found if one is not None]


def _computed(function: Callable[[list[float]], float], numbers: list[float]) -> Any:
    try:
        return function(numbers) if numbers else None
    except (statistics.StatisticsError, OverflowError, ValueError):
        return None


def _percentile(numbers: list[float], at: float) -> Any:
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(len(ordered) * at / 100))] if ordered else None


def _by_time(function: str, get: Get, asking: Asking) -> Take:
    time = getter("_time", asking.time_field)
    last = function.startswith("latest")

    def take(rows: Sequence[Row]) -> Any:
        found = [
            (moment, value)
            for row in rows
            if (value := get(row)) is not None and (moment := number(time(row))) is not None
        ]
        if not found:
            return None
        chosen = max(found, key=lambda pair: pair[0]) if last else min(found, key=lambda pair: pair[0])
        return chosen[0] if function.endswith("_time") else chosen[1]

    return take


def _placed(last: bool, get: Get) -> Take:
    def take(rows: Sequence[Row]) -> Any:
        ordered = reversed(rows) if last else rows
        return next((value for row in ordered if (value := get(row)) is not None), None)

    return take


def _spread(function: Callable[[list[float]], float]) -> Callable[[list[float]], float]:
    """A spread of one number is none."""
    return lambda numbers: function(numbers) if len(numbers) > 1 else 0.0


def _mode(texts: list[str]) -> Any:
    return Counter(texts).most_common(1)[0][0] if texts else None


_LISTED = 100
"""Values that list() keeps."""

_TEXTS: dict[str, Callable[[list[str]], Any]] = {
    **dict.fromkeys(("count", "c"), len),
    **dict.fromkeys(("dc", "distinct_count", "estdc"), lambda texts: len(set(texts))),
    "values": lambda texts: sorted(dict.fromkeys(texts)) or None,
    "list": lambda texts: texts[:_LISTED] or None,
    "mode": _mode,
    "min": lambda texts: greatest_of(texts, False),
    "max": lambda texts: greatest_of(texts, True),
}

_NUMBERS: dict[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "sumsq": lambda numbers: math.fsum(one * one for one in numbers),
    "avg": lambda numbers: math.fsum(numbers) / len(numbers),
    "mean": lambda numbers: math.fsum(numbers) / len(numbers),
    "median": statistics.median,
    "range": lambda numbers: max(numbers) - min(numbers),
    "stdev": _spread(statistics.stdev),
    "stdevp": _spread(statistics.pstdev),
    "var": _spread(statistics.variance),
    "varp": _spread(statistics.pvariance),
}
