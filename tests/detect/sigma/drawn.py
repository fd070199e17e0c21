"""Drawn records, tests and expressions, with text that folds and encodes oddly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test

FIELDS = ("a", "b", "c")
PIECES = (
    "a", "A", "ab", "B", "abc", "e", "true", "nan", "inf", "5", "05", "5.0", "10", "-1", "1e3", " ", "",
    "é", "É", "İ", "i̇", "ı", "ß", "ẞ", "ſ", "s", "S", "K", "k", "Σ", "σ", "ς", "ΟΔΟΣ",
    "\ud800", "\udfff", "\ufffd",
    "\n", "\x00", "*", "?", "\\", ".", '"', "/", "\u2028", "😀", "\ue000", "10.0.0.1", "::1",
    "2024-05-06T07:08:09Z",
)  # fmt: skip


def texts(most: int = 4) -> st.SearchStrategy[str]:
    """Pieces in a row: short, so that values and what is asked of them often meet."""
    return st.lists(st.sampled_from(PIECES), max_size=most).map("".join)


scalars = st.one_of(
    texts(),
    texts(),
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, 5, 10, -1, 2**53 + 1, 2**63, 10**30, 5.0, 0.5, 1e20, float("inf"), float("nan")]),
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(2), inner, max_size=2),
    max_leaves=5,
)
records = st.dictionaries(st.sampled_from((*FIELDS, "d", "true")), values, max_size=4)


def _pattern(text: str) -> str:
    """A pattern for text with wildcards, as rules have them once they are read."""
    import re2

    plain = "".join(c for c in text if not 0xD800 <= ord(c) < 0xE000)
    return "(?s)" + "".join(".*" if c == "*" else "." if c == "?" else re2.escape(c) for c in plain)


_REGEXES = (
    "a", "(?i)s", "(?i)k+", "^a", "b$", "(?m)^b$", "a.b", "(?s)a.b", "[[:alpha:]]5", "(ab)+", "a{2,}", "ab|5",
    "(?i)(?:abc|é)",
    r"\d+", r"\bab\b", ".", "", r"\x{fffd}", "a?bc?", "(?:a|ab)(?:c|bcd)", r"\?", r"(?i)\Qab\E", "\ufffd",
)  # fmt: skip


@st.composite
def tests(draw: st.DrawFn) -> Test:
    """Any operation, cased or not, on a field or on the whole text."""
    op = draw(st.sampled_from([op for op in Op if op is not Op.DIFFERS]))
    field = draw(st.sampled_from(FIELDS))
    cased = draw(st.booleans())
    several = draw(st.integers(1, 3))
    if op in (Op.PRESENT, Op.NULL):
        return Test(field, op)
    if op is Op.SAME_AS:
        how = draw(st.sampled_from([Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS]))
        return Test(field, op, (draw(st.sampled_from(FIELDS)), how.value), cased)
    if op is Op.CIDR:
        nets = ("10.0.0.0/8", "10.0.0.1/32", "::/0", "0.0.0.0/0", "fe80::/10")
        return Test(field, op, tuple(draw(st.lists(st.sampled_from(nets), min_size=1, max_size=2))))
    if op in (Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST):
        part = draw(st.sampled_from(["", "", "hour", "week", "year"]))
        return Test(
            field,
            op,
            tuple(draw(st.sampled_from(["5", "0", "7", "1e3", "-1"])) for _ in range(several)),
            part=part,
        )
    if op is Op.EQUALS and draw(st.integers(0, 9)) == 0:
        return Test(field, op, ("7",), part=draw(st.sampled_from(["hour", "day", "month", "minute"])))
    if draw(st.integers(0, 3)) == 0:
        field = ""
    if op is Op.REGEX:
        return Test(field, op, tuple(draw(st.sampled_from(_REGEXES)) for _ in range(several)), True)
    wanted = [draw(texts(3)) for _ in range(several)]
    if not cased:
        wanted = [text.lower() for text in wanted]
    if op is Op.GLOB:
        wanted = [_pattern(text) for text in wanted]
    return Test(field, op, tuple(wanted), cased)


expressions: st.SearchStrategy[Expression] = st.recursive(
    tests() | st.builds(Test, st.just(""), st.sampled_from([Op.PRESENT, Op.NULL])),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=6,
)


def satisfying(expression: Expression, chance: Random) -> dict[str, Any]:
    """A record made from an expression's own values: it often satisfies it, and seldom by much."""
    record: dict[str, Any] = {}
    _fill(expression, chance, record)
    return record


def _fill(expression: Expression, chance: Random, record: dict[str, Any]) -> None:
    if isinstance(expression, Test):
        if chance.random() < 0.95:
            made = _changed(_value(expression, chance), chance)
            record[expression.field or "Message"] = made
    elif isinstance(expression, Not):
        if chance.random() < 0.15:
            _fill(expression.inner, chance, record)
    elif isinstance(expression, And):
        for part in expression.parts:
            _fill(part, chance, record)
    else:
        _fill(chance.choice(expression.parts), chance, record)


def _value(test: Test, chance: Random) -> Any:
    if test.op is Op.NULL:
        return None
    if test.op is Op.PRESENT:
        return "something"
    wanted = chance.choice(test.values)
    if test.op is Op.CIDR:
        return wanted.partition("/")[0]
    if test.op in (Op.GLOB, Op.REGEX):
        plain = (
            re.sub(r"\(\?[a-z]+\)", "", wanted).replace(".*", chance.choice(("", "x"))).replace("\\.", "\x01")
        )
        return re.sub(r"\\(.)", r"\1", plain.replace(".", "y").replace("\x01", ".")).strip("^$")
    if wanted.isdigit() and chance.random() < 0.5:
        return int(wanted)
    before = chance.choice(("", "C:\\x ")) if test.op in (Op.CONTAINS, Op.ENDS) else ""
    behind = chance.choice(("", " y")) if test.op in (Op.CONTAINS, Op.STARTS) else ""
    return before + wanted + behind


def _changed(value: Any, chance: Random) -> Any:
    """The value, or something near it."""
    way = chance.random()
    if not isinstance(value, str) or way < 0.6:
        return value
    if way < 0.8:
        return value.swapcase()
    if way < 0.85:
        return [value, "other"]
    if way < 0.9:
        return {"name": value}
    at = chance.randrange(len(value) + 1)
    return value[:at] + chance.choice(("", "x", "é", "ſ")) + value[at + (way < 0.95) :]


def asked_in(expression: Expression) -> Iterator[Test]:
    """Every test in an expression."""
    if isinstance(expression, Test):
        yield expression
    elif isinstance(expression, Not):
        yield from asked_in(expression.inner)
    else:
        for part in expression.parts:
            yield from asked_in(part)
