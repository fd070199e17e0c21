"""What an EQL query costs: the work of its conditions, and the events that each of its parts reads.

A sequence reads the events of all its parts in the order of time, and keeps what has begun: without maxspan
for as long as the query runs (https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax).
"""

from __future__ import annotations

from cybersecqwen.dialects.elastic.costing import EVENTS, Costs, share, work
from cybersecqwen.dialects.elastic.expressions import Literal

from .tree import EqlTree, Event, Sequence

COSTS = Costs(
    patterns=frozenset((":", "like", "like~")),
    expressions=frozenset(("regex", "regex~")),
    caseless=frozenset((":", "like~", "in~", "regex~")),
    indexed=frozenset(),
    own=frozenset(("cidrMatch",)),
    escapes=False,
)
_CATEGORY = 200.0
_OF_ALL = 0.2
"""Share of events that are of one category."""
_KEY = 1_000.0
"""Looking after a field that a stage shares with the others, by itself."""
_OPEN = 3.0
"""How much more a sequence without maxspan keeps."""


def event_cost(event: Event) -> float:
    """The work of finding the events of a part, and of reading them."""
    of_all = _OF_ALL if event.category else 1.0
    found = EVENTS * of_all * share(event.where)
    looked_up = _CATEGORY if event.category else 0.0
    if event.where == Literal(True):
        return looked_up + found
    return looked_up + work(event.where, COSTS) * (0.5 + of_all / 2) + found


def cost_of(tree: EqlTree) -> float:
    """What a query costs over a million events."""
    if isinstance(tree.body, Event):
        return event_cost(tree.body)
    stages = list(tree.body.stages)
    if isinstance(tree.body, Sequence) and tree.body.until:
        stages.append(tree.body.until)
    total = sum(event_cost(stage.event) + _KEY * len(stage.by) for stage in stages)
    total += _KEY * len(tree.body.by)
    endless = isinstance(tree.body, Sequence) and tree.body.maxspan is None
    return total * (_OPEN if endless else 1.0)
