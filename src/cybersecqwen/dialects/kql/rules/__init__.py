"""What `csq query optimise` may change in KQL, in the order in which it is tried."""

from __future__ import annotations

from cybersecqwen.dialects.improvement import Rule
from cybersecqwen.dialects.kql.tree import KqlQuery

from .conditions import CONDITIONS
from .filters import FILTERS
from .steps import STEPS
from .suggested import SUGGESTED
from .tables import TABLES

RULES: tuple[Rule[KqlQuery], ...] = (*CONDITIONS, *STEPS, *TABLES, *FILTERS, *SUGGESTED)
"""Those that keep the rows first, then suggestions."""
