"""Text to trees and back, queries to trees and back, names, effects, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sqlglot")

from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.evaluating import evaluate
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.normal import equivalent, normal
from cybersecqwen.dialects.query import Aggregate, Keep, Measure, Measured, Query, Span
from cybersecqwen.dialects.sql import DuckDb, Sqlite
from cybersecqwen.dialects.sql.dialect import Sql
from cybersecqwen.errors import LimitError, QueryError, QuerySyntaxError, UnsayableError
from tests.amounts import draws

from . import drawn

BOTH = st.sampled_from([DuckDb("time"), Sqlite("time")])
NOW = Running(now=1_700_000_000.0, time_field="time")


@given(drawn.expressions(patterns=False, pieces=False), BOTH)
@draws(40)
def test_what_is_written_is_read_back(expression: Expression, dialect: Sql) -> None:
    """A condition comes back with the same meaning, and its text gives the same tree."""
    tree = dialect.write(Query(where=expression))
    again = dialect.parse(dialect.render(tree))
    assert again == tree and dialect.render(again) == dialect.render(tree)
    found = dialect.read(again).where
    assert equivalent(found, expression), (normal(found) if found else None, normal(expression))


@given(drawn.expressions())
@draws(40)
def test_duckdb_reads_back_patterns_and_networks(expression: Expression) -> None:
    """The same with all operations of DuckDB."""
    tree = DuckDb("time").write(Query(where=expression))
    assert equivalent(DuckDb("time").read(DuckDb("time").parse(tree.sql)).where, expression)


@given(drawn.queries(patterns=False), st.integers(0, 99), BOTH)
@draws(30)
def test_steps_are_read_back(query: Query, seed: int, dialect: Sql) -> None:
    """What comes back gives the same rows, by the same columns."""
    expression = query.where or Asked("a", Op.PRESENT)
    records = [
        {**one, "time": 1_700_000_000 - 700 * n, "a": str(n % 4), "B": "xy"[n % 2], "e f": "z"}
        for n, one in enumerate(drawn.records(expression, seed))
    ]
    found = dialect.read(dialect.parse(dialect.write(query).sql))
    assert found.tables == query.tables and found.span == query.span
    assert sorted(map(repr, evaluate(found, {"": records}, NOW).rows)) == sorted(
        map(repr, evaluate(query, {"": records}, NOW).rows)
    )


WORDS = [
    *drawn.PIECES,
    "SELECT",
    "FROM",
    "WHERE",
    "a",
    "t",
    "(",
    ")",
    ",",
    "=",
    "<",
    "AND",
    "OR",
    "NOT",
    "IN",
    "LIKE",
    "CASE",
    "WHEN",
    "END",
    "*",
    "GROUP",
    "BY",
    "WITH",
    "AS",
    "UNION",
    ";",
    "1",
    "'x'",
    "OVER",
    "IS",
    "NULL",
]


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), BOTH)
@draws(100)
def test_any_text_gives_a_tree_or_an_error(text: str, dialect: Sql) -> None:
    """Never another exception, from anything that takes a tree."""
    try:
        tree = dialect.parse(text)
        dialect.render(tree)
        dialect.names(tree), dialect.effects(tree), dialect.atoms(tree)
        dialect.read(tree)
    except (QueryError, LimitError):
        pass


EXPECTED = {
    "duckdb": """SELECT
  *
FROM "logs"."proc"
WHERE
  "time" >= now() - INTERVAL '3600' SECONDS
  AND "time" <= now()
  AND CAST("Image" AS TEXT) ILIKE '%\\cmd.exe'
  AND lower(CAST("EventID" AS TEXT)) IN ('1', '4688')
  AND (CAST("User" AS TEXT) ILIKE 'nt!_%' ESCAPE '!' OR "Parent" IS NULL) IS NOT TRUE""",
    "sqlite": """SELECT
  *
