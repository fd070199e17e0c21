"""What makes ES|QL queries cheaper."""

from __future__ import annotations

from . import conditions, dropping, moving, suggesting

RULES = (*conditions.RULES, *moving.RULES, *dropping.RULES, *suggesting.RULES)
"""In the order in which they are tried."""

__all__ = ["RULES"]
