"""Queries parse, render and parse again; what is no query is refused with its place."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.globs import ANY
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.logscale import LogScale
from cybersecqwen.dialects.logscale.tree import (
    And,
    Apply,
    Argument,
    Assign,
    Bare,
    Block,
    Branch,
    Call,
    Case,
    Compare,
    Filter,
    Free,
    Glob,
    Link,
    Listed,
    Match,
    Not,
    Operation,
    Or,
    Pipeline,
    Regex,
    Text,
    Truth,
)
from cybersecqwen.errors import LimitError, QueryError, QuerySyntaxError
from tests.dialects.meanings import texts
from tests.strategies import UNHURRIED

LOGSCALE = LogScale()
_names = st.sampled_from(
    ["a", "#event_simpleName", "@timestamp", "b.c", "x y", "z-1", "and", "case", "f[0].g", "5a"]
)
_globs = st.builds(Glob, text=texts(0).map(lambda text: text.replace("*", ANY)))
_regexes = st.builds(
    Regex,
    source=st.sampled_from(["a+", "x/y", "\\\\", "[^/]", "^a.b$"]),
    flags=st.sampled_from(["", "i", "di"]),
)
_numbers = st.sampled_from(["0", "12", "-3", "4.5"])
_bare = st.builds(Bare, text=st.sampled_from(["a", "b.c", "10m", "max", "5", "-1.5", "#tag", "*"]))
_plain: st.SearchStrategy[Any] = _bare | st.builds(Text, value=texts(0)) | _regexes


def _calls(
    values: st.SearchStrategy[Any], names: tuple[str, ...] = ("count", "f:g")
) -> st.SearchStrategy[Call]:
    arguments = st.lists(
        st.builds(Argument, value=values, name=st.sampled_from(["", "as", "field"])), max_size=3
    ).map(tuple)
    return st.builds(Call, name=st.sampled_from(names), arguments=arguments)


_values: st.SearchStrategy[Any] = st.recursive(
    _plain,
    lambda inner: (
        _calls(inner)
        | st.builds(Listed, items=st.lists(inner, max_size=2).map(tuple))
        | st.builds(
            Operation, left=inner, sign=st.sampled_from(["+", "-", "*", "/", "==", "<="]), right=inner
        )
    ),
    max_leaves=4,
).filter(lambda value: not isinstance(value, Regex))
_leaves: st.SearchStrategy[Any] = st.one_of(
    st.builds(Compare, field=_names, operator=st.sampled_from(["=", "!=", "like"]), value=_globs | _regexes),
    st.builds(
        Compare,
        field=_names,
        operator=st.sampled_from(["<", "<=", ">", ">="]),
        value=st.builds(Glob, text=_numbers),
    ),
    st.builds(Free, value=_globs | _regexes),
    st.builds(Truth, value=st.booleans()),
    _calls(_plain, ("in", "cidr", "test")),
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
    max_leaves=6,
)


def _pipelines(steps: st.SearchStrategy[Any]) -> st.SearchStrategy[Pipeline]:
    return st.builds(Pipeline, steps=st.lists(steps, min_size=1, max_size=3).map(tuple))


def _no_division(value: Any) -> bool:
    """An expression between slashes behind a value would be taken for a division."""
    return not (
        isinstance(value, Operation) and (isinstance(value.left, Regex) or isinstance(value.right, Regex))
    )


_steps: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.builds(Filter, condition=_conditions),
        st.builds(Assign, field=_names, value=_values.filter(_no_division)),
        st.builds(Apply, field=_names, call=_calls(_plain)),
        st.builds(Link, field=_names, other=_names),
        st.builds(
            Filter,
            condition=st.builds(
                Call,
                name=st.just("join"),
                arguments=st.tuples(
                    st.builds(
                        Argument,
                        value=st.builds(Block, pipeline=_pipelines(st.builds(Filter, condition=_leaves))),
                    )
                ),
            ),
        ),
    ),
    lambda inner: (
        st.builds(Case, branches=st.lists(_pipelines(inner), min_size=1, max_size=2).map(tuple))
        | st.builds(
            Match,
            field=_names,
            branches=st.lists(
                st.builds(Branch, value=_globs | _regexes, pipeline=_pipelines(inner)), min_size=1, max_size=2
            ).map(tuple),
        )
    ),
    max_leaves=3,
)


@UNHURRIED
@given(_pipelines(_steps))
def test_what_is_rendered_parses_to_the_same_tree(tree: Pipeline) -> None:
    assert LOGSCALE.parse(LOGSCALE.render(tree)) == tree


_SIGNS = st.sampled_from(
    [
        *(
            "a.b",
            "#t",
            "*",
            '"x"',
            "/z/i",
            "(",
            ")",
            "=",
            "!=",
            "<",
            ">=",
            ":=",
            "=~",
            "and",
            "or",
            "not",
            "!",
        ),
        *(
            "in(",
            "count()",
            "case {",
            "match {",
            "=>",
            "}",
            ";",
            "|",
            "5",
            ",",
            "[",
            "]",
            "true",
            "like",
            "{",
        ),
        *("/", "-", "//", "/*", '"', "\\", "\n", "groupBy(", "field=", "values=", "as="),
    ]
)


@UNHURRIED
@given(st.lists(_SIGNS, max_size=20).map(" ".join) | st.text(max_size=40))
def test_any_text_gives_a_tree_or_an_error_with_its_place(text: str) -> None:
    try:
        tree = LOGSCALE.parse(text)
    except QuerySyntaxError as error:
        assert error.line >= 1
        assert error.column >= 1
        return
    assert LOGSCALE.parse(LOGSCALE.render(tree)) == tree
    LOGSCALE.names(tree)
    LOGSCALE.atoms(tree)
    LOGSCALE.effects(tree)
    with suppress(QueryError):
        LOGSCALE.read(tree)
    with suppress(QueryError):
        LOGSCALE.run(tree, {"": [{"a.b": "x", "a": 5}]}, Running())


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        ("", 1, 1, "ends where"),
        ("(a=b", 1, 1, "never closes"),
        ("a=b)", 1, 4, "nothing like it"),
        ("a=", 1, 3, "must stand here"),
        ("a=b\n| c<x", 2, 3, "number"),
        ('a="b', 1, 3, "double quote"),
        ("a=/b", 1, 3, "never ends"),
        ("a=/b/x", 1, 6, "flag"),
        ("a or", 1, 5, "ends where"),
        ("case { a=b", 1, 6, "never closes"),
        ("f(a, [b)", 1, 6, "never closes"),
        ("x := ", 1, 6, "value"),
        ("a match { b }", 1, 13, "=>"),
        ("a | | b", 1, 5, "must stand here"),
        ("x =~ y", 1, 6, "function"),
    ],
)
def test_errors_say_where(text: str, line: int, column: int, part: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        LOGSCALE.parse(text)
    assert part in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)


def test_bounds() -> None:
    for deep in (
        "(" * 300 + "a" + ")" * 300,
        "not " * 300 + "a",
        "case {" * 300 + "a" + "}" * 300,
        "f(" * 300,
    ):
        with pytest.raises(LimitError):
            LOGSCALE.parse(deep)
    for long in ("a" * 1_000_001, "x := " + "a+" * 300 + "a", "*/" * 600, '"a" ' * 60_000):
        with pytest.raises(LimitError):
            LOGSCALE.parse(long)
    tree = LOGSCALE.parse("not (" * 50 + "a=b" + ")" * 50)
    assert LOGSCALE.parse(LOGSCALE.render(tree)) == tree
    assert LOGSCALE.read(tree).where is not None


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("a=b  c=d // why\nor e=f", "a=b and (c=d or e=f)"),
        ("a=1 and b=2 or c=3", "a=1 and (b=2 or c=3)"),
        ("!a=b AND NOT (c OR d)", 'not a=b and not ("c" or "d")'),
        ("|#repo=x| foo bar", '#repo=x\n| "foo" and "bar"'),
        ('"x y"="and"', '"x y"="and"'),
        ("path=docker/* /* c */ a.b[0]=*", 'path="docker/*" and "a.b[0]"=*'),
        ("head()|tail( 5 )", "head()\n| tail(5)"),
        (
            "groupBy([a,b],function=[count(as=n),{x=y|head(1)}])",
            "groupBy([a, b], function=[count(as=n), { x=y | head(1) }])",
        ),
        ("x:=(a+b)*2-c", "x := (a + b) * 2 - c"),
        ("case { a=b | x:=1; *; }", "case { a=b | x := 1; * }"),
        ("$saved(a=1)", "$saved(a=1)"),
        ("f like x*", 'f like "x*"'),
        ("in(#event_simpleName, values=[*cmd*, a*,b])", "in(#event_simpleName, values=[*cmd*, a*, b])"),
        ("test(a > 5 AND b != 3 or c == 1)", "test(a > 5 and b != 3 or c == 1)"),
        (
            "correlate(a: {x=1} include: [u], b: {y=2 | u <=> a.u} include: *, sequence=true, within=5m)",
            "correlate(\n  a: { x=1 } include: [u],\n  b: { y=2 | u <=> a.u } include: *,\n"
            "  sequence=true,\n  within=5m\n)",
        ),
    ],
)
def test_examples(text: str, rendered: str) -> None:
    assert LOGSCALE.render(LOGSCALE.parse(text)) == rendered


def test_what_is_wide_has_a_line_for_each_part() -> None:
    long = " ".join(f"field{n}=/value{n}/i" for n in range(7))
    text = LOGSCALE.render(LOGSCALE.parse(f"{long} ({long.replace(' ', ' or ')})"))
    assert text.splitlines()[1] == "and field1=/value1/i"
    assert all(len(line) <= 100 for line in text.splitlines())
