"""ES|QL parses what Elastic documents, renders what it parses, and says where text is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.esql import Esql
from cybersecqwen.dialects.esql.tree import EsqlTree
from cybersecqwen.errors import LimitError, QueryError, QuerySyntaxError
from tests.dialects.esql.drawn import trees
from tests.strategies import UNHURRIED

ESQL = Esql()


@UNHURRIED
@given(trees)
def test_what_is_rendered_parses_to_the_same(tree: EsqlTree) -> None:
    assert ESQL.parse(ESQL.render(tree)) == tree


_WORDS = (
    "FROM", "a", "logs-*", "|", "WHERE", "EVAL", "STATS", "BY", "KEEP", "DROP", "RENAME", "AS", "SORT",
    "DESC", "NULLS", "FIRST", "LIMIT", "5", "DISSECT", "GROK", "ENRICH", "ON", "WITH", "MV_EXPAND", "LOOKUP",
    "JOIN", "INLINE", "SAMPLE", "0.5", "METADATA", "x", "=", "==", "AND", "NOT", "IN", "LIKE", "RLIKE", "IS",
    "NULL", "(", ")", ",", ".", "*", "1 day", "::", ":", '"t"', '"""r"""', "`q`", "?p", "{", "}", "[", "]",
    "COUNT(*)", "//c\n", "/*", "\x00", "-", "ROW", "SHOW", "INFO",
)  # fmt: skip


@UNHURRIED
@given(
    st.one_of(
        st.lists(st.sampled_from(_WORDS), max_size=14).map(lambda words: "FROM a | " + " ".join(words)),
        st.lists(st.sampled_from(_WORDS), max_size=14).map(" ".join),
        st.text(max_size=40),
    )
)
def test_any_text_gives_a_tree_or_an_error(text: str) -> None:
    try:
        tree = ESQL.parse(text)
    except (QueryError, LimitError):
        return
    assert ESQL.parse(ESQL.render(tree)) == tree


@pytest.mark.parametrize(
    "text",
    [
        "FROM employees | WHERE height > 2",
        "from logs-*, cluster_one:logs-*,-other metadata _index, _id | limit 10",
        'FROM "weird name", <logs-{now/d}>',
        "FROM a // comment\n/* more\n lines */ | LIMIT 5",
        'ROW a = 1, b = "two", c = null, d = [1, 2], e = ["x"]',
        'ROW name = """Indiana "Indy" Jones"""',
        "SHOW INFO",
        "FROM a | WHERE x IS NULL OR NOT y IS NOT NULL AND z NOT IN (1, 2)",
        'FROM a | WHERE m LIKE "foo \\\\* bar" OR m NOT RLIKE """foo \\( .*""" OR m LIKE ("a*", "b?")',
        'FROM a | WHERE t : "words" AND MATCH(t, "x", {"operator": "AND", "boost": 1.5}) AND QSTR("a:b")',
        "FROM a | WHERE @timestamp >= NOW() - 1 day AND @timestamp < NOW() - 15minutes",
        "FROM a | EVAL h = height * 3.281, cm = height * 100::double, -x + 2 % 3",
        "FROM a | STATS c = COUNT(*), AVG(salary) WHERE x > 1 BY languages, b = BUCKET(@timestamp, 1 hour)",
        "FROM a | STATS BY host.name | INLINE STATS m = MAX(x) BY y | INLINESTATS n = COUNT()",
        "FROM a | STATS COUNT(`1.field`) | EVAL my_count = `COUNT(``1.field``)`",
        "FROM a | KEEP first*, *_name, x | DROP h*, `a-b` | RENAME a AS b, c = d",
        "FROM a | SORT x DESC NULLS LAST, LENGTH(y) ASC, z NULLS FIRST | LIMIT 3",
        'FROM a | DISSECT m """%{date} - %{+msg->} %{?x}""" APPEND_SEPARATOR=" "',
        'FROM a | GROK m "%{IP:ip}", "%{WORD:w}"',
        "FROM a | ENRICH _coordinator:languages_policy ON a WITH name = language_name, other",
        "FROM a | MV_EXPAND x | LOOKUP JOIN threat_list ON source.ip, y | SAMPLE 0.1",
        "FROM a | LOOKUP JOIN b ON left_x == right_x AND y > z",
        "FROM a | WHERE x == ?p OR ?? == ?1",
    ],
)
def test_what_is_documented_parses(text: str) -> None:
    tree = ESQL.parse(text)
    assert ESQL.parse(ESQL.render(tree)) == tree


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("WHERE a == 1", 1, 1),
        ("FROM a | WHERE", 1, 15),
        ("FROM a\n| WHERE x = 1", 2, 11),
        ("FROM a | FROM b", 1, 10),
        ("FROM a | DELETE b", 1, 10),
        ("FROM a | WHERE x == 'y'", 1, 21),
        ("FROM a | LIMIT x", 1, 16),
        ("FROM a | WHERE x LIKE 5", 1, 23),
        ("FROM a | WHERE x IN 5", 1, 21),
        ("FROM a | KEEP", 1, 14),
        ("FROM a | RENAME b", 1, 18),
        ("FROM a | WHERE x == 1 == 2", 1, 23),
        ("FROM a | SORT x NULLS", 1, 22),
        ("FROM a | SAMPLE 2", 1, 17),
        ("FROM a | LIMIT 5 6", 1, 18),
    ],
)
def test_errors_say_where(text: str, line: int, column: int) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        ESQL.parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "FROM a | WHERE " + "(" * 500 + "true" + ")" * 500,
        "FROM a | WHERE " + "F(" * 500 + ")" * 500,
        "FROM a | WHERE " + "NOT " * 500 + "true",
        "FROM a | WHERE a == " + "1 + " * 500 + "1",
        "FROM a | WHERE a" + "::int" * 500,
        "FROM a | WHERE a" + " IS NULL" * 500,
        "FROM a" + " | LIMIT 5" * 600,
        "FROM " + "a" * 1_000_001,
    ],
)
def test_what_is_too_deep_or_long_is_refused(text: str) -> None:
    with pytest.raises((LimitError, QuerySyntaxError)):
        ESQL.parse(text)


def test_names_are_those_that_the_query_does_not_make() -> None:
    text = (
        "FROM logs-* METADATA _index\n| EVAL low = TO_LOWER(process.name), two = low\n"
        '| WHERE low == "x" AND _index == "y" AND user.name == "z"\n'
        '| DISSECT message "%{d} %{e}"\n| STATS n = COUNT(*) BY host.name, d\n| WHERE n > 5\n| SORT n DESC'
    )
    names = ESQL.names(ESQL.parse(text))
    assert [one.text for one in names.tables] == ["logs-*"]
    found: list[Any] = [(one.text, one.line, one.column) for one in names.fields]
    assert found == [
        ("process.name", 2, 23),
        ("user.name", 3, 42),
        ("message", 4, 11),
        ("host.name", 5, 25),
    ]


def test_behind_a_look_up_fields_may_come_from_there() -> None:
    names = ESQL.names(ESQL.parse("FROM a | LOOKUP JOIN b ON c | WHERE d == 1"))
    assert [one.text for one in names.fields] == ["c"]


def test_nothing_is_written() -> None:
    assert ESQL.effects(ESQL.parse("FROM a | ENRICH p ON b | LOOKUP JOIN c ON d")) == ()
