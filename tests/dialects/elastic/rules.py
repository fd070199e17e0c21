"""The large set of Sigma rules, written, parsed and read back, and run beside their own meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cybersecqwen.detect.sigma.model import Expression
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.examples import events
from cybersecqwen.dialects.interface import Dialect, Running
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import UnsayableError
from tests.amounts import part
from tests.dialects.meanings import same
from tests.published import rules


def expressions(data_dir: Path) -> list[Expression]:
    """What the rules ask."""
    return [rule.expression for rule in rules(data_dir)]


def written(
    dialect: Dialect[Any], asked: list[Expression]
) -> tuple[Counter[str], list[tuple[Expression, Any]]]:
    """Why rules were refused, and the others with their trees; a part of them is parsed and read back."""
    refused: Counter[str] = Counter()
    found = []
    for where in asked:
        try:
            found.append((where, dialect.write(Query(where=where))))
        except UnsayableError as error:
            refused[error.what] += 1
    for where, tree in part(found, 3):
        parsed = dialect.parse(dialect.render(tree))
        assert parsed == tree
        assert same(dialect.read(parsed).where, where), dialect.render(tree)
    return refused, found


def disagreements(
    dialect: Dialect[Any], pairs: list[tuple[Expression, Any]], count: int
) -> Iterator[tuple[Expression, bool, str]]:
    """(expression, whether the query finds too little, the query) wherever one of a part errs."""
    held = looked = 0
    for number, (where, tree) in enumerate(part(pairs, 12)):
        made = events(dialect.atoms(tree), seed=number, count=count)
        records = [record for rows in made.values() for record in rows]
        # Of a value that is a list, each language has its own opinion; records here have none.
        flat = [{k: v for k, v in one.items() if not isinstance(v, list)} for one in records]
        wanted = [record for record in flat if holds(where, record)]
        rows = list(dialect.run(tree, {"": flat}, Running()).rows)
        held += len(wanted)
        looked += len(flat)
        if rows != wanted:
            yield where, len(wanted) > len(rows), dialect.render(tree)
    assert held * 20 > looked, "too few records match for this to say anything"
