"""What a search does, in plain sentences."""

from __future__ import annotations

from .beginnings import leading, sources
from .pipelines import describe

__all__ = ["describe", "leading", "sources"]
