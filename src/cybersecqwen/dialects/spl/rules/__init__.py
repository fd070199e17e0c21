"""What `csq query optimise` may change in SPL, in the order in which it is tried."""

from __future__ import annotations

from cybersecqwen.dialects.improvement import Rule
from cybersecqwen.dialects.spl.tree import Pipeline

from .filters import FILTERS
from .indexed import INDEXED
from .later import LATER
from .patterns import PATTERNS
from .plainer import PLAINER
from .suggested import SUGGESTED

RULES: tuple[Rule[Pipeline], ...] = (*PLAINER, *FILTERS, *PATTERNS, *INDEXED, *LATER, *SUGGESTED)
"""Those that keep the rows first, then suggestions."""
