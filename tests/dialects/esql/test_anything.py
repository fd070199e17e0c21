"""Whatever parses can be asked everything, and answers or refuses by name."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.esql import Esql
from cybersecqwen.dialects.esql.tree import EsqlTree
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.interface import Running
from cybersecqwen.errors import LimitError, QueryError
from tests.detect.sigma.drawn import values
from tests.dialects.elastic.drawn import NAMES
from tests.dialects.esql.drawn import trees
from tests.strategies import UNHURRIED

ESQL = Esql()
_records = st.lists(
    st.dictionaries(st.sampled_from([*NAMES, "event.category"]), values, max_size=4), max_size=4
)


@UNHURRIED
@given(trees, _records)
def test_only_errors_with_a_name(tree: EsqlTree, records: list[dict[str, Any]]) -> None:
    events = [{"@timestamp": float(at), **record} for at, record in enumerate(records)]
    for ask in (
        lambda: ESQL.run(tree, {"": events, "a": events, "logs-2024.01": events}, Running()),
        lambda: ESQL.write(ESQL.read(tree)),
        lambda: (ESQL.names(tree), ESQL.atoms(tree), ESQL.effects(tree)),
        lambda: ESQL.cost(tree, Context()),
        *((lambda rule=rule: rule.apply(tree, Context())) for rule in Esql.rules),
    ):
        try:
            ask()
        except (QueryError, LimitError):
            continue
