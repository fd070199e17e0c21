"""Drawn expressions, as parsing makes them, of what EQL and ES|QL share."""

from __future__ import annotations

from hypothesis import strategies as st

from cybersecqwen.dialects.elastic.expressions import (
    Among,
    Binary,
    Call,
    Expr,
    Field,
    Grammar,
    Literal,
    Logic,
    Negation,
)

NAMES = (
    "a",
    "process.name",
    "b-c",
    "x y",
    "6d",
    "in",
    "Where",
    "true",
    "a.b-c",
    "a..b",
    "é",
    "`",
    "@timestamp",
)
TEXTS = (
    "",
    "a",
    "C:\\*",
    '"',
    "a\\",
    '""" \\',
    "\n",
    "\t\r\x01",
    "?",
    "é\u2028",
    "//",
    "*b*",
    "\\u{41}",
    "'",
)

literals = st.one_of(
    st.sampled_from(TEXTS),
    st.text(max_size=5).filter(lambda text: "\ud800" not in text),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
).map(Literal)
texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=5)).map(Literal)


def fields(optional: bool) -> st.SearchStrategy[Expr]:
    """A field, also one that needs backquotes."""
    return st.builds(Field, st.sampled_from(NAMES), st.booleans() if optional else st.just(False))


@st.composite
def _among(draw: st.DrawFn, grammar: Grammar, left: Expr) -> Expr:
    op = draw(st.sampled_from(sorted(grammar.among)))
    values = tuple(draw(st.lists(texts if op in grammar.patterns else literals, min_size=1, max_size=3)))
    negated = op in grammar.negatable and draw(st.booleans())
    listed = op in grammar.only_lists or len(values) > 1 or draw(st.booleans())
    return Among(op, left, values, negated, listed)


@st.composite
def _made(draw: st.DrawFn, inner: st.SearchStrategy[Expr], grammar: Grammar) -> Expr:
    kind = draw(st.sampled_from(["logic", "not", "binary", "among", "call"]))
    if kind == "logic":
        op = draw(st.sampled_from(["and", "or"]))
        return Logic(op, tuple(draw(st.lists(inner, min_size=2, max_size=3))))
    if kind == "not":
        return Negation(draw(inner))
    if kind == "binary":
        return Binary(draw(st.sampled_from(sorted(grammar.signs))), draw(inner), draw(inner))
    if kind == "among":
        return draw(_among(grammar, draw(inner)))
    name = draw(st.sampled_from(["length", "startsWith"]))
    args = tuple(draw(st.lists(inner, max_size=2)))
    return Call(
        name.upper() if grammar.capitals else name, args, draw(st.booleans()) and not grammar.capitals
    )


def expressions(grammar: Grammar) -> st.SearchStrategy[Expr]:
    """Any expression of a language."""
    plain = st.one_of(literals, fields(grammar.optional_fields))
    return st.recursive(plain, lambda inner: _made(inner, grammar), max_leaves=12)
