"""Expressions as functions of a record, with three truth values: true, false, and None for null."""

from __future__ import annotations

import inspect
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import re2

from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.detect.sigma.plain import pattern
from cybersecqwen.dialects.evaluating import value_at
from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.interface import Record
from cybersecqwen.errors import UnsayableError

from .comparing import COMPARISONS, SUMS, Moment, Period, compared, summed
from .expressions import (
    Among,
    Binary,
    Call,
    Cast,
    Expr,
    Field,
    IsNull,
    Literal,
    Logic,
    Minus,
    Negation,
    Stretch,
    Values,
)

Value = Callable[[Record], Any]
Matcher = Callable[[str], bool]
_LONGEST_TEXT = 1_000_000


def unsayable(what: str) -> UnsayableError:
    """The error for what cannot be run here."""
    return UnsayableError(f"Queries with {what} cannot be run here.", what=what)


@dataclass(frozen=True, slots=True)
class Machine:
    """What is different between the two languages."""

    functions: Mapping[str, Callable[..., Any]]
    """By name; called with the values of the arguments, none of which is null."""
    folding: Mapping[str, Callable[..., Any]]
    """Those called without regard to case."""
    special: Mapping[str, Callable[[Sequence[Value]], Value]]
    """By name; those that look at null themselves, or at values only where they need them."""
    matcher: Callable[[str, str], Matcher]
    """What tells whether a text matches a pattern, by the word in front of it (like, regex~, …)."""
    any_element: bool
    """Whether a list is compared element by element; else a comparison with it is null."""
    casts: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    units: Mapping[str, float] = field(default_factory=dict)


def compiled(expr: Expr, machine: Machine) -> Value:
    """The function that gives the value of an expression for a record. Raises UnsayableError."""
    if isinstance(expr, Literal):
        value = expr.value
        return lambda _record: value
    if isinstance(expr, Field):
        name = expr.name
        return lambda record: value_at(record, name)
    if isinstance(expr, Logic):
        parts = [compiled(part, machine) for part in expr.parts]
        return _logic(parts, decided=expr.op == "or")
    if isinstance(expr, Negation):
        inner = compiled(expr.inner, machine)
        return lambda record: None if (found := _truth(inner(record))) is None else not found
    if isinstance(expr, Binary):
        return _binary(expr, machine)
    return _among(expr, machine) if isinstance(expr, Among) else _other(expr, machine)


def _other(expr: Expr, machine: Machine) -> Value:
    if isinstance(expr, Call):
        return _call(expr, machine)
    if isinstance(expr, IsNull):
        inner, negated = compiled(expr.inner, machine), expr.negated
        return lambda record: (inner(record) is None) is not negated
    if isinstance(expr, Minus):
        inner = compiled(expr.inner, machine)
        return lambda record: None if not isinstance(found := inner(record), int | float) else -found
    if isinstance(expr, Cast):
        cast = machine.casts.get(expr.type)
        if cast is None:
            raise unsayable(f"casts to {expr.type[:40]}")
        inner, change = compiled(expr.inner, machine), cast
        return lambda record: None if (found := inner(record)) is None else null_if_it_fails(change, found)
    if isinstance(expr, Stretch):
        seconds = Period(expr.count * machine.units[expr.unit])
        return lambda _record: seconds
    if isinstance(expr, Values):
        items = [item.value for item in expr.items]
        return lambda _record: items
    raise unsayable("values of the request")


