"""Functions of numbers and times: round, abs, pow, max, now, relative_time, strftime, strptime."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cybersecqwen.detect.sigma.values import texts_of
from cybersecqwen.dialects.spl.times import moment
from cybersecqwen.dialects.spl.tree import Call
from cybersecqwen.errors import UnsayableError

from .fields import Get, number, text
from .making import Asking, Make, of_values


def _numeric(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of numbers; null where a value is none, or the result is none."""

    def numeric(*values: Any) -> Any:
        numbers = [number(value) for value in values]
        if None in numbers:
            return None
        try:
            result = function(*numbers)
        except (ValueError, OverflowError, ZeroDivisionError, TypeError):
            return None
        if isinstance(result, float):
            return None if not math.isfinite(result) else int(result) if _whole(result) else result
        return result

    return numeric


def _whole(result: float) -> bool:
    return result.is_integer() and abs(result) < 1e15


def _round(value: float, digits: float = 0) -> float:
    """Halves away from zero, as Splunk rounds."""
    size = 10.0 ** int(digits)
    return math.copysign(math.floor(abs(value) * size + 0.5) / size, value)


def _pow(base: float, exponent: float) -> float:
    return math.pow(base, exponent)


def _log(value: float, base: float = 10) -> float:
    return math.log(value, base)


def _tonumber(value: Any, base: Any = None) -> Any:
    if base is None:
        return number(value)
    try:
        return int(text(value) or "", int(base))
    except ValueError:
        return None


def _extreme(greatest: bool) -> Make:
    def make(args: list[Get], asking: Asking, call: Call) -> Get:
        def extreme(row: Any) -> Any:
            found = [one for arg in args for one in texts_of(arg(row))]
            return greatest_of(found, greatest)

        return extreme

    return make


def greatest_of(found: list[str], greatest: bool) -> Any:
    """The greatest or least of texts: numbers by value, and text above numbers."""
    if not found:
        return None
    keyed = [
        ((1, 0.0, one) if (value := number(one)) is None else (0, float(value), ""), one) for one in found
    ]
    chosen = max(keyed, key=lambda pair: pair[0])[1] if greatest else min(keyed, key=lambda pair: pair[0])[1]
    value = number(chosen)
    return chosen if value is None else value


def _now(args: list[Get], asking: Asking, call: Call) -> Get:
    if args:
        raise ValueError
    now = int(asking.now) if float(asking.now).is_integer() else asking.now
    return lambda _row: now


def _relative_time(value: Any, modifier: Any) -> Any:
    at, said = number(value), text(modifier)
    if at is None or said is None:
        return None
    found = moment(said, float(at))
    return int(found) if found is not None and found.is_integer() else found


_FORMATS = {"%3N": "%f", "%6N": "%f", "%Q": "%f", "%T": "%H:%M:%S", "%F": "%Y-%m-%d"}


def _strftime(value: Any, form: Any) -> Any:
    at, said = number(value), text(form)
    if at is None or said is None:
        return None
    try:
        when = datetime.fromtimestamp(float(at), UTC)
    except (OverflowError, OSError, ValueError):
        return None
    said = said.replace("%s", str(int(at))).replace("%3N", f"{when.microsecond // 1000:03}")
    for theirs, ours in _FORMATS.items():
        said = said.replace(theirs, ours)
    return when.strftime(said)


def _strptime(value: Any, form: Any) -> Any:
    said, format_ = text(value), text(form)
    if said is None or format_ is None:
        return None
    if format_ == "%s":
        return number(said)
    for theirs, ours in _FORMATS.items():
        format_ = format_.replace(theirs, ours)
    try:
        found = datetime.strptime(said, format_)
    except ValueError:
        return None
    seconds = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def _random(args: list[Get], asking: Asking, call: Call) -> Get:
    raise UnsayableError("random() gives another value each time.", what="the function random")


NUMBERS: dict[str, Make] = {
    "abs": of_values(_numeric(abs)),
    "ceil": of_values(_numeric(math.ceil)),
    "ceiling": of_values(_numeric(math.ceil)),
    "floor": of_values(_numeric(math.floor)),
    "sqrt": of_values(_numeric(math.sqrt)),
    "exp": of_values(_numeric(math.exp)),
    "ln": of_values(_numeric(math.log)),
    "log": of_values(_numeric(_log), 1, 2),
    "pow": of_values(_numeric(_pow), 2, 2),
    "round": of_values(_numeric(_round), 1, 2),
    "exact": of_values(_numeric(lambda value: value)),
    "tonumber": of_values(_tonumber, 1, 2),
    "max": _extreme(True),
    "min": _extreme(False),
    "now": _now,
    "time": _now,
    "relative_time": of_values(_relative_time, 2, 2),
    "strftime": of_values(_strftime, 2, 2),
    "strptime": of_values(_strptime, 2, 2),
    "random": _random,
}
