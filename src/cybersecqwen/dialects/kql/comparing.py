"""What the operators between two values do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .regex import compiled, found_in
from .values import Lapse, Moment, key, lapse, moment, number, text, truth

Operation = Callable[[Any, Any], Any]


def equal(one: Any, other: Any) -> bool:
    """Whether two values are the same; a text and another value where their texts are."""
    a, b = one.__class__, other.__class__
    if a is list or a is dict or b is list or b is dict:
        return bool(key(one) == key(other))
    if a is b:
        return bool(one == other)
    if one is None or other is None:
        return (one or other or "") == "" if str in (a, b) else one is other
    if a is Moment or b is Moment:
        return moment(one) == moment(other)
    if a is Lapse or b is Lapse:
        return lapse(one) == lapse(other)
    if a is bool or b is bool:
        return truth(one) is truth(other)
    if a is str or b is str:
        return _plain(one) == _plain(other)
    return bool(one == other)


def _plain(value: Any) -> str:
    """A value as text; 5.0 as 5, since records hold whole numbers either way."""
    if value.__class__ is float and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return text(value)


def _ordered(compare: Operation) -> Operation:
    """An order of numbers, moments, lengths of time or texts; null where one side is none of these."""

    def run(one: Any, other: Any) -> bool | None:
        a, b = one.__class__, other.__class__
        if a is not b or a is list or a is dict:
            if one is None or other is None:
                return None
            if a is Moment or b is Moment:
                one, other = moment(one), moment(other)
            elif a is Lapse or b is Lapse:
                one, other = lapse(one), lapse(other)
            else:
                one, other = number(one), number(other)
        if one is None or other is None:
            return None
        return bool(compare(one, other))

    return run


def has(value: str, term: str, before: bool = True, behind: bool = True) -> bool:
    """Whether a term stands in a text, with neither letter nor digit beside it where it asks for that."""
    size = len(term)
    if not size:
        return True
    before = before and term[0].isalnum()
    behind = behind and term[-1].isalnum()
    at = value.find(term)
    while at >= 0:
        end = at + size
        if not (before and at and value[at - 1].isalnum()) and not (
            behind and end < len(value) and value[end].isalnum()
        ):
            return True
        at = value.find(term, at + 1)
    return False


_CASED: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda value, part: part in value,
    "startswith": lambda value, part: value.startswith(part),
    "endswith": lambda value, part: value.endswith(part),
    "has": has,
    "hasprefix": lambda value, part: has(value, part, behind=False),
    "hassuffix": lambda value, part: has(value, part, before=False),
}


def _on_texts(compare: Callable[[str, str], bool], folded: bool, negated: bool) -> Operation:
    if folded:
        return lambda one, other: compare(text(one).lower(), text(other).lower()) is not negated
    return lambda one, other: compare(text(one), text(other)) is not negated


def _whole(value: int | float) -> int | float | None:
    """A number in the range of 64 bits; None beyond."""
    return value if value.__class__ is not int or -(2**63) <= value < 2**63 else None


def _add(one: Any, other: Any) -> Any:
    a, b = one.__class__, other.__class__
    if (a is Moment and b is Lapse) or (a is Lapse and b is Moment):
        return Moment(one + other)
    if a is Lapse and b is Lapse:
        return Lapse(one + other)
    x, y = number(one), number(other)
    return None if x is None or y is None or a is str or b is str else _whole(x + y)


def _subtract(one: Any, other: Any) -> Any:
    a, b = one.__class__, other.__class__
    if b is Moment and a is not Moment:
        one, a = moment(one), Moment
    elif a is Moment and b is str:
        other, b = moment(other), Moment
    if one is None or other is None:
        return None
    if a is Moment:
        return Lapse(one - other) if b is Moment else Moment(one - other)
    if a is Lapse and b is Lapse:
        return Lapse(one - other)
    x, y = number(one), number(other)
    return None if x is None or y is None else _whole(x - y)


def _multiply(one: Any, other: Any) -> Any:
    x, y = number(one), number(other)
    if x is None or y is None:
        return None
    return Lapse(x * y) if Lapse in (one.__class__, other.__class__) else _whole(x * y)


def _divide(one: Any, other: Any) -> Any:
    x, y = number(one), number(other)
    if x is None or y is None or y == 0:
        return None
    if one.__class__ is Lapse and other.__class__ is not Lapse:
        return Lapse(x / y)
    if x.__class__ is int and y.__class__ is int:
        return int(x / y) if abs(x) < 2**53 else abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
    return x / y


def _remainder(one: Any, other: Any) -> Any:
    x, y = number(one), number(other)
    if x is None or y is None or y == 0:
        return None
    found = x % y
    return Lapse(found) if one.__class__ is Lapse else found


def _like(one: Any, other: Any) -> bool:
    return found_in(compiled(text(other)), text(one)) is not None


INFIX: dict[str, Operation] = {
    "==": equal,
    "!=": lambda one, other: not equal(one, other),
    "=~": lambda one, other: text(one).lower() == text(other).lower(),
    "!~": lambda one, other: text(one).lower() != text(other).lower(),
    "<": _ordered(lambda one, other: one < other),
    "<=": _ordered(lambda one, other: one <= other),
    ">": _ordered(lambda one, other: one > other),
    ">=": _ordered(lambda one, other: one >= other),
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _remainder,
    "matches regex": _like,
    ":": _on_texts(has, True, False),
    **{
        f"{'!' if negated else ''}{word}{'' if folded else '_cs'}": _on_texts(compare, folded, negated)
        for word, compare in _CASED.items()
        for folded in (True, False)
        for negated in (True, False)
    },
}
"""Operator to what it gives for two values."""
