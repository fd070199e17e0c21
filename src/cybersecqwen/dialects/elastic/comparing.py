"""Comparisons and sums of values with three outcomes: true, false, and None for null."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any

from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.detect.sigma.values import number_of
from cybersecqwen.dialects.evaluating import seconds_of

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Moment(float):
    """A time, in seconds since 1970 UTC."""


class Period(float):
    """A length of time in seconds."""


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SUMS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: divided(a, b),
    "%": lambda a, b: (
        None if not b else math.fmod(a, b) if isinstance(a + b, float) else int(math.fmod(a, b))
    ),
}


def divided(a: Any, b: Any) -> Any:
    """A quotient: whole for whole numbers, null by zero."""
    if not b:
        return None
    quotient = a / b
    return math.trunc(quotient) if isinstance(a, int) and isinstance(b, int) else quotient


def number(value: Any) -> int | float | None:
    """A value as a number; None for what is none."""
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return None
    return value if isinstance(value, int | float) else number_of(str(value))


def moment(value: Any) -> float | None:
    """A value as a time."""
    return float(value) if isinstance(value, Moment) else seconds_of(value)


def summed(sums: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """A sum, difference, product …; of times and lengths of time where one side is such."""
    timed = isinstance(left, Period | Moment) or isinstance(right, Period | Moment)
    if timed:
        first, second = moment(left), moment(right)
        both = isinstance(left, Period) and isinstance(right, Period)
        if first is None or second is None or sums not in (operator.add, operator.sub):
            return None
        return Period(sums(first, second)) if both else Moment(sums(first, second))
    one, other = number(left), number(right)
    if one is None or other is None:
        return None
    try:
        found = sums(one, other)
    except (OverflowError, ValueError):
        return None
    return found if found is None or abs(found) < 1e300 else None


def compared(compare: Callable[[Any, Any], bool], left: Any, right: Any, elements: bool) -> bool | None:
    """A comparison; None where one side is null, or a list in a language that compares no lists."""
    if left is None or right is None:
        return None
    if isinstance(left, list):
        if not elements:
            return compared(compare, left[0], right, False) if len(left) == 1 else None
        if compare is operator.ne:
            return not any(compared(operator.eq, one, right, True) for one in left)
        found = [compared(compare, one, right, True) for one in left]
        return None if all(one is None for one in found) else any(found)
    if isinstance(right, list):
        return compared(compare, left, right[0], elements) if len(right) == 1 else None
    one, other = _alike(left, right, ordered=compare not in (operator.eq, operator.ne))
    if one is None or other is None:
        return compare is operator.ne
    return bool(compare(one, other))


def _alike(left: Any, right: Any, *, ordered: bool) -> tuple[Any, Any]:
    """Both as times, as numbers or as texts; (None, None) where they cannot be compared."""
    if isinstance(left, Moment) or isinstance(right, Moment):
        return moment(left), moment(right)
    text_left, text_right = isinstance(left, str), isinstance(right, str)
    if ordered and (text_left or text_right):
        if any(isinstance(one, str) and _DATE.match(one) for one in (left, right)):
            return moment(left), moment(right)
        if text_left and text_right:
            return left, right
        return number(left), number(right)
    if not text_left and not text_right and not isinstance(left, bool) and not isinstance(right, bool):
        return (left, right) if isinstance(left, int | float) else (text_of(left), text_of(right))
    if ordered:
        return None, None
    if text_left and text_right:
        return left, right
    if text_left and isinstance(right, int | float) and not isinstance(right, bool):
        return number(left), right
    return text_of(left), text_of(right)
