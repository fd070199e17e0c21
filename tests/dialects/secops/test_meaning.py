"""Searches mean what SecOps takes them for, and what was written means what was asked."""

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
from cybersecqwen.dialects.secops import SecOps
from cybersecqwen.errors import UnsayableError
from tests.amounts import part
from tests.dialects.meanings import expressions, records, same
from tests.published import rules as published
from tests.strategies import UNHURRIED

SECOPS = SecOps()
NOW = 1_700_000_000.0
_NAMES = {"a": "principal.hostname", "x y": "target.port", "z-1": "metadata.event_type"}


def _named(expression: Expression) -> Expression:
    """With names of the model for names that no field of it has."""
    if isinstance(expression, Asked):
        return replace(expression, field=_NAMES.get(expression.field, expression.field))
    if isinstance(expression, Not):
        return Not(_named(expression.inner))
    return type(expression)(tuple(_named(part) for part in expression.parts))


_REFUSED = {
    "text in no field",
    "empty text",
    "numbers that may be missing",
    "patterns on fields that are no text",
    "text in fields that hold none",
    "text compared with regard to case",
    "regular expressions",
}


@UNHURRIED
@given(expressions.map(_named), st.lists(records, max_size=4))
def test_what_was_written_reads_back_and_finds_the_same(
    where: Expression, events: list[dict[str, Any]]
) -> None:
    query = Query(where=where)
    try:
        tree = SECOPS.write(query)
    except UnsayableError as error:
        assert error.what in _REFUSED
        return
    again = SECOPS.parse(SECOPS.render(tree))
    assert again == tree
    assert same(SECOPS.read(again).where, where)
    named = [{_NAMES.get(name, name): value for name, value in event.items()} for event in events]
    found = SECOPS.run(again, {"": named}, Running()).rows
    assert list(found) == [event for event in named if holds(where, event)]


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Asked("a", Op.EQUALS, ("cmd.exe",)), 'a = "cmd.exe" nocase'),
        (Asked("a", Op.EQUALS, ("Cmd", "5"), True), 'a = "Cmd" or a = "5"'),
        (Asked("a", Op.ENDS, ("\\cmd.exe",)), r"a = /\\cmd\.exe$/ nocase"),
        (Asked("a", Op.CONTAINS, ("x/y",)), r"a = /x\/y/ nocase"),
        (Asked("a", Op.GLOB, ("(?s)a.*b",)), "a = /(?s)^a.*b$/ nocase"),
        (Asked("a", Op.REGEX, ("(?i)^a?$",), True), 'a != "" and a = /^a?$/ nocase'),
        (Asked("a", Op.NULL), 'a = ""'),
        (Asked("target.port", Op.PRESENT), "target.port != 0"),
        (Asked("target.port", Op.EQUALS, ("443",)), "target.port = 443"),
        (Asked("metadata.event_type", Op.EQUALS, ("user_login",)), 'metadata.event_type = "USER_LOGIN"'),
        (Asked("a", Op.CIDR, ("10.0.0.0/8",)), 'net.ip_in_range_cidr(a, "10.0.0.0/8")'),
        (Asked("a", Op.GREATER, ("5",)), "a > 5"),
        (Asked("a", Op.SAME_AS, ("b", "equals")), 'a = b nocase and a != ""'),
        (Not(Asked("a", Op.EQUALS, ("x",))), 'not a = "x" nocase'),
    ],
)
def test_what_is_written(where: Expression, text: str) -> None:
    assert SECOPS.render(SECOPS.write(Query(where=where))) == text
    assert same(SECOPS.read(SECOPS.parse(text)).where, where)


@pytest.mark.parametrize(
    ("text", "event", "found"),
    [
        ('a = "cmd"', {"a": "CMD"}, False),
        ('a = "cmd" nocase', {"a": "CMD"}, True),
        ("a = /m/ nocase", {"a": "CMD"}, True),
        ("a = /m/", {"a": "CMD"}, False),
        ('a != "x"', {}, True),
        ('a = ""', {}, True),
        ("a = /x*/", {}, True),
        ("a < 5", {}, True),
        ("a > 5", {}, False),
        ("a = 5", {"a": "5"}, True),
        ('a = "x" b = "y" or c = "z"', {"c": "z"}, True),
        ('a = "x" and (b = "y" or c = "z")', {"c": "z"}, False),
        ('not a = "x" and b = "y"', {"b": "y"}, True),
        ('metadata.event_type = "USER_LOGIN"', {"metadata": {"event_type": "USER_LOGIN"}}, True),
        ('re.regex(a, "^c") nocase', {"a": "Cmd"}, True),
        ("a = true", {"a": True}, True),
        ("a = false", {}, True),
    ],
)
def test_what_it_finds(text: str, event: dict[str, Any], found: bool) -> None:
    assert bool(SECOPS.run(SECOPS.parse(text), {"": [event]}, Running()).rows) is found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a in %list", "reference lists"),
        ('strings.to_lower(a) = "x"', "conditions on computed values"),
        ('all a = "x"', "tests of all values of a field"),
        ("a = b", "comparison of two fields"),
        ('a > "x"', "ranges of text"),
        ("f(a)", "functions"),
        ('a = "x" or metadata.event_timestamp.seconds > 5', "times within a condition"),
        ('a = "x" match: b over 5m outcome: $n = count(metadata.id)', "windows that overlap"),
        ('a = "x" unselect: b', "columns left out"),
        ('$e.a = "x" $e.u = $u match: $u over 5m condition: #e > 5', "conditions on counts of events"),
    ],
)
def test_what_the_middle_has_no_words_for(text: str, what: str) -> None:
    with pytest.raises(UnsayableError) as caught:
        SECOPS.read(SECOPS.parse(text))
    assert caught.value.what == what


