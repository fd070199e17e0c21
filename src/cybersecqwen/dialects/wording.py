"""How conditions, lengths of time and spans are said in plain words, in whatever language they were found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Test
from cybersecqwen.dialects.globs import ANY, ONE, wildcards
from cybersecqwen.dialects.query import Span

MOST = 8
"""Values that are named of one test."""

VERBS = {
    Op.EQUALS: "is",
    Op.CONTAINS: "contains",
    Op.STARTS: "begins with",
    Op.ENDS: "ends with",
    Op.GLOB: "looks like",
    Op.REGEX: "matches the pattern",
    Op.CIDR: "is an address in",
    Op.LESS: "is less than",
    Op.AT_MOST: "is at most",
    Op.GREATER: "is greater than",
    Op.AT_LEAST: "is at least",
}
"""What stands between a field and the values that it is compared with."""


def span_words(span: Span) -> str:
    """A span in words: "in the last day"."""
    if span.last_s is not None:
        return f"in the last {duration(span.last_s)}"
    start = _moment(span.start) if span.start is not None else ""
    end = _moment(span.end) if span.end is not None else ""
    return f"from {start} to {end}" if start and end else f"since {start}" if start else f"before {end}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def duration(seconds: float) -> str:
    """A length of time in the largest unit that is whole: "10 minutes", "day"."""
    for unit, length in (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            count = int(seconds // length)
            return unit if count == 1 else f"{count:,} {unit}s"
    return f"{seconds:g} seconds"


def said(expression: Expression) -> str:
    """A condition as it follows "where": "Image ends with cmd.exe"."""
    if isinstance(expression, Test):
        return _test(expression)
    if isinstance(expression, Not):
        return f"it is not so that {said(expression.inner)}"
    word = "and" if isinstance(expression, And) else "or"
    return "(" + joined([said(part) for part in expression.parts], word) + ")"


def _test(test: Test) -> str:
    if test.op is Op.NULL:
        return f"there is no {test.field}"
    if test.op is Op.PRESENT:
        return f"there is a {test.field}"
    if test.op is Op.SAME_AS:
        other, op = test.values
        return f"{test.field} {'is the same as' if op == Op.EQUALS else VERBS[Op(op)]} {other}"
    terms = [_term(value) for value in test.values] if test.op is Op.REGEX else []
    if terms and all(terms):
        word = f"the word {_few(terms)}"
        return f"{test.field} has {word}" if test.field else f"{word} stands anywhere"
    values = [_value(test, value) for value in test.values]
    shown = _few(values)
    verb = VERBS[test.op]
    subject = f"the {test.part} of {test.field}" if test.part else test.field
    case = " (letters' case matters)" if test.cased and test.op is not Op.REGEX else ""
    if not test.field:
        return f"{shown} stands anywhere{case}"
    return f"{subject} {verb} {shown}{case}"


def _few(values: list[str]) -> str:
    """The first of several values, and how many more there are."""
    return joined(values[:MOST] + ([f"{len(values) - MOST} more"] if len(values) > MOST else []), "or")


_TERM = re.compile(
    r"(?:\(\?is?\))?(\(\?:\^\|\[\^\\pL\\pN\]\))?((?:\\\W|\.\*|[^\W_]|_)+)"
    r"(\(\?:(?:\$\|\[\^\\pL\\pN\]|\[\^\\pL\\pN\]\|\$)\))?"
)
"""A text between signs that part words, as languages that look for whole words are read."""
_ESCAPE = re.compile(r"\\(\W)")


def _term(pattern: str) -> str:
    """The word or phrase that a pattern asks for, with a star where the word may go on; "" for others."""
    found = _TERM.fullmatch(pattern)
    if found is None or not (found[1] or found[3]):
        return ""
    text = _ESCAPE.sub(r"\1", found[2].replace(".*", "*"))
    before = "*" if text[:1].isalnum() and not found[1] else ""
    return f"{before}{text}" + ("*" if text[-1:].isalnum() and not found[3] else "")


def _value(test: Test, value: str) -> str:
    if test.op is Op.GLOB:
        value = wildcards(value).replace(ANY, "*").replace(ONE, "?")
    return value if value else "nothing"


def joined(parts: Sequence[str], word: str) -> str:
    """Several in a row, with a word before the last: "a, b and c"."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
