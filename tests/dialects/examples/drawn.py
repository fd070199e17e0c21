"""Strategies for expressions whose parts bear upon each other, and for records about the same fields."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.detect.sigma.parse import text_test
from cybersecqwen.dialects.globs import ANY, ONE

FIELDS = ("Image", "CommandLine", "port", "ip")
_WORDS = st.sampled_from(("a", "cmd", ".exe", "\\x\\", "CMD.exe", "ß", "İ", "0", "17", "é-é", "", "a*b"))


@st.composite
def tests(draw: st.DrawFn) -> Expression:
    """Tests of all operations."""
    name = draw(st.sampled_from(FIELDS))
    kind = draw(st.integers(0, 8))
    if kind <= 2:
        op = draw(st.sampled_from((Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS)))
        cased = draw(st.booleans())
        values = draw(st.lists(_WORDS.filter(bool), min_size=1, max_size=3, unique=True))
        return Test(name, op, tuple(v if cased else v.lower() for v in values), cased)
    if kind == 3:
        parts = draw(st.lists(st.sampled_from((ANY, ONE, "a", "cmd", ".exe")), min_size=1, max_size=5))
        return text_test(name, "".join(parts))
    if kind == 4:
        op = draw(st.sampled_from((Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST)))
        return Test("port", op, (draw(st.sampled_from(("0", "17", "-3", "1024", "2.5"))),))
    if kind == 5:
        networks = ("10.0.0.0/8", "10.1.0.0/16", "192.168.1.0/30", "::/0", "0.0.0.0/0")
        return Test("ip", Op.CIDR, (draw(st.sampled_from(networks)),))
    if kind == 6:
        return Test(name, draw(st.sampled_from((Op.NULL, Op.PRESENT))))
    if kind == 7:
        pattern = draw(st.sampled_from(("^a[0-9]{2,3}$", "cmd|exe$", r"(?i)x\s+\w", "[^a-z]{2}", "a+?b*")))
        return Test(name, Op.REGEX, (pattern,), cased=True)
    other = draw(st.sampled_from(FIELDS))
    return Test(name, Op.SAME_AS, (other, draw(st.sampled_from(("equals", "contains", "starts", "ends")))))


def expressions() -> st.SearchStrategy[Expression]:
    """Expressions of some depth."""
    return st.recursive(
        tests(),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: And(tuple(parts)))
            | st.lists(inner, min_size=1, max_size=3).map(lambda parts: Or(tuple(parts)))
            | inner.map(Not)
        ),
        max_leaves=8,
    )


def records() -> st.SearchStrategy[dict[str, Any]]:
    """Records that tests of these fields may hold for."""
    value = st.one_of(
        st.sampled_from(("a", "cmd", "A", "CMD.EXE", "a17", "\\x\\cmd.exe", "10.1.2.3", "10.200.0.1", "")),
        st.integers(-5, 2_000),
        st.text(alphabet="acmdex.\\0 ", max_size=8),
    )
    return st.dictionaries(st.sampled_from(FIELDS), value, max_size=4)
