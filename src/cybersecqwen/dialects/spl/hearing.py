"""Expressions of `eval` in the terms of the middle.

An expression of `eval` is true, false or null; a negation turns only true and false about. So each is said
twice: when it is true, and when it is false. A comparison is false only where the field is there.
"""

from __future__ import annotations

import re

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.globs import ANY, ONE, test_of
from cybersecqwen.errors import UnsayableError

from .hearing_search import ORDERED, any_of, found_test, number_text
from .saying import TIME_PARTS, is_network
from .tree import (
    Binary,
    Call,
    Field,
    Logic,
    Number,
    Text,
    Unary,
    Value,
)

_QUOTED = re.compile(r"(\(\?i?s\))(\^)?((?:\\Q.*?\\E(?:\\\\E\\Q.*?\\E)*|\.\*|\.)*)(\$)?", re.DOTALL)
_PIECE = re.compile(r"\\Q(.*?)\\E((?:\\\\E\\Q.*?\\E)*)|(\.\*)|(\.)", re.DOTALL)
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def true_when(value: Value) -> Expression:
    """When an expression of `eval` is true. Raises UnsayableError for what the middle has no words for."""
    return _heard(value, True)


def _heard(value: Value, wanted: bool) -> Expression:
    """When it is true, or when it is false."""
    if isinstance(value, Unary) and value.op == "NOT":
        return _heard(value.inner, not wanted)
    if isinstance(value, Logic) and value.op in ("AND", "OR"):
        parts = [_heard(part, wanted) for part in value.parts]
        return _all_of(parts) if (value.op == "AND") is wanted else _any_missing(parts)
    if isinstance(value, Binary) and value.op in _FLIPPED:
        test, names = _comparison(value)
        return _there(test, names, wanted is (value.op != "!="))
    if isinstance(value, Call):
        return _call(value, wanted)
    raise UnsayableError("An expression is neither a comparison nor made of some.", what="computed values")


def _there(test: Expression, names: tuple[str, ...], wanted: bool) -> Expression:
    """A comparison, or that it is not so although the fields are there."""
    if wanted:
        return test
    present: list[Expression] = [Test(name, Op.PRESENT) for name in names if name]
    not_so: list[Expression] = [Not(part) for part in (test.parts if isinstance(test, Or) else (test,))]
    return _all_of([*present, *not_so])


def _any_missing(parts: list[Expression]) -> Expression:
    """One of them; where a missing field is one, nothing else needs to ask that it is there."""
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Or) else [part])
    missing = {part.field for part in flat if isinstance(part, Test) and part.op is Op.NULL}
    if not missing:
        return any_of(flat)
    out = [_without_presence(part, missing) for part in flat]
    covered: set[str] = set()
    for part in out:
        covered.update(_true_without(part))
    kept = [
        part for part in out if not (isinstance(part, Test) and part.op is Op.NULL and part.field in covered)
    ]
    return any_of(list(dict.fromkeys(kept)))


def _all_of(parts: list[Expression]) -> Expression:
    flat: dict[Expression, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, And) else [part]))
    found = tuple(flat)
    return found[0] if len(found) == 1 else And(found)


def _true_without(part: Expression) -> set[str]:
    """The fields of which any that is missing makes it true: those of negated tests."""
    if isinstance(part, Not) and isinstance(part.inner, Test):
        return set(_fields(part.inner))
    if isinstance(part, And):
        return set.intersection(*map(_true_without, part.parts))
    return set()


def _fields(test: Test) -> tuple[str, ...]:
    return (test.field, test.values[0]) if test.op is Op.SAME_AS else (test.field,)


def _without_presence(part: Expression, missing: set[str]) -> Expression:
    if not isinstance(part, And):
        return part
    left = tuple(
        one
        for one in part.parts
        if not (isinstance(one, Test) and one.op is Op.PRESENT and one.field in missing)
    )
    if not left:
        return part
    return left[0] if len(left) == 1 else And(left)


def _name(value: Value) -> tuple[str, bool] | None:
    """(field, whether with regard to case) of a field or lower(field); None for anything else."""
    if isinstance(value, Field):
        return ("" if value.name == "_raw" else value.name), True
    if isinstance(value, Call) and value.name == "lower" and len(value.args) == 1:
        inner = _name(value.args[0])
        return None if inner is None else (inner[0], False)
    if isinstance(value, Call) and value.name == "tonumber" and len(value.args) == 1:
        return _name(value.args[0])
    return None


def _part(value: Value) -> str:
    """The part of an event's time that tonumber(strftime(_time, "%H")) gives; "" for anything else."""
    if not (isinstance(value, Call) and value.name == "tonumber" and len(value.args) == 1):
        return ""
    inner = value.args[0]
    if not (isinstance(inner, Call) and inner.name == "strftime" and len(inner.args) == 2):
        return ""
    field, form = inner.args
    if field != Field("_time") or not isinstance(form, Text):
        return ""
    return next((part for part, sign in TIME_PARTS.items() if sign == form.value), "")


def _literal(value: Value) -> str | None:
    if isinstance(value, Text):
        return value.value
    if isinstance(value, Number):
        return value.text
    if isinstance(value, Unary) and value.op == "-" and isinstance(value.inner, Number):
        return "-" + value.inner.text
    return None


