"""What a query string costs: how much of an index each kind of clause has to look at.

A term is looked up; a prefix reads a stretch of the terms in order; a wildcard or an expression
that begins with anything reads every term of the field, and a clause without a field does so in each field.
Shards whose times lie outside a range are passed over. The figures are the order of these, in readings of one
event over a million events; no cluster was measured. Sources, for leading wildcards and for the rest:
https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-wildcard-query,
https://www.elastic.co/docs/deploy-manage/production-guidance/optimize-performance/search-speed.
"""

from __future__ import annotations

from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.improvement import Context

from .read import is_everything
from .tree import EXISTS, Comparison, Field, Group, Node, Pattern, Phrase, Range, Word

EVENTS = 1_000_000
_LOOKED_UP = 200.0
"""A term, whatever it is."""
_NUMBERS = 500.0
"""A range of numbers, which lie in a tree of their own."""
_STRETCH = 5_000.0
"""A stretch of the terms, by a prefix."""
_ALL_TERMS = 400_000.0
"""Every term of a field against a wildcard."""
_ALL_BY_PATTERN = 600_000.0
"""Every term of a field against an expression."""
_PER_CLAUSE = 20.0
_FUZZY = 40_000.0
_FIELDS = 50
"""Fields that a clause without one looks in, where no schema is known."""
_IN_TIME = 0.1
"""Of the shards those that a range of times leaves."""
_TIME_FIELD = "@timestamp"


def cost_of(tree: Group, context: Context) -> float:
    """What a query costs over a million events."""
    time_field = context.schema.time_field if context.schema else ""
    fields = (
        len({name for table in context.schema.tables.values() for name in table.fields})
        if context.schema
        else 0
    )
    found = _Coster(fields or _FIELDS, time_field or _TIME_FIELD)
    total = found.node(tree, in_field=False)
    return total * (_IN_TIME if is_bounded(tree, found.time_field) else 1.0)


def is_bounded(tree: Group, time_field: str) -> bool:
    """Whether one of the clauses that must hold is about the time."""
    return any(
        isinstance(clause.node, Field)
        and clause.node.name == time_field
        and isinstance(clause.node.inner, Range | Comparison)
        and clause.sign in ("", "+")
        for clause in tree.clauses
    ) and all(clause.joint != "OR" for clause in tree.clauses)


class _Coster:
    def __init__(self, fields: int, time_field: str) -> None:
        self.fields = fields
        self.time_field = time_field

    def node(self, node: Node, *, in_field: bool) -> float:
        if is_everything(node):
            return float(EVENTS)
        if isinstance(node, Group):
            return sum(_PER_CLAUSE + self.node(one.node, in_field=in_field) for one in node.clauses)
        if isinstance(node, Field):
            if node.name == EXISTS:
                return _STRETCH
            return _PER_CLAUSE + self.node(node.inner, in_field=True)
        return _leaf(node) * (1 if in_field else self.fields)


def _leaf(node: Word | Phrase | Pattern | Range | Comparison) -> float:
    if isinstance(node, Range | Comparison):
        return _NUMBERS
    if isinstance(node, Pattern):
        prefix = node.source[:1].isalnum() and "|" not in node.source
        return 10 * _STRETCH if prefix else _ALL_BY_PATTERN
    if isinstance(node, Phrase):
        return _LOOKED_UP
    if node.fuzzy is not None:
        return _FUZZY
    if node.text[:1] in (ANY, ONE):
        return _ALL_TERMS + 1_000.0 * node.text.count(ANY)
    return _STRETCH if ANY in node.text or ONE in node.text else _LOOKED_UP
