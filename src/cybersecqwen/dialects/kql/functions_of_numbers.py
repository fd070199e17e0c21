"""Functions about numbers and truth values, and those that take values of any kind."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .function_kinds import MANY, Function, takes
from .values import CONVERSIONS, Lapse, Moment, moment, number, real, truth, whole


def _bin(value: Any, size: Any, start: Any = 0) -> Any:
    """Rounded down to a multiple."""
    kind = Moment if value.__class__ is Moment else Lapse if value.__class__ is Lapse else None
    if value.__class__ is str and size.__class__ is Lapse:
        value, kind = moment(value), Moment
    given, width, begin = number(value), number(size), number(start) or 0
    if given is None or not width or width <= 0:
        return None
    found = math.floor((given - begin) / width) * width + begin
    if kind is not None:
        return kind(found)
    return int(found) if given.__class__ is int and width.__class__ is int else float(found)


def _of_real(run: Callable[[float], float]) -> Callable[[Any], float | None]:
    def safe(value: Any) -> float | None:
        given = real(value)
        try:
            return None if given is None else run(given)
        except (ValueError, OverflowError, ZeroDivisionError):
            return None

    return safe


def _round(value: Any, digits: Any = 0) -> float | None:
    given, places = real(value), whole(digits) or 0
    return None if given is None or not math.isfinite(given) else round(given, max(-20, min(20, places)))


def _absolute(value: Any) -> Any:
    found = number(value)
    return None if found is None else Lapse(abs(found)) if value.__class__ is Lapse else abs(found)


def _floor(value: Any, size: Any = None) -> Any:
    if size is not None:
        return _bin(value, size)
    given = real(value)
    return None if given is None or not math.isfinite(given) else math.floor(given)


def _ceiling(value: Any) -> int | None:
    given = real(value)
    return None if given is None or not math.isfinite(given) else math.ceil(given)


def _coalesce(*values: Any) -> Any:
    return next(
        (value for value in values if value is not None and value != ""), values[-1] if values else None
    )


def _best(choose: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    def run(*values: Any) -> Any:
        found = [value for value in values if number(value) is not None and value.__class__ is not str]
        return choose(found) if found else None

    return run


def _bits(run: Callable[[int, int], int]) -> Callable[[Any, Any], int | None]:
    def safe(one: Any, other: Any) -> int | None:
        a, b = whole(one), whole(other)
        if a is None or b is None:
            return None
        return (run(a, b) + 2**63) % 2**64 - 2**63

    return safe


def _power(one: Any, other: Any) -> float | None:
    a, b = real(one), real(other)
    try:
        found = None if a is None or b is None else a**b
    except (OverflowError, ZeroDivisionError):
        return None
    return found if isinstance(found, float) else None


def _sign(value: Any) -> int | None:
    given = real(value)
    return None if given is None else (given > 0) - (given < 0)


_CONVERTED = ("int", "long", "real", "double", "decimal", "bool", "boolean", "datetime", "timespan")

NUMBERS: dict[str, Function] = {
    **{f"to{name}": takes(CONVERSIONS[name], 1) for name in _CONVERTED},
    "bin": takes(_bin, 2),
    "bin_at": takes(_bin, 3),
    "floor": takes(_floor, 1, 2),
    "ceiling": takes(_ceiling, 1),
    "round": takes(_round, 1, 2),
    "abs": takes(_absolute, 1),
    "sign": takes(_sign, 1),
    "sqrt": takes(_of_real(math.sqrt), 1),
    "exp": takes(_of_real(math.exp), 1),
    "log": takes(_of_real(math.log), 1),
    "log2": takes(_of_real(math.log2), 1),
    "log10": takes(_of_real(math.log10), 1),
    "pow": takes(_power, 2),
    "isnan": takes(lambda value: real(value) is not None and math.isnan(real(value) or 0.0), 1),
    "isfinite": takes(lambda value: real(value) is not None and math.isfinite(real(value) or 0.0), 1),
    "min_of": takes(_best(min), 1, MANY),
    "max_of": takes(_best(max), 1, MANY),
    "coalesce": takes(_coalesce, 1, MANY),
    "binary_and": takes(_bits(lambda a, b: a & b), 2),
    "binary_or": takes(_bits(lambda a, b: a | b), 2),
    "binary_xor": takes(_bits(lambda a, b: a ^ b), 2),
    "binary_shift_left": takes(_bits(lambda a, b: a << (b % 64)), 2),
    "binary_shift_right": takes(_bits(lambda a, b: a >> (b % 64)), 2),
    "xor": takes(lambda one, other: truth(one) is not truth(other), 2),
    "guid": takes(lambda value: value, 1),
}  # fmt: skip
"""About numbers, and of any kind."""
