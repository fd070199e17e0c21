"""Queries mean what LogScale takes them for, and what was written means what was asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.evaluating import evaluate, holds
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.logscale import LogScale
from cybersecqwen.dialects.query import (
    Aggregate,
    Columns,
    Keep,
    Limit,
    Measure,
    Measured,
    Query,
    Sequence,
    Sort,
    Span,
    Stage,
    Step,
    Unique,
)
from cybersecqwen.errors import LimitError, UnsayableError
from tests.amounts import part
from tests.dialects.meanings import expressions, records, same
from tests.published import rules as published
from tests.strategies import UNHURRIED

LOGSCALE = LogScale()
NOW = 1_700_000_000.0


@UNHURRIED
@given(expressions, st.lists(records, max_size=4))
def test_what_was_written_reads_back_and_finds_the_same(
    where: Expression, events: list[dict[str, Any]]
) -> None:
    query = Query(where=where)
    tree = LOGSCALE.write(query)
    again = LOGSCALE.parse(LOGSCALE.render(tree))
    assert again == tree
    assert same(LOGSCALE.read(again).where, where)
    found = LOGSCALE.run(again, {"": events}, Running()).rows
    assert list(found) == [event for event in events if holds(where, event)]


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Asked("a", Op.EQUALS, ("cmd.exe",)), r"a=/^cmd\.exe$/i"),
        (Asked("a", Op.EQUALS, ("4688",)), "a=4688"),
        (Asked("a", Op.EQUALS, ("x", "y z")), 'in(a, values=["x", "y z"], ignoreCase=true)'),
        (Asked("a", Op.EQUALS, ("Cmd", "5"), True), 'in(a, values=["Cmd", "5"])'),
        (Asked("a", Op.ENDS, ("\\cmd.exe", "\\5")), r'a=/\\cmd\.exe$/i or a="*\\5"'),
        (Asked("a", Op.CONTAINS, ("x/*",)), r"a=/x\/\*/i"),
        (Asked("a", Op.GLOB, ("(?s)a.*b",)), "a=/^a.*b$/di"),
        (Asked("a", Op.STARTS, ("Cmd",), True), 'a="Cmd*"'),
        (Asked("a", Op.REGEX, ("(?i)^a.?$",), True), "a=/^a.?$/i"),
        (Asked("a", Op.EQUALS, ("",)), 'a=""'),
        (Asked("a", Op.NULL), "a!=*"),
        (Asked("a", Op.PRESENT), "a=*"),
        (Asked("x y", Op.CIDR, ("10.0.0.0/8", "::1/128")), 'cidr("x y", subnet=["10.0.0.0/8", "::1/128"])'),
        (Asked("a", Op.GREATER, ("-5",)), "a>-5"),
        (Asked("a", Op.SAME_AS, ("b", "equals"), True), "test(a == b)"),
        (Not(Asked("a", Op.EQUALS, ("5",))), "not a=5"),
        (Asked("", Op.CONTAINS, ("x y",)), "/x y/i"),
        (Asked("", Op.CONTAINS, ("X",), True), '"X"'),
        (
            And((Or((Asked("a", Op.PRESENT), Asked("b", Op.NULL))), Asked("c", Op.NULL))),
            "(a=* or b!=*) and c!=*",
        ),
    ],
)
def test_what_is_written(where: Expression, text: str) -> None:
    assert LOGSCALE.render(LOGSCALE.write(Query(where=where))) == text
    assert same(LOGSCALE.read(LOGSCALE.parse(text)).where, where)


@pytest.mark.parametrize(
    ("text", "event", "found"),
    [
        ("a=cmd", {"a": "CMD"}, False),
        ("a=/m/i", {"a": "CMD"}, True),
        ("a=/M/", {"a": "cmd"}, False),
        ("a=c*", {"a": "cmd"}, True),
        ("a=c*", {"a": "xcmd"}, False),
        ("a like m", {"a": "cmd"}, True),
        ("a!=x", {}, True),
        ("a!=*", {}, True),
        ("a=*", {"a": ""}, True),
        ("a>5", {"a": "5.5"}, True),
        ("a>5", {}, False),
        ("a=1 or b=2 c=3", {"a": "1"}, False),
        ("a=1 b=2 or c=3", {"c": "3"}, False),
        ("a=1 and b=2 or c=3", {"a": "1", "c": "3"}, True),
        ("error", {"a": "an errors"}, True),
        ("error", {"a": "Error"}, False),
        ("/err.r/i", {"a": "Error"}, True),
        ('in(a, values=["x*", "y"])', {"a": "xz"}, True),
        ('in(a, values=["x"], ignoreCase=true)', {"a": "X"}, True),
        ('a =~ in(values=["x"])', {"a": "x"}, True),
        ('!cidr(a, subnet="10.0.0.0/8")', {"a": "10.1.1.1"}, False),
        ('regex("c.d", field=a, flags=i)', {"a": "CMD"}, True),
        ("test(a > 5)", {"a": 7}, True),
        ('test(a == "x")', {"a": "x"}, True),
        ("test(a == b)", {"a": "x", "b": "x"}, True),
        ("test(a == b)", {}, False),
        ("true", {}, True),
        ("*", {}, True),
    ],
)
def test_what_it_finds(text: str, event: dict[str, Any], found: bool) -> None:
    assert bool(LOGSCALE.run(LOGSCALE.parse(text), {"": [event]}, Running()).rows) is found


_EVENTS = [
    {"a": "x", "u": user, "n": number, "@timestamp": NOW + at}
    for at, (user, number) in enumerate([("bob", 1), ("bob", 2), ("eve", 5), ("Bob", 3), ("eve", "7")])
]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "groupBy(u) | sort(_count)",
            [{"u": "bob", "_count": 2}, {"u": "eve", "_count": 2}, {"u": "Bob", "_count": 1}],
        ),
        ("u=bob | count()", [{"_count": 2}]),
        ("count(u, distinct=true, as=d)", [{"d": 2}]),
        ("stats([sum(n, as=s), max(n, as=m)])", [{"s": 18, "m": 7}]),
        ("sort(n, order=asc, limit=2) | select([n])", [{"n": 1}, {"n": 2}]),
        ("head(1) | m := n * 10 | select([m])", [{"m": 10}]),
        ("top(u, limit=1) | select([u])", [{"u": "bob"}]),
        ("groupBy([u], function=[]) | head(2)", [{"u": "bob"}, {"u": "eve"}]),
        ("table([n], limit=2)", [{"n": "7"}, {"n": 3}]),
        (
            'case { u=bob | t := "b"; n>4 | t := "n" } | groupBy(t)',
            [{"t": "b", "_count": 2}, {"t": "n", "_count": 2}],
        ),
        ("u match { bob => t := 1; /e/ => t := 2; * => t := 3 } | sum(t)", [{"_sum": 9}]),
        ("lower(u, as=l) | groupBy(l) | select([l])", [{"l": "bob"}, {"l": "eve"}]),
        ('n>4 | x := if(n > 6, then="big", else=upper(u)) | select([x])', [{"x": "EVE"}, {"x": "big"}]),
        ("n=5 | rename(n, as=m) | drop([a, @timestamp]) | length(u)", [{"u": "eve", "m": 5, "_length": 3}]),
        ('n=5 | default(field=[z], value="-") | concat([u, z], as=c) | select([c])', [{"c": "eve-"}]),
        ("n=5 | eval(q=n/2) | y := q + z | select([q, y])", [{"q": 2.5, "y": None}]),
        (
            "bucket(span=2s, function=count()) | select([_count])",
            [{"_count": 2}, {"_count": 2}, {"_count": 1}],
        ),
    ],
)
def test_pipelines_run(text: str, rows: list[dict[str, Any]]) -> None:
    assert list(LOGSCALE.run(LOGSCALE.parse(text), {"": _EVENTS}, Running(now=NOW)).rows) == rows


def test_running_is_bounded() -> None:
    tree = LOGSCALE.parse("* | x := 1")
    with pytest.raises(LimitError):
        LOGSCALE.run(tree, {"": _EVENTS}, Running(most_rows=3))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("case { a=b; * }", "branches"),
        ("x := 1", "computed fields"),
        ("join({a=b}, field=x)", "joins"),
        ('match(file="f.csv", field=a)', "lookup files"),
        ("selfJoinFilter(a, where=[{b=c}])", "joins"),
        ("test(a + 1 > b)", "computed conditions"),
        ("groupBy(a, function=percentile(b))", "computed columns"),
        ("parseJson(a)", "functions"),
        ("sort(a, type=hex)", "other arguments of sort()"),
        ("a=/(?=x)/", "regular expressions"),
    ],
)
def test_what_the_middle_has_no_words_for(text: str, what: str) -> None:
    with pytest.raises(UnsayableError) as caught:
        LOGSCALE.read(LOGSCALE.parse(text))
    assert caught.value.what == what


_WHERE = Asked("a", Op.EQUALS, ("x",))
_COUNT = Aggregate(measures=(Measure(name="n", function=Measured.COUNT),), by=("u",))
_OVER = Keep(where=Asked("n", Op.AT_LEAST, ("2",)))


@pytest.mark.parametrize(
    "steps",
    [
        (_COUNT, _OVER, Sort(keys=(("n", True), ("u", False))), Limit(count=3)),
        (replace(_COUNT, bucket_s=600.0), _OVER),
        (replace(_COUNT, by=()),),
        (
            Aggregate(
                measures=(
                    Measure(name="d", function=Measured.DISTINCT, field="u"),
                    Measure(name="m", function=Measured.MEAN, field="n"),
                    Measure(name="c", function=Measured.COUNT, field="n"),
                ),
                by=("a", "x y"),
            ),
        ),
        (Columns(fields=("u", "a")), Limit(count=2)),
        (Unique(fields=("u",)),),
        (Sort(keys=(("u", True),)), Columns(fields=("u",))),
    ],
)
def test_steps_read_back_and_run(steps: tuple[Step, ...]) -> None:
    query = Query(where=_WHERE, steps=steps)
    tree = LOGSCALE.write(query)
    again = LOGSCALE.parse(LOGSCALE.render(tree))
    assert again == tree
    assert LOGSCALE.read(again) == query
    wanted = evaluate(query, {"": _EVENTS}, Running(now=NOW, time_field="@timestamp"))
    assert LOGSCALE.run(again, {"": _EVENTS}, Running(now=NOW)) == wanted


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ((Keep(where=_WHERE),), "conditions behind a step"),
        (
            (Aggregate(measures=(Measure(name="m", function=Measured.MEDIAN, field="a"),)),),
            "medians, percentiles and lists of values",
        ),
        ((Sequence(stages=(Stage(where=_WHERE),)),), "sequences without a key and a time"),
        (
            (Sequence(stages=(Stage(where=_WHERE),), by=("u",), within_s=9), Limit(count=1)),
            "steps around a sequence",
        ),
        ((Aggregate(measures=(), by=("u",)),), "groups without a count"),
    ],
)
def test_steps_that_cannot_be_written(steps: tuple[Step, ...], what: str) -> None:
    with pytest.raises(UnsayableError) as caught:
        LOGSCALE.write(Query(steps=steps))
    assert caught.value.what == what


@pytest.mark.parametrize("ordered", [True, False])
def test_sequences(ordered: bool) -> None:
    stages = (
        Stage(where=Asked("n", Op.LESS, ("3",)), tables=("DnsRequest",)),
        Stage(where=And((_WHERE, Not(Asked("n", Op.LESS, ("2",)))))),
    )
    query = Query(steps=(Sequence(stages=stages, by=("u",), within_s=300.0, ordered=ordered),))
    tree = LOGSCALE.write(query)
    again = LOGSCALE.parse(LOGSCALE.render(tree))
    assert again == tree
    assert LOGSCALE.read(again) == query
    assert [name.text for name in LOGSCALE.names(tree).tables] == ["DnsRequest"]
    data = {"": _EVENTS, "DnsRequest": _EVENTS}
    wanted = evaluate(query, data, Running(now=NOW, time_field="@timestamp"))
    assert LOGSCALE.run(again, data, Running(now=NOW)) == wanted
    assert wanted.rows


def test_two_fields_without_case_cannot_be_compared() -> None:
    with pytest.raises(UnsayableError) as caught:
        LOGSCALE.write(Query(where=Asked("a", Op.SAME_AS, ("b", "equals"))))
    assert caught.value.what == "comparison of two fields"


@pytest.mark.parametrize("span", [Span(last_s=3_600.0), Span(start=NOW, end=NOW + 60)])
def test_times_and_kinds_of_events(span: Span) -> None:
    query = Query(tables=("ProcessRollup2", "DnsRequest"), where=_WHERE, span=span)
    tree = LOGSCALE.write(query)
    assert LOGSCALE.read(LOGSCALE.parse(LOGSCALE.render(tree))) == query
    data = {
        "ProcessRollup2": [{"a": "X", "@timestamp": NOW + at} for at in (-5_000, -1, 0, 60)],
        "Other": [{"a": "x", "@timestamp": NOW}],
    }
    running = Running(now=NOW + 30)
    found = LOGSCALE.run(tree, data, running).rows
    assert found == evaluate(query, data, replace(running, time_field="@timestamp")).rows
    assert 0 < len(found) < 4


def test_names_atoms_and_effects() -> None:
    text = (
        '#event_simpleName=ProcessRollup2 FileName=/x/i in(a, values=["b"])\n'
        "| y := lower(c) | groupBy([ComputerName, y], function=[count(as=n), sum(d)]) | n > 5 | rdns(ip)"
    )
    tree = LOGSCALE.parse(text)
    names = LOGSCALE.names(tree)
    assert [name.text for name in names.tables] == ["ProcessRollup2"]
    assert [name.text for name in names.fields] == ["FileName", "a", "c", "ComputerName", "d", "ip"]
    assert (names.fields[2].line, names.fields[2].column) == (2, 14)
    assert [(atom.field, atom.op, atom.values) for atom in LOGSCALE.atoms(tree)][1:3] == [
        ("FileName", Op.CONTAINS, ("x",)),
        ("a", Op.EQUALS, ("b",)),
    ]
    assert [(one.command, one.line, one.column) for one in LOGSCALE.effects(tree)] == [
        ("rdns()", 2, text.splitlines()[1].index("rdns") + 1)
    ]
    assert LOGSCALE.effects(LOGSCALE.parse("a=b | count()")) == ()
    own = LOGSCALE.parse("correlate(x: {#repo=r a=b} include: [c], within=5m) | y := x.c | x.d=1 | y=2")
    assert [name.text for name in LOGSCALE.names(own).fields] == ["a"]


@pytest.mark.slow
@pytest.mark.data
def test_all_rules(data_dir: Path) -> None:
    refused: dict[str, int] = {}
    written = []
    for rule in published(data_dir):
        try:
            written.append((rule, LOGSCALE.write(Query(where=rule.expression))))
        except UnsayableError as error:
            refused[error.what] = refused.get(error.what, 0) + 1
    for rule, tree in part(written, 8):
        again = LOGSCALE.parse(LOGSCALE.render(tree))
        assert again == tree, rule.about.path
        assert same(LOGSCALE.read(again).where, rule.expression), rule.about.path
    assert set(refused) <= {"comparison of two fields"}
    assert sum(refused.values()) < 10
