"""From a condition of SQL to an expression, in logic of three values.

SQL's conditions are true, false or NULL; those of the middle are true or false. Each is read twice: when it
is true, and when it is false. NOT swaps the two, IS NOT TRUE negates the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from cybersecqwen.detect.sigma.condition import all_of, any_of
from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.globs import ANY, test_of
from cybersecqwen.errors import UnsayableError

from .comparisons import comparison, is_literal
from .tree import Flavour

_DEEPEST = 150


@dataclass(frozen=True, slots=True)
class Truth:
    """When a condition is true, and when it is false; it is NULL otherwise."""

    true: Expression
    false: Expression


Named = Callable[[exp.Expr], str | None]
"""Gives the field that something stands for besides a column: `count(*)` for the measure of it."""


def expression_of(found: exp.Expr, flavour: Flavour, named: Named) -> Expression:
    """When a condition is true. Raises UnsayableError for what the middle has no words for."""
    return _Reader(flavour, named).read(found, 0).true


def all_true(parts: Sequence[exp.Expr], flavour: Flavour, named: Named) -> Expression:
    """When each of several conditions is true."""
    return _Reader(flavour, named).all(parts, 0).true


class _Reader:
    def __init__(self, flavour: Flavour, named: Named) -> None:
        self._flavour = flavour
        self._named = named

    def read(self, found: exp.Expr, depth: int) -> Truth:
        if depth > _DEEPEST:
            raise UnsayableError("The condition nests too deep.", what="such depth")
        if isinstance(found, exp.Paren):
            return self.read(found.this, depth + 1)
        if isinstance(found, exp.Not):
            inner = self.read(found.this, depth + 1)
            return Truth(inner.false, inner.true)
        if isinstance(found, exp.And | exp.Or):
            return self._chain(found, depth)
        sure = self._sure(found, depth)
        return sure if sure is not None else self._compared(found)

    def _chain(self, found: exp.And | exp.Or, depth: int) -> Truth:
        if isinstance(found, exp.And):
            return self.all(list(found.flatten()), depth)
        parts = [self.read(part, depth + 1) for part in found.flatten()]
        return Truth(any_of([part.true for part in parts]), all_of([part.false for part in parts]))

    def all(self, found: Sequence[exp.Expr], depth: int) -> Truth:
        """Several at once, without those that only say that a number is one."""
        compared = {
            self._named(column)
            for part in found
            if isinstance(part.unnest(), _ORDER) and finite(part, self._named) is None
            for column in part.find_all(exp.Column)
        }
        kept = [part for part in found if (name := finite(part, self._named)) is None or name not in compared]
        parts = [self.read(part, depth + 1) for part in kept]
        return Truth(all_of([part.true for part in parts]), any_of([part.false for part in parts]))

    def _sure(self, found: exp.Expr, depth: int) -> Truth | None:
        """What is never NULL: IS TRUE, IS NULL, COALESCE(…, FALSE), IS DISTINCT FROM a literal."""
        if isinstance(found, exp.NullSafeEQ | exp.NullSafeNEQ) and is_literal(found.expression):
            equal = exp.EQ(this=found.this.copy(), expression=found.expression.copy())
            equal.parent = found.parent  # which tells what its column's table is called
            made = comparison(equal, self._flavour, self._named)
            both = Truth(made, Not(made))
            return both if isinstance(found, exp.NullSafeEQ) else Truth(both.false, both.true)
        if isinstance(found, exp.Is):
            return self._is(found, depth)
        if isinstance(found, exp.Coalesce) and len(found.expressions) == 1:
            default = found.expressions[0]
            if isinstance(default, exp.Boolean) or default.name in ("0", "1"):
                inner = self.read(found.this, depth + 1)
                if default.name in ("1",) or default.this is True:
                    return Truth(Not(inner.false), inner.false)
                return Truth(inner.true, Not(inner.true))
        return None

    def _is(self, found: exp.Is, depth: int) -> Truth | None:
        wanted = found.expression
        if isinstance(wanted, exp.Null):
            field = self._field(found.this)
            return Truth(Test(field, Op.NULL), Test(field, Op.PRESENT))
        if isinstance(wanted, exp.Boolean):
            inner = self.read(found.this, depth + 1)
            when = inner.true if wanted.this else inner.false
            return Truth(when, Not(when))
        return None

    def _field(self, found: exp.Expr) -> str:
        name = self._named(found)
        if name is None:
            raise UnsayableError("Something computed is compared with NULL.", what="computed values")
        return name

    def _compared(self, found: exp.Expr) -> Truth:
        """A comparison: false where it could have held and does not."""
        made = comparison(found, self._flavour, self._named)
        there: list[Expression] = [test_of(name, ANY) for name in dict.fromkeys(_fields(made))]
        truth = Truth(made, all_of([*there, Not(made)]))
        return Truth(truth.false, truth.true) if _is_negated(found) else truth


def _is_negated(found: exp.Expr) -> bool:
    """NOT LIKE, which the parser marks on what is negated."""
    inner = found.this if isinstance(found, exp.Escape) else found
    return isinstance(inner, exp.Expr) and bool(inner.args.get("negate"))


_ORDER = (exp.LT, exp.LTE, exp.GT, exp.GTE)


def finite(found: exp.Expr, named: Named) -> str | None:
    """The column that a condition says no more of than that it is a finite number; None for others."""
    found = found.unnest()
    if isinstance(found, exp.Anonymous) and found.name.lower() == "isfinite":
        column = found.find(exp.Column)
        return named(column) if column is not None else None
    if isinstance(found, exp.LT | exp.GT) and any(one.name == "9e999" for one in found.find_all(exp.Literal)):
        return named(found.this)
    return None


def _fields(expression: Expression) -> list[str]:
    if isinstance(expression, Test):
        return [expression.field, *(expression.values[:1] if expression.op is Op.SAME_AS else ())]
    parts = expression.parts if isinstance(expression, And | Or) else (expression.inner,)
    return [name for part in parts for name in _fields(part)]
