"""Drawn queries, records that meet them or nearly, and whether two expressions say the same."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects import patterns
from cybersecqwen.dialects.globs import ANY, ONE, test_of, wildcards_of
from cybersecqwen.dialects.normal import equivalent

FIELDS = ("a", "b.c", "x y", "z-1")
PIECES = (
    "a", "b", "cmd", ".exe", "\\", "/",
    " ", '"', "'", "`", ":", "(", ")", "[", "]", "{", "}", "*", "?", "~", "^",
    "-", "+", "!", "&", "|", "<", ">", "=", "%", "$", "#", "@", ",", ";", "é", "5", "10", "and", "not", "\t",
    "\n",
    "{2}", "//", "/*",
)  # fmt: skip
REGEXES = (
    "a+", "^a", "b$", "(?i)cmd", "(?i)^c.*d$", "[0-9]{2,}", "(?i)a|b5", "\\s-[a-f]\\s", "(?s)a.b", "\\.exe",
    "x/y",
    "^(?:a|b)5?", "a*", "[^a]", "^$",
)  # fmt: skip
NETWORKS = ("10.0.0.0/8", "10.1.2.3/32", "fe80::/10", "::/0")


def texts(least: int = 1, most: int = 4) -> st.SearchStrategy[str]:
    """Pieces in a row, with all signs that some language takes for its own."""
    return st.lists(st.sampled_from(PIECES), min_size=least, max_size=most).map("".join)


@st.composite
def tests(draw: st.DrawFn) -> Expression:
    """One test of a field, or of the whole text."""
    field = draw(st.sampled_from(FIELDS))
    kind = draw(st.sampled_from(["text", "text", "text", "regex", "number", "net", "there", "words"]))
    if kind == "there":
        return Asked(field, draw(st.sampled_from([Op.PRESENT, Op.NULL])))
    if kind == "number":
        op = draw(st.sampled_from([Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST]))
        return Asked(field, op, (draw(st.sampled_from(["5", "10", "-1", "0.5"])),))
    if kind == "net":
        return Asked(field, Op.CIDR, tuple(draw(st.sets(st.sampled_from(NETWORKS), min_size=1, max_size=2))))
    if kind == "regex":
        return Asked(field, Op.REGEX, (draw(st.sampled_from(REGEXES)),), True)
    if kind == "words":
        return test_of("", ANY + draw(texts()).lower() + ANY)
    cased = draw(st.integers(0, 5)) == 0
    wanted = draw(texts())
    before, between, behind = (draw(st.sampled_from(["", "", mark])) for mark in (ANY, ONE, ANY))
    at = draw(st.integers(0, len(wanted)))
    made = before + wanted[:at] + between + wanted[at:] + behind
    return test_of(field, made if cased else made.lower(), cased=cased)


expressions: st.SearchStrategy[Expression] = st.recursive(
    tests(),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=6,
)

_values: st.SearchStrategy[Any] = st.one_of(
    texts(0),
    texts(1, 2).map(str.upper),
    st.sampled_from(["cmd", "CMD", "abc", "5", "a\nb", "10.1.2.3", "fe80::1", "xCmd.exe", " -a ", "b5"]),
    st.sampled_from([5, 10, -1, 0.5, 0, True, None]),
    st.lists(st.sampled_from(["cmd", "A", "5", "10.1.2.3"]), min_size=1, max_size=2),
)
records = st.dictionaries(st.sampled_from(FIELDS), _values, max_size=4)


def comparable(expression: Expression) -> Expression:
    """The expression with each regular expression in one spelling, and no case where case tells nothing."""
    if isinstance(expression, Not):
        return Not(comparable(expression.inner))
    if isinstance(expression, And | Or):
        return type(expression)(tuple(comparable(part) for part in expression.parts))
    if len(expression.values) < 2 or expression.op is Op.SAME_AS:
        return _caseless(patterns.simplest(expression))
    return Or(tuple(comparable(replace(expression, values=(value,))) for value in expression.values))


def _caseless(expression: Expression) -> Expression:
    if isinstance(expression, Asked) and expression.op is Op.GLOB:
        text = re.sub(f"{ANY}+", ANY, wildcards_of(expression)[0])
        expression = test_of(expression.field, text, cased=expression.cased)
    if not isinstance(expression, Asked) or not expression.cased or not wildcards_of(expression):
        return expression
    letters = any(value.lower() != value or value.upper() != value for value in wildcards_of(expression))
    return expression if letters else replace(expression, cased=False)


def same(one: Expression | None, other: Expression | None) -> bool:
    """Whether both say the same."""
    if one is None or other is None:
        return one is other
    return equivalent(comparable(one), comparable(other))


def literals(expression: Expression) -> set[str]:
    """The values that an expression compares with."""
    if isinstance(expression, Asked):
        return set(expression.values)
    parts = (expression.inner,) if isinstance(expression, Not) else expression.parts
    return {value for part in parts for value in literals(part)}
