"""What the engines give is what the middle means."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sqlglot")
pytest.importorskip("duckdb")

from cybersecqwen.detect.sigma.model import Expression
from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.detect.sigma.values import number_of
from cybersecqwen.dialects import locked
from cybersecqwen.dialects.columns import Column
from cybersecqwen.dialects.evaluating import evaluate
from cybersecqwen.dialects.interface import Rows, Running
from cybersecqwen.dialects.locked import fetched
from cybersecqwen.dialects.query import Aggregate, Measure, Measured, Query
from cybersecqwen.dialects.spending import Allowance, spend_elsewhere
from cybersecqwen.dialects.sql import DuckDb, Sqlite
from cybersecqwen.dialects.sql.dialect import Sql
from cybersecqwen.errors import EffectError, LimitError, UnsayableError
from tests.amounts import draws

from . import drawn

NOW = Running(now=1_700_000_000.0, time_field="time")
EXAMPLES = draws(30)


def _holds(dialect: Sql, expression: Expression, seed: int) -> None:
    records = drawn.records(expression, seed)
    query = Query(where=expression)
    wanted = evaluate(query, {"": records}, NOW)
    types = dict.fromkeys(drawn.FIELDS, "number") if seed % 3 == 0 else {}
    found = dialect.run(dialect.write(query), {"": records}, replace(NOW, types=types))
    assert [row["n"] for row in found.rows] == [row["n"] for row in wanted.rows]
    assert found.columns == ()


@given(drawn.expressions(), st.integers(0, 1_000))
@EXAMPLES
def test_duckdb_keeps_the_records_that_are_meant(expression: Expression, seed: int) -> None:
    """Every operation, negated or not, over values of all kinds."""
    _holds(DuckDb("time"), expression, seed)


@given(drawn.expressions(patterns=False, pieces=False), st.integers(0, 1_000))
@EXAMPLES
def test_sqlite_keeps_the_records_that_are_meant(expression: Expression, seed: int) -> None:
    """The same on SQLite, which has neither patterns nor networks."""
    _holds(Sqlite("time"), expression, seed)


_NUMBERS = {
    "whole": st.sampled_from([0, 1, 5, 503, -1, 1_000]),
    "fractions": st.sampled_from([0.0, 7.5, 0.5, -2.25]),
    "mixed": st.sampled_from([0, 0.0, 5, 5.0, 7.5, 503, -1]),
    "text": st.sampled_from(["0", "5", "7.5", "503", "x", ""]),
}
"""Values of a column, and texts that are written as numbers are."""


@st.composite
def _conditions(draw: st.DrawFn, kind: str) -> str:
    """Conditions as people write them, about numbers as numbers and as text."""
    number = st.sampled_from(["0", "5", "7.5", "503", "-1"])
    some = st.lists(number, min_size=1, max_size=3).map(", ".join)
    text = number.map("'{}'".format)
    each = [
        st.builds("a {} {}".format, st.sampled_from(["=", "<>", "IS", "IS NOT"]), number),
        st.builds("a {} ({})".format, st.sampled_from(["IN", "NOT IN"]), some),
        st.builds("a {} {}".format, st.sampled_from(["=", "<>"]), text),
        st.builds("lower(CAST(a AS TEXT)) = {}".format, text),
    ]
    if kind != "text":  # of which neither engine makes numbers to tell their order
        each.append(st.builds("a {} {}".format, st.sampled_from(["<", "<=", ">", ">="]), number))
        each.append(st.builds("a BETWEEN {} AND {}".format, number, number))
    made = draw(st.one_of(each))
    return f"NOT {made}" if draw(st.booleans()) else made


@given(st.data(), st.sampled_from(sorted(_NUMBERS)), st.booleans(), st.sampled_from([DuckDb, Sqlite]))
@draws(60)
def test_numbers_are_those_that_are_meant(
    data: st.DataObject, kind: str, said: bool, dialect: type[Sql]
) -> None:
    """What DuckDB refuses (a column of texts beside a number, say) it does not run otherwise."""
    values = data.draw(st.lists(st.none() | _NUMBERS[kind], min_size=1, max_size=8))
    records = [{"n": number, "a": value} for number, value in enumerate(values)]
    language = dialect("time")
    tree = language.parse(f"SELECT * FROM t WHERE {data.draw(_conditions(kind))}")
    types = {"a": "number"} if said and kind != "text" else {}
    try:
        found = language.run(tree, {"t": records}, replace(NOW, types=types))
    except UnsayableError:
        assert dialect is DuckDb
        return
    wanted = evaluate(language.read(tree), {"t": records}, NOW)
    assert [row["n"] for row in found.rows] == [row["n"] for row in wanted.rows]


def test_what_is_made_a_number_is_one_however_it_is_written() -> None:
    records = [{"a": value} for value in ("5", "5.0", 5, "6", None)]
    for dialect in (DuckDb("time"), Sqlite("time")):
        tree = dialect.parse("SELECT * FROM t WHERE NOT TRY_CAST(a AS DOUBLE) = 5")
        wanted = evaluate(dialect.read(tree), {"t": records}, NOW)
        assert dialect.run(tree, {"t": records}, NOW).rows == wanted.rows == ({"a": "6"},)


@pytest.mark.parametrize("dialect", [DuckDb("time"), Sqlite("time")])
@pytest.mark.parametrize("op", ["equals", "contains", "starts", "ends"])
def test_two_columns_are_compared_as_they_are_meant(dialect: Sql, op: str) -> None:
    pairs = [("abc", one) for one in ("ab", "AB", "bc", "b", "abc", "", "abcd", "c")]
    pairs += [("Abc", "ab"), ("ab", "abc"), ("", "a"), ("abab", "ab"), ("ba", "ab")]
    records = [{"n": number, "a": one, "b": other} for number, (one, other) in enumerate(pairs)]
    for cased in (False, True):
        query = Query(where=drawn.Test("a", drawn.Op.SAME_AS, ("b", op), cased))
        wanted = evaluate(query, {"": records}, NOW)
        found = dialect.run(dialect.write(query), {"": records}, NOW)
        assert [row["n"] for row in found.rows] == [row["n"] for row in wanted.rows]


@pytest.mark.parametrize("dialect", [DuckDb("time"), Sqlite("time")])
@pytest.mark.parametrize(
    "values",
    [
        (0, 5, 503, -1, None),
        (0.0, 5.0, 7.5, None),
        (0, 5.0, 7.5, 503),
        ("0", "5", "5.0", "7.5", "503", "x", "", "inf", "-inf", "nan", None),
        (5, "5", "x", True, False, 503, "inf", None),
    ],
)
def test_bounds_are_those_of_numbers(dialect: Sql, values: tuple[Any, ...]) -> None:
    """Whatever else a column holds: text that is no number, or none that ends, is beyond no bound."""
    records = [{"n": number, "a": value} for number, value in enumerate(values)]
    for op in (drawn.Op.LESS, drawn.Op.AT_MOST, drawn.Op.GREATER, drawn.Op.AT_LEAST):
        for bound in ("-2", "0", "5", "7.5", "503"):
            query = Query(where=drawn.Test("a", op, (bound,)))
            wanted = evaluate(query, {"": records}, NOW)
            found = dialect.run(dialect.write(query), {"": records}, NOW)
            assert [row["n"] for row in found.rows] == [row["n"] for row in wanted.rows], (op, bound)


def test_measures_are_taken_over_numbers_that_end() -> None:
    records = [{"a": value} for value in ("1", "2", "x", "inf", "nan", None)]
    for function in (Measured.SUM, Measured.MEAN, Measured.MOST):
        step = Aggregate(measures=(Measure(name="m", function=function, field="a"),))
        query = Query(steps=(step,))
        for dialect in (DuckDb("time"), Sqlite("time")):
            found = dialect.run(dialect.write(query), {"": records}, NOW)
            assert _plain(found) == _plain(evaluate(query, {"": records}, NOW))


def _timed(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records with times in both forms that JSON has for them."""
    return [
        {**record, "time": 1_700_000_000 - 700 * n if n % 2 else f"2023-11-14T{n % 24:02}:13:20Z"}
        for n, record in enumerate(records)
    ]


