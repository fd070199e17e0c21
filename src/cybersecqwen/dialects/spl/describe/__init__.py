"""What a search does, in plain sentences."""

from __future__ import annotations

from .pipelines import describe

__all__ = ["describe"]
