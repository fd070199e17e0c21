"""Expressions of `search` in the terms of the middle."""

from __future__ import annotations

import re
from ipaddress import ip_network

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.globs import ANY, test_of
from cybersecqwen.errors import UnsayableError

from .saying import is_network
from .tree import (
    All,
    AnyOf,
    Compare,
    Directive,
    Found,
    Free,
    Macro,
    OneOf,
    Without,
)

ORDERED = {"<": Op.LESS, "<=": Op.AT_MOST, ">": Op.GREATER, ">=": Op.AT_LEAST}
"""Comparisons of numbers."""
_EDGE = r"[^\pL\pN]"


def found_test(found: Found) -> Expression:
    """An expression of `search`. Raises UnsayableError for macros, subsearches, and what is no comparison."""
    if isinstance(found, All | AnyOf):
        kind = And if isinstance(found, All) else Or
        return kind(tuple(map(found_test, found.parts)))
    if isinstance(found, Without):
        return Not(found_test(found.inner))
    if isinstance(found, Free):
        return free_test(found.text)
    if isinstance(found, OneOf):
        if any(isinstance(value, Macro) for value in found.values):
            raise UnsayableError("A macro stands for text that is not known here.", what="macros")
        return any_of(_together([_equals(found.field, str(value)) for value in found.values]))
    if isinstance(found, Compare):
        return _compare(found)
    if isinstance(found, Directive):
        return _directive(found)
    what = "macros" if isinstance(found, Macro) else "subsearches"
    raise UnsayableError(
        f"{'A macro' if what == 'macros' else 'A subsearch'} stands for text that is not known here.",
        what=what,
    )


def _together(tests: list[Expression]) -> list[Expression]:
    """Tests of one field that differ in their values alone as one test."""
    joined: dict[Op, list[str]] = {}
    others: list[Expression] = []
    for test in tests:
        if isinstance(test, Test) and test.values:
            joined.setdefault(test.op, []).extend(test.values)
        else:
            others.append(test)
    name = next((test.field for test in tests if isinstance(test, Test)), "")
    made = [Test(name, op, tuple(dict.fromkeys(values))) for op, values in joined.items()]
    return [*made, *others]


def any_of(parts: list[Expression]) -> Expression:
    """One of them."""
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def free_test(text: str) -> Expression:
    """A word or phrase in the whole event: between the signs that separate words, unless `*` stands there."""
    inner = text.strip("*")
    if not inner:
        return Test("", Op.PRESENT)
    if text.startswith("*") and text.endswith("*"):
        return test_of("", text.replace("*", ANY))
    body = ".*".join(map(re.escape, inner.split("*")))
    before = "" if text.startswith("*") else f"(?:^|{_EDGE})"
    after = "" if text.endswith("*") else f"(?:$|{_EDGE})"
    return Test("", Op.REGEX, (f"(?is){before}{body}{after}",), cased=True)


def _directive(found: Directive) -> Expression:
    if found.name == "term":
        return free_test(found.text)
    if not found.field:
        raise UnsayableError("CASE(…) in the whole event is not said in other languages.", what="CASE()")
    return test_of(found.field, found.text.replace("*", ANY), cased=True)


def _equals(name: str, value: str) -> Expression:
    if is_network(value):
        network = str(ip_network(value, strict=False))
        return Or((Test(name, Op.EQUALS, (value.lower(),)), Test(name, Op.CIDR, (network,))))
    if value and not value.strip("*"):
        return Test(name, Op.PRESENT)
    return test_of(name, value.replace("*", ANY))


def _compare(found: Compare) -> Expression:
    if found.op == "=":
        return _equals(found.field, found.value)
    if found.op == "!=":
        return And((Test(found.field, Op.PRESENT), Not(_equals(found.field, found.value))))
    return Test(found.field, ORDERED[found.op], (number_text(found.value),))


def number_text(text: str) -> str:
    """A number as it is written. Raises UnsayableError for text, whose order differs between languages."""
    try:
        float(text)
    except ValueError:
        raise UnsayableError(
            f"{text[:40]!r} is no number; text is not ordered in other languages.", what="order of text"
        ) from None
    return text