FROM "logs"."proc"
WHERE
  unixepoch("time", 'auto') >= unixepoch('now') - 3600
  AND unixepoch("time", 'auto') <= unixepoch('now')
  AND "Image" LIKE '%\\cmd.exe'
  AND lower("EventID") IN ('1', '4688')
  AND ("User" LIKE 'nt!_%' ESCAPE '!' OR "Parent" IS NULL) IS NOT TRUE""",
}


@pytest.mark.parametrize("dialect", [DuckDb("time"), Sqlite("time")])
def test_text(dialect: Sql) -> None:
    """How a query looks."""
    where = And(
        (
            Asked("Image", Op.ENDS, ("\\cmd.exe",)),
            Asked("EventID", Op.EQUALS, ("1", "4688")),
            Not(Or((Asked("User", Op.STARTS, ("nt_",)), Asked("Parent", Op.NULL)))),
        )
    )
    query = Query(tables=("logs.proc",), where=where, span=Span(last_s=3_600.0))
    wanted = EXPECTED[dialect.name]
    # A backslash in the text makes another sign the escape.
    assert dialect.render(dialect.write(query)) == wanted.replace("nt!_%' ESCAPE '!'", "nt\\_%' ESCAPE '\\'")


@pytest.mark.parametrize(
    ("dialect", "condition", "span"),
    [
        (DuckDb("time"), "time >= '2023-11-14 22:13:20'", Span(start=1_700_000_000.0)),
        (DuckDb("time"), "time < TIMESTAMP '2023-11-14T22:13:20Z'", Span(end=1_700_000_000.0)),
        (DuckDb("time"), "now() - INTERVAL 5 MINUTES <= time", Span(last_s=300.0)),
        (DuckDb("time"), "time > '2023-11-14 22:13:20'", Span(start=1_700_000_000.000001)),
        (Sqlite("time"), "unixepoch(time) BETWEEN 5 AND 9", Span(start=5.0, end=10.0)),
        (Sqlite("time"), "time BETWEEN 5 AND 9", None),
        (DuckDb("time"), "time = '2023-11-14 22:13:20'", None),
        (DuckDb("time"), "time >= other", None),
    ],
)
def test_times_are_read(dialect: Sql, condition: str, span: Span | None) -> None:
    """From a moment on, before another, the last seconds; what is neither is refused."""
    tree = dialect.parse(f"SELECT * FROM t WHERE {condition} AND a = 'x'")
    if span is None:
        with pytest.raises(UnsayableError):
            dialect.read(tree)
    else:
        assert dialect.read(tree).span == span


def test_groups_are_read() -> None:
    """What a person writes: aliases, HAVING with a measure, GROUP BY with a place."""
    found = DuckDb("time").read(
        DuckDb("time").parse(
            "SELECT host, count(*) AS n FROM logs WHERE code = 4625 GROUP BY 1 HAVING count(*) > 5"
        )
    )
    assert found.where == Asked("code", Op.EQUALS, ("4625",))
    assert found.steps == (
        Aggregate(measures=(Measure(name="n", function=Measured.COUNT),), by=("host",)),
        Keep(where=Asked("n", Op.GREATER, ("5",))),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 'X'", Asked("a", Op.EQUALS, ("X",), cased=True)),
        ("lower(a) = 'x'", Asked("a", Op.EQUALS, ("x",))),
        ("upper(a) LIKE 'X%'", Asked("a", Op.STARTS, ("x",))),
        ("a <> 'X'", And((Asked("a", Op.PRESENT), Not(Asked("a", Op.EQUALS, ("X",), cased=True))))),
        ("a ILIKE '%x\\_y' ESCAPE '\\'", Asked("a", Op.ENDS, ("x_y",))),
        ("a NOT ILIKE '%x%'", And((Asked("a", Op.PRESENT), Not(Asked("a", Op.CONTAINS, ("x",)))))),
        ("coalesce(a ILIKE '%x%', FALSE) = a", None),
        ("NOT coalesce(a ILIKE '%x%', FALSE)", Not(Asked("a", Op.CONTAINS, ("x",)))),
        ("a IN ('x', 'y')", Asked("a", Op.EQUALS, ("x", "y"), cased=True)),
        ("a BETWEEN 1 AND 5", And((Asked("a", Op.AT_LEAST, ("1",)), Asked("a", Op.AT_MOST, ("5",))))),
        ("5 < a", Asked("a", Op.GREATER, ("5",))),
        ("a = b", Asked("a", Op.SAME_AS, ("b", "equals"), cased=True)),
        ("regexp_matches(a, 'x+', 'i')", Asked("a", Op.REGEX, ("(?i)x+",), cased=True)),
        ("a ~ 'x+'", Asked("a", Op.REGEX, (r"\A(?:x+)\z",), cased=True)),
        ("contains(lower(a), 'x')", Asked("a", Op.CONTAINS, ("x",))),
        ("starts_with(a, 'X')", Asked("a", Op.STARTS, ("X",), cased=True)),
        ("prefix(a, 'X')", Asked("a", Op.STARTS, ("X",), cased=True)),
        ("ends_with(a, 'X')", Asked("a", Op.ENDS, ("X",), cased=True)),
        ("suffix(a, 'X')", Asked("a", Op.ENDS, ("X",), cased=True)),
        ("starts_with(a, b)", Asked("a", Op.SAME_AS, ("b", "starts"), cased=True)),
        ("suffix(lower(a), lower(b))", Asked("a", Op.SAME_AS, ("b", "ends"))),
        ("a = -5", Asked("a", Op.EQUALS, ("-5",))),
        (
            "TRY_CAST(a AS DOUBLE) = 5",
            And((Asked("a", Op.AT_LEAST, ("5",)), Asked("a", Op.AT_MOST, ("5",)))),
        ),
        ("a IS DISTINCT FROM 'X'", Not(Asked("a", Op.EQUALS, ("X",), cased=True))),
        ("a > 'x'", None),
        ("lower(a) = 'X'", None),
        ("a = (SELECT max(b) FROM u)", None),
        ("length(a) > 5", None),
    ],
)
def test_conditions_are_read(text: str, expected: Expression | None) -> None:
    """What each means, or that it has no words."""
    tree = DuckDb("time").parse(f"SELECT * FROM t WHERE {text}")
    if expected is None:
        with pytest.raises(UnsayableError):
            DuckDb("time").read(tree)
    else:
        assert equivalent(DuckDb("time").read(tree).where, expected), DuckDb("time").read(tree).where


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM a JOIN b USING (x)",
        "SELECT row_number() OVER () FROM t",
        "SELECT 1",
        "SELECT a AS b FROM t",
        "SELECT * FROM t LIMIT 5 OFFSET 3",
        "SELECT * FROM t UNION SELECT * FROM u",
        "SELECT a + 1 FROM t",
        "SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u)",
        "SELECT * FROM range(5)",
        "SELECT DISTINCT ON (a) a, b FROM t",
        "SELECT a FROM t QUALIFY a > 1",
        "SELECT 1; SELECT 2",
    ],
)
def test_what_has_no_words_is_refused(text: str) -> None:
    """By name, not by a wrong reading."""
    with pytest.raises(UnsayableError):
        DuckDb("time").read(DuckDb("time").parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t VALUES (1)",
        "UPDATE t SET a = 1",
        "DELETE FROM t",
        "DROP TABLE t",
        "CREATE TABLE x AS SELECT 1",
        "ATTACH 'x' AS y",
        "PRAGMA table_info('t')",
        "COPY t TO 'x'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CALL x()",
        "SELECT 1; DROP TABLE t",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "SET threads = 1",
        "SELECT * FROM read_parquet('x')",
        "SELECT * FROM 'x.csv'",
        'SELECT * FROM "http://x/y.json"',
        "SELECT a FROM t WHERE b IN (SELECT c FROM read_json('x'))",
        "SELECT writefile('a', 'b')",
        "SELECT load_extension('x')",
        "SELECT * FROM glob('*')",
        "SELECT * FROM query('SELECT 1')",
        "VACUUM",
        "SELECT * FROM pragma_table_info('t')",
        "SELECT * FROM sqlite_master",
        "EXPLAIN SELECT 1",
        "checkpoint",
    ],
)
@pytest.mark.parametrize("dialect", [DuckDb("time"), Sqlite("time")])
def test_effects(text: str, dialect: Sql) -> None:
    """Whatever is not plain reading is told, wherever it stands; what does not parse is none either."""
    try:
        tree = dialect.parse(text)
    except QuerySyntaxError:
        return
    assert dialect.effects(tree)


def test_reading_has_no_effects() -> None:
    """Groups, windows, subqueries and functions alone."""
    inner = "SELECT a, count(*) AS n FROM t GROUP BY a"
    text = f"WITH x AS ({inner}) SELECT lower(a), rank() OVER (ORDER BY n) FROM x"
    assert DuckDb("time").effects(DuckDb("time").parse(text)) == ()


def test_names_have_their_places() -> None:
    """Fields of the schema with lines and tables; nothing that the query makes itself."""
    text = """WITH hits AS (
  SELECT host, count(*) AS n FROM main.logs AS l WHERE l.code = 5 GROUP BY host
)
SELECT h.host, n AS total, list_transform(extra, x -> x + 1) AS more
FROM hits AS h, other
ORDER BY total"""
    found = DuckDb("time").names(DuckDb("time").parse(text))
    assert [(one.text, one.line, one.column) for one in found.tables] == [
        ("main.logs", 2, 40),
        ("other", 5, 17),
    ]
    assert [(one.text, one.line, one.table) for one in found.fields] == [
        ("host", 2, "main.logs"),
        ("code", 2, "main.logs"),
        ("host", 2, "main.logs"),
        ("extra", 4, ""),
    ]


def test_atoms() -> None:
    """Comparisons with values, also under NOT and inside."""
    tree = DuckDb("time").parse(
        "SELECT * FROM t WHERE NOT a ILIKE '%x' AND b IN (SELECT c FROM u WHERE d = 5)"
    )
    assert {(one.field, one.op, one.values, one.table) for one in DuckDb("time").atoms(tree)} == {
        ("a", Op.ENDS, ("x",), "t"),
        ("d", Op.EQUALS, ("5",), "u"),
    }


@pytest.mark.parametrize(
    ("query", "what"),
    [
        (Query(where=Asked("", Op.CONTAINS, ("x",))), "keywords"),
        (Query(where=Asked("a", Op.REGEX, ("x",), cased=True)), "regular expressions"),
        (Query(where=Asked("a", Op.CIDR, ("10.0.0.0/8",))), "networks"),
        (Query(where=Asked("a", Op.EQUALS, ("5",), part="hour")), "parts of a time"),
        (Query(tables=("t", "u"), logsource=Logsource(product="x")), "several tables"),
        (Query(where=Asked("a", Op.EQUALS, ("\x00",))), "characters beyond SQL"),
    ],
)
def test_sqlite_refuses_by_name(query: Query, what: str) -> None:
    """What it has no words for, in the same words each time."""
    with pytest.raises(UnsayableError) as caught:
        Sqlite("time").write(query)
    assert caught.value.what == what


def test_errors_say_where() -> None:
    """Line and column of the word that cannot be read."""
    with pytest.raises(QuerySyntaxError) as caught:
        DuckDb("time").parse("SELECT *\nFROM t\nWHERE a = = 5")
    assert caught.value.line == 3


@pytest.mark.parametrize(
    "text", ["SELECT " + "(" * 5_000, "SELECT a FROM t WHERE " + "NOT " * 5_000 + "a", "x" * 1_000_001]
)
def test_depth_and_length_are_bounded(text: str) -> None:
    """Refused, and not died of."""
    with pytest.raises((QueryError, LimitError)):
        DuckDb("time").effects(DuckDb("time").parse(text)) and DuckDb("time").read(DuckDb("time").parse(text))


def test_an_expression_with_half_a_pair_of_surrogates_is_refused() -> None:
    dialect = DuckDb("time")
    with pytest.raises(QueryError):
        dialect.read(dialect.parse("SELECT * FROM t WHERE REGEXP_MATCHES(a, '\ud800')"))
