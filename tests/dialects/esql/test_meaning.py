"""ES|QL means what Elastic documents, and what was written means what was asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects import query as middle
from cybersecqwen.dialects.esql import Esql
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.query import Query, Span
from cybersecqwen.errors import UnsayableError
from tests.dialects.elastic.plainer import plainer
from tests.dialects.meanings import expressions, records, same
from tests.strategies import UNHURRIED

ESQL = Esql()
REFUSED = {"keywords without a field", "regular expressions"}
_single = records.map(lambda one: {name: value for name, value in one.items() if not isinstance(value, list)})


@UNHURRIED
@given(expressions, st.lists(_single, max_size=4))
def test_what_was_written_reads_back_and_finds_the_same(
    where: Expression, found: list[dict[str, Any]]
) -> None:
    try:
        tree = ESQL.write(Query(where=where))
    except UnsayableError as error:
        assert error.what in REFUSED
        return
    assert ESQL.parse(ESQL.render(tree)) == tree
    assert same(plainer(ESQL.read(tree).where), plainer(where))
    rows = ESQL.run(tree, {"": found}, Running()).rows
    assert list(rows) == [record for record in found if holds(where, record)]


def _found(where: str, *events: dict[str, Any]) -> bool:
    return bool(ESQL.run(ESQL.parse(f"FROM a | WHERE {where}"), {"a": events}, Running(now=1_000_000.0)).rows)


@pytest.mark.parametrize(
    ("where", "event", "found"),
    [
        ('a == "x"', {"a": "x"}, True),
        ('a == "x"', {"a": "X"}, False),
        ('TO_LOWER(a) == "x"', {"a": "X"}, True),
        ('a LIKE "x*"', {"a": "xy"}, True),
        ('a LIKE "x*"', {"a": "Xy"}, False),
        ('a LIKE "foo \\\\* bar"', {"a": "foo * bar"}, True),
        ('a LIKE "foo \\\\* bar"', {"a": "foo x bar"}, False),
        ('a LIKE """foo \\* bar"""', {"a": "foo * bar"}, True),
        ('a LIKE ("q", "?y")', {"a": "xy"}, True),
        ('a RLIKE "x.*"', {"a": "xyz"}, True),
        ('a RLIKE "y"', {"a": "xyz"}, False),
        ('a NOT LIKE "x"', {}, False),
        ('NOT a == "x"', {}, False),
        ('NOT a == "x"', {"a": "y"}, True),
        ('a IS NULL OR NOT a == "x"', {}, True),
        ('COALESCE(a, "") != "x"', {}, True),
        ("a == null", {}, False),
        ("a != null", {"a": 1}, False),
        ("NOT (a == 1 AND b == 2)", {"a": 3}, True),
        ("NOT (a == 1 OR b == 2)", {"a": 3}, False),
        ("a IN (1, 2)", {"a": 2}, True),
        ("a NOT IN (1, null)", {"a": 2}, False),
        ('a == "x"', {"a": ["x", "y"]}, False),
        ('NOT a == "x"', {"a": ["x", "y"]}, False),
        ('MV_CONTAINS(a, "x")', {"a": ["x", "y"]}, True),
        ("a > 5", {"a": 6}, True),
        ("a / 4 == 1", {"a": 7}, True),
        ("a / 4.0 == 1", {"a": 7}, False),
        ("a / 0 == 1", {"a": 7}, False),
        ("a::string == \"7\"", {"a": 7}, True),
        ('a::int > 6', {"a": "7"}, True),
        ('CIDR_MATCH(a, "10.0.0.0/8", "fe80::/10")', {"a": "10.9.8.7"}, True),
        ('STARTS_WITH(a, "x") AND ENDS_WITH(a, "z") AND CONTAINS(a, "y")', {"a": "xyz"}, True),
        ('LOCATE(a, "y") == 2 AND LENGTH(a) == 3', {"a": "xyz"}, True),
        ('SUBSTRING(a, 2, 1) == "y" AND LEFT(a, 1) == "x" AND RIGHT(a, 1) == "z"', {"a": "xyz"}, True),
        ('CASE(a > 5, "big", a > 1, "middle", "small") == "middle"', {"a": 3}, True),
        ('DATE_EXTRACT("hour_of_day", a) == 7', {"a": "2024-05-06T07:08:09Z"}, True),
        ('DATE_TRUNC(1 hour, a) == "2024-05-06T07:00:00Z"', {"a": "2024-05-06T07:08:09Z"}, True),
        ("a >= NOW() - 1 day", {"a": 1_000_000.0 - 86_400}, True),
        ("a >= NOW() - 1 day", {"a": 1_000_000.0 - 86_401}, False),
        ('a < "2024-01-02" AND a >= "2024-01-01T00:00:00Z"', {"a": "2024-01-01T12:00:00Z"}, True),
        ('TO_LOWER(a) == TO_LOWER(b)', {"a": "X", "b": "x"}, True),
        ("MV_COUNT(a) == 2 AND MV_FIRST(a) == 1", {"a": [1, 2]}, True),
        ("a.b == 1", {"a": {"b": 1}}, True),
        ("NOT true", {}, False),
    ],
)  # fmt: skip
def test_what_conditions_find(where: str, event: dict[str, Any], found: bool) -> None:
    assert _found(where, event) is found


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Asked("a", Op.EQUALS, ("cmd.exe",)), 'TO_LOWER(a) == "cmd.exe"'),
        (Asked("a", Op.EQUALS, ("4688",)), 'a == "4688"'),
        (Asked("a", Op.EQUALS, ("X", "y"), True), 'a IN ("X", "y")'),
        (Asked("a", Op.ENDS, ("\\cmd.exe",)), 'TO_LOWER(a) LIKE """*\\\\cmd.exe"""'),
        (Asked("a", Op.CONTAINS, ("a*", "b")), 'TO_LOWER(a) LIKE ("""*a\\**""", "*b*")'),
        (Asked("a", Op.CIDR, ("10.0.0.0/8",)), 'CIDR_MATCH(a, "10.0.0.0/8")'),
        (Asked("a", Op.REGEX, ("(?i)net[a-c]$",), True), 'TO_LOWER(a) RLIKE ".*net[a-c]"'),
        (Asked("a", Op.REGEX, ("^Net\\d",), True), 'a RLIKE "Net[0-9].*"'),
        (Not(Asked("a", Op.EQUALS, ("x",))), 'a IS NULL OR NOT TO_LOWER(a) == "x"'),
        (And((Asked("a", Op.PRESENT), Not(Asked("a", Op.EQUALS, ("1",))))), 'a IS NOT NULL AND NOT a == "1"'),
        (Asked("a", Op.SAME_AS, ("b", "equals")), "TO_LOWER(a) == TO_LOWER(b)"),
        (Asked("a", Op.SAME_AS, ("b", "contains"), True), "LOCATE(a, b) > 0"),
        (Asked("a", Op.SAME_AS, ("b", "starts"), True), "STARTS_WITH(a, b)"),
        (Asked("a", Op.SAME_AS, ("b", "ends")), "ENDS_WITH(TO_LOWER(a), TO_LOWER(b))"),
        (Asked("a", Op.GREATER, ("5",), part="hour"), 'DATE_EXTRACT("hour_of_day", a) > 5'),
    ],
)
def test_how_tests_are_written(where: Expression, text: str) -> None:
    tree = ESQL.write(Query(where=where))
    assert ESQL.render(tree) == f"FROM *\n| WHERE {text}"
    assert same(ESQL.read(tree).where, where)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('COALESCE(a, "") != "x"', Not(Asked("a", Op.EQUALS, ("x",), True))),
        ('TO_LOWER(COALESCE(a, "")) == ""', Or((Asked("a", Op.NULL), Asked("a", Op.EQUALS, ("",))))),
        ('TO_UPPER(a) == "X"', Asked("a", Op.EQUALS, ("x",))),
        ('TO_LOWER(a) == "X"', Or(())),
        ('"x" == TO_LOWER(a)', Asked("a", Op.EQUALS, ("x",))),
        ("5 < a", Asked("a", Op.GREATER, ("5",))),
        ("a", Asked("a", Op.EQUALS, ("true",))),
        ('a::string LIKE "*1*"', Asked("a", Op.CONTAINS, ("1",))),
        ('TO_LOWER(a) LIKE "X*"', Or(())),
        (
            "NOT a == b",
            And(
                (
                    Asked("a", Op.PRESENT),
                    Asked("b", Op.PRESENT),
                    Not(Asked("a", Op.SAME_AS, ("b", "equals"), True)),
                )
            ),
        ),
    ],
)
def test_other_words_are_read(text: str, meant: Expression) -> None:
    assert same(ESQL.read(ESQL.parse(f"FROM a | WHERE {text}")).where, meant)


def _count(*by: str, **more: Any) -> middle.Aggregate:
    return middle.Aggregate(
        measures=(middle.Measure(name="n", function=middle.Measured.COUNT),), by=by, **more
    )


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (Query(tables=("logs-*", "other")), "FROM logs-*, other"),
        (Query(span=Span(last_s=3_600.0)), "FROM *\n| WHERE @timestamp >= NOW() - 1 hour"),
        (
            Query(span=Span(start=1_700_000_000.0, end=1_700_003_600.0)),
            'FROM *\n| WHERE @timestamp >= "2023-11-14T22:13:20.000Z" '
            'AND @timestamp < "2023-11-14T23:13:20.000Z"',
        ),
        (Query(steps=(_count("a.b"),)), "FROM *\n| STATS n = COUNT(*) BY a.b"),
        (
            Query(steps=(_count(bucket_s=300.0),)),
            "FROM *\n| STATS n = COUNT(*) BY @timestamp = BUCKET(@timestamp, 5 minutes)",
        ),
        (
            Query(
                steps=(
                    middle.Aggregate(
                        measures=(
                            middle.Measure(name="p", function=middle.Measured.PERCENTILE, field="x", at=95.0),
                            middle.Measure(name="d", function=middle.Measured.DISTINCT, field="y"),
                        )
                    ),
                )
            ),
            "FROM *\n| STATS p = PERCENTILE(x, 95), d = COUNT_DISTINCT(y)",
        ),
        (
            Query(steps=(_count("a"), middle.Keep(where=Asked("n", Op.GREATER, ("5",))))),
            "FROM *\n| STATS n = COUNT(*) BY a\n| WHERE n > 5",
        ),
        (
            Query(steps=(middle.Sort(keys=(("a", True), ("b", False))), middle.Limit(count=5))),
            "FROM *\n| SORT a DESC, b\n| LIMIT 5",
        ),
        (Query(steps=(middle.Columns(fields=("a", "b-c")),)), "FROM *\n| KEEP a, `b-c`"),
        (Query(steps=(middle.Unique(fields=("a", "b")),)), "FROM *\n| STATS BY a, b"),
    ],
)
def test_whole_queries_there_and_back(query: Query, text: str) -> None:
    tree = ESQL.write(query)
    assert ESQL.render(tree) == text
    assert ESQL.parse(text) == tree
    assert ESQL.read(tree) == query


def test_computed_columns_are_read_as_what_they_are_made_from() -> None:
    text = 'FROM a | EVAL low = TO_LOWER(x), again = low | WHERE again == "y" | STATS n = COUNT(*) BY z'
    found = ESQL.read(ESQL.parse(text))
    assert found.where == Asked("x", Op.EQUALS, ("y",))
    assert [(one.field, one.values) for one in ESQL.atoms(ESQL.parse(text))] == [("x", ("y",))]


@pytest.mark.parametrize(
    "text",
    [
        'FROM a | EVAL low = TO_LOWER(x) | WHERE low == "y"',
        "FROM a | EVAL low = TO_LOWER(x) | STATS n = COUNT(*) BY low",
        'FROM a | WHERE x : "words"',
        'FROM a | WHERE QSTR("x:y")',
        "FROM a | WHERE LENGTH(x) > 5",
        "FROM a | ENRICH p",
        "FROM a | LOOKUP JOIN b ON c",
        "FROM a | DROP x",
        "FROM a | KEEP x*",
        "FROM a | STATS n = COUNT(*) WHERE x > 1",
        "FROM a | STATS n = COUNT(*) + 1",
        "FROM a | INLINE STATS n = COUNT(*)",
        "ROW a = 1",
        "FROM a | WHERE x < \"b\"",
        'FROM a | WHERE @timestamp > "yesterday"',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UnsayableError):
        ESQL.read(ESQL.parse(text))


@pytest.mark.parametrize(
    ("query", "what"),
    [
        (Query(where=Asked("", Op.CONTAINS, ("x",))), "keywords without a field"),
        (Query(where=Asked("a", Op.EQUALS, ("5",), part="week")), "weeks of times"),
        (Query(steps=(middle.Sequence(stages=()),)), "sequences of events"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(query: Query, what: str) -> None:
    with pytest.raises(UnsayableError) as caught:
        ESQL.write(query)
    assert caught.value.what == what