def _truth(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    return True if value == "true" else False if value == "false" else None


def _logic(parts: Sequence[Value], *, decided: bool) -> Value:
    """`or` is decided by a true part, `and` by a false one; else a part that is null makes it null."""

    def value(record: Record) -> bool | None:
        known = True
        for part in parts:
            found = _truth(part(record))
            if found is decided:
                return decided
            known = known and found is not None
        return not decided if known else None

    return value


def _binary(expr: Binary, machine: Machine) -> Value:
    left, right = compiled(expr.left, machine), compiled(expr.right, machine)
    if expr.op in SUMS:
        sums = SUMS[expr.op]
        return lambda record: summed(sums, left(record), right(record))
    compare, elements = COMPARISONS[expr.op], machine.any_element
    if Literal(None) in (expr.left, expr.right) and elements:
        # EQL: compared with null itself, a field is asked for.
        other = left if expr.right == Literal(None) else right
        wanted = expr.op == "=="
        return lambda record: (other(record) is None) is wanted
    return lambda record: compared(compare, left(record), right(record), elements)


def _among(expr: Among, machine: Machine) -> Value:
    left = compiled(expr.left, machine)
    elements, negated = machine.any_element, expr.negated
    if expr.op == "in":
        texts = {one.value for one in expr.values if isinstance(one, Literal) and isinstance(one.value, str)}
        values = [compiled(value, machine) for value in expr.values]
        if len(texts) == len(expr.values):
            slowly = _one_of(left, values, elements=elements, negated=negated)
            return _one_of_texts(left, frozenset(texts), slowly, negated=negated)
        return _one_of(left, values, elements=elements, negated=negated)
    tests = [machine.matcher(expr.op, _pattern(value)) for value in expr.values]

    def matches(value: Any) -> bool:
        text = text_of(value)
        return len(text) <= _LONGEST_TEXT and any(test(text) for test in tests)

    def holds(record: Record) -> bool | None:
        value = left(record)
        if isinstance(value, list):
            value = value[0] if len(value) == 1 else value
        if value is None or (isinstance(value, list) and not elements):
            return None
        found = any(map(matches, value)) if isinstance(value, list) else matches(value)
        return found is not negated

    return holds


def _pattern(value: Expr) -> str:
    if not isinstance(value, Literal) or not isinstance(value.value, str):
        raise unsayable("patterns that are no text")
    return value.value


def _one_of(left: Value, values: Sequence[Value], *, elements: bool, negated: bool) -> Value:
    def holds(record: Record) -> bool | None:
        value = left(record)
        found = [compared(operator.eq, value, one(record), elements) for one in values]
        if any(found):
            return not negated
        return None if None in found else negated

    return holds


def _one_of_texts(left: Value, texts: frozenset[str], slowly: Value, *, negated: bool) -> Value:
    """The same for texts alone, in one look-up; times and lists are compared one by one."""

    def holds(record: Record) -> bool | None:
        value = left(record)
        if value is None:
            return None
        if isinstance(value, list | Moment):
            return bool(found) if (found := slowly(record)) is not None else None
        return (text_of(value) in texts) is not negated

    return holds


def _call(expr: Call, machine: Machine) -> Value:
    args = [compiled(arg, machine) for arg in expr.args]
    special = machine.special.get(expr.name)
    if special is not None and not expr.folded:
        return special(args)
    function = (machine.folding if expr.folded else machine.functions).get(expr.name)
    if function is None:
        raise unsayable(f"the function {expr.name[:40]}")
    if not takes(function, len(args)):
        raise unsayable(f"{len(args)} values for the function {expr.name[:40]}")

    def value(record: Record) -> Any:
        found = [arg(record) for arg in args]
        return None if any(one is None for one in found) else null_if_it_fails(function, *found)

    return value


def null_if_it_fails(function: Callable[..., Any], *values: Any) -> Any:
    """What a function gives; null for values that it cannot take, where Elasticsearch gives a warning too."""
    try:
        return function(*values)
    except (ArithmeticError, ValueError, TypeError):
        return None


def takes(function: Callable[..., Any], count: int) -> bool:
    """Whether a function takes so many values."""
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


def re2_matcher(text: str) -> Matcher:
    """Whether a whole text matches an expression of RE2. Raises UnsayableError for one that it refuses."""
    try:
        found = pattern(text)
    except re2.error:
        raise unsayable("patterns that RE2 refuses, for their size most likely") from None
    return lambda value: found.fullmatch(value) is not None


def glob_matcher(text: str, *, folded: bool) -> Matcher:
    """Whether a whole text matches one in which `ANY` and `ONE` are wildcards. Raises UnsayableError."""
    wanted = text.lower() if folded else text
    body = "".join(
        ".*" if c == ANY else "." if c == ONE else re.escape(c) if c.isascii() else c for c in wanted
    )
    matches = re2_matcher(f"(?s){body}")
    return lambda value: matches(value.lower() if folded else value)
