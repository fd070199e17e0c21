"""CACAO 2.0 playbooks checked: object by object, step by step, and what they destroy."""

from __future__ import annotations

from .checking import check

__all__ = ["check"]
