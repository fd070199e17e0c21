"""What makes EQL queries cheaper."""

from __future__ import annotations

from . import categories, conditions, sequences

RULES = (
    *categories.RULES,
    *conditions.RULES,
    *sequences.RULES,
    *categories.SUGGESTIONS,
    *conditions.SUGGESTIONS,
    *sequences.SUGGESTIONS,
)
"""In the order in which they are tried."""

__all__ = ["RULES"]
