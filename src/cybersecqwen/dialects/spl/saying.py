"""Tests of the middle in SPL: as an expression of `search` where it has words for them, else of `where`.

`search` compares without regard to case and takes `*` for any characters, which nothing escapes
(https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Search). What it cannot say, a star or a
question mark of the value, regard to case, expressions, networks and other fields, stands in `where`, whose
comparisons are null where a field is missing; a negation there asks for the missing field as well.
"""

from __future__ import annotations

import ipaddress
import re

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Test
from cybersecqwen.dialects.globs import ANY, ONE, pieces, wildcards_of
from cybersecqwen.errors import UnsayableError

from .tree import (
    All,
    AnyOf,
    Binary,
    Call,
    Compare,
    Field,
    Found,
    Free,
    Logic,
    Number,
    OneOf,
    Text,
    Unary,
    Value,
    Without,
)

NUMERIC = {Op.LESS: "<", Op.AT_MOST: "<=", Op.GREATER: ">", Op.AT_LEAST: ">="}
"""Comparisons of numbers."""

TIME_WORDS = frozenset(
    ("earliest", "latest", "_index_earliest", "_index_latest", "index", "starttime", "endtime", "timeformat")
)
"""What `search` takes for more than a field."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_NETWORK = re.compile(r"[0-9a-fA-F:.]+/\d{1,3}")


def search_of(expression: Expression) -> Found | None:
    """The expression in the words of `search`; None where it has none."""
    if isinstance(expression, Not):
        inner = search_of(expression.inner)
        return None if inner is None else Without(inner)
    if isinstance(expression, Test):
        return _search_test(expression)
    parts = [search_of(part) for part in expression.parts]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts) or not found:
        return None
    kind = All if isinstance(expression, And) else AnyOf
    flat: list[Found] = []
    for part in found:
        flat.extend(part.parts if isinstance(part, kind) else [part])
    return kind(tuple(flat)) if len(flat) > 1 else flat[0]


def _search_test(test: Test) -> Found | None:
    if test.part or test.cased or test.op in (Op.REGEX, Op.CIDR, Op.SAME_AS):
        return None
    if test.field.lower() in TIME_WORDS or "*" in test.field:
        return None
    if test.op is Op.PRESENT:
        return Compare(test.field, "=", "*") if test.field else Free("*")
    if test.op is Op.NULL:
        return Without(Compare(test.field, "=", "*"))
    if test.op in NUMERIC:
        made = [Compare(test.field, NUMERIC[test.op], value) for value in test.values]
        return made[0] if len(made) == 1 else AnyOf(tuple(made))
    texts = wildcards_of(test)
    if not texts or any("*" in text or ONE in text for text in texts):
        return None
    values = tuple(text.replace(ANY, "*") for text in texts)
    if not test.field:
        if not all(value.startswith("*") and value.endswith("*") and len(value) > 2 for value in values):
            return None
        return Free(values[0]) if len(values) == 1 else AnyOf(tuple(map(Free, values)))
    if any(is_network(value) for value in values):
        return None  # search would take it for all its addresses
    return Compare(test.field, "=", values[0]) if len(values) == 1 else OneOf(test.field, values)


def is_network(value: str) -> bool:
    """Whether `search` takes a value for a network."""
    if not _NETWORK.fullmatch(value):
        return False
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def eval_of(expression: Expression, negated: bool = False) -> Value:
    """The expression in the words of `where`. Raises UnsayableError for parts of times."""
    if isinstance(expression, Not):
        return eval_of(expression.inner, not negated)
    if isinstance(expression, Test):
        return _negated(expression) if negated else _eval_test(expression)
    op = "AND" if isinstance(expression, And) is not negated else "OR"
    return joined(op, [eval_of(part, negated) for part in expression.parts])


def joined(op: str, parts: list[Value]) -> Value:
    """Several with AND or OR between them."""
    flat: list[Value] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Logic) and part.op == op else [part])
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else Logic(op, unique)


def _negated(test: Test) -> Value:
    if test.op is Op.NULL:
        return Call("isnotnull", (_field(test.field),))
    if test.op is Op.PRESENT:
        return Call("isnull", (_field(test.field),))
    names = [test.field, test.values[0]] if test.op is Op.SAME_AS else [test.field]
    missing: list[Value] = [Call("isnull", (_field(name),)) for name in names if name]
    return joined("OR", [*missing, Unary("NOT", _eval_test(test))])


def _field(name: str) -> Field:
    return Field(name or "_raw")


def _folded(name: str, cased: bool) -> Value:
    return _field(name) if cased else Call("lower", (_field(name),))


def _eval_test(test: Test) -> Value:
    if test.part:
        return _part(test)
    field = _field(test.field)
    if test.op in (Op.PRESENT, Op.NULL):
        return Call("isnotnull" if test.op is Op.PRESENT else "isnull", (field,))
    if test.op is Op.SAME_AS:
        return _same(test)
    if test.op in NUMERIC:
        return joined("OR", [Binary(NUMERIC[test.op], field, number(value)) for value in test.values])
    if test.op is Op.REGEX:
        return joined("OR", [Call("match", (field, Text(value))) for value in test.values])
    if test.op is Op.CIDR:
        return joined("OR", [Call("cidrmatch", (Text(value), field)) for value in test.values])
    if test.op is Op.EQUALS and test.field:
        folded = _folded(test.field, test.cased)
        if len(test.values) == 1:
            return Binary("=", folded, Text(test.values[0]))
        return Call("in", (folded, *map(Text, test.values)))
    return joined(
        "OR", [Call("match", (field, Text(_pattern(text, test.cased)))) for text in wildcards_of(test)]
    )


TIME_PARTS = {"minute": "%M", "hour": "%H", "day": "%d", "week": "%V", "month": "%m", "year": "%Y"}
"""Parts of a time, as strftime() writes them; in the time zone of the search."""


def _part(test: Test) -> Value:
    """A part of the time of an event, as a number."""
    if test.field != "_time" or test.part not in TIME_PARTS:
        raise UnsayableError(
            "SPL has no words for a part of a time in a field of text.", what="parts of times"
        )
    told = Call("tonumber", (Call("strftime", (_field("_time"), Text(TIME_PARTS[test.part]))),))
    op = NUMERIC.get(test.op, "=")
    return joined("OR", [Binary(op, told, number(value)) for value in test.values])


def number(text: str) -> Value:
    """A number, with its sign outside."""
    if not _NUMBER.fullmatch(text):
        return Call("tonumber", (Text(text),))
    return Unary("-", Number(text[1:])) if text.startswith("-") else Number(text)


def _pattern(text: str, cased: bool) -> str:
    r"""Text with wildcards as an expression; what stands for itself is between \Q and \E."""
    begins, ends = text.startswith(ANY), text.endswith(ANY)
    inner = text[begins : len(text) - ends if len(text) > 1 else None]
    body = "".join(
        ".*" if part == ANY else "." if part == ONE else "\\Q" + part.replace("\\E", "\\E\\\\E\\Q") + "\\E"
        for part in pieces(inner)
    )
    return ("(?s)" if cased else "(?is)") + ("" if begins else "^") + body + ("" if ends else "$")


def _same(test: Test) -> Value:
    other, how = test.values
    left, right = _folded(test.field, test.cased), _folded(other, test.cased)
    if how == Op.EQUALS.value:
        return Binary("=", left, right)
    if how == Op.CONTAINS.value:
        return Binary(">", Call("mvcount", (Call("split", (left, right)),)), Number("1"))
    length = Call("len", (right,))
    if how == Op.STARTS.value:
        return Binary("=", Call("substr", (left, Number("1"), length)), right)
    return Binary("=", Call("substr", (left, Unary("-", length))), right)
