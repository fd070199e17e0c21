"""What is said of queries in plain words."""

from __future__ import annotations

import pytest
from hypothesis import given

from cybersecqwen.dialects.query import Query
from cybersecqwen.dialects.sql.dialect import DuckDb, Sql, Sqlite
from cybersecqwen.errors import QueryError
from tests.amounts import draws
from tests.dialects.described import HOSTILE, sound

from .drawn import queries

DUCKDB = DuckDb()

CASES = [
    (
        (
            "WITH failed AS (SELECT user, host, count(*) AS n FROM logons WHERE outcome = 'failure' "
            "AND timestamp > now() - INTERVAL 1 DAY GROUP BY user, host) SELECT f.user, f.n, a.owner "
            "AS owner FROM failed f LEFT JOIN assets a ON f.host = a.name WHERE f.n > 10 AND f.user "
            "NOT IN (SELECT name FROM service_accounts) ORDER BY f.n DESC LIMIT 5"
        ),
        (
            "For failed: looks at logons.",
            "For failed: keeps rows where outcome is failure and timestamp is in the last 1 day.",
            "For failed: tells how many there are (as n) for each user and host.",
            "Looks at failed.",
            "Joins the rows with assets where f.host is a.name, and keeps all rows of the first side.",
            "For the subquery: looks at service_accounts.",
            "For the subquery: shows name.",
            "Keeps rows where f.n is greater than 10.",
            "Leaves out rows where f.user is among the results of the subquery.",
            "Shows f.user, f.n and a.owner.",
            "Sorts by f.n (greatest first).",
            "Gives the first 5 rows.",
        ),
        ("The tables logons, assets and service_accounts.",),
    ),
    (
        (
            "SELECT host, count(DISTINCT user) AS users FROM logons WHERE lower(image) LIKE "
            "'%mimikatz%' OR image ILIKE '%sekurlsa%' GROUP BY host HAVING count(DISTINCT user) >= 3"
        ),
        (
            "Looks at logons.",
            "Keeps rows where image contains mimikatz or sekurlsa.",
            "Tells how many different values of user (as users) for each host.",
            "Keeps groups where users is at least 3.",
        ),
        ("The table logons.",),
    ),
]
"""Queries, what is said of them, and the data that they need."""


@pytest.mark.parametrize(("text", "said", "needed"), CASES)
def test_queries_are_told_step_by_step(text: str, said: tuple[str, ...], needed: tuple[str, ...]) -> None:
    tree = DUCKDB.parse(text)
    assert DUCKDB.describe(tree) == said
    assert DUCKDB.sources(tree) == needed


@pytest.mark.parametrize("dialect", [DuckDb(), Sqlite()], ids=["duckdb", "sqlite"])
@draws(30)
@given(queries())
def test_every_query_that_is_written_is_told(dialect: Sql, query: Query) -> None:
    try:
        tree = dialect.write(query)
    except QueryError:
        return
    assert sound(dialect.describe(tree))


def test_the_leading_filter() -> None:
    tree = DUCKDB.parse("SELECT a, count(*) FROM t WHERE b = 1 AND c > 2 GROUP BY a")
    assert DUCKDB.leading(tree) == DUCKDB.parse("SELECT * FROM t WHERE b = 1 AND c > 2")
    assert DUCKDB.leading(DUCKDB.parse("SELECT * FROM t JOIN u USING (a) WHERE b = 1")) is None
    assert DUCKDB.leading(DUCKDB.parse("SELECT * FROM t")) is None


TEXTS = [
    (
        "SELECT a FROM t UNION ALL SELECT a FROM u ORDER BY a LIMIT 3",
        (
            "For query 1: looks at t.",
            "For query 1: shows a.",
            "For query 2: looks at u.",
            "For query 2: shows a.",
            "Gives the rows of 2 queries together.",
            "Sorts by a (least first).",
            "Gives the first 3 rows.",
        ),
    ),
    (
        "SELECT *, row_number() OVER (PARTITION BY host ORDER BY ts) AS n FROM t QUALIFY n = 1",
        (
            "Looks at t.",
            "Shows all columns and the number of the row among rows with the same host in the order of ts"
            " (as n).",
            "Keeps rows where n is 1.",
        ),
    ),
    (
        "SELECT CASE WHEN a > 1 THEN 'x' ELSE 'y' END AS k FROM t WHERE EXISTS (SELECT 1 FROM u)",
        (
            "For the subquery: looks at u.",
            "For the subquery: shows 1.",
        ),
    ),
]


def test_brackets_around_tables_are_looked_through() -> None:
    assert DUCKDB.describe(DUCKDB.parse("SELECT * FROM ((t))")) == ("Looks at t.",)


def test_many_columns_take_no_long_time() -> None:
    columns = ", ".join(f"count(f{number}) AS c{number}" for number in range(3_000))
    groups = ", ".join(f"g{number}" for number in range(3_000))
    assert sound(DUCKDB.describe(DUCKDB.parse(f"SELECT {columns} FROM t GROUP BY {groups}")))


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_clauses(text: str, expected: tuple[str, ...]) -> None:
    sentences = DUCKDB.describe(DUCKDB.parse(text))
    assert sound(sentences)
    assert set(expected) <= set(sentences)


def test_hostile_names_are_shown_safely() -> None:
    name = HOSTILE.replace("\x1b", "")
    assert sound(DUCKDB.describe(DUCKDB.parse(f'SELECT "{name}" FROM "{name}" WHERE "{name}" = \'{name}\'')))
