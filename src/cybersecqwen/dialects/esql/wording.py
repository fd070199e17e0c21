"""How ES|QL says a test of Sigma's: the shortest comparison that means the same.

Lists behind LIKE are there since version 9.1, behind RLIKE since 9.2:
https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/operators
"""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.dialects import globs
from cybersecqwen.dialects.elastic.expressions import (
    Among,
    Binary,
    Call,
    Expr,
    Field,
    IsNull,
    Literal,
    Logic,
)
from cybersecqwen.dialects.elastic.logic import Words
from cybersecqwen.dialects.elastic.regexes import Case, lucene_of
from cybersecqwen.errors import UnsayableError

from .comparisons import ORDER, PARTS, has_case

_SIGNS = {op: sign for sign, op in ORDER.items()} | {Op.EQUALS: "=="}
_NAMES = {part: name for name, part in PARTS.items()}


def refused(what: str, hint: str = "") -> UnsayableError:
    """The error for what ES|QL cannot say."""
    return UnsayableError(f"ES|QL has no words for {what}.", what=what, hint=hint)


def say_test(test: Test) -> Expr:
    """A comparison that means the test. Raises UnsayableError."""
    if not test.field:
        raise refused("keywords without a field", "Name the field that the text stands in.")
    field = Field(test.field)
    if test.op in (Op.NULL, Op.PRESENT):
        return IsNull(field, negated=test.op is Op.PRESENT)
    if test.part:
        return _part(field, test)
    if test.op is Op.SAME_AS:
        return _same_as(field, test)
    if test.op in ORDER.values():
        return one_of([Binary(_SIGNS[test.op], field, number(value)) for value in test.values])
    if test.op is Op.CIDR:
        return Call("CIDR_MATCH", (field, *map(Literal, test.values)))
    if test.op is Op.REGEX:
        return _regex(field, test.values)
    return _text(field, test)


def missing(name: str) -> Expr:
    """That a field is missing."""
    return IsNull(Field(name))


WORDS = Words(say_test, missing)


def number(text: str) -> Literal:
    """A number as a literal. Raises UnsayableError for what is none."""
    try:
        value = float(text)
        return Literal(int(value) if value.is_integer() and abs(value) < 1e15 else value)
    except (ValueError, OverflowError):
        raise refused("numbers that are none") from None


def one_of(parts: Sequence[Expr]) -> Expr:
    """One of these conditions."""
    return parts[0] if len(parts) == 1 else Logic("or", tuple(parts))


def lower(field: Expr) -> Expr:
    """The field in lower case."""
    return Call("TO_LOWER", (field,))


def _part(field: Field, test: Test) -> Expr:
    name = _NAMES.get(test.part)
    if name is None or test.op not in _SIGNS:
        raise refused("weeks of times")
    taken = Call("DATE_EXTRACT", (Literal(name), field))
    return one_of([Binary(_SIGNS[test.op], taken, number(value)) for value in test.values])


def _same_as(field: Field, test: Test) -> Expr:
    other: Expr = Field(test.values[0])
    left: Expr = field
    if not test.cased:
        left, other = lower(left), lower(other)
    op = Op(test.values[1])
    if op is Op.EQUALS:
        return Binary("==", left, other)
    if op is Op.CONTAINS:
        return Binary(">", Call("LOCATE", (left, other)), Literal(0))
    if op in (Op.STARTS, Op.ENDS):
        return Call("STARTS_WITH" if op is Op.STARTS else "ENDS_WITH", (left, other))
    raise refused("such comparisons of two fields")


def _text(field: Field, test: Test) -> Expr:
    """Without letters in the values, case makes no difference, and none is spent on."""
    plain = test.cased or not any(has_case(value) for value in _plain_values(test))
    left: Expr = field if plain else lower(field)
    if test.op is Op.EQUALS:
        values = tuple(map(Literal, test.values))
        return Binary("==", left, values[0]) if len(values) == 1 else Among("in", left, values)
    patterns = [pattern_of(wild) for wild in globs.wildcards_of(test)]
    return listed("like", left, patterns)


def _plain_values(test: Test) -> Sequence[str]:
    return test.values if test.op is Op.EQUALS else globs.wildcards_of(test)


def pattern_of(wild: str) -> str:
    """A pattern of LIKE from text in which `globs.ANY` and `globs.ONE` are wildcards."""
    escaped = {"\\": "\\\\", "*": "\\*", "?": "\\?", globs.ANY: "*", globs.ONE: "?"}
    return "".join(escaped.get(c, c) for c in wild)


def listed(op: str, left: Expr, values: Sequence[str]) -> Expr:
    """A value that matches one of these."""
    return Among(op, left, tuple(map(Literal, values)), listed=len(values) > 1)


def _regex(field: Field, patterns: Sequence[str]) -> Expr:
    found = [lucene_of(pattern, Case.LOWERED) for pattern in patterns]
    parts: list[Expr] = []
    for case, left in ((Case.KEPT, field), (Case.LOWERED, lower(field))):
        texts = [one.text for one in found if one.case is case]
        if texts:
            parts.append(listed("rlike", left, texts))
    return one_of(parts)
