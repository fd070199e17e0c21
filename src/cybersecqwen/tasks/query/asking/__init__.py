"""From an analyst's words to a query in Sigma's terms, with what was assumed and what stays open."""

from __future__ import annotations

from .asked import Asked, NotAQuestion
from .filling import fill
from .library import Library
from .reading import read_question

__all__ = ["Asked", "Library", "NotAQuestion", "fill", "read_question"]
