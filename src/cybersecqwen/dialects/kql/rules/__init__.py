"""What `csq query optimise` may change in KQL, in the order in which it is tried."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.kql.cost import cost
from cybersecqwen.dialects.kql.tree import KqlQuery

from .conditions import CONDITIONS
from .filters import FILTERS
from .steps import STEPS
from .suggested import SUGGESTED
from .tables import TABLES


def _if_cheaper(rule: Rule[KqlQuery]) -> Rule[KqlQuery]:
    """The rule, where what it makes costs no more by the estimate.

    A condition on groups, for one, may cost less than the same on all rows before.
    """

    def apply(tree: KqlQuery, context: Context) -> KqlQuery | None:
        made = rule.apply(tree, context)
        return None if made is None or cost(made, context) > cost(tree, context) else made

    return replace(rule, apply=apply)


RULES: tuple[Rule[KqlQuery], ...] = (
    *map(_if_cheaper, (*CONDITIONS, *STEPS, *TABLES, *FILTERS)),
    *SUGGESTED,
)
"""Those that keep the rows first, then suggestions."""