def _plain(rows: Rows) -> list[str]:
    made = [
        repr(sorted((name, _value(value)) for name, value in row.items() if value is not None))
        for row in rows.rows
    ]
    return made if rows.ordered else sorted(made)


def _value(value: Any) -> Any:
    """As text, numbers as numbers: a column that holds both holds text."""
    number = number_of(text_of(value))
    return text_of(value) if number is None else round(number, 6)


@given(drawn.queries(), st.integers(0, 1_000), st.sampled_from([DuckDb, Sqlite]))
@draws(30)
def test_steps_give_what_evaluating_gives(query: Query, seed: int, dialect: type[Sql]) -> None:
    """Groups, measures, order, limits and spans of time."""
    base = (
        drawn.records(query.where, seed)
        if query.where
        else drawn.records(drawn.Test("a", drawn.Op.PRESENT), seed)
    )
    records = [
        {**one, "B": str(one.get("B") or "x"), "e f": str(one.get("e f") or "y")} for one in _timed(base)
    ]
    records = [{**one, "a": str(n % 4)} if n % 3 else one for n, one in enumerate(records)]
    try:
        tree = dialect("time").write(query)
    except UnsayableError:
        assert dialect is Sqlite
        return
    wanted = evaluate(query, {"": records}, NOW)
    assert _plain(dialect("time").run(tree, {"": records}, NOW)) == _plain(wanted)


DUCK = DuckDb("time")
ROWS = {"t": [{"a": 1, "b": "x"}, {"a": 2, "b": None}]}


def test_rows_of_columns_have_their_names() -> None:
    """Computed columns come out under their names, in order."""
    found = DUCK.run(DUCK.parse("SELECT a + 1 AS more, b FROM t ORDER BY a DESC"), ROWS, Running())
    assert found.rows == ({"more": 3, "b": None}, {"more": 2, "b": "x"})
    assert found.ordered and found.columns == ("more", "b")


