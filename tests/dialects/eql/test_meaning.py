"""EQL means what Elastic documents, and what was written means what was asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects import query as middle
from cybersecqwen.dialects.eql import Eql
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.query import Query, Span
from cybersecqwen.errors import UnsayableError
from tests.dialects.elastic.plainer import plainer
from tests.dialects.meanings import expressions, records, same
from tests.strategies import UNHURRIED

EQL = Eql()
REFUSED = {"keywords without a field", "regular expressions"}


@UNHURRIED
@given(expressions, st.lists(records, max_size=4))
def test_what_was_written_reads_back_and_finds_the_same(
    where: Expression, found: list[dict[str, Any]]
) -> None:
    try:
        tree = EQL.write(Query(where=where))
    except UnsayableError as error:
        assert error.what in REFUSED
        return
    assert EQL.parse(EQL.render(tree)) == tree
    # What follows from a null in the same condition is not read back.
    assert same(plainer(EQL.read(tree).where), plainer(where))
    rows = EQL.run(tree, {"": found}, Running()).rows
    assert list(rows) == [record for record in found if holds(where, record)]


@UNHURRIED
@given(expressions, st.lists(records, max_size=4))
def test_what_is_read_holds_where_the_query_finds(where: Expression, found: list[dict[str, Any]]) -> None:
    try:
        tree = EQL.parse(EQL.render(EQL.write(Query(where=Not(where)))))
        meant = EQL.read(tree).where
    except UnsayableError:
        return
    rows = EQL.run(tree, {"": found}, Running()).rows
    assert list(rows) == [record for record in found if meant is None or holds(meant, record)]


@pytest.mark.parametrize(
    ("where", "event", "found"),
    [
        ('a == "x"', {"a": "x"}, True),
        ('a == "x"', {"a": "X"}, False),
        ('a == "x*"', {"a": "xy"}, False),
        ('a : "X"', {"a": "x"}, True),
        ('a : "x*"', {"a": "XY"}, True),
        ('a : "x?"', {"a": "x"}, False),
        ('a : ("q", "?y")', {"a": "xy"}, True),
        ('a like "X*"', {"a": "xy"}, False),
        ('a like~ "X*"', {"a": "xy"}, True),
        ('a regex "[vV]al-[0-9]"', {"a": "Val-1"}, True),
        ('a regex "al"', {"a": "val"}, False),
        ('a regex~ "VAL.*"', {"a": "value"}, True),
        ('a regex~ "[a-c]+"', {"a": "ABC"}, False),
        ('a in ("x", "y")', {"a": "y"}, True),
        ('a in~ ("x*")', {"a": "X*"}, True),
        ('a in~ ("x*")', {"a": "xy"}, False),
        ('a not in ("x", "y")', {"a": "z"}, True),
        ('a not in ("x", "y")', {}, False),
        ('not a : "x"', {"a": "y"}, True),
        ('not a : "x"', {}, False),
        ('a != "x"', {}, False),
        ('a == null or not a : "x"', {}, True),
        ("a == null", {}, True),
        ("a != null", {"a": ""}, True),
        ("?a.b != null", {"a": {"b": 1}}, True),
        ("null != null", {}, False),
        ('not (a : "x" and b : "y")', {"a": "z"}, True),
        ('not (a : "x" or b : "y")', {"a": "z"}, False),
        ("a > 5", {"a": 6}, True),
        ("a > 5", {"a": "6"}, True),
        ("5 < a", {"a": 6}, True),
        ("(4 / a) == 1", {"a": 3}, True),
        ("(4.0 / a) == 1", {"a": 3}, False),
        ("a % 4 == 1", {"a": 5}, True),
        ("add(a, 1) == 3", {"a": 2}, True),
        ("add(a, null) == 3", {"a": 2}, False),
        ('endsWith(a, ".exe")', {"a": "x.exe"}, True),
        ('endsWith(a, ".EXE")', {"a": "x.exe"}, False),
        ('endsWith~(a, ".EXE")', {"a": "x.exe"}, True),
        ('stringContains(a, "")', {"a": "x"}, False),
        ("length(a) == 3", {"a": "abc"}, True),
        ('cidrMatch(a, "10.0.0.0/8", "192.168.0.0/16")', {"a": "192.168.1.1"}, True),
        ('between(a, "system32\\\\", ".exe") == "cmd"', {"a": "C:\\Windows\\system32\\cmd.exe"}, True),
        ('between~(a, "SYSTEM32\\\\", ".exe") == "cmd"', {"a": "C:\\Windows\\system32\\cmd.exe"}, True),
        ('indexOf(a, ".") == 9', {"a": "subdomain.example.com"}, True),
        ('substring(a, -4) == ".exe"', {"a": "start regsvr32.exe"}, True),
        ('number(a) == 1337 and number("0xff") == 255', {"a": " 1337 "}, True),
        ('concat(a, " ", 42) == "x 42"', {"a": "x"}, True),
        ("modulo(a, -6) == 4", {"a": 10}, True),
        ('a : "x"', {"a": ["y", "X"]}, True),
        ("a == true", {"a": True}, True),
        ("true", {}, True),
    ],
)
def test_what_conditions_find(where: str, event: dict[str, Any], found: bool) -> None:
    assert bool(EQL.run(EQL.parse(f"any where {where}"), {"": [event]}, Running()).rows) is found


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Asked("a", Op.EQUALS, ("cmd.exe",)), 'any where a : "cmd.exe"'),
        (Asked("a", Op.EQUALS, ("x*",)), 'any where a in~ ("x*")'),
        (Asked("a", Op.EQUALS, ("X",), True), 'any where a == "X"'),
        (Asked("a", Op.ENDS, ("\\cmd.exe", "\\p.exe")), 'any where a : ("""*\\cmd.exe""", """*\\p.exe""")'),
        (Asked("a", Op.CONTAINS, ("a?b",)), 'any where stringContains~(a, "a?b")'),
        (Asked("a", Op.STARTS, ("X",), True), 'any where a like "X*"'),
        (Asked("a", Op.CIDR, ("10.0.0.0/8",)), 'any where cidrMatch(a, "10.0.0.0/8")'),
        (
            Asked("a", Op.REGEX, ("(?i)net\\s?user$",), True),
            'any where a regex~ ".*net[\\t\\n\\u{0c}\\r ]?user"',
        ),
        (Not(Asked("a", Op.EQUALS, ("x",))), 'any where a == null or not a : "x"'),
        (
            And((Asked("a", Op.PRESENT), Not(Asked("a", Op.EQUALS, ("x",))))),
            'any where a != null and not a : "x"',
        ),
        (Not(Asked("a", Op.NULL)), "any where a != null"),
        (Asked("a", Op.AT_LEAST, ("5",)), "any where a >= 5"),
    ],
)
def test_how_tests_are_written(where: Expression, text: str) -> None:
    assert EQL.render(EQL.write(Query(where=where))) == text
    assert same(EQL.read(EQL.parse(text)).where, where)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("5 < a", Asked("a", Op.GREATER, ("5",))),
        ("5 >= a", Asked("a", Op.AT_MOST, ("5",))),
        ('a like "X*"', Asked("a", Op.STARTS, ("X",), True)),
        ('a like~ "X*"', Asked("a", Op.STARTS, ("x",))),
        ('wildcard(a, "*X")', Asked("a", Op.ENDS, ("X",), True)),
        ('wildcard~(a, "*X")', Asked("a", Op.ENDS, ("x",))),
        ('startsWith(a, "X")', Asked("a", Op.STARTS, ("X",), True)),
        ('startsWith~(a, "X")', Asked("a", Op.STARTS, ("x",))),
        ('a in~ ("X", "y")', Asked("a", Op.EQUALS, ("x", "y"))),
        ('a in ("X", 1)', Or((Asked("a", Op.EQUALS, ("X",), True), Asked("a", Op.EQUALS, ("1",))))),
    ],
)
def test_other_words_are_read(text: str, meant: Expression) -> None:
    assert same(EQL.read(EQL.parse(f"any where {text}")).where, meant)


def test_categories_and_shared_keys_are_read() -> None:
    """Several categories with regard to case alone; the keys of all events before those of each."""
    found = EQL.read(EQL.parse('any where event.category in ("process", "file") and a > 1'))
    assert found == Query(tables=("process", "file"), where=Asked("a", Op.GREATER, ("1",)))
    assert EQL.read(EQL.parse('any where event.category : "process" and a > 1')).tables == ()
    (step,) = EQL.read(EQL.parse("sequence by h [a where true] by k [b where true] by k")).steps
    assert isinstance(step, middle.Sequence) and step.by == ("h", "k")


@pytest.mark.parametrize(
    ("query", "what"),
    [
        (Query(where=Asked("", Op.CONTAINS, ("x",))), "keywords without a field"),
        (Query(where=Asked("a", Op.SAME_AS, ("b", "equals"))), "comparisons of two fields"),
        (Query(where=Asked("a", Op.EQUALS, ("5",), part="hour")), "parts of times"),
        (Query(where=Asked("a", Op.REGEX, ("\\bx",), True)), "regular expressions"),
        (Query(steps=(middle.Columns(fields=("a",)),)), "a choice of fields"),
        (
            Query(
                steps=(
                    middle.Aggregate(measures=(middle.Measure(name="n", function=middle.Measured.COUNT),)),
                )
            ),
            "counts and other aggregations",
        ),
        (Query(steps=(middle.Sort(keys=(("a", True),)),)), "another order than that of time"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(query: Query, what: str) -> None:
    with pytest.raises(UnsayableError) as caught:
        EQL.write(query)
    assert caught.value.what == what


@pytest.mark.parametrize(
    "text",
    [
        "any where length(a) > 5",
        "sequence [a where true] ![b where true] until [c where true]".replace(
            "sequence", "sequence with maxspan=1h"
        ),
        "sequence [a where true] by x [b where true] by y",
        "sequence by ?x [a where true] [b where true]",
        'any where a < "b"',
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UnsayableError):
        EQL.read(EQL.parse(text))


def _stage(name: str, *tables: str) -> middle.Stage:
    return middle.Stage(where=Asked("a", Op.EQUALS, (name,)), tables=tables)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (Query(tables=("process",)), "process where true"),
        (Query(tables=("my-cat",)), '"my-cat" where true'),
        (
            Query(tables=("process", "file"), where=Asked("a", Op.EQUALS, ("x",))),
            'any where event.category in ("process", "file") and a : "x"',
        ),
        (Query(span=Span(last_s=86_400.0)), "// from now-1d\nany where true"),
        (
            Query(span=Span(start=1_700_000_000.0, end=1_700_000_000.5)),
            "// from 2023-11-14T22:13:20Z to 2023-11-14T22:13:20.500Z\nany where true",
        ),
        (Query(steps=(middle.Limit(count=5),)), "any where true\n| head 5"),
        (
            Query(steps=(middle.Sort(keys=(("@timestamp", True),)), middle.Limit(count=5))),
            "any where true\n| tail 5",
        ),
        (
            Query(
                steps=(
                    middle.Sequence(
                        stages=(_stage("x", "file"), _stage("y", "process")), by=("h",), within_s=300.0
                    ),
                )
            ),
            'sequence by h with maxspan=5m\n  [file where a : "x"]\n  [process where a : "y"]',
        ),
        (
            Query(steps=(middle.Sequence(stages=(_stage("x"), _stage("y")), by=("h",), ordered=False),)),
            'sample by h\n  [any where a : "x"]\n  [any where a : "y"]',
        ),
    ],
)
def test_whole_queries_there_and_back(query: Query, text: str) -> None:
    tree = EQL.write(query)
    assert EQL.render(tree) == text
    assert EQL.parse(text) == tree
    assert EQL.read(tree) == query
