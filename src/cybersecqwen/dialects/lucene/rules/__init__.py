"""What makes query strings cheaper."""

from __future__ import annotations

from . import elsewhere, joining, redundant

RULES = (*redundant.RULES, *joining.RULES, *joining.SUGGESTIONS, *elsewhere.SUGGESTIONS)
"""In the order in which they are tried."""

__all__ = ["RULES"]
