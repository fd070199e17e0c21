"""How EQL says a test of Sigma's: the shortest comparison that means the same."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.dialects import globs
from cybersecqwen.dialects.elastic.expressions import Among, Binary, Call, Expr, Field, Literal, Logic
from cybersecqwen.dialects.elastic.logic import Words
from cybersecqwen.dialects.elastic.regexes import Case, glob_lucene, lucene_of
from cybersecqwen.errors import UnsayableError

_ORDER = {Op.LESS: "<", Op.AT_MOST: "<=", Op.GREATER: ">", Op.AT_LEAST: ">="}
_FUNCTIONS = {Op.CONTAINS: "stringContains", Op.STARTS: "startsWith", Op.ENDS: "endsWith"}


def refused(what: str, hint: str = "") -> UnsayableError:
    """The error for what EQL cannot say."""
    return UnsayableError(f"EQL has no words for {what}.", what=what, hint=hint)


def say_test(test: Test) -> Expr:
    """A comparison that means the test. Raises UnsayableError."""
    if test.part:
        raise refused("parts of times")
    if not test.field:
        raise refused("keywords without a field", "Name the field that the text stands in.")
    if test.op is Op.SAME_AS:
        raise refused("comparisons of two fields")
    field = Field(test.field)
    if test.op in (Op.NULL, Op.PRESENT):
        return Binary("==" if test.op is Op.NULL else "!=", field, Literal(None))
    if test.op in _ORDER:
        return _one_of([Binary(_ORDER[test.op], field, number(value)) for value in test.values])
    if test.op is Op.CIDR:
        return Call("cidrMatch", (field, *map(Literal, test.values)))
    if test.op is Op.REGEX:
        return _regex(field, test.values)
    if test.op is Op.EQUALS:
        return _equal(field, test)
    return _like(field, test)


def missing(name: str) -> Expr:
    """That a field is missing."""
    return Binary("==", Field(name), Literal(None))


WORDS = Words(say_test, missing)


def number(text: str) -> Literal:
    """A number as a literal. Raises UnsayableError for what is none."""
    try:
        value = float(text)
        return Literal(int(value) if value.is_integer() and abs(value) < 1e15 else value)
    except (ValueError, OverflowError):
        raise refused("numbers that are none") from None


def _one_of(parts: Sequence[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else Logic("or", tuple(parts))


def _texts(values: Sequence[str]) -> tuple[Expr, ...]:
    return tuple(map(Literal, values))


def _equal(field: Field, test: Test) -> Expr:
    values = _texts(test.values)
    if test.cased:
        return Binary("==", field, values[0]) if len(values) == 1 else Among("in", field, values)
    if len(values) == 1 and not _has_signs(test.values[0]):
        return Among(":", field, values, listed=False)
    return Among("in~", field, values)


def _has_signs(text: str) -> bool:
    """Whether there are signs in it that would be wildcards: EQL cannot escape them."""
    return "*" in text or "?" in text


def _like(field: Field, test: Test) -> Expr:
    parts: list[Expr] = []
    plain: list[str] = []
    regexes: list[str] = []
    for value, wild in zip(test.values, globs.wildcards_of(test), strict=True):
        if not _has_signs(wild):
            plain.append(wild.replace(globs.ANY, "*").replace(globs.ONE, "?"))
        elif test.op in _FUNCTIONS:
            parts.append(Call(_FUNCTIONS[test.op], (field, Literal(value)), folded=not test.cased))
        else:
            regexes.append(glob_lucene(wild, Case.KEPT if test.cased else Case.FOLDED))
    if regexes:
        parts.append(_listed("regex" if test.cased else "regex~", field, regexes))
    if plain:
        parts.insert(0, _listed("like" if test.cased else ":", field, plain))
    return _one_of(parts)


def _listed(op: str, field: Field, values: Sequence[str]) -> Expr:
    return Among(op, field, _texts(values), listed=len(values) > 1)


def _regex(field: Field, patterns: Sequence[str]) -> Expr:
    found = [lucene_of(pattern, Case.FOLDED) for pattern in patterns]
    kept = [one.text for one in found if one.case is Case.KEPT]
    folded = [one.text for one in found if one.case is not Case.KEPT]
    return _one_of(
        [_listed(op, field, texts) for op, texts in (("regex", kept), ("regex~", folded)) if texts]
    )
