"""Values that are computed from a record: what stands behind `:=`, in eval() and in if()."""

from __future__ import annotations

import math
import operator
from typing import Any

from cybersecqwen.detect.sigma.values import number_of, texts_of
from cybersecqwen.dialects.evaluating import value_at
from cybersecqwen.dialects.interface import Record

from .arguments import cannot
from .tree import Bare, Call, Operation, Text, Value

_NUMERIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": math.fmod}
_ORDERED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def computed(value: Value, row: Record) -> Any:
    """The value; None where there is none. Raises UnsayableError for functions that are not run here."""
    if isinstance(value, Text):
        return value.value
    if isinstance(value, Bare):
        if value.text in ("true", "false"):
            return value.text
        number = number_of(value.text)
        return _short(number) if number is not None else value_at(row, value.text)
    if isinstance(value, Operation):
        return _operation(value, row)
    if isinstance(value, Call):
        return _call(value, row)
    raise cannot("computed fields", "A field is computed from what is no value.")


def _single(value: Any) -> str | None:
    found = texts_of(value)
    return found[0] if found else None


def _operation(value: Operation, row: Record) -> Any:
    left, right = (_single(computed(one, row)) for one in (value.left, value.right))
    if left is None or right is None:
        return None
    one, other = number_of(left), number_of(right)
    if value.sign in ("==", "!="):
        same = one == other if one is not None and other is not None else left == right
        return "true" if same is (value.sign == "==") else "false"
    if one is None or other is None:
        return None
    if value.sign in _ORDERED:
        return "true" if _ORDERED[value.sign](one, other) else "false"
    try:
        return _short(_NUMERIC[value.sign](one, other))
    except (ZeroDivisionError, OverflowError, ValueError):
        return None


def _short(number: float) -> float | int | None:
    if not math.isfinite(number):
        return None
    return int(number) if float(number).is_integer() and abs(number) < 1e15 else number


def _call(call: Call, row: Record) -> Any:
    if call.name == "if":
        return _if(call, row)
    if call.name not in ("lower", "upper", "length") or len(call.arguments) != 1:
        raise cannot("computed fields", f"The function {call.name}() is not run here.")
    text = _single(computed(call.arguments[0].value, row))
    if text is None:
        return None
    return len(text) if call.name == "length" else text.lower() if call.name == "lower" else text.upper()


def _if(call: Call, row: Record) -> Any:
    given = {argument.name or "condition": argument.value for argument in call.arguments}
    if set(given) != {"condition", "then", "else"}:
        raise cannot("other arguments of if()", "if() lacks a condition, then or else.")
    return computed(given["then" if computed(given["condition"], row) == "true" else "else"], row)