def test_a_column_that_no_record_has_is_null() -> None:
    """SQLite would take the name for a text, and DuckDB refuse it."""
    for dialect in (DuckDb("time"), Sqlite("time")):
        tree = dialect.parse("""SELECT * FROM t WHERE "nobody" = 'nobody' OR "nobody" IS NULL AND a = 1""")
        assert dialect.run(tree, ROWS, Running()).rows == ({"a": 1, "b": "x"},)


def test_paths_reach_into_mappings() -> None:
    """Dotted names, quoted or not, with the table before them or not."""
    data = {"t": [{"a": {"b": 5}}, {"a": {"b": 6}}]}
    for text in (
        'SELECT * FROM t WHERE "a.b" = 5',
        "SELECT * FROM t WHERE a.b = 5",
        "SELECT * FROM t AS u WHERE u.a.b = 5",
    ):
        assert DUCK.run(DUCK.parse(text), data, Running()).rows == (data["t"][0],)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "DROP TABLE t",
        "SELECT getenv('HOME')",
    ],
)
def test_what_reaches_beyond_is_not_run(text: str) -> None:
    """Refused before any engine sees it."""
    with pytest.raises(EffectError):
        DUCK.run(DUCK.parse(text), ROWS, Running())


ONE = [("t", [Column(name="a", kind="whole", values=(1,))])]


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        ("duckdb", "SELECT * FROM read_text('/etc/passwd')"),
        ("duckdb", "COPY (SELECT 1) TO '/nowhere/x'"),
        ("duckdb", "SET threads = 3"),
        ("duckdb", "SELECT 1; SELECT 2"),
        ("duckdb", "DELETE FROM t"),
        ("sqlite", "DELETE FROM t"),
        ("sqlite", "ATTACH 'x' AS y"),
        ("sqlite", "PRAGMA user_version"),
        ("sqlite", "SELECT * FROM sqlite_master"),
    ],
)
def test_the_engines_are_locked_themselves(engine: str, text: str) -> None:
    """Also where nothing has looked at the query before."""
    assert fetched(engine, ONE, "SELECT a FROM t", 10) == (["a"], [[1]])
    with pytest.raises(UnsayableError):
        fetched(engine, ONE, text, 10)


def test_requests_see_nothing_of_each_other() -> None:
    """What one has loaded is gone."""
    for engine in ("duckdb", "sqlite"):
        assert fetched(engine, ONE, "SELECT a FROM t", 10) == (["a"], [[1]])
        with pytest.raises(UnsayableError):
            fetched(engine, [], "SELECT a FROM t", 10)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("engine", "text"),
    [
        ("duckdb", "SELECT length(repeat('abc', 900000000)) AS n"),
        ("duckdb", "SELECT count(*) AS n FROM range(100000000000000)"),
        ("sqlite", "SELECT length(replace(hex(printf('%040000000d', 0)), '3', 'abcdefghijklmnop')) AS n"),
    ],
)
def test_one_call_that_asks_for_too_much(engine: str, text: str) -> None:
    """Neither engine breaks off inside of a function: its process ends, and the next query has another."""
    with pytest.raises((LimitError, UnsayableError)):
        fetched(engine, ONE, text, 10)
    assert fetched(engine, ONE, "SELECT a FROM t", 10) == (["a"], [[1]])


def test_what_is_broken_off_leaves_no_answer_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next query gets its own answer, not that of the one before."""
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(locked, "_read", _interrupted)
        fetched("sqlite", ONE, "SELECT 5 AS b", 10)
    assert fetched("sqlite", ONE, "SELECT a FROM t", 10) == (["a"], [[1]])


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_work_elsewhere_is_counted() -> None:
    """An allowance holds for what the engines do, too."""
    allowance = Allowance(seconds=1000)
    before = allowance.left
    spend_elsewhere(100.0)
    assert before - allowance.left >= 100


def test_duckdb_folds_all_letters_but_one() -> None:
    """As Python does, letter by letter: `İ` alone becomes another letter."""
    letters = tuple(chr(code) for code in range(1, 0x20000) if not 0xD800 <= code < 0xE000)
    table = [("t", [Column(name="a", kind="text", values=letters)])]
    rows = fetched("duckdb", table, "SELECT a, lower(a) FROM t", len(letters))[1]
    assert [letter for letter, folded in rows if letter.lower() != folded] == ["İ"]


def test_importing_loads_no_engine() -> None:
    """The packages are there on first use alone."""
    code = (
        "import sys, cybersecqwen.dialects.sql, cybersecqwen.dialects.sigma, cybersecqwen.dialects.engines;"
        "print([name for name in ('sqlglot', 'duckdb', 'duckdb_kql') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_work_is_bounded() -> None:
    """Rows that never end are cut, on both."""
    data = {"t": [{"a": n} for n in range(2_000)]}
    for dialect in (DuckDb("time"), Sqlite("time")):
        tree = dialect.parse("SELECT x.a FROM t AS x, t AS y, t AS z")
        with pytest.raises(LimitError):
            dialect.run(tree, data, Running(most_rows=1_000))
    endless = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n"
    with pytest.raises(LimitError):
        Sqlite("time").run(Sqlite("time").parse(endless), data, Running())
