"""Sigma rules as a query language: what is read from it and written in it is the middle itself.

YAML ─parse→ Rules ─read→ Query      Query ─document (items, selections)→ mappings ─→ Rules ─render→ YAML
"""

from .dialect import Sigma
from .document import document

__all__ = ["Sigma", "document"]
