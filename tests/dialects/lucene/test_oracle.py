"""The parser beside luqum, which parses the same language by another grammar."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.lucene import Lucene
from cybersecqwen.dialects.lucene.tree import Comparison, Field, Group, Node, Pattern, Phrase, Range, Word
from tests.strategies import UNHURRIED

LUCENE = Lucene()

_terms = st.sampled_from(
    [
        "foo",
        "fo*",
        "f?o",
        r"a\:b",
        r"C\:\\Win*",
        '"foo bar"',
        '"a\\"b"',
        "/fo.*/",
        "[1 TO 5]",
        "{a TO *}",
        "foo~2",
    ]
)
_leaves = _terms | st.tuples(st.sampled_from(["a:", "b.c:"]), _terms).map("".join)
_queries = st.recursive(
    _leaves,
    lambda inner: st.tuples(
        st.lists(inner, min_size=2, max_size=3),
        st.sampled_from([" AND ", " OR "]),
        st.sampled_from(["", "NOT "]),
    ).map(lambda three: three[2] + "(" + three[1].join(three[0]) + ")"),
    max_leaves=6,
)


def plain(text: str) -> str:
    return text.replace(ANY, "*").replace(ONE, "?")


def ours(node: Node) -> Any:
    """A tree as tuples: groups of one kind of joint, and leaves."""
    if isinstance(node, Field):
        return (plain(node.name), ours(node.inner))
    if isinstance(node, Group):
        parts = [("not", ours(one.node)) if one.sign == "NOT" else ours(one.node) for one in node.clauses]
        return parts[0] if len(parts) == 1 else (node.clauses[1].joint, *parts)
    if isinstance(node, Word):
        return ("word", plain(node.text), node.fuzzy or "")
    if isinstance(node, Phrase):
        return ("phrase", node.text)
    if isinstance(node, Pattern):
        return ("pattern", node.source)
    assert isinstance(node, Range) and not isinstance(node, Comparison)
    return ("range", node.low or "*", node.high or "*", node.with_low, node.with_high)


def theirs(node: Any) -> Any:
    kind = type(node).__name__
    if kind == "SearchField":
        return (node.name, theirs(node.expr))
    if kind in ("Group", "FieldGroup"):
        return theirs(node.expr)
    if kind == "Not":
        return ("not", theirs(node.a))
    if kind in ("AndOperation", "OrOperation"):
        return ("AND" if kind[0] == "A" else "OR", *map(theirs, node.operands))
    if kind == "Fuzzy":
        return ("word", theirs(node.term)[1], str(node.degree))
    if kind == "Word":
        return ("word", node.unescaped_value, "")
    if kind == "Phrase":
        return ("phrase", node.value[1:-1].replace('\\"', '"'))
    if kind == "Regex":
        return ("pattern", node.value[1:-1])
    assert kind == "Range"
    return ("range", str(node.low), str(node.high), node.include_low, node.include_high)


@UNHURRIED
@given(_queries)
def test_both_parse_to_the_same(text: str) -> None:
    parser = pytest.importorskip("luqum.parser").parser
    assert ours(LUCENE.parse(text)) == theirs(parser.parse(text))
