"""How conditions, lengths of time and spans are said in plain words, in whatever language they were found."""

from __future__ import annotations

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
    values = [_value(test, value) for value in test.values]
    shown = values[:MOST] + ([f"{len(values) - MOST} more"] if len(values) > MOST else [])
    verb = VERBS[test.op]
    subject = f"the {test.part} of {test.field}" if test.part else test.field
    case = " (letters' case matters)" if test.cased and test.op is not Op.REGEX else ""
    if not test.field:
        return f"{joined(shown, 'or')} stands anywhere{case}"
    return f"{subject} {verb} {joined(shown, 'or')}{case}"


def _value(test: Test, value: str) -> str:
    if test.op is Op.GLOB:
        value = wildcards(value).replace(ANY, "*").replace(ONE, "?")
    return value if value else "nothing"


def joined(parts: Sequence[str], word: str) -> str:
    """Several in a row, with a word before the last: "a, b and c"."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
