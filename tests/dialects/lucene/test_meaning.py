"""Query strings mean what Elasticsearch takes them for, and what was written means what was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import Expression, Not, Op
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.lucene import Lucene
from cybersecqwen.dialects.query import Limit, Query, Span
from cybersecqwen.errors import UnsayableError
from tests.amounts import part
from tests.dialects.meanings import expressions, records, same
from tests.published import rules as published
from tests.strategies import UNHURRIED

FOLDED, EXACT = Lucene(), Lucene(case="exact")
NOW = 1_700_000_000.0


@UNHURRIED
@given(expressions, st.sampled_from([FOLDED, EXACT]), st.lists(records, max_size=4))
def test_what_was_written_reads_back_and_finds_the_same(
    where: Expression, dialect: Lucene, events: list[dict[str, Any]]
) -> None:
    query = Query(where=where)
    try:
        tree = dialect.write(query)
    except UnsayableError as error:
        assert error.what in _REFUSED
        return
    assert dialect.parse(dialect.render(tree)) == tree
    assert same(dialect.read(tree).where, where)
    found = dialect.run(tree, {"": events}, Running()).rows
    assert list(found) == [event for event in events if holds(where, event)]


_REFUSED = {
    "text compared with regard to case",
    "regular expressions",
    "regular expressions without a field",
    "comparison of two fields",
    "parts of times",
    "comparison with the whole text",
}


@UNHURRIED
@given(expressions)
def test_where_the_index_keeps_the_case_nothing_is_lost(where: Expression) -> None:
    assert same(EXACT.read(EXACT.write(Query(where=where))).where, where)


@pytest.mark.parametrize(
    ("text", "event", "found"),
    [
        ("a:x AND b:y OR c:z", {"a": "x", "b": "y"}, True),
        ("a:x AND b:y OR c:z", {"c": "z"}, False),
        ("a:x OR b:y AND c:z", {"a": "x"}, False),
        ("a:x OR b:y AND c:z", {"b": "y", "c": "z"}, True),
        ("+a:x b:y", {"a": "x"}, True),
        ("+a:x b:y", {"b": "y"}, False),
        ("a:x b:y", {"b": "y"}, True),
        ("a:x -b:y", {"a": "x", "b": "y"}, False),
        ("NOT a:x", {}, True),
        ("NOT a:x", {"a": "X"}, False),
        ("b:y OR (NOT a:x)", {}, True),
        ("a:(x OR y) AND NOT a:y", {"a": "Y"}, False),
        ("a:(x AND NOT y)", {"a": ["x"]}, True),
        ("_exists_:a", {"a": ""}, True),
        ("_exists_:a", {"a": None}, False),
        ("a:*", {"a": ""}, True),
        ('a:""', {"a": ""}, True),
        (r"a:*\\cmd.exe", {"a": r"C:\CMD.EXE"}, True),
        ("a:/c.d/", {"a": "CMD"}, True),
        ("a:/m/", {"a": "cmd"}, False),
        ("a:[5 TO 10}", {"a": "10"}, False),
        ("a:[5 TO 10}", {"a": 5}, True),
        ("a:>=5", {"a": "5.0"}, True),
        ('a:"10.0.0.0/8"', {"a": "10.9.8.7"}, True),
        ("*net*user*", {"a": "x", "b": "run net1 user"}, True),
        ("mimikatz", {"a": "Invoke-Mimikatz now"}, True),
        ("mimikatz", {"a": "mimikatzen"}, False),
        ("*:*", {}, True),
        ("NOT *:*", {"a": 1}, False),
        ("a.b:c", {"a": {"b": "C"}}, True),
    ],
)
def test_examples(text: str, event: dict[str, Any], found: bool) -> None:
    rows = FOLDED.run(FOLDED.parse(text), {"": [event]}, Running()).rows
    assert bool(rows) is found


@pytest.mark.parametrize(
    ("text", "event", "found"),
    [
        ("a:cmd", {"a": "CMD"}, False),
        ("a:cmd", {"a": "cmd"}, True),
        ("a:/[cC][mM][dD]/", {"a": "CMD"}, True),
        ("a:*MD", {"a": "CMD"}, True),
    ],
)
def test_where_the_index_keeps_the_case(text: str, event: dict[str, Any], found: bool) -> None:
    assert bool(EXACT.run(EXACT.parse(text), {"": [event]}, Running()).rows) is found


@pytest.mark.parametrize(
    ("where", "folded", "exact"),
    [
        (Asked("a", Op.EQUALS, ("cmd.exe",)), "a:cmd.exe", r"a:/[Cc][Mm][Dd]\.[Ee][Xx][Ee]/"),
        (Asked("a", Op.ENDS, ("\\5",)), r"a:*\\5", r"a:*\\5"),
        (Asked("a", Op.EQUALS, ("10.0.0.0/8",)), r"a:/10\.0\.0\.0\/8/", r"a:/10\.0\.0\.0\/8/"),
        (Asked("a", Op.REGEX, ("(?i)net\\s+use",), True), None, None),
        (Asked("a", Op.REGEX, ("^\\d{4}$",), True), "a:/[0-9]{4}/", "a:/[0-9]{4}/"),
        (Not(Asked("a", Op.NULL)), "_exists_:a", "_exists_:a"),
        (Asked("a", Op.NULL), "NOT _exists_:a", "NOT _exists_:a"),
        (Asked("", Op.CONTAINS, ("x y",)), r"*x\ y*", r"/.*[Xx] [Yy].*/"),
        (Asked("a", Op.EQUALS, ("<5",)), 'a:"<5"', 'a:"<5"'),
        (Asked("a", Op.EQUALS, ("and",)), "a:and", "a:/[Aa][Nn][Dd]/"),
    ],
)
def test_what_is_written(where: Expression, folded: str | None, exact: str | None) -> None:
    for dialect, text in ((FOLDED, folded), (EXACT, exact)):
        written = dialect.render(dialect.write(Query(where=where)))
        assert text is None or written == text
        assert same(dialect.read(dialect.parse(written)).where, where)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a:cmd~", "fuzzy search"),
        ('a:"x y"~2', "words near each other"),
        ("a:[b TO c]", "ranges of text"),
        ("proc*:x", "wildcards in names of fields"),
        ("NOT @timestamp:>now-1d", "times and indexes within a condition"),
        ("@timestamp:[now-1d/d TO now]", "times of other forms"),
        ("cm*", "terms with wildcards without a field"),
        (">5", "comparisons without a field"),
        ("a:/~(x)/", "regular expressions"),
    ],
)
def test_what_the_middle_has_no_words_for(text: str, what: str) -> None:
    with pytest.raises(UnsayableError) as caught:
        FOLDED.read(FOLDED.parse(text))
    assert caught.value.what == what


def test_a_filter_is_all_that_can_be_written() -> None:
    with pytest.raises(UnsayableError) as caught:
        FOLDED.write(Query(steps=(Limit(count=5),)))
    assert caught.value.what == "a limit of rows"
    with pytest.raises(UnsayableError) as caught:
        FOLDED.write(Query(where=Asked("a", Op.EQUALS, ("Cmd",), True)))
    assert caught.value.what == "text compared with regard to case"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("@timestamp:[now-1d TO now]", Span(last_s=86_400.0)),
        ("@timestamp:>=now-90m", Span(last_s=5_400.0)),
        ("@timestamp:[2024-05-06 TO 2024-05-07]", Span(start=1_714_953_600.0, end=1_715_126_400.0)),
        ("@timestamp:[2024-05-06T01:00:00Z TO *]", Span(start=1_714_957_200.0)),
        ("@timestamp:<2024-05-06T02\\:00\\:00+01\\:00", Span(end=1_714_957_200.0)),
        ("@timestamp:<1714957200000", Span(end=1_714_957_200.0)),
        ("@timestamp:>2024-05-06", Span(start=1_715_040_000.0)),
    ],
)
def test_times(text: str, span: Span) -> None:
    assert FOLDED.read(FOLDED.parse(text)) == Query(span=span)
    read = FOLDED.read(FOLDED.parse(f"x:y AND {text} AND z:1"))
    assert read.span == span
    assert FOLDED.read(FOLDED.write(read)) == read


def test_times_and_indexes_select_records() -> None:
    data = {
        "logs": [{"@timestamp": NOW - 10, "a": "x"}, {"@timestamp": NOW - 1_000, "a": "x"}],
        "other": [{"a": "x"}],
    }
    query = Query(tables=("logs",), span=Span(last_s=60), where=Asked("a", Op.EQUALS, ("x",)))
    tree = FOLDED.write(query)
    assert FOLDED.render(tree) == "_index:logs AND @timestamp:[now-1m TO now] AND a:x"
    assert FOLDED.read(tree) == query
    assert FOLDED.run(tree, data, Running(now=NOW)).rows == (data["logs"][0],)


def test_names_and_atoms() -> None:
    tree = FOLDED.parse(
        '_index:logs-* AND process.name:(cmd.exe OR foo*)\nAND _exists_:user.name x:"y z" free'
    )
    names = FOLDED.names(tree)
    assert [(name.text, name.line, name.column) for name in names.fields] == [
        ("process.name", 1, 19),
        ("user.name", 2, 5),
        ("x", 2, 24),
    ]
    assert [name.text for name in names.tables] == ["logs-*"]
    assert [(atom.field, atom.op, atom.values) for atom in FOLDED.atoms(tree)][:2] == [
        ("process.name", Op.EQUALS, ("cmd.exe",)),
        ("process.name", Op.STARTS, ("foo",)),
    ]
    assert FOLDED.effects(tree) == ()


@pytest.mark.slow
@pytest.mark.data
def test_all_rules(data_dir: Path) -> None:
    rules = published(data_dir)
    refused: dict[str, int] = {}
    # The second is as slow as the first, and differs in letters alone: a part tells.
    for dialect, some in ((FOLDED, rules), (EXACT, rules[::5])):
        written = []
        for rule in some:
            try:
                written.append((rule, dialect.write(Query(where=rule.expression))))
            except UnsayableError as error:
                key = f"{dialect.case}: {error.what}"
                refused[key] = refused.get(key, 0) + 1
        for rule, tree in part(written, 6):
            again = dialect.parse(dialect.render(tree))
            assert again == tree, rule.about.path
            assert same(dialect.read(again).where, rule.expression), rule.about.path
    assert sum(count for key, count in refused.items() if key.startswith("exact")) <= 10
    assert sum(count for key, count in refused.items() if key.startswith("folded")) <= 120, refused