_WHERE = Asked("a", Op.EQUALS, ("x",))
_COUNT = Aggregate(measures=(Measure(name="n", function=Measured.COUNT),), by=("u",), bucket_s=600.0)
_TWO = Aggregate(
    measures=(
        Measure(name="n", function=Measured.DISTINCT, field="h"),
        Measure(name="m", function=Measured.MOST, field="size"),
    )
)
_OVER = Keep(where=Asked("n", Op.GREATER, ("1",)))


@pytest.mark.parametrize(
    "steps",
    [
        (_COUNT,),
        (_COUNT, _OVER, Sort(keys=(("n", True), ("u", False))), Limit(count=3)),
        (_TWO, Keep(where=And((_OVER.where, Asked("m", Op.LESS, ("9",)))))),
        (Columns(fields=("u", "a")),),
        (Unique(fields=("u",)), Limit(count=1)),
        (Sort(keys=(("u", True),)), Limit(count=2), Columns(fields=("u",))),
        (
            Sequence(
                stages=(Stage(where=_WHERE), Stage(where=Not(Asked("a", Op.CONTAINS, ("y",))))),
                by=("u", "h"),
                within_s=300.0,
            ),
        ),
        (
            Sequence(
                stages=(Stage(where=_WHERE), Stage(where=_WHERE)), by=("u",), within_s=60.0, ordered=False
            ),
        ),
    ],
)
def test_steps_read_back_and_run(steps: tuple[Step, ...]) -> None:
    query = Query(where=None if isinstance(steps[0], Sequence) else _WHERE, steps=steps)
    tree = SECOPS.write(query)
    again = SECOPS.parse(SECOPS.render(tree))
    assert again == tree
    assert SECOPS.read(again) == query
    events = [
        {"a": value, "u": user, "h": "h1", "size": at, "metadata.event_timestamp": NOW + at}
        for at, (value, user) in enumerate(
            [("x", "bob"), ("x", "bob"), ("z", "bob"), ("x", "eve"), ("y", "eve")]
        )
    ]
    running = Running(now=NOW + 100)
    timed = replace(running, time_field="metadata.event_timestamp")
    assert SECOPS.run(again, {"": events}, running) == evaluate(query, {"": events}, timed)


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ((Limit(count=1), Sort(keys=(("a", True),))), "steps in that order"),
        ((_COUNT, _COUNT), "steps in that order"),
        ((Keep(where=_WHERE),), "conditions behind a step"),
        (
            (Aggregate(measures=(Measure(name="m", function=Measured.MEDIAN, field="a"),)),),
            "medians and percentiles",
        ),
        ((_COUNT, Keep(where=Or((_OVER.where, _OVER.where)))), "conditions of other forms"),
        ((Aggregate(measures=(), by=("u",)),), "groups without a count"),
        ((Sequence(stages=(Stage(where=_WHERE),)),), "sequences without a key and a time"),
    ],
)
def test_steps_that_cannot_be_written(steps: tuple[Step, ...], what: str) -> None:
    with pytest.raises(UnsayableError) as caught:
        SECOPS.write(Query(steps=steps))
    assert caught.value.what == what


@pytest.mark.parametrize(
    "span", [Span(last_s=3_600.0), Span(start=NOW, end=NOW + 60), Span(start=NOW), Span(end=NOW)]
)
def test_times(span: Span) -> None:
    query = Query(where=_WHERE, span=span)
    tree = SECOPS.write(query)
    assert SECOPS.read(SECOPS.parse(SECOPS.render(tree))) == query
    events = [{"a": "x", "metadata.event_timestamp": NOW + at} for at in (-5_000, -1, 0, 59, 60)]
    running = Running(now=NOW + 30)
    found = SECOPS.run(tree, {"": events}, running).rows
    assert (
        found == evaluate(query, {"": events}, replace(running, time_field="metadata.event_timestamp")).rows
    )
    assert 0 < len(found) < len(events)


def test_names_and_atoms() -> None:
    tree = SECOPS.parse(
        'principal.ip = "1.2.3.4"\nand $u = target.user.userid\nmatch: $u outcome: $n = sum(size)'
    )
    assert [(name.text, name.line, name.column) for name in SECOPS.names(tree).fields] == [
        ("principal.ip", 1, 1),
        ("target.user.userid", 2, 10),
        ("size", 3, 29),
    ]
    assert [(atom.field, atom.values) for atom in SECOPS.atoms(tree)] == [("principal.ip", ("1.2.3.4",))]
    assert SECOPS.effects(tree) == ()


@pytest.mark.slow
@pytest.mark.data
def test_all_rules(data_dir: Path) -> None:
    rules = part(published(data_dir), 6)
    refused: dict[str, int] = {}
    for rule in rules:
        try:
            tree = SECOPS.write(Query(where=rule.expression))
        except UnsayableError as error:
            refused[error.what] = refused.get(error.what, 0) + 1
            continue
        again = SECOPS.parse(SECOPS.render(tree))
        assert again == tree, rule.about.path
        assert same(SECOPS.read(again).where, rule.expression), rule.about.path
    assert set(refused) <= {*_REFUSED, "names of fields with other characters"}
    assert sum(refused.values()) < len(rules) / 10, refused