def _comparison(value: Binary) -> tuple[Expression, tuple[str, ...]]:
    same = _same(value)
    if same is not None:
        return same, _fields(same)
    left, right, op = value.left, value.right, value.op
    if _literal(left) is not None:
        left, right, op = right, left, _FLIPPED[op]
    part, literal = _part(left), _literal(right)
    if part and literal is not None:
        test = Test("_time", ORDERED.get(op, Op.EQUALS), (number_text(literal),), part=part)
        return test, ("_time",)
    named = _name(left)
    if named is None or literal is None:
        raise UnsayableError("A comparison computes its values.", what="computed values")
    name, cased = named
    if op in ORDERED:
        return Test(name, ORDERED[op], (number_text(literal),)), (name,)
    return _text_equals(name, literal, cased and isinstance(right, Text)), (name,)


def _text_equals(name: str, literal: str, cased: bool) -> Test:
    if not cased and literal != literal.lower():
        raise UnsayableError("Small letters are compared with capital ones.", what="contradictions")
    return Test(name, Op.EQUALS, (literal,), cased)


def _same(value: Binary) -> Test | None:
    """A comparison of two fields, also by mvcount(split()) and substr()."""
    left, right = value.left, value.right
    if isinstance(left, Call) and left.name == "mvcount" and value.op == ">" and right == Number("1"):
        inner = left.args[0] if left.args else None
        if isinstance(inner, Call) and inner.name == "split" and len(inner.args) == 2:
            return _same_as(inner.args[0], inner.args[1], Op.CONTAINS)
    if value.op not in ("=", "!="):
        return None
    if isinstance(left, Call) and left.name == "substr":
        length = Call("len", (right,))
        if left.args[1:] == (Number("1"), length):
            return _same_as(left.args[0], right, Op.STARTS)
        if left.args[1:] == (Unary("-", length),):
            return _same_as(left.args[0], right, Op.ENDS)
    return _same_as(left, right, Op.EQUALS)


def _same_as(left: Value, right: Value, op: Op) -> Test | None:
    one, other = _name(left), _name(right)
    if one is None or other is None or one[1] != other[1]:
        return None
    return Test(one[0], Op.SAME_AS, (other[0], op.value), one[1])


def _call(value: Call, wanted: bool) -> Expression:
    named = [_name(arg) for arg in value.args]
    texts = [_literal(arg) for arg in value.args]
    if value.name in ("isnull", "isnotnull") and named and named[0] is not None:
        present = (value.name == "isnotnull") is wanted
        return Test(named[0][0], Op.PRESENT if present else Op.NULL)
    if value.name == "cidrmatch" and len(texts) == 2 and texts[0] is not None and named[1] is not None:
        if not is_network(texts[0]):
            raise UnsayableError(f"{texts[0][:40]!r} is no network.", what="networks")
        return _there(Test(named[1][0], Op.CIDR, (texts[0],)), (named[1][0],), wanted)
    if value.name == "searchmatch" and len(texts) == 1 and texts[0] is not None and wanted:
        from .parse import parse

        stage = parse(texts[0]).stages[0]
        where = getattr(stage, "where", None)
        if where is not None:
            return found_test(where)
    if len(value.args) >= 2 and named[0] is not None and all(text is not None for text in texts[1:]):
        name, cased = named[0]
        given = [text for text in texts[1:] if text is not None]
        if value.name == "like" and len(given) == 1:
            return _there(_like(name, given[0], cased), (name,), wanted)
        if value.name == "match" and len(given) == 1:
            return _there(match_test(name, given[0], cased), (name,), wanted)
        if value.name == "in":
            exact = [
                _text_equals(name, text, cased and isinstance(arg, Text))
                for text, arg in zip(given, value.args[1:], strict=True)
            ]
            if len({test.cased for test in exact}) == 1:
                exact = [Test(name, Op.EQUALS, tuple(dict.fromkeys(given)), exact[0].cased)]
            return _there(any_of(list(exact)), (name,), wanted)
    raise UnsayableError(f"The function {value.name} is not said in other languages.", what=f"{value.name}()")


def _like(name: str, pattern: str, cased: bool) -> Expression:
    text = pattern.replace("%", ANY).replace("_", ONE)
    if not cased and text != text.lower():
        raise UnsayableError("Small letters are compared with capital ones.", what="contradictions")
    return test_of(name, text, cased=cased)


_CAPITALS = re.compile(r"(?<!\\)(?:\\\\)*[A-Z]|\\[pP]")


def match_test(name: str, pattern: str, cased: bool = True) -> Expression:
    r"""A regular expression in a field: as text with wildcards where it is written between \Q and \E."""
    found = _QUOTED.fullmatch(pattern)
    if found is not None and cased and "\\Q" in pattern:
        text = "".join(
            ANY if any_ else ONE if one else quoted + more.removesuffix("\\E").replace("\\\\E\\Q", "\\E")
            for quoted, more, any_, one in _PIECE.findall(found[3])
        )
        before, after = "" if found[2] else ANY, "" if found[4] else ANY
        return test_of(name, before + text + after, cased="i" not in found[1])
    if not cased:
        if _CAPITALS.search(pattern):
            raise UnsayableError("Small letters are compared with capital ones.", what="contradictions")
        pattern = f"(?i){pattern}"
    from cybersecqwen.detect.sigma.plain import pattern as compiled

    try:
        compiled(pattern)
    except Exception as error:
        raise UnsayableError(
            f"The expression {pattern[:60]!r} is not one of linear time.", what="regular expressions"
        ) from error
    return Test(name, Op.REGEX, (pattern,), cased=True)
