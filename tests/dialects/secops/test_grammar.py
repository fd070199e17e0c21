"""Searches parse, render and parse again; what is no search is refused with its place."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.secops import SecOps
from cybersecqwen.dialects.secops.tree import (
    And,
    Call,
    Comparison,
    Count,
    Match,
    Membership,
    Not,
    Number,
    Or,
    Ordering,
    Outcome,
    Path,
    Regex,
    Search,
    Sum,
    Text,
    Truth,
    Variable,
)
from cybersecqwen.errors import LimitError, QueryError, QuerySyntaxError
from tests.dialects.meanings import texts
from tests.strategies import UNHURRIED

SECOPS = SecOps()
_paths = st.builds(
    Path,
    name=st.sampled_from(["a", "principal.ip", 'additional.fields["x y"]', "order.x", "nothing", "over1"]),
    event=st.sampled_from(["", "", "e1"]),
)
_variables = st.builds(Variable, name=st.sampled_from(["x", "user_1"]))
_keys = st.lists(_paths | _variables, min_size=1, max_size=2).map(tuple)
_plain: st.SearchStrategy[Any] = st.one_of(
    _paths,
    _variables,
    st.builds(Count, name=st.just("e")),
    st.builds(Text, value=texts(0)),
    st.builds(Regex, source=st.sampled_from(["a+", "x/y", "\\\\", "[^/]", "(?s)a.b"])),
    st.builds(Number, text=st.sampled_from(["0", "12", "-3", "4.5"])),
    st.builds(Truth, value=st.booleans()),
)
_calls = st.builds(
    Call, name=st.sampled_from(["re.regex", "count"]), arguments=st.lists(_plain, max_size=2).map(tuple)
)
_sums = st.builds(Sum, left=_paths | _calls, sign=st.sampled_from(["+", "-", "*"]), right=_paths)
_values: st.SearchStrategy[Any] = _plain | _calls | _sums
_comparisons = st.builds(
    Comparison,
    left=_values.filter(lambda value: not isinstance(value, Regex)),
    operator=st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    right=_values,
    nocase=st.booleans(),
    quantifier=st.sampled_from(["", "", "any", "all"]),
)
_leaves: st.SearchStrategy[Any] = st.one_of(
    _comparisons,
    _comparisons,
    _variables,
    st.builds(Call, name=st.just("f"), arguments=st.tuples(_paths), nocase=st.booleans()),
    st.builds(Membership, left=_paths, listed=st.just("l"), kind=st.sampled_from(["", "regex", "cidr"])),
)


def _flat(kind: type[And] | type[Or], parts: list[Any]) -> Any:
    out: list[Any] = []
    for part in parts:
        out += part.parts if isinstance(part, kind) else [part]
    return kind(parts=tuple(out))


_conditions: st.SearchStrategy[Any] = st.recursive(
    _leaves,
    lambda inner: (
        st.builds(Not, inner=inner)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: _flat(And, parts))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: _flat(Or, parts))
    ),
    max_leaves=8,
)
_searches = st.builds(
    Search,
    events=st.none() | _conditions,
    match=st.none()
    | st.builds(Match, keys=_keys)
    | st.builds(Match, keys=_keys, window=st.sampled_from(["10m", "1d"]), every=st.booleans()),
    outcome=st.lists(st.builds(Outcome, name=st.sampled_from(["n", "m"]), value=_values), max_size=2).map(
        tuple
    ),
    dedup=st.just(()) | _keys,
    condition=st.none() | _conditions,
    order=st.lists(st.builds(Ordering, key=_paths | _variables, descending=st.booleans()), max_size=2).map(
        tuple
    ),
    limit=st.none() | st.integers(0, 99),
    select=st.just(()) | _keys,
    unselect=st.just(()) | _keys,
)


@UNHURRIED
@given(_searches)
def test_what_is_rendered_parses_to_the_same_tree(tree: Search) -> None:
    assert SECOPS.parse(SECOPS.render(tree)) == tree


_SIGNS = st.sampled_from(
    [
        *(
            "a.b",
            "$e",
            "$e.x",
            "#e",
            "%l",
            '"x"',
            "`y`",
            "/z/",
            "(",
            ")",
            "=",
            "!=",
            "<",
            ">=",
            "and",
            "or",
            "not",
        ),
        *(
            "nocase",
            "in",
            "any",
            "all",
            "over",
            "every",
            "10m",
            "5",
            ",",
            ":",
            "match",
            "outcome",
            "condition",
        ),
        *("order", "limit", "select", "dedup", "events", "/", "-", "//", "/*", '"', "`", "\\", "\n", "f("),
    ]
)


@UNHURRIED
@given(st.lists(_SIGNS, max_size=20).map(" ".join) | st.text(max_size=40))
def test_any_text_gives_a_tree_or_an_error_with_its_place(text: str) -> None:
    try:
        tree = SECOPS.parse(text)
    except QuerySyntaxError as error:
        assert error.line >= 1
        assert error.column >= 1
        return
    assert SECOPS.parse(SECOPS.render(tree)) == tree
    SECOPS.names(tree)
    SECOPS.atoms(tree)
    with suppress(QueryError):
        SECOPS.read(tree)


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        ("", 1, 1, "missing"),
        ('(a = "b"', 1, 1, "never closes"),
        ('a = "b")', 1, 8, "nothing like it"),
        ("a =", 1, 4, "ends too soon"),
        ('a = "b" and\n  c', 2, 3, "must follow a value"),
        ('a = "b', 1, 5, "double quote"),
        ("a = `b", 1, 5, "back quote"),
        ("a = /b", 1, 5, "never ends"),
        ('a = "\\q"', 1, 6, "backslash"),
        ("a in b", 1, 6, "list"),
        ("any f(a)", 1, 9, "comparison"),
        ('a = "b" limit: x', 1, 16, "number of rows"),
        ('a = "b" limit: 1 limit: 2', 1, 23, "two sections"),
        ("match: $x over 5", 1, 16, "length"),
        ("a = /* x", 1, 5, "never closes"),
        ("a = 5 /* x", 1, 7, "never closes"),
        ("powershell", 1, 1, "must follow a value"),
    ],
)
def test_errors_say_where(text: str, line: int, column: int, part: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        SECOPS.parse(text)
    assert part in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)


def test_bounds() -> None:
    with pytest.raises(LimitError):
        SECOPS.parse("(" * 300 + 'a = "b"' + ")" * 300)
    with pytest.raises(LimitError):
        SECOPS.parse("not " * 300 + 'a = "b"')
    for long in ("a" * 1_000_001, "a = " + "a+" * 300 + "a"):
        with pytest.raises(LimitError):
            SECOPS.parse(long)
    deep = SECOPS.parse("not (" * 60 + 'a = "b"' + ")" * 60)
    assert SECOPS.read(deep).where is not None
    assert SECOPS.parse(SECOPS.render(deep)) == deep


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("a = `C:\\x` NOCASE", 'a = "C:\\\\x" nocase'),
        ("a = /x\\/y/ AND b != 5 // why", "a = /x\\/y/ and b != 5"),
        ('a = "b" c = "d" or e = "f"', 'a = "b" and c = "d" or e = "f"'),
        ('(a = "b" or c = "d") not e = TRUE', '(a = "b" or c = "d") and not e = true'),
        ("a in regex %l nocase b not in %m", "a in regex %l nocase and not b in %m"),
        ('any a != "b"', 'any a != "b"'),
    ],
)
def test_examples(text: str, rendered: str) -> None:
    assert SECOPS.render(SECOPS.parse(text)) == rendered


def test_what_is_wide_has_a_line_for_each_condition() -> None:
    long = " and ".join(f'principal.field{n} = "value{n}" nocase' for n in range(5))
    text = SECOPS.render(SECOPS.parse(f"{long} and ({long.replace(' and ', ' or ')})"))
    assert text.splitlines()[1] == 'and principal.field1 = "value1" nocase'
    assert all(len(line) <= 100 for line in text.splitlines())
