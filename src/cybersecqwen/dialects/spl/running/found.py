"""Expressions of `search` as functions of rows: text without regard to case, a missing field is no match."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Test
from cybersecqwen.detect.sigma.plain import holds as _holds
from cybersecqwen.detect.sigma.plain import pattern
from cybersecqwen.detect.sigma.values import texts_of
from cybersecqwen.dialects.interface import Record
from cybersecqwen.dialects.spl.hearing_search import found_test
from cybersecqwen.dialects.spl.macros import is_idle
from cybersecqwen.dialects.spl.tree import (
    All,
    AnyOf,
    Compare,
    Directive,
    Found,
    Free,
    Macro,
    OneOf,
    Sub,
    Without,
)
from cybersecqwen.errors import UnsayableError

from .fields import getter, whole_text

Holds = Callable[[Record], bool]
Results = Callable[[Sub], Sequence[Record]]
"""The rows of a subsearch."""

_SUBSEARCH_ROWS = 10_000
"""Rows of a subsearch that are taken: https://docs.splunk.com/Documentation/Splunk/latest/Search/Aboutsubsearches."""


def compiled(found: Found | None, results: Results, time_field: str = "") -> Holds:
    """Whether an expression holds for a row. Raises UnsayableError for macros that are not known."""
    if found is None:
        return lambda _row: True
    if isinstance(found, All):
        return _every([compiled(part, results, time_field) for part in found.parts])
    if isinstance(found, AnyOf):
        return _some([compiled(part, results, time_field) for part in found.parts])
    if isinstance(found, Without):
        inner = compiled(found.inner, results, time_field)
        return lambda row: not inner(row)
    if isinstance(found, Macro):
        if is_idle(found.name):
            return lambda _row: True
        raise UnsayableError(
            f"The macro `{found.name}` stands for text that is not known here.",
            what=f"the macro {found.name}",
        )
    if isinstance(found, Sub):
        return compiled(as_found(results(found)), results, time_field)
    return _leaf(found, time_field)


def _every(parts: list[Holds]) -> Holds:
    if len(parts) == 2:
        one, other = parts
        return lambda row: one(row) and other(row)
    return lambda row: all(part(row) for part in parts)


def _some(parts: list[Holds]) -> Holds:
    return lambda row: any(part(row) for part in parts)


def _leaf(found: Free | Compare | OneOf | Directive, time_field: str) -> Holds:
    return held(found_test(found), time_field)


def held(expression: Expression, time_field: str) -> Holds:
    """Whether an expression of the middle holds for a row."""
    if isinstance(expression, Test):
        return tested(expression, time_field)
    if isinstance(expression, Not):
        inner = held(expression.inner, time_field)
        return lambda row: not inner(row)
    parts = [held(part, time_field) for part in expression.parts]
    return _every(parts) if isinstance(expression, And) else _some(parts)


def tested(test: Test, time_field: str) -> Holds:
    """Whether a test holds for a row."""
    get = getter(test.field, time_field) if test.field else whole_text
    if test.op is Op.PRESENT:
        return lambda row: get(row) is not None
    one = _one(test)
    if one is None or not test.field:
        return lambda row: _holds(test, get(row), lambda name: getter(name, time_field)(row))

    def holds(row: Record) -> bool:
        value = get(row)
        if value.__class__ is str:
            return one(value)
        return any(one(text) for text in texts_of(value))

    return holds


def _one(test: Test) -> Callable[[str], bool] | None:
    """Whether a text satisfies a test without regard to case, as one look at it."""
    if test.cased:
        return None
    values = test.values
    if test.op is Op.EQUALS:
        wanted = frozenset(values)
        return lambda text: text.lower() in wanted
    if test.op is Op.STARTS:
        return lambda text: text.lower().startswith(values)
    if test.op is Op.ENDS:
        return lambda text: text.lower().endswith(values)
    if test.op is Op.CONTAINS:
        if len(values) == 1:
            only = values[0]
            return lambda text: only in text.lower()
        return lambda text: any(value in lowered for lowered in (text.lower(),) for value in values)
    if test.op is Op.GLOB:
        patterns = [pattern(value) for value in values]
        return lambda text: any(one.fullmatch(text.lower()) is not None for one in patterns)
    return None


def as_found(rows: Sequence[Record]) -> Found | None:
    """What the rows of a subsearch ask for: one of them, each with all its fields."""
    found: list[Found] = []
    for row in rows[:_SUBSEARCH_ROWS]:
        parts: list[Found] = []
        for name, value in row.items():
            if name.startswith(("_", "\0")):
                continue
            texts = texts_of(value)
            asked: list[Found] = [
                Free(text) if name in ("search", "query") else Compare(name, "=", text) for text in texts
            ]
            if asked:
                parts.append(asked[0] if len(asked) == 1 else AnyOf(tuple(asked)))
        if parts:
            found.append(parts[0] if len(parts) == 1 else All(tuple(parts)))
    if not found:
        return Without(Free("*"))
    names = {part.field if isinstance(part, Compare) else "" for part in found}
    if len(names) == 1 and "" not in names:
        return OneOf(names.pop(), tuple(part.value for part in found if isinstance(part, Compare)))
    return found[0] if len(found) == 1 else AnyOf(tuple(found))
