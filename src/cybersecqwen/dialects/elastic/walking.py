"""Goes through expressions: every part of one, and one with parts changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from cybersecqwen.dialects.interface import Atom
from cybersecqwen.dialects.walking import tests_of
from cybersecqwen.errors import UnsayableError

from .expressions import Among, Binary, Call, Cast, Expr, Field, IsNull, Literal, Logic, Minus, Negation
from .logic import Read, positive


def inner(expr: Expr) -> tuple[Expr, ...]:
    """The expressions right below one."""
    if isinstance(expr, Logic):
        return expr.parts
    if isinstance(expr, Negation | Minus | IsNull | Cast):
        return (expr.inner,)
    if isinstance(expr, Binary):
        return (expr.left, expr.right)
    if isinstance(expr, Among):
        return (expr.left, *expr.values)
    return expr.args if isinstance(expr, Call) else ()


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and all below it."""
    waiting = [expr]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(inner(found)))


def fields_in(expr: Expr) -> list[Field]:
    """Every mention of a field."""
    return [one for one in walk(expr) if isinstance(one, Field)]


def changed(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with every part changed, the innermost first; what stays the same is the same object."""
    parts = inner(expr)
    if not parts:
        return change(expr)
    new = tuple(changed(part, change) for part in parts)
    if all(one is other for one, other in zip(parts, new, strict=True)):
        return change(expr)
    return change(_with(expr, new))


def _with(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The expression with others right below it."""
    if isinstance(expr, Logic):
        return replace(expr, parts=parts)
    if isinstance(expr, Negation | Minus | IsNull | Cast):
        return replace(expr, inner=parts[0])
    if isinstance(expr, Binary):
        return replace(expr, left=parts[0], right=parts[1])
    if isinstance(expr, Among):
        return replace(expr, left=parts[0], values=parts[1:])
    return replace(expr, args=parts) if isinstance(expr, Call) else expr


def comparisons(expr: Expr) -> Iterator[Expr]:
    """The conditions that and, or and not join."""
    expr = positive(expr)
    if isinstance(expr, Logic):
        for part in expr.parts:
            yield from comparisons(part)
    elif isinstance(expr, Negation):
        yield from comparisons(expr.inner)
    elif not isinstance(expr, Literal):
        yield expr


def atoms_of(expr: Expr, read: Read, table: str) -> Iterator[Atom]:
    """Every test of a condition; comparisons that Sigma has no words for are left out."""
    for one in comparisons(expr):
        try:
            meaning = read(one)
        except UnsayableError:
            continue
        for test in tests_of(meaning.holds):
            yield Atom(test.field, test.op, test.values, table)
