"""Written conditions whose comparisons fit the types of their fields, in EQL and in ES|QL.

Both refuse a query as a whole that compares a number with a text, or looks for a text in what is none. What
is written for text becomes a comparison of numbers, truth values or addresses where every value is one, and
else one of the field as text.

https://www.elastic.co/docs/reference/query-languages/esql/esql-implicit-casting (numbers are not converted)
https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cybersecqwen.detect.sigma.parse import text_of

from .expressions import Among, Binary, Call, Expr, Field, Literal

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?\Z")
_ORDER = frozenset(("<", "<=", ">", ">="))
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitting:
    """How a language says what a type asks for."""

    types: Mapping[str, str]
    """Field to type; fields that are not there stay as they are."""
    lower: str
    """The function that folds case, "" where operators do."""
    text: str
    """The function that gives a field as text."""
    number: str
    """The one that gives a text as a number."""
    equal: Callable[[Field, Sequence[Literal], bool], Expr]
    """An equality with one or several literals; whether it is negated as `!=` and `not in` are."""
    equals: frozenset[str]
    """Operators of equality with lists, in lower case."""
    over_texts: frozenset[str]
    """Functions whose first argument is a text."""
    addresses: Callable[[str], bool]
    """Whether a text can be compared with an address as it stands."""

    def fit(self, expr: Expr) -> Expr:
        """One comparison, as the type of its field asks for; everything else as it is."""
        if isinstance(expr, Binary) and isinstance(expr.right, Literal):
            return self._binary(expr, expr.right)
        if isinstance(expr, Among):
            return self._among(expr)
        if isinstance(expr, Call) and expr.name in self.over_texts and expr.args:
            return replace(expr, args=(self._as_text(expr.args[0]), *expr.args[1:]))
        return expr

    def kind(self, expr: Expr) -> tuple[Field | None, str]:
        """(field, its type) of what is compared, folded or not; (None, "") where there is none."""
        if isinstance(expr, Call) and expr.name == self.lower and len(expr.args) == 1:
            expr = expr.args[0]
        found = self.types.get(expr.name, "") if isinstance(expr, Field) else ""
        return (expr, found) if isinstance(expr, Field) and found else (None, "")

    def _as_text(self, expr: Expr) -> Expr:
        """What is compared as text: below the function that folds case stands the one that converts."""
        field, kind = self.kind(expr)
        if field is None or kind == "text" or kind == "dynamic":
            return expr
        made = Call(self.text, (field,))
        return made if expr is field else Call(self.lower, (made,))

    def _binary(self, expr: Binary, right: Literal) -> Expr:
        field, kind = self.kind(expr.left)
        if field is None or right.value is None:
            return expr
        if expr.op in _ORDER:
            return replace(expr, left=Call(self.number, (field,))) if kind == "text" else expr
        if expr.op not in ("==", "!="):
            return expr
        fitted = self._values([right], kind)
        if fitted is not None:
            return self.equal(field, fitted, expr.op == "!=")
        if isinstance(right.value, str):
            return replace(expr, left=self._as_text(expr.left))
        return expr

    def _among(self, expr: Among) -> Expr:
        field, kind = self.kind(expr.left)
        if field is None or not all(isinstance(one, Literal) for one in expr.values):
            return expr
        values = [one for one in expr.values if isinstance(one, Literal)]
        if expr.op in self.equals and not any(_is_wild(one) for one in values):
            fitted = self._values(values, kind)
            if fitted is not None:
                return self.equal(field, fitted, expr.negated)
        return replace(expr, left=self._as_text(expr.left))

    def _values(self, values: Sequence[Literal], kind: str) -> list[Literal] | None:
        """The literals as a type has them; None where one is none of it."""
        found = [self._value(one.value, kind) for one in values]
        made = [one for one in found if one is not None]
        return made if len(made) == len(values) else None

    def _value(self, value: str | float | bool | None, kind: str) -> Literal | None:
        if kind == "number":
            if isinstance(value, str) and _NUMBER.match(value):
                return Literal(float(value) if "." in value else int(value))
            return Literal(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        if kind == "bool":
            found = value if isinstance(value, bool) else _TRUTHS.get(str(value).lower())
            return None if found is None else Literal(found)
        if kind == "ip":
            return Literal(value) if isinstance(value, str) and self.addresses(value) else None
        if kind == "text" and value is not None and not isinstance(value, str):
            return Literal(text_of(value))
        return None


def _is_wild(literal: Literal) -> bool:
    return isinstance(literal.value, str) and ("*" in literal.value or "?" in literal.value)


def is_address(text: str) -> bool:
    """Whether it is an address in its usual form, as Elasticsearch gives it back."""
    try:
        return str(ipaddress.ip_address(text)) == text
    except ValueError:
        return False
