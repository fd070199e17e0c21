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
        if isinstance(one, str):
            size += len(one)
            if not one.isascii():
                _encodable(one)
        elif isinstance(one, Mapping):
            stack += [(inner, depth + 1) for pair in one.items() for inner in pair]
        elif isinstance(one, list):
            stack += [(inner, depth + 1) for inner in one]
        elif isinstance(one, int):
            if one.bit_length() > _MOST_BITS:
                raise RuleError("It holds a number beyond all bounds.")
        elif one is not None and not isinstance(one, float | date):
            raise RuleError(f"It holds a value of the type {type(one).__name__}, which no rule has.")
        if count + len(stack) > 2 * _MOST_VALUES or depth > _DEEPEST or size > _MOST_CHARS:
            raise RuleError(f"It holds more than {_MOST_VALUES:,} values, nests too deep, or is too long.")


def _encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RuleError("It holds text that is no Unicode.") from None


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
