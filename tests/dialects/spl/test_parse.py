"""Text to tree and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.parse import parse
from cybersecqwen.dialects.spl.render import render
from cybersecqwen.dialects.spl.tree import (
    All,
    AnyOf,
    Binary,
    Call,
    Compare,
    Field,
    Free,
    Logic,
    Macro,
    Number,
    OneOf,
    Pipeline,
    Text,
    Unary,
    Without,
)
from cybersecqwen.errors import LimitError, QuerySyntaxError
from tests.amounts import draws, part
from tests.published import splunk

from .drawn import pipelines


@draws(50)
@given(pipelines())
def test_what_is_written_is_read_back(tree: Pipeline) -> None:
    assert parse(render(tree)) == tree


SIGNS = [
    '"',
    "'",
    "`",
    "|",
    "(",
    ")",
    "[",
    "]",
    "=",
    "!",
    "<",
    ",",
    "\\",
    " ",
    "\n",
    "```",
    "a",
    "*",
    "-",
    "5",
    ".",
]
HEADS = [
    "search ",
    "| stats ",
    "| eval a=",
    "| where ",
    "| tstats count where ",
    "| rex ",
    "| join ",
    "| sort ",
    "OR ",
    "NOT ",
    "by ",
    "as ",
]


@draws(150)
@given(st.lists(st.sampled_from(SIGNS + HEADS), max_size=12).map("".join) | st.text(max_size=30))
def test_any_text_is_a_search_or_an_error(text: str) -> None:
    try:
        tree = parse(text)
    except (QuerySyntaxError, LimitError):
        return
    assert parse(render(tree)) == tree


def where(text: str) -> object:
    (stage,) = parse(text).stages
    assert isinstance(stage, stages.Search)
    return stage.where


def value(text: str) -> object:
    stage = parse(f"| where {text}").stages[0]
    assert isinstance(stage, stages.Where)
    return stage.where


def test_or_binds_tighter_than_and_in_search() -> None:
    assert where("a=1 b=2 OR c=3") == All(
        (Compare("a", "=", "1"), AnyOf((Compare("b", "=", "2"), Compare("c", "=", "3"))))
    )
    assert where("a=1 AND b=2 OR c=3") == where("a=1 (b=2 OR c=3)")
    assert where("NOT a=1 OR b=2") == AnyOf((Without(Compare("a", "=", "1")), Compare("b", "=", "2")))


def test_and_binds_tighter_than_or_in_where() -> None:
    assert value("a=1 OR b=2 AND c=3") == value("a=1 OR (b=2 AND c=3)")
    assert value("a=1 OR b=2 XOR c=3") == value("a=1 OR (b=2 XOR c=3)")
    assert value("NOT a=1 AND b=2") == value("(NOT a=1) AND b=2")
    assert value('1+2*3 . "x"') == Binary(
        ".", Binary("+", Number("1"), Binary("*", Number("2"), Number("3"))), Text("x")
    )
    assert value("a - b - c") == value("(a - b) - c")
    assert value("-a < 5") == Binary("<", Unary("-", Field("a")), Number("5"))


def test_values_of_a_search() -> None:
    assert where(r'Image="*\\cmd.exe" user=x*') == All(
        (Compare("Image", "=", r"*\cmd.exe"), Compare("user", "=", "x*"))
    )
    assert where(r'a="say \"hi\" \d"') == Compare("a", "=", r'say "hi" \d')
    assert where('"a b" c IN (1, "x y" z*)') == All((Free("a b"), OneOf("c", ("1", "x y", "z*"))))
    assert where("cmd=*--x=y*") == Compare("cmd", "=", "*--x=y*")
    assert where('"field name" != 5') == Compare("field name", "!=", "5")
    assert where("p=*GetCurrent()*") == Compare("p", "=", "*GetCurrent()*")
    assert where("`sysmon` EventCode=1") == All((Macro("sysmon"), Compare("EventCode", "=", "1")))
    assert where("a=1 ``` a | comment ``` b=2") == where("a=1 b=2")


def test_expressions() -> None:
    assert value('a LIKE "x%"') == Call("like", (Field("a"), Text("x%")))
    assert value('a IN ("x", 5)') == Call("in", (Field("a"), Text("x"), Number("5")))
    assert value("'a b'==c.d") == Binary("=", Field("a b"), Field("c.d", True))
    assert value('a."x".b') == Binary(".", Binary(".", Field("a"), Text("x")), Field("b"))
    assert value(r'match(a, "\\\\x\d")') == Call("match", (Field("a"), Text(r"\\x\d")))
    assert value("a=.5") == Binary("=", Field("a"), Number(".5"))
    assert isinstance(value("a=1 AND b=2 AND c=3"), Logic)


def test_commands() -> None:
    tree = parse(
        "| tstats summariesonly=t count min(_time) as first from datamodel=Endpoint.Processes"
        ' where Processes.process="* -x*" by Processes.dest, _time span=1h'
    )
    stage = tree.stages[0]
    assert isinstance(stage, stages.Tstats)
    assert stage.source == "datamodel=Endpoint.Processes"
    assert stage.by == ("Processes.dest", "_time") and stage.late == (("span", "1h"),)
    assert stage.where == Compare("Processes.process", "=", "* -x*")
    assert [one.name for one in stage.measures if isinstance(one, stages.Measure)] == ["count", "first"]
    sort = parse("a | sort 5 - count, +name, ip(addr)").stages[1]
    assert sort == stages.Sort(keys=(("-", "count", ""), ("+", "name", ""), ("", "addr", "ip")), count="5")
    assert parse("a | stats dc(eval(lower(x))) as n by y").stages[1] == stages.Stats(
        name="stats",
        measures=(stages.Measure(function="dc", argument=Call("lower", (Field("x"),)), alias="n"),),
        by=("y",),
    )
    assert parse("a | lookup t k AS user OUTPUTNEW v").stages[1] == stages.Lookup(
        table="t", match=(("k", "user"),), output=(("v", "v"),), new=True
    )


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a=1 (b=2", 1, 5, "opened here"),
        ("a=1 b=2)", 1, 8, "closes nothing"),
        ("a |", 1, 3, "nothing behind it"),
        ("a | | head", 1, 3, "nothing behind it"),
        ("a\n| stat count", 2, 3, "no command 'stat'"),
        ('a="b', 1, 3, "quotation mark"),
        ("a= | head", 1, 2, "no value"),
        ("a AND", 1, 3, "nothing behind"),
        ("OR a", 1, 1, "nothing before"),
        ("a NOT", 1, 3, "NOT has nothing"),
        ("a | where b=", 1, 12, "nothing behind"),
        ("a | where (b=1", 1, 11, "opened here"),
        ("a | eval b", 1, 10, "name=expression"),
        ("a | stats by x", 1, 5, "no function"),
        ("a | join x [search b", 1, 12, "opened here"),
        ("a ]", 1, 3, "closes nothing"),
        ("a IN ()", 1, 6, "no values"),
        ("", 1, 1, "empty"),
        ("a | rename b c", 1, 14, "expects AS"),
    ],
)
def test_errors_say_where(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (line, column), caught.value
    assert words in caught.value.message


def test_a_misspelt_command_names_the_nearest() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse("a | satts count")
    assert "stats" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000,
        "a=(" * 20_000,
        "| where a" + "+a" * 9_000,
        "NOT " * 5_000,
        "| where " + "(" * 5_000,
        "[search " * 999,
    ],
)
def test_depth_is_bounded(text: str) -> None:
    with pytest.raises((LimitError, QuerySyntaxError)):
        parse(text)


@pytest.mark.parametrize("text", ["a " * 600_000, "a" + " | search b" * 5_000])
def test_length_is_bounded(text: str) -> None:
    with pytest.raises(LimitError):
        parse(text)


@pytest.mark.data
def test_every_search_of_the_data_is_read_and_written(data_dir: Path) -> None:
    from cybersecqwen.dialects.spl import Spl
    from cybersecqwen.errors import QueryError

    spl = Spl()
    searches = splunk(data_dir)
    assert len(searches) == 1_711
    for name, text in part(searches, 4):
        tree = spl.parse(text)
        assert spl.parse(spl.render(tree)) == tree, name
        spl.names(tree), spl.effects(tree), spl.atoms(tree)
        try:
            spl.read(tree)
        except QueryError as error:
            assert error.message.endswith("."), error
