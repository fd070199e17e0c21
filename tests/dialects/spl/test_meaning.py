"""What is written means what was meant: read back, and run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.evaluating import evaluate, holds
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import Query, Span
from cybersecqwen.dialects.query import Sequence as Order
from cybersecqwen.dialects.query import Stage as Part
from cybersecqwen.dialects.spl import Spl
from cybersecqwen.errors import UnsayableError
from tests.amounts import draws, part
from tests.dialects.meanings import expressions, records, same
from tests.published import rules as published

from .drawn import queries

SPL = Spl()


def apart(where: Expression, names: Iterator[int] | None = None) -> Expression:
    """The same with presence asked of fields that nothing else asks about.

    `isnull(f) OR NOT match(f, x)` is read as the negation alone, which says the same.
    """
    names = count() if names is None else names
    if isinstance(where, Not):
        return Not(apart(where.inner, names))
    if isinstance(where, And | Or):
        return type(where)(tuple(apart(part, names) for part in where.parts))
    return replace(where, field=f"w{next(names)}") if where.op in (Op.NULL, Op.PRESENT) else where


@draws(40)
@given(queries().map(lambda query: replace(query, where=query.where and apart(query.where))))
def test_what_is_written_is_read_back(query: Query) -> None:
    tree = SPL.write(query)
    assert SPL.parse(SPL.render(tree)) == tree
    back = SPL.read(tree)
    assert (back.tables, back.span, back.steps) == (query.tables, query.span, query.steps)
    if query.where is None:
        assert back.where is None
    else:
        assert back.where is not None and same(query.where, back.where), SPL.render(tree)


@draws(50)
@given(expressions, st.lists(records, max_size=6))
def test_what_is_written_finds_what_was_meant(where: Expression, drawn: list[dict[str, object]]) -> None:
    tree = SPL.write(Query(where=where))
    rows = SPL.run(tree, {"": drawn}, Running()).rows
    assert list(rows) == [record for record in drawn if holds(where, record)], SPL.render(tree)


@pytest.mark.data
def test_every_rule_of_sigma_is_said(data_dir: Path) -> None:
    rules = published(data_dir)
    refused = []
    for rule in part(rules, 6):
        try:
            tree = SPL.write(Query(where=rule.expression))
        except UnsayableError as error:
            refused.append((rule.about.title, error.what))
            continue
        assert SPL.parse(SPL.render(tree)) == tree
        assert equivalent(SPL.read(tree).where, rule.expression), rule.about.title
    assert refused == [] and len(rules) > 3_700


@pytest.mark.parametrize(
    ("test", "text"),
    [
        (Asked("f", Op.ENDS, ("\\cmd.exe",)), r'f="*\\cmd.exe"'),
        (Asked("f", Op.EQUALS, ("a", "b c")), 'f IN (a, "b c")'),
        (Not(Asked("f", Op.EQUALS, ("a",))), "NOT f=a"),
        (Asked("f", Op.NULL), "NOT f=*"),
        (Asked("", Op.CONTAINS, ("a b",)), '"*a b*"'),
        (Asked("f", Op.EQUALS, ("a*b",)), '* | where lower(f) = "a*b"'),
        (Asked("f", Op.CONTAINS, ("a?b",)), 'f="*a?b*"'),
        (Asked("f", Op.GLOB, ("(?s)a.b",)), r'* | where match(f, "(?is)^\Qa\E.\Qb\E$")'),
        (Asked("f", Op.REGEX, (r"\d\\x",), True), r'* | where match(f, "\d\\\\x")'),
        (Not(Asked("f", Op.REGEX, ("x",), True)), '* | where isnull(f) OR NOT match(f, "x")'),
        (Asked("f", Op.CIDR, ("10.0.0.0/8",)), '* | where cidrmatch("10.0.0.0/8", f)'),
        (Asked("f", Op.EQUALS, ("10.0.0.0/8",)), '* | where lower(f) = "10.0.0.0/8"'),
        (Asked("f", Op.EQUALS, ("Ab",), True), '* | where f = "Ab"'),
        (Asked("f", Op.GREATER, ("5",)), "f>5"),
        (Asked("f", Op.SAME_AS, ("g", "equals")), "* | where lower(f) = lower(g)"),
        (Or((Asked("f", Op.EQUALS, ("a",)), Asked("g", Op.EQUALS, ("b",)))), "f=a OR g=b"),
        (
            And((Asked("f", Op.EQUALS, ("a",)), Asked("g", Op.REGEX, ("b",), True))),
            'f=a | where match(g, "b")',
        ),
    ],
)
def test_the_words_of_tests(test: Expression, text: str) -> None:
    tree = SPL.write(Query(where=test))
    assert SPL.render(tree).replace("\n", " ") == text
    assert equivalent(SPL.read(tree).where, test)


def meant(text: str) -> Expression | None:
    return SPL.read(SPL.parse(text)).where


def test_not_equal_asks_for_the_field() -> None:
    assert meant("f!=x") == And((Asked("f", Op.PRESENT), Not(Asked("f", Op.EQUALS, ("x",)))))
    assert meant("NOT f=x") == Not(Asked("f", Op.EQUALS, ("x",)))
    assert equivalent(meant('* | where NOT f="x"'), meant('* | where f!="x"'))
    rows = [{"f": "x"}, {"f": "y"}, {}]
    assert [
        SPL.run(SPL.parse(text), {"": rows}, Running()).rows
        for text in ("f!=x", "NOT f=x", '* | where f!="x"')
    ] == [
        ({"f": "y"},),
        ({"f": "y"}, {}),
        ({"f": "y"},),
    ]


def test_case_is_that_of_the_command() -> None:
    rows = [{"f": "Ab"}, {"f": "ab"}]
    assert len(SPL.run(SPL.parse("f=AB"), {"": rows}, Running()).rows) == 2
    assert SPL.run(SPL.parse('* | where f="Ab"'), {"": rows}, Running()).rows == ({"f": "Ab"},)


def test_a_word_is_looked_for_between_separators() -> None:
    rows = [{"f": "x foo.exe"}, {"f": "xfoo"}]
    assert SPL.run(SPL.parse("foo"), {"": rows}, Running()).rows == ({"f": "x foo.exe"},)
    assert len(SPL.run(SPL.parse("*foo*"), {"": rows}, Running()).rows) == 2


def test_times() -> None:
    assert SPL.read(SPL.parse("index=a earliest=-24h x=1")).span == Span(last_s=86_400.0)
    assert SPL.read(SPL.parse("index=a earliest=5 latest=9 x=1")).span == Span(start=5.0, end=9.0)
    assert SPL.read(SPL.parse("index=a earliest=0 x=1")).span is None
    with pytest.raises(UnsayableError):
        SPL.read(SPL.parse("index=a earliest=-1d@d x=1"))
    rows = [{"_time": at} for at in (0, 50, 100)]
    assert SPL.run(SPL.parse("earliest=-50s"), {"": rows}, Running(now=100.0)).rows == (
        {"_time": 50},
        {"_time": 100},
    )
    assert SPL.run(SPL.parse("earliest=0 latest=50"), {"": rows}, Running(now=100.0)).rows == ({"_time": 0},)


def test_the_time_of_a_data_model_stands_in_where() -> None:
    query = Query(
        tables=("Endpoint.Processes",), span=Span(last_s=3_600.0), where=Asked("a", Op.EQUALS, ("x",))
    )
    tree = SPL.write(query)
    assert SPL.render(tree).replace("\n", " ") == (
        '| from datamodel:"Endpoint.Processes"'
        ' | where _time >= relative_time(now(), "-1h") AND _time <= now() | search a=x'
    )
    rows = [{"_time": at, "a": "x"} for at in (0.0, 5_000.0, 9_000.0, 9_001.0)]
    found = SPL.run(tree, {"Endpoint.Processes": rows}, Running(now=9_000.0)).rows
    assert [row["_time"] for row in found] == [9_000.0]
    assert SPL.read(tree) == query


def test_a_data_model_is_asked_by_tstats() -> None:
    text = (
        "| tstats count dc(Processes.user) as n from datamodel=Endpoint.Processes"
        ' where Processes.process="*x*"'
        " by Processes.dest\n| rename Processes.* as *\n| where n > 2"
    )
    query = SPL.read(SPL.parse(text))
    assert query.tables == ("Endpoint.Processes",)
    assert query.where == Asked("process", Op.CONTAINS, ("x",))
    assert SPL.render(SPL.write(query)) == text.replace('"*x*"', "*x*").replace("count dc", "count dc")
    rows = [{"process": f"a x{n}", "user": n, "dest": "d"} for n in range(3)]
    found = SPL.run(SPL.parse(text), {"Endpoint.Processes": rows, "": [{"process": "x"}]}, Running())
    assert found.rows == ({"dest": "d", "count": 3, "n": 3},)


def _event(at: float, what: str, user: str = "u") -> dict[str, object]:
    return {"_time": at, "what": what, "user": user}


@pytest.mark.parametrize("ordered", [True, False])
def test_sequences(ordered: bool) -> None:
    parts = tuple(Part(where=Asked("what", Op.EQUALS, (name,))) for name in "abc")
    query = Query(steps=(Order(stages=parts, by=("user",), within_s=60.0, ordered=ordered),))
    tree = SPL.write(query)
    assert SPL.parse(SPL.render(tree)) == tree
    assert SPL.read(tree) == query

    def ends(*events: dict[str, object]) -> list[object]:
        return [row["_time"] for row in SPL.run(tree, {"": list(events)}, Running()).rows]

    assert ends(_event(0, "a"), _event(10, "b"), _event(60, "c")) == [60]
    assert ends(_event(0, "a"), _event(10, "b"), _event(61, "c")) == []
    assert ends(_event(0, "a"), _event(10, "b", "v"), _event(20, "c")) == []
    assert ends(_event(0, "b"), _event(10, "a"), _event(20, "c")) == ([] if ordered else [20])
    assert ends(_event(0, "a"), _event(30, "a"), _event(40, "b"), _event(85, "c")) == [85]


_parts = st.builds(Part, where=expressions.map(apart), tables=st.sampled_from([(), ("a",), ("a", "b")]))


@draws(25)
@given(
    st.lists(_parts, min_size=2, max_size=3).map(tuple),
    st.sampled_from([(), ("user",)]),
    st.sampled_from([None, 60.0, 0.5]),
    st.booleans(),
)
def test_sequences_are_read_back(
    parts: tuple[Part, ...], by: tuple[str, ...], within: float | None, ordered: bool
) -> None:
    step = Order(stages=parts, by=by, within_s=within, ordered=ordered)
    tree = SPL.write(Query(steps=(step,)))
    assert SPL.parse(SPL.render(tree)) == tree
    back = SPL.read(tree)
    (found,) = back.steps
    assert back.where is None and back.tables == () and isinstance(found, Order)
    assert replace(found, stages=()) == replace(step, stages=())
    assert [one.tables for one in found.stages] == [one.tables for one in parts]
    assert all(same(one.where, other.where) for one, other in zip(found.stages, parts, strict=True))


_moments = st.lists(st.tuples(st.integers(0, 50), st.sampled_from("abc"), st.sampled_from("uv")), max_size=8)


@draws(40)
@given(_moments, st.booleans())
def test_a_sequence_is_found_where_the_middle_finds_one(
    moments: list[tuple[int, str, str]], ordered: bool
) -> None:
    """At different times: of the same time the middle takes those of the earlier stages first."""
    events = {at: _event(at, what, user) for at, what, user in moments}
    parts = tuple(Part(where=Asked("what", Op.EQUALS, (name,))) for name in "abc")
    query = Query(steps=(Order(stages=parts, by=("user",), within_s=20.0, ordered=ordered),))
    data = {"": list(events.values())}
    meant = evaluate(query, data, Running(time_field="_time")).rows
    found = SPL.run(SPL.write(query), data, Running(time_field="_time")).rows
    ends = {max(event["_time"] for event in row["events"]) for row in meant}
    assert ends <= {row["_time"] for row in found}
    assert bool(ends) == bool(found)


def test_a_part_of_the_time_is_written_and_read_back() -> None:
    spl = Spl()
    night = Or(
        (
            Asked("_time", Op.AT_LEAST, ("22",), part="hour"),
            Asked("_time", Op.LESS, ("6",), part="hour"),
        )
    )
    tree = spl.write(Query(tables=("main",), where=night))
    assert 'tonumber(strftime(_time, "%H")) >= 22' in spl.render(tree)
    assert equivalent(spl.read(spl.parse(spl.render(tree))).where, night)
    rows = spl.run(
        tree, {"main": [{"_time": 1_700_000_000 + 3600 * hour} for hour in range(24)]}, Running()
    ).rows
    assert len(rows) == 8
