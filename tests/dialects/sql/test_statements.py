"""SELECTs of many shapes: laid out and read back, looked at, run, made cheaper without a change of rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sqlglot")
pytest.importorskip("duckdb")

import contextlib

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.proving import same
from cybersecqwen.dialects.sql import DuckDb, Sqlite
from cybersecqwen.dialects.sql.dialect import Sql
from cybersecqwen.errors import LimitError, UnsayableError
from tests.amounts import draws

_CONDITIONS = (
    "a = 'x'", "a LIKE '%x%'", "NOT b IS NULL", "lower(a) IN ('1', '2')", "n > 1", "n BETWEEN 1 AND 5",
    "a = b", "a = 'x' OR a = 'y'", "a IN (SELECT b FROM u)", "EXISTS (SELECT 1 FROM u WHERE u.a = b)",
    "coalesce(a = 'x', FALSE)", "CASE WHEN a = 'x' THEN TRUE ELSE FALSE END", "a IS NOT DISTINCT FROM b",
    "substr(a, 1, 1) = 'x'", "(a, b) = ('x', 'y')", "n % 2 = 0", "a NOT IN (SELECT b FROM u)",
    "a NOT LIKE 'x%'", "a || b = 'xy'",
)  # fmt: skip
_COLUMNS = (
    "*", "a, b", "a, count(*) AS k", "lower(a) AS a, n", "DISTINCT a", "count(DISTINCT a) AS c", "a AS b, n",
    "row_number() OVER (ORDER BY n) AS r, a", "sum(n) AS s, avg(n)", "DISTINCT a, count(*) AS k",
)  # fmt: skip
conditions = st.recursive(
    st.sampled_from(_CONDITIONS),
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
        lambda one: f"({' '.join(one)})"
    ),
    max_leaves=4,
)


@st.composite
def statements(draw: st.DrawFn, depth: int = 0) -> str:
    """A SELECT; some that no engine takes are among them."""
    columns = draw(st.sampled_from(_COLUMNS))
    source = draw(st.sampled_from(["t", "u", "main.t AS t", "t JOIN u USING (a)"]))
    if depth < 2 and draw(st.booleans()):
        source = f"({draw(statements(depth=depth + 1))}) AS s{depth}"
    text = f"SELECT {columns} FROM {source}"
    if draw(st.booleans()):
        text += f" WHERE {draw(conditions)}"
    if "count(*)" in columns:
        text += " GROUP BY a" + draw(
            st.sampled_from(["", " HAVING count(*) > 1 AND a = 'x'", " HAVING a = 'x'"])
        )
    text += draw(st.sampled_from(["", "", " ORDER BY a", " ORDER BY 1 DESC"]))
    return text + draw(st.sampled_from(["", "", " LIMIT 3"]))


_ROWS: list[dict[str, Any]] = [
    {"a": "xy1"[n % 3] if n % 4 else None, "b": "xq"[n % 2], "n": n % 5 or None, "time": n} for n in range(12)
]
_DATA = {"t": _ROWS, "u": _ROWS[:5], "main.t": _ROWS}


@given(statements(), st.sampled_from([DuckDb(), Sqlite()]))
@draws(40)
def test_statements(text: str, dialect: Sql) -> None:
    """Whatever is made of one stays what it is."""
    tree = dialect.parse(text)
    assert dialect.parse(dialect.render(tree)) == tree
    assert dialect.effects(tree) == ()
    assert {one.text for one in dialect.names(tree).tables} <= {"t", "u", "main.t"}
    assert {one.text for one in dialect.names(tree).fields} <= {"a", "b", "n"}
    assert dialect.cost(tree, Context()) > 0
    dialect.atoms(tree)
    with contextlib.suppress(UnsayableError):
        dialect.read(tree)
    _cheaper(dialect, tree)


def _cheaper(dialect: Sql, tree: Any) -> None:
    """What safe rules make of it gives the same rows, where it can be run at all."""
    try:
        before = dialect.run(tree, _DATA, Running())
    except (UnsayableError, LimitError):
        return
    for rule in dialect.rules:
        made = rule.apply(tree, Context()) if rule.safe else None
        if made is not None and not _picks(tree):
            assert dialect.parse(dialect.render(made)) == made
            assert same(before, dialect.run(made, _DATA, Running())), (rule.name, made.sql)


def _picks(tree: Any) -> bool:
    """Whether it gives some of several rows that are equally due: by a limit or numbers in no order."""
    return "LIMIT" in tree.sql or "row_number" in tree.sql
