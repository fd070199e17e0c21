"""A written query whose comparisons fit the types of their fields: `:` takes text alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cybersecqwen.dialects.elastic.expressions import Among, Binary, Expr, Field, Literal
from cybersecqwen.dialects.elastic.typed import Fitting, is_address
from cybersecqwen.dialects.elastic.walking import changed

from .rules.applying import with_events
from .tree import EqlTree


def typed(tree: EqlTree, types: Mapping[str, str]) -> EqlTree:
    """The tree with each comparison as the type of its field asks for."""
    fitting = Fitting(
        types=types,
        lower="",
        text="string",
        number="number",
        equal=_equal,
        equals=frozenset(("in", "in~", ":")),
        over_texts=frozenset(("stringContains", "startsWith", "endsWith", "wildcard")),
        # `==` regards case, and letters of an address have none that counts.
        addresses=lambda text: is_address(text) and ":" not in text,
    )
    return with_events(tree, lambda event: replace(event, where=changed(event.where, fitting.fit)))


def _equal(field: Field, values: Sequence[Literal], negated: bool) -> Expr:
    if any(isinstance(one.value, str) and not one.value.replace(".", "").isdigit() for one in values):
        return Among("in~", field, tuple(values), negated=negated)
    if len(values) == 1:
        return Binary("!=" if negated else "==", field, values[0])
    return Among("in", field, tuple(values), negated=negated)
