"""Expressions of `eval` as functions of rows, with null where a field is missing.

A comparison with null is null, NOT of null is null, and `where` keeps only what is true
(https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Where).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from cybersecqwen.detect.sigma.values import number_of, texts_of
from cybersecqwen.dialects.spl.tree import Binary, Call, Field, Logic, Macro, Number, Text, Unary, Value
from cybersecqwen.errors import UnsayableError

from .fields import Get, bounded, getter, number, text
from .functions import FUNCTIONS, Asking

Compares = Callable[[Any, Any], Any]

_ORDER: dict[str, Compares] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def compiled(value: Value, asking: Asking) -> Get:
    """The value of an expression for a row. Raises UnsayableError for functions not run here."""
    if isinstance(value, Number):
        found = float(value.text)
        constant: Any = int(found) if found.is_integer() else found
        return lambda _row: constant
    if isinstance(value, Text):
        said = value.value
        return lambda _row: said
    if isinstance(value, Field):
        return _field(value, asking)
    if isinstance(value, Logic):
        return _logic(value.op, [compiled(part, asking) for part in value.parts])
    if isinstance(value, Unary):
        return _unary(value.op, compiled(value.inner, asking))
    if isinstance(value, Binary):
        return _binary(value, asking)
    if isinstance(value, Macro):
        raise UnsayableError(
            f"The macro `{value.name}` stands for text that is not known here.",
            what=f"the macro {value.name}",
        )
    return _call(value, asking)


def _field(value: Field, asking: Asking) -> Get:
    get = getter(value.name, asking.time_field)
    if not value.bare:
        return get
    parts = [getter(name, asking.time_field) for name in value.name.split(".")]

    def dotted(row: Any) -> Any:
        """The field of that name, else, as Splunk has it, its parts one behind the other."""
        whole = get(row)
        if whole is not None:
            return whole
        texts = [text(part(row)) for part in parts]
        return None if None in texts else bounded("".join(one for one in texts if one is not None))

    return dotted


def _logic(op: str, parts: list[Get]) -> Get:
    if op == "XOR":
        return lambda row: _xor([part(row) for part in parts])
    decides = op == "OR"

    def logic(row: Any) -> Any:
        unknown = False
        for part in parts:
            found = part(row)
            if found is decides:
                return decides
            unknown = unknown or found.__class__ is not bool
        return None if unknown else not decides

    return logic


def _xor(values: list[Any]) -> bool | None:
    if any(value.__class__ is not bool for value in values):
        return None
    return sum(map(bool, values)) % 2 == 1


def _unary(op: str, inner: Get) -> Get:
    if op == "NOT":

        def negated(row: Any) -> Any:
            found = inner(row)
            return not found if found.__class__ is bool else None

        return negated
    sign = -1 if op == "-" else 1

    def signed(row: Any) -> Any:
        found = number(inner(row))
        return None if found is None else sign * found

    return signed


def _binary(value: Binary, asking: Asking) -> Get:
    left, right = compiled(value.left, asking), compiled(value.right, asking)
    if value.op in _ORDER:
        as_text = value.op in ("=", "!=") and Text in (value.left.__class__, value.right.__class__)
        return _compared(value.op, left, right, as_text)
    if value.op == ".":
        return lambda row: _concatenated(left(row), right(row))
    return lambda row: calculated(value.op, left(row), right(row))


def _compared(op: str, left: Get, right: Get, as_text: bool) -> Get:
    compare = _ORDER[op]

    def compared(row: Any) -> Any:
        one, other = left(row), right(row)
        if one is None or other is None:
            return None
        if one.__class__ is str and other.__class__ is str and as_text:
            return compare(one, other)
        if one.__class__ is int and other.__class__ is int:
            return compare(one, other)
        return any_compared(compare, one, other, as_text)

    return compared


def any_compared(compare: Compares, one: Any, other: Any, as_text: bool) -> Any:
    """Whether one of several values compares so with one of others: by number where both are numbers."""
    ones, others = texts_of(one), texts_of(other)
    if not ones or not others:
        return None
    equal_not = compare is operator.ne
    results = (_pair(compare, left, right, as_text) for left in ones for right in others)
    return all(results) if equal_not else any(results)


def _pair(compare: Compares, left: str, right: str, as_text: bool) -> Any:
    if not as_text:
        numbers = number_of(left), number_of(right)
        if numbers[0] is not None and numbers[1] is not None:
            return compare(numbers[0], numbers[1])
        if compare not in (operator.eq, operator.ne) and None in numbers and numbers != (None, None):
            return False  # a number and something that is none have no order
    return compare(left, right)


def _concatenated(one: Any, other: Any) -> str | None:
    left, right = text(one), text(other)
    return None if left is None or right is None else bounded(left + right)


def calculated(op: str, one: Any, other: Any) -> Any:
    """Arithmetic; null where a value is no number, or the divisor is zero. `+` joins texts."""
    left, right = number(one), number(other)
    if left is None or right is None:
        if op == "+" and isinstance(one, str) and isinstance(other, str):
            return bounded(one + other)
        return None
    try:
        if op == "+":
            return left + right
        if op == "-":
            return left - right
        if op == "*":
            return left * right
        result = left / right if op == "/" else left % right
    except (ZeroDivisionError, OverflowError):
        return None
    return int(result) if isinstance(result, float) and result.is_integer() and abs(result) < 1e15 else result


def _call(call: Call, asking: Asking) -> Get:
    make = FUNCTIONS.get(call.name)
    if make is None:
        raise UnsayableError(
            f"The function {call.name[:40]} of eval is not run here.", what=f"the function {call.name[:40]}"
        )
    try:
        return make([compiled(arg, asking) for arg in call.args], asking, call)
    except (IndexError, ValueError, TypeError):
        raise UnsayableError(
            f"The function {call.name[:40]} of eval has other arguments.",
            what=f"arguments of {call.name[:40]}",
        ) from None
