"""Long chains of AND and OR: the same text, and what is asked of each of their conditions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("sqlglot")

import sqlglot
from sqlglot import exp

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.interface import Rows, Running
from cybersecqwen.dialects.sql import DuckDb, Sqlite
from cybersecqwen.dialects.sql.chains import chain_of, flattened
from cybersecqwen.dialects.sql.languages import LANGUAGES
from cybersecqwen.dialects.sql.tree import SqlTree

LITE, DUCK = Sqlite(), DuckDb()


def _depth(node: exp.Expr) -> int:
    return 1 + max(map(_depth, node.iter_expressions()), default=0)


@given(st.lists(st.sampled_from([" AND ", " OR ", " AND /* why */ "]), max_size=80), st.booleans())
@example([" AND ", " AND /* why */ "] * 10, False)
@example([" OR ", *[" AND "] * 30, " OR "], True)
def test_a_chain_has_the_text_that_it_had(words: list[str], bracketed: bool) -> None:
    parts = [f"a{number} = {number}" for number in range(len(words) + 1)]
    parts[0] = "(b = 1 OR c = 2)" if bracketed else parts[0]
    text = "SELECT * FROM t WHERE " + parts[0] + "".join(w + p for w, p in zip(words, parts[1:], strict=True))
    as_parsed = SqlTree(flavour="duckdb", statements=tuple(LANGUAGES["duckdb"]().parse(text)))
    assert DUCK.parse(text).sql == as_parsed.sql
    assert DUCK.parse(DUCK.parse(text).sql) == DUCK.parse(text)


def test_chains_within_chains_are_flat_and_keep_their_brackets() -> None:
    """Also where one word stands among many of the other, and where a condition is all there is."""
    for word, other in ((" AND ", " OR "), (" OR ", " AND ")):
        text = "SELECT * FROM t WHERE a = 1" + other + word.join(f"a{n} = {n}" for n in range(200))
        tree = LITE.parse(text)
        assert _depth(tree.statements[0]) < 20
        assert LITE.parse(tree.sql) == tree and " ".join(tree.sql.split()).count(word) == 199
    alone = sqlglot.parse_one(" AND ".join(f"a{n}" for n in range(200)))
    made = flattened(alone)
    assert _depth(made) < 15 and made.sql() == " AND ".join(f"a{n}" for n in range(200))
    either = exp.or_("a", "b")
    assert chain_of(exp.And, [either, exp.column("c")]).sql() == "(a OR b) AND c"
    assert chain_of(exp.And, [exp.or_("a", "b")]).sql() == "a OR b"


def test_a_long_chain_is_no_deep_tree() -> None:
    tree = LITE.parse("SELECT * FROM t WHERE " + " AND ".join(f"a{n} = {n}" for n in range(4_000)))
    assert _depth(tree.statements[0]) < 25
    parts = [exp.column(f"a{n}") for n in range(4_000)]
    assert _depth(chain_of(exp.Or, parts)) < 25
    assert chain_of(exp.And, parts[:1]) is parts[0]


MANY: dict[str, Callable[[int], str]] = {
    "and": lambda n: "SELECT * FROM t WHERE " + " AND ".join(f"a{i} = 'v'" for i in range(n)),
    "or, with the table": lambda n: (
        "SELECT * FROM t WHERE " + " OR ".join(f"t.a{i} = 'v'" for i in range(n * 2 // 3))
    ),
    "both": lambda n: (
        "SELECT * FROM t WHERE " + " AND ".join(f"(a{i} = 'v' OR b{i} = 1)" for i in range(n // 3))
    ),
    "names": lambda n: (
        "SELECT "
        + ", ".join(f"a{i} AS b{i}" for i in range(n // 3))
        + " FROM t WHERE "
        + " AND ".join(f"b{i} = 'v'" for i in range(n // 3))
    ),
    "tables": lambda n: (
        "SELECT "
        + ", ".join(f"a{i}" for i in range(n // 2))
        + " FROM t "
        + " ".join(f"CROSS JOIN (SELECT b{i}) AS t{i}" for i in range(n // 3))
    ),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", MANY)
@pytest.mark.parametrize("dialect", [LITE, DUCK])
def test_names_and_comparisons_of_long_chains(kind: str, dialect: Sqlite | DuckDb) -> None:
    tree = dialect.parse(MANY[kind](9_000))
    assert dialect.names(tree).fields
    dialect.atoms(tree)


@pytest.mark.parametrize("dialect", [LITE, DUCK])
def test_a_chain_that_becomes_one_comparison_keeps_brackets_that_it_needs(dialect: Sqlite | DuckDb) -> None:
    tree = dialect.parse("SELECT a FROM t WHERE (a = 'x' OR a = 'x') IS NOT TRUE")
    made = next(one for one in dialect.rules if one.name == "in-for-or").apply(tree, Context())
    assert made is not None and dialect.parse(dialect.render(made)) == made
    assert _rows(dialect, made) == _rows(dialect, tree) == ["y"]


def _rows(dialect: Sqlite | DuckDb, tree: SqlTree) -> list[object]:
    found: Rows = dialect.run(tree, {"t": [{"a": "x"}, {"a": "y"}]}, Running())
    return [row["a"] for row in found.rows]
