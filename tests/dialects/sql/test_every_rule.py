"""Sigma's rules on the engines: the records that the rules mean, or a refusal with its reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytest.importorskip("sqlglot")
pytest.importorskip("duckdb")

from cybersecqwen.detect.sigma.model import Expression
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.query import Query
from cybersecqwen.dialects.sql import DuckDb, Sqlite
from cybersecqwen.dialects.sql.dialect import Sql
from cybersecqwen.errors import UnsayableError
from tests.amounts import THOROUGH
from tests.detect.sigma.drawn import satisfying
from tests.published import rules as published


def _records(expression: Expression, chance: Random) -> list[dict[str, Any]]:
    """Records made from the rule's own values, as a flat table holds them; SQLite folds ASCII alone."""
    made = [satisfying(expression, chance) for _ in range(30)]
    return [
        {"#": number, **{name: value for name, value in record.items() if _is_flat(value)}}
        for number, record in enumerate(made)
    ]


def _is_flat(value: Any) -> bool:
    return not isinstance(value, list | dict) and "\x00" not in str(value)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("dialect", [DuckDb(), Sqlite()])
def test_rules_find_the_same(dialect: Sql, data_dir: Path) -> None:
    """Exactly the records for which plain evaluation says that the rule holds."""
    rules = published(data_dir)[:: 1 if THOROUGH else 25]
    refused: Counter[str] = Counter()
    found = 0
    for number, rule in enumerate(rules):
        records = _records(rule.expression, Random(number))
        try:
            tree = dialect.write(Query(where=rule.expression))
        except UnsayableError as error:
            refused[error.what] += 1
            continue
        wanted = [record["#"] for record in records if holds(rule.expression, record)]
        rows = dialect.run(tree, {"": records}, Running()).rows
        assert [row["#"] for row in rows] == wanted, rule.about.path
        found += bool(wanted)
    expected = {"keywords"} | ({"regular expressions", "networks"} if dialect.name == "sqlite" else set())
    assert set(refused) <= expected
    assert found > len(rules) * 0.6, (found, len(rules))
    print(dialect.name, len(rules), found, dict(refused))
