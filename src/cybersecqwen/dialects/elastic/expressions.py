"""Expressions of EQL and ES|QL as data, and the one table of operators that parsing and rendering share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OR, AND, NOT, COMPARE, ADD, TIMES, SIGN, CAST, ATOM = range(1, 10)
"""How strongly what stands beside a word is bound to it, from the weakest."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a number, a truth value, or null."""

    value: str | int | float | bool | None

    def __eq__(self, other: object) -> bool:
        """1, 1.0 and true are different literals."""
        return (
            isinstance(other, Literal)
            and type(self.value) is type(other.value)
            and repr(self.value) == repr(other.value)
        )

    def __hash__(self) -> int:
        return hash((type(self.value), repr(self.value)))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A length of time: `1 day`."""

    count: int
    unit: str
    """As written, in lower case."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that comes with the request: `?`, `?name`."""

    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field, by its dotted name."""

    name: str
    optional: bool = False
    """EQL's `?field`: null where no index has it."""
    line: int = field(default=1, compare=False)
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Star:
    """`*` as the argument of a function."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function of values."""

    name: str
    """As written; functions of ES|QL in capital letters."""
    args: tuple[Expr, ...] = ()
    folded: bool = False
    """EQL's `name~(…)`: without regard to case."""
    options: tuple[tuple[str, Literal], ...] = ()
    """ES|QL's named parameters."""


@dataclass(frozen=True, slots=True)
class Values:
    """Several literals: `[1, 2]`."""

    items: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """Conditions joined by one word."""

    op: str
    """and, or"""
    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """Not that; null stays null."""

    inner: Expr


@dataclass(frozen=True, slots=True)
class Minus:
    """A number below zero."""

    inner: Expr


@dataclass(frozen=True, slots=True)
class Binary:
    """Two values and a sign between them: comparisons and sums."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Among:
    """A value that is one of several, or matches one of several patterns."""

    op: str
    """in, in~, like, like~, regex, regex~, rlike, :"""
    left: Expr
    values: tuple[Expr, ...]
    negated: bool = False
    """`not in`: null stays null."""
    listed: bool = True
    """False where one value stands without brackets."""


@dataclass(frozen=True, slots=True)
class IsNull:
    """ES|QL's `IS NULL`, which is never null."""

    inner: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Cast:
    """ES|QL's `value::type`."""

    inner: Expr
    type: str


Expr = (
    Literal | Stretch | Parameter | Field | Star | Call | Values | Logic | Negation | Minus | Binary
    | Among | IsNull | Cast
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Grammar:
    """What is different between the two languages."""

    folds_words: bool
    """Whether keywords are keywords in any case."""
    signs: Mapping[str, int]
    """Signs between two values, and how strongly they bind."""
    among: frozenset[str]
    """Words and signs in front of values or a list of them, in lower case."""
    only_lists: frozenset[str]
    """Those of them that only take lists."""
    negatable: frozenset[str]
    """Those of them that `not` may stand in front of."""
    patterns: frozenset[str]
    """Those of them whose values are texts alone."""
    reserved: frozenset[str]
    """Words that are no names, in lower case."""
    is_null: bool
    """Whether there is `is null`, `::`, and `[1, 2]`."""
    unicode_escapes: bool
    optional_fields: bool
    """Whether `?` marks a field, and not a value of the request."""
    capitals: bool
    """Whether keywords are written in capital letters."""


def strength(expr: Expr, grammar: Grammar) -> int:
    """How strongly an expression holds together: below what stands around it, it needs brackets."""
    if isinstance(expr, Logic):
        return OR if expr.op == "or" else AND
    if isinstance(expr, Negation):
        return NOT
    if isinstance(expr, Among | IsNull):
        return COMPARE
    if isinstance(expr, Binary):
        return grammar.signs[expr.op]
    if isinstance(expr, Minus) or (
        isinstance(expr, Literal) and isinstance(expr.value, int | float) and str(expr.value).startswith("-")
    ):
        return SIGN
    return CAST if isinstance(expr, Cast) else ATOM
