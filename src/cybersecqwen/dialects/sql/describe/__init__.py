"""What a query does, in plain sentences."""

from __future__ import annotations

from .beginnings import leading
from .selects import describe

__all__ = ["describe", "leading"]
