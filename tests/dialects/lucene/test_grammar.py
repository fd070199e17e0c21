"""Query strings parse, render and parse again; what is no query string is refused with its place."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.lucene import Lucene
from cybersecqwen.dialects.lucene.tree import (
    Clause,
    Comparison,
    Field,
    Group,
    Node,
    Pattern,
    Phrase,
    Range,
    Word,
)
from cybersecqwen.errors import LimitError, QueryError, QuerySyntaxError
from tests.dialects.meanings import texts
from tests.strategies import UNHURRIED

LUCENE = Lucene()
_boost = st.sampled_from(["", "", "2", "0.5"])
_near = st.sampled_from([None, None, "", "1"])
_marked = texts().map(lambda text: text.replace("*", ANY).replace("?", ONE))
_bound = st.none() | texts()
_sources = st.sampled_from(["a.*", "x\\\\y", "a/b", '[^"]+', "\\.exe"])
_leaves: st.SearchStrategy[Any] = st.one_of(
    st.builds(Word, text=_marked, fuzzy=_near, boost=_boost),
    st.builds(Phrase, text=texts(0), slop=_near, boost=_boost),
    st.builds(Pattern, source=_sources, boost=_boost),
    st.builds(Range, low=_bound, high=_bound, with_low=st.booleans(), with_high=st.booleans(), boost=_boost),
    st.builds(
        Comparison,
        operator=st.sampled_from([">", ">=", "<", "<="]),
        text=texts().filter(lambda text: "*" not in text and "?" not in text),
        boost=_boost,
    ),
)


def _group(nodes: list[Node], joints: list[str], signs: list[str], boost: str) -> Group:
    clauses = [
        Clause(node=node, joint=joint if at else "", sign=sign)
        for at, (node, joint, sign) in enumerate(zip(nodes, joints, signs, strict=False))
    ]
    return Group(clauses=tuple(clauses), boost=boost)


def _groups(
    inner: st.SearchStrategy[Any], boost: st.SearchStrategy[str] = _boost
) -> st.SearchStrategy[Group]:
    return st.builds(
        _group,
        st.lists(inner, min_size=1, max_size=3),
        st.lists(st.sampled_from(["", "AND", "OR"]), min_size=3, max_size=3),
        st.lists(st.sampled_from(["", "", "NOT", "+", "-"]), min_size=3, max_size=3),
        boost,
    )


_nodes: st.SearchStrategy[Any] = st.recursive(
    _leaves,
    lambda inner: _groups(inner) | st.builds(Field, name=_marked, inner=_leaves | _groups(inner)),
    max_leaves=8,
)


@UNHURRIED
@given(_groups(_nodes, st.just("")))
def test_what_is_rendered_parses_to_the_same_tree(tree: Group) -> None:
    assert LUCENE.parse(LUCENE.render(tree)) == tree


_SIGNS = st.sampled_from(
    [
        *(
            "a",
            ":",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            '"',
            "/",
            "\\",
            "*",
            "?",
            "~",
            "^",
            "AND",
            "OR",
            "NOT",
            " ",
        ),
        *("TO", "+", "-", "!", "&&", "||", ">", "<=", "1", "\n", "u0041", "_exists_", "now-1d", "\ue000"),
    ]
)


@UNHURRIED
@given(st.lists(_SIGNS, max_size=25).map("".join) | st.text(max_size=40))
def test_any_text_gives_a_tree_or_an_error_with_its_place(text: str) -> None:
    try:
        tree = LUCENE.parse(text)
    except QuerySyntaxError as error:
        assert error.line >= 1
        assert error.column >= 1
        return
    assert LUCENE.parse(LUCENE.render(tree)) == tree
    LUCENE.names(tree)
    LUCENE.atoms(tree)
    with suppress(QueryError):
        LUCENE.read(tree)


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        ("", 1, 1, "missing"),
        ("(a:b", 1, 1, "never closes"),
        ("a:b)", 1, 4, "never opened"),
        ("a:", 1, 3, "value must follow"),
        ("a:b AND", 1, 8, "must follow"),
        ("AND a", 1, 1, "joins nothing"),
        ('a:b\n"c', 2, 1, "double quote"),
        ("a:/x", 1, 3, "never ends"),
        ("a:[1 5]", 1, 6, "TO"),
        ("a:[1 TO 5", 1, 3, "never closes"),
        ("a:b:c", 1, 4, "colon"),
        ("a^x", 1, 3, "number"),
        ("NOT NOT a", 1, 5, "Only one"),
        ("x\\", 1, 2, "backslash"),
        ("a:>", 1, 4, "bound"),
    ],
)
def test_errors_say_where(text: str, line: int, column: int, part: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        LUCENE.parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert part in caught.value.message


def test_bounds() -> None:
    with pytest.raises(LimitError):
        LUCENE.parse("(" * 300 + "a" + ")" * 300)
    for long in ("a" * 1_000_001, "a*" * 600):
        with pytest.raises(LimitError):
            LUCENE.parse(long)
    both = LUCENE.parse("(" * 79 + "a:/" + "(" * 39 + "x" + ")" * 39 + "/" + ")" * 79)
    assert LUCENE.read(both).where is not None
    deep = LUCENE.parse("(" * 79 + "a:b" + ")" * 79)
    assert LUCENE.render(deep).count("(") == 79
    assert LUCENE.read(deep).where is not None


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("a:b && !c:d || e:f", "a:b AND NOT c:d OR e:f"),
        ('process.name : ( "cmd.exe" OR  p*.exe )', 'process.name:("cmd.exe" OR p*.exe)'),
        ("x:{1 TO *]^2", "x:{1 TO *]^2"),
        (r"path:C\:\\Windows\\*", r"path:C\:\\Windows\\*"),
        (r"a:\u0041", "a:A"),
        ("a:>=-5", "a:>=-5"),
        ("+a -b~1 c", "+a -b~1 c"),
        ("ORDER:NOTE", "ORDER:NOTE"),
    ],
)
def test_examples(text: str, rendered: str) -> None:
    assert LUCENE.render(LUCENE.parse(text)) == rendered


def test_what_is_wide_has_a_line_for_each_clause() -> None:
    long = " AND ".join(f"field.number.{n}:value{n}" for n in range(6))
    text = LUCENE.render(LUCENE.parse(f"{long} AND ({long})"))
    assert text.splitlines()[1] == "AND field.number.1:value1"
    assert all(len(line) <= 100 for line in text.splitlines())
