"""Reading and writing: what is written means what was asked, and is read back as it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Ask
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.dialects.kql.columns import TRUTHS
from cybersecqwen.dialects.kql.meaning import caseless
from cybersecqwen.dialects.kql.terms import term_of, term_pattern
from cybersecqwen.dialects.normal import equivalent
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
    Unique,
)
from cybersecqwen.errors import UnsayableError
from tests.amounts import draws, part
from tests.published import rules as published

KQL = Kql()


def canonical(e: Expression) -> Expression:
    """The decisions of `meaning`: the empty text is null, and what has no case is compared without."""
    if isinstance(e, Not):
        return Not(canonical(e.inner))
    if isinstance(e, And | Or):
        return type(e)(tuple(map(canonical, e.parts)))
    if e.op is Op.EQUALS and e.field in TRUTHS and e.values in (("true",), ("false",)):
        return replace(e, cased=False)
    if e.op is Op.EQUALS and "" in e.values:
        rest = tuple(value for value in e.values if value)
        null = Ask(e.field, Op.NULL)
        return Or((null, canonical(Ask(e.field, e.op, rest, e.cased)))) if rest else null
    if e.cased and e.op in (Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS):
        groups = [(value, not caseless(value)) for value in e.values]
        parts = tuple(Ask(e.field, e.op, (value,), cased) for value, cased in groups)
        return parts[0] if len(parts) == 1 else Or(parts)
    return e


FIELDS = (
    "CommandLine",
    "EventID",
    "FileSize",
    "Event.Data.x",
    "cs-uri",
    "has",
    "AdditionalFields",
    "IsDeleted",
)
TEXTS = (
    "cmd.exe",
    "5",
    "05",
    "-1",
    "a b",
    'q"t',
    "back\\slash",
    "it's",
    "é",
    "new\nline",
    "10.0.0.1",
    "*",
    "true",
)


@st.composite
def questions(draw: st.DrawFn) -> Expression:
    field = draw(st.sampled_from(FIELDS))
    op = draw(st.sampled_from([op for op in Op if op is not Op.DIFFERS]))
    cased = draw(st.booleans())
    values = tuple(draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3, unique=True)))
    if op in (Op.PRESENT, Op.NULL):
        return Ask(field, op)
    if op is Op.SAME_AS:
        how = draw(st.sampled_from([Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS]))
        return Ask(field, op, ("Other", how.value), cased)
    if op is Op.CIDR:
        return Ask(
            field, op, draw(st.sampled_from([("10.0.0.0/8",), ("10.0.0.0/8", "::1/128"), ("fe80::/10",)]))
        )
    if op in (Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST):
        part = draw(st.sampled_from(["", "", "hour", "week", "minute"]))
        return Ask(field, op, draw(st.sampled_from([("5",), ("-1", "7"), ("1.5",)])), part=part)
    if op is Op.REGEX:
        return Ask(
            field, op, draw(st.sampled_from([("a.*b",), ("(?i)x$", "y"), (term_pattern("ab"),)])), cased=True
        )
    if op is Op.GLOB:
        pattern = "(?s)" + "".join(
            draw(st.sampled_from([("a", ".*", re2.escape("\\*")), (".", "b"), ("a", ".*", "c")]))
        )
        return Ask(field, op, (pattern,), cased)
    return Ask(field, op, values if cased else tuple(value.lower() for value in values), cased)


expressions: st.SearchStrategy[Expression] = st.recursive(
    questions(),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=6,
)


@draws(50)
@given(expressions)
@example(And((Ask("CommandLine", Op.EQUALS, ("cmd.exe",)), Ask("IsDeleted", Op.EQUALS, ("true",), True))))
def test_conditions_are_read_back(where: Expression) -> None:
    tree = KQL.write(Query(tables=("T",), where=where))
    text = KQL.render(tree)
    again = KQL.parse(text)
    assert again == tree
    assert equivalent(canonical(KQL.read(again).where or where), canonical(where)), text


_measures = st.sampled_from(
    (
        Measure(name="n", function=Measured.COUNT),
        Measure(name="with_user", function=Measured.COUNT, field="User"),
        Measure(name="users", function=Measured.DISTINCT, field="User"),
        Measure(name="bytes", function=Measured.SUM, field="FileSize"),
        Measure(name="mean", function=Measured.MEAN, field="Duration"),
        Measure(name="median", function=Measured.MEDIAN, field="FileSize"),
        Measure(name="p95", function=Measured.PERCENTILE, field="FileSize", at=95),
        Measure(name="first", function=Measured.LEAST, field="TimeGenerated"),
        Measure(name="all_users", function=Measured.VALUES, field="User"),
    )
)
_aggregates = st.builds(
    lambda measures, by, bucket: Aggregate(measures=tuple(measures), by=by, bucket_s=bucket),
    st.lists(_measures, min_size=1, max_size=3, unique=True),
    st.sampled_from(((), ("User",), ("User", "cs-host"))),
    st.sampled_from((None, 600.0, 86400.0)),
)
_steps = st.one_of(
    _aggregates,
    st.just(Keep(where=Ask("n", Op.GREATER, ("5",)))),
    st.just(Keep(where=Not(Ask("n", Op.AT_MOST, ("5",))))),
    st.sampled_from(
        (Sort(keys=(("n", True), ("User", False))), Limit(count=10), Columns(fields=("User", "n")))
    ),
    st.just(Unique(fields=("User", "Host"))),
)


@draws(60)
@given(
    st.builds(
        lambda tables, span, steps: Query(tables=tables, span=span, steps=tuple(steps)),
        st.sampled_from(((), ("T",), ("DeviceProcessEvents",), ("T", "U"))),
        st.sampled_from(
            (None, Span(last_s=86400), Span(last_s=90), Span(start=1.7e9), Span(start=1.6e9, end=1.7e9))
        ),
        st.just(())
        | st.builds(lambda first, rest: [first, *rest], _aggregates, st.lists(_steps, max_size=4)),
    )
)
def test_steps_are_read_back(query: Query) -> None:
    assert KQL.read(KQL.parse(KQL.render(KQL.write(query)))) == query


@pytest.mark.parametrize(
    ("test", "text"),
    [
        (Ask("a", Op.EQUALS, ("cmd.exe",)), 'a =~ "cmd.exe"'),
        (Ask("a", Op.EQUALS, ("cmd.exe", "x")), 'a in~ ("cmd.exe", "x")'),
        (Ask("a", Op.EQUALS, ("10.0.0.1",)), 'a == "10.0.0.1"'),
        (Ask("EventID", Op.EQUALS, ("4624", "4625")), "EventID in (4624, 4625)"),
        (Ask("EventID", Op.CONTAINS, ("46",)), 'tostring(EventID) contains "46"'),
        (Ask("a", Op.STARTS, ("X",), True), 'a startswith_cs "X"'),
        (Not(Ask("a", Op.ENDS, ("\\x",))), 'a !endswith @"\\x"'),
        (Not(Ask("a", Op.EQUALS, ("x", "y"))), 'a !in~ ("x", "y")'),
        (Ask("a", Op.REGEX, (term_pattern("enc"),), True), 'a has "enc"'),
        (Ask("a", Op.REGEX, ("x[0-9]+",), True), 'a matches regex "x[0-9]+"'),
        (Ask("a", Op.GLOB, ("(?s)x.*y",)), 'a matches regex "(?is)^x.*y$"'),
        (Ask("a", Op.CIDR, ("10.0.0.0/8",)), 'ipv4_is_in_range(a, "10.0.0.0/8")'),
        (Not(Ask("a", Op.CIDR, ("10.0.0.0/8",))), 'not(coalesce(ipv4_is_in_range(a, "10.0.0.0/8"), false))'),
        (Ask("a", Op.NULL), "isempty(a)"),
        (Ask("a", Op.EQUALS, ("",)), "isempty(a)"),
        (Not(Ask("FileSize", Op.GREATER, ("5",))), "not(isnotnull(FileSize) and FileSize > 5)"),
        (Ask("a", Op.SAME_AS, ("b", "equals")), "isnotempty(a) and a =~ b"),
        (Ask("", Op.CONTAINS, ("x",)), '* contains "x"'),
        (Ask("x.y", Op.EQUALS, ("1",)), 'tostring(x.y) == "1"'),
        (Ask("c-ip", Op.PRESENT), 'isnotempty(["c-ip"])'),
        (Ask("a", Op.AT_LEAST, ("7",), part="hour"), "hourofday(todatetime(a)) >= 7"),
    ],
)
def test_what_is_written(test: Expression, text: str) -> None:
    assert KQL.render(KQL.write(Query(tables=("T",), where=test))) == f"T\n| where {text}"


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ('a == "X"', Ask("a", Op.EQUALS, ("X",), True)),
        ('a =~ "X"', Ask("a", Op.EQUALS, ("x",))),
        ('tolower(a) == "x"', Ask("a", Op.EQUALS, ("x",))),
        ("EventID == 4624", Ask("EventID", Op.EQUALS, ("4624",))),
        ("4 < Size", Ask("Size", Op.GREATER, ("4",))),
        ('a has_any ("p q", "r")', Or((
            Ask("a", Op.REGEX, (term_pattern("p q"),), True),
            Ask("a", Op.REGEX, (term_pattern("r"),), True)))),
        ('a !has "p"', Not(Ask("a", Op.REGEX, (term_pattern("p"),), True))),
        ("not(Size > 4)", And((Ask("Size", Op.PRESENT), Not(Ask("Size", Op.GREATER, ("4",)))))),
        ("not(Size > 4) == false", Ask("Size", Op.GREATER, ("4",))),
        ("a == b", Or((Ask("a", Op.SAME_AS, ("b", "equals"), True),
                       And((Ask("a", Op.NULL), Ask("b", Op.NULL)))))),
        ("ipv4_is_private(a)", Ask("a", Op.CIDR, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))),
        ("tostring(parse_json(F).x.y) =~ 'z'", Ask("F.x.y", Op.EQUALS, ("z",))),
        ("Size between (2 .. 3)", And((Ask("Size", Op.AT_LEAST, ("2",)), Ask("Size", Op.AT_MOST, ("3",))))),
        ("a in (names)", Or((Ask("a", Op.EQUALS, ("N",), True), Ask("a", Op.EQUALS, ("5",))))),
        ("Flag", Ask("Flag", Op.EQUALS, ("true",))),
    ],
)  # fmt: skip
def test_what_is_read(text: str, test: Expression) -> None:
    found = KQL.read(KQL.parse(f'let names = dynamic(["N", 5]); T | where {text}'))
    assert found.tables == ("T",)
    assert equivalent(found.where, test)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("T | extend a = strlen(b) | where a == 1", "a column that is computed"),
        ("T | extend a = tostring(b) | project a", "a column that is computed"),
        ("T | extend a = strlen(b), c = a | extend d = a | where d == 1", "a column that is computed"),
        ("T | join U on a", "the operator join"),
        ("T | where strlen(a) > 5", "a condition about a computed value"),
        ("T | where a in (U | project a)", "a list that is computed"),
        ("T | where A['x.y'] == 'z'", "a condition about a computed value"),
        ("T | summarize arg_max(a, *) by b", "the function arg_max"),
        ("print 1", "the source print"),
        (".drop table T", "a control command"),
        ("let x = 1;", "a query without a table"),
        ("let x = y; let y = x; x", "a let that is named by itself"),
        ("T | where TimeGenerated < ago(1d)", "a time that ends before now"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, what: str) -> None:
    with pytest.raises(UnsayableError) as found:
        KQL.read(KQL.parse(text))
    assert found.value.what == what


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("T | extend x = tostring(A.b), y = strlen(c) | where x =~ 'q'", Ask("A.b", Op.EQUALS, ("q",))),
        ("T | extend x = tolower(a) | where x == 'q'", Ask("a", Op.EQUALS, ("q",))),
        ("T | extend x = a | extend y = x | where y > 5", Ask("a", Op.GREATER, ("5",))),
        ("T | where a =~ 'q' | extend a = 5", Ask("a", Op.EQUALS, ("q",))),
        ("T | extend a = b | where a =~ 'q'", Ask("b", Op.EQUALS, ("q",))),
    ],
)
def test_added_columns_stand_for_what_they_are_made_of(text: str, test: Ask) -> None:
    assert KQL.read(KQL.parse(text)) == Query(tables=("T",), where=test)


@pytest.mark.parametrize("test", [Ask("", Op.ENDS, ("x",)), Ask("", Op.GLOB, ("(?s).*a.*b.*",))])
def test_what_cannot_be_written_is_named(test: Ask) -> None:
    with pytest.raises(UnsayableError) as found:
        KQL.write(Query(tables=("T",), where=test))
    assert found.value.what.startswith("keywords that are compared by")


def test_span_and_time_column() -> None:
    text = KQL.render(KQL.write(Query(tables=("DeviceEvents",), span=Span(last_s=3600))))
    assert text == "DeviceEvents\n| where Timestamp > ago(1h)"
    text = KQL.render(KQL.write(Query(tables=("SigninLogs",), span=Span(start=0, end=86400))))
    assert text == (
        "SigninLogs\n| where TimeGenerated >= datetime(1970-01-01T00:00:00Z) "
        "and TimeGenerated < datetime(1970-01-02T00:00:00Z)"
    )


def test_the_time_of_records_is_named_as_the_schema_has_it() -> None:
    stage = Stage(where=Ask("FileName", Op.EQUALS, ("a",)))
    sequence = Sequence(stages=(stage, stage), by=("DeviceName",), within_s=60.0)
    for query in (
        Query(tables=("DeviceProcessEvents",), where=stage.where, span=Span(last_s=3600)),
        Query(tables=("DeviceProcessEvents",), steps=(sequence,)),
    ):
        tree = KQL.write(query)
        there = KQL.timed(tree, "TimeGenerated")
        text = KQL.render(there)
        assert "TimeGenerated" in text
        assert "Timestamp" not in text
        assert KQL.read(KQL.parse(text)) == query
        assert KQL.timed(there, "Timestamp") == tree
        assert KQL.timed(tree, "_time") == tree


@pytest.mark.parametrize("word", ["count", "filter", "where", "top"])
def test_names_that_are_words_of_operators_stand_in_brackets(word: str) -> None:
    tree = KQL.parse(f"T | summarize {word} = count() by A | where {word} > 1")
    assert KQL.render(tree) == f'T\n| summarize ["{word}"] = count() by A\n| where ["{word}"] > 1'
    assert KQL.parse(KQL.render(tree)) == tree


@given(st.text(min_size=1, max_size=8), st.sampled_from(["has", "hasprefix", "hassuffix"]), st.booleans())
def test_terms_come_back(text: str, word: str, cased: bool) -> None:
    pattern = term_pattern(text, word=word, cased=cased)
    found = term_of(pattern)
    if found is not None:
        assert term_pattern(found[0], word=found[1], cased=found[2]) == pattern
        assert found[0] == text


@pytest.mark.data
def test_every_sigma_rule_is_written_and_read_back(data_dir: Path) -> None:
    rules = part(published(data_dir), 9)
    refused = 0
    for rule in rules:
        try:
            tree = KQL.write(Query(tables=("T",), where=rule.expression))
        except UnsayableError:
            refused += 1
            continue
        again = KQL.parse(KQL.render(tree))
        assert again == tree
        assert equivalent(canonical(KQL.read(again).where or rule.expression), canonical(rule.expression)), (
            rule.about.path
        )
    assert len(rules) > 400
    assert refused < len(rules) / 100
