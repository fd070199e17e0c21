"""What the optimiser changes, that it finds the same, and where it keeps its hands off."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sqlglot")
pytest.importorskip("duckdb")

from cybersecqwen.detect.sigma.model import Expression
from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.improving import improve
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.query import Query
from cybersecqwen.dialects.sql import DuckDb, Sqlite
from cybersecqwen.dialects.sql.dialect import Sql
from tests.amounts import draws

from . import drawn

FIELDS = {"a": "text", "b": "text", "n": "number", "time": "time"}
SCHEMA = Schema(name="x", tables={"t": Table(name="t", fields=FIELDS)}, time_field="time")
CONTEXT = Context(schema=SCHEMA)
DUCK, LITE = DuckDb(), Sqlite()

CASES = [
    (
        "in-for-or",
        "SELECT * FROM t WHERE (a = 'x' OR a = 'y' OR a IN ('z')) AND n > 1",
        "SELECT * FROM t WHERE a IN ('x', 'y', 'z') AND n > 1",
    ),
    (
        "in-for-or",
        "SELECT * FROM t WHERE NOT (a = 'x' OR b = 'q' OR a = 'y')",
        "SELECT * FROM t WHERE NOT (a IN ('x', 'y') OR b = 'q')",
    ),
    (
        "no-condition-twice",
        "SELECT * FROM t WHERE a = 'x' AND n > 1 AND a = 'x'",
        "SELECT * FROM t WHERE a = 'x' AND n > 1",
    ),
    ("no-cast-of-text", "SELECT * FROM t WHERE CAST(a AS TEXT) = 'x'", "SELECT * FROM t WHERE a = 'x'"),
    (
        "no-function-on-column",
        "SELECT * FROM t WHERE lower(a) IN ('1', '4688')",
        "SELECT * FROM t WHERE a IN ('1', '4688')",
    ),
    (
        "having-to-where",
        "SELECT a, count(*) AS k FROM t GROUP BY a HAVING count(*) > 1 AND (a = 'x' OR a LIKE 'y%')",
        "SELECT a, count(*) AS k FROM t WHERE a = 'x' OR a LIKE 'y%' GROUP BY a HAVING count(*) > 1",
    ),
    (
        "filter-in-subquery",
        "SELECT * FROM (SELECT a, b AS c FROM t WHERE n > 1) AS s WHERE s.c = 'x' AND a IS NOT NULL",
        "SELECT * FROM ( SELECT a, b AS c FROM t WHERE n > 1 AND b = 'x' AND a IS NOT NULL ) AS s",
    ),
    (
        "filter-in-subquery",
        "WITH h AS (SELECT a, b FROM t) SELECT * FROM h WHERE b = 'x'",
        "WITH h AS ( SELECT a, b FROM t WHERE b = 'x' ) SELECT * FROM h",
    ),
    (
        "limit-in-subquery",
        "SELECT a FROM (SELECT a, b FROM t) AS s LIMIT 5",
        "SELECT a FROM ( SELECT a, b FROM t LIMIT 5 ) AS s LIMIT 5",
    ),
    (
        "no-order-in-subquery",
        "SELECT a, count(*) AS k FROM (SELECT * FROM t ORDER BY n) AS s GROUP BY a",
        "SELECT a, count(*) AS k FROM ( SELECT * FROM t ) AS s GROUP BY a",
    ),
    (
        "no-distinct-of-groups",
        "SELECT DISTINCT a, count(*) AS k FROM t GROUP BY a",
        "SELECT a, count(*) AS k FROM t GROUP BY a",
    ),
]


@pytest.mark.parametrize("dialect", [DUCK, LITE])
@pytest.mark.parametrize(("name", "before", "after"), CASES)
def test_changes(name: str, before: str, after: str, dialect: Sql) -> None:
    """Each rule changes what it is for, and both forms find the same on made events."""
    found = improve(dialect, before, context=CONTEXT, proof_events=200)
    assert " ".join(found.after.split()) == after
    assert [step.rule for step in found.steps] == [name]
    assert found.proof is not None and found.proof.holds, found.proof
    assert found.cost_after < found.cost_before
    assert not found.problems and not found.withdrawn


@pytest.mark.parametrize(
    ("dialect", "before", "after"),
    [
        (DUCK, "a LIKE 'xy' OR b NOT LIKE 'z'", "a = 'xy' OR b <> 'z'"),
        (DUCK, "substr(a, 1, 3) = 'xyz'", "starts_with(a, 'xyz')"),
        (LITE, "substr(a, 1, 3) = 'xyz'", "a GLOB 'xyz*'"),
    ],
)
def test_changes_of_one_engine(dialect: Sql, before: str, after: str) -> None:
    found = improve(dialect, f"SELECT * FROM t WHERE {before}", context=CONTEXT, proof_events=200)
    assert " ".join(found.after.split()) == f"SELECT * FROM t WHERE {after}"
    assert found.proof is not None and found.proof.holds, found.proof


KEPT = [
    "SELECT * FROM t WHERE a = 'x' OR b = 'x'",
    "SELECT * FROM t WHERE a = 'x' OR a = 5",
    "SELECT * FROM t WHERE lower(a) = 'x'",
    "SELECT * FROM t WHERE lower(n) = '5'",
    "SELECT * FROM t WHERE substr(a, 2, 3) = 'xyz'",
    "SELECT a, max(n) AS a2, count(*) AS k FROM t GROUP BY a HAVING max(n) > 5",
    "SELECT * FROM (SELECT a, count(*) AS k FROM t GROUP BY a) AS s WHERE k > 1",
    "SELECT * FROM (SELECT a FROM t LIMIT 5) AS s WHERE a = 'x'",
    "WITH h AS (SELECT a FROM t) SELECT * FROM h WHERE a = 'x' AND a IN (SELECT a FROM h)",
    "SELECT * FROM (SELECT lower(a) AS c FROM t) AS s WHERE c = 'x'",
    "SELECT a FROM (SELECT a FROM t) AS s WHERE a LIKE 'x%' OR n IN (SELECT k FROM u) LIMIT 5",
    "SELECT count(*) AS k FROM (SELECT a FROM t ORDER BY n LIMIT 3) AS s",
    "SELECT DISTINCT k FROM (SELECT a, count(*) AS k FROM t GROUP BY a) AS s",
    "SELECT DISTINCT count(*) AS k FROM t GROUP BY a",
]


@pytest.mark.parametrize("dialect", [DUCK, LITE])
@pytest.mark.parametrize("text", KEPT)
def test_what_is_kept(text: str, dialect: Sql) -> None:
    """Where a rule would change the rows, nothing is changed."""
    tree = dialect.parse(text)
    for rule in dialect.rules:
        if rule.safe:
            made = rule.apply(tree, CONTEXT)
            assert made is None or made == tree, rule.name


def test_suggestions() -> None:
    """They are named with what must be known before, and nothing is changed."""
    text = "SELECT * FROM t WHERE b LIKE '%x%' AND a NOT IN (SELECT c FROM u)"
    found = improve(DUCK, text, context=CONTEXT, proof_events=0)
    assert found.after == text
    assert {one.rule for one in found.suggestions} == {
        "columns-for-star",
        "no-leading-wildcard",
        "not-exists-for-not-in",
    }
    assert all(one.caveat and one.source.startswith("https://") for one in found.suggestions)
    (union,) = improve(DUCK, "SELECT a FROM t UNION SELECT b FROM t", proof_events=0).suggestions
    assert " ".join(union.text.split()) == "SELECT a FROM t UNION ALL SELECT b FROM t"


def _rows(dialect: Sql, tree: Any, records: list[dict[str, Any]]) -> list[Any]:
    return [row["n"] for row in dialect.run(tree, {"": records}, Running()).rows]


@given(drawn.expressions(patterns=False, pieces=False), st.integers(0, 99), st.sampled_from([DUCK, LITE]))
@draws(25)
def test_safe_rules_keep_the_rows(expression: Expression, seed: int, dialect: Sql) -> None:
    """All that change a drawn condition, inside and outside of a subquery."""
    text = dialect.write(Query(where=expression)).sql
    _, _, condition = text.partition("WHERE")
    records = drawn.records(expression, seed)
    fields = dict.fromkeys(drawn.FIELDS, "text")
    context = Context(schema=Schema(name="x", tables={"events": Table(name="events", fields=fields)}))
    records = [
        {
            name: value if name == "n" or value is None or isinstance(value, dict) else str(value)
            for name, value in one.items()
        }
        for one in records
    ]
    tree = dialect.parse(f'SELECT * FROM (SELECT * FROM "events") AS "s" WHERE {condition}')
    for rule in dialect.rules:
        made = rule.apply(tree, context) if rule.safe else None
        if made is not None:
            assert dialect.parse(dialect.render(made)) == made
            assert _rows(dialect, made, records) == _rows(dialect, tree, records), rule.name
            tree = made


@pytest.mark.parametrize("dialect", [DUCK, LITE])
def test_rules_are_described(dialect: Sql) -> None:
    """Names of their own, reasons and sources of the engine's maker."""
    rules: tuple[Rule[Any], ...] = dialect.rules
    assert len({rule.name for rule in rules}) == len(rules) >= 12
    host = "https://sqlite.org/" if dialect.name == "sqlite" else "https://duckdb.org/"
    assert all(rule.source.startswith(host) and rule.reason.endswith(".") for rule in rules)
