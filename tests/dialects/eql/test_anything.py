"""Whatever parses can be asked everything, and answers or refuses by name."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.eql import Eql
from cybersecqwen.dialects.eql.tree import EqlTree
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.interface import Running
from cybersecqwen.errors import LimitError, QueryError
from tests.detect.sigma.drawn import values
from tests.dialects.elastic.drawn import NAMES
from tests.dialects.eql.test_grammar import trees
from tests.strategies import UNHURRIED

EQL = Eql()
_records = st.lists(
    st.dictionaries(st.sampled_from([*NAMES, "event.category"]), values, max_size=4), max_size=4
)


@UNHURRIED
@given(trees, _records)
def test_only_errors_with_a_name(tree: EqlTree, records: list[dict[str, Any]]) -> None:
    events = [{"@timestamp": float(at), **record} for at, record in enumerate(records)]
    for ask in (
        lambda: EQL.run(tree, {"": events, "process": events}, Running()),
        lambda: EQL.write(EQL.read(tree)),
        lambda: (EQL.names(tree), EQL.atoms(tree), EQL.effects(tree)),
        lambda: EQL.cost(tree, Context()),
        *((lambda rule=rule: rule.apply(tree, Context())) for rule in Eql.rules),
    ):
        try:
            ask()
        except (QueryError, LimitError):
            continue
