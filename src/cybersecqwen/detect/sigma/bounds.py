"""How much a rule may hold: YAML lets one part stand in many places, and modifiers multiply values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cybersecqwen.errors import RuleError

from .model import Expression, Not, Test

_DEEPEST = 20
_MOST_VALUES = 50_000
_MOST_CHARS = 4_000_000
_MOST_TESTS = 200_000
_MOST_BITS = 1_024


def bound(raw: Any) -> None:
    """Refuse what unfolds to more values or characters than any rule has, or holds what none does."""
    stack, count, size = [(raw, 0)], 0, 0
    while stack:
        one, depth = stack.pop()
        count += 1
        if isinstance(one, Mapping):
            size += sum(map(_length, one))
            stack += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list):
            stack += [(inner, depth + 1) for inner in one]
        else:
            size += _length(one)
        if count + len(stack) > _MOST_VALUES or depth > _DEEPEST or size > _MOST_CHARS:
            raise RuleError(f"It holds more than {_MOST_VALUES:,} values, nests too deep, or is too long.")


def _length(scalar: Any) -> int:
    """Characters of a scalar; RuleError for what no rule has."""
    if isinstance(scalar, str):
        if not scalar.isascii():
            try:
                scalar.encode()
            except UnicodeEncodeError:
                raise RuleError("It holds text that is no Unicode.") from None
        return len(scalar)
    if isinstance(scalar, int):
        if scalar.bit_length() > _MOST_BITS:
            raise RuleError("It holds a number beyond all bounds.")
    elif scalar is not None and not isinstance(scalar, float | date):
        raise RuleError(f"It holds a value of the type {type(scalar).__name__}, which no rule has.")
    return 0


def bound_expression(expression: Expression) -> None:
    """Refuse an expression of more tests, or of longer values, than can be evaluated."""
    stack, tests, size = [expression], 0, 0
    while stack:
        one = stack.pop()
        if isinstance(one, Test):
            tests += 1 + len(one.values)
            size += sum(map(len, one.values))
        elif isinstance(one, Not):
            stack.append(one.inner)
        else:
            stack += one.parts
        if tests > _MOST_TESTS or size > _MOST_CHARS:
            raise RuleError("It asks for more values, or longer ones, than are evaluated.")
