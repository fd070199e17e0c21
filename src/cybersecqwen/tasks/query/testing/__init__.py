"""Detection as code: the rules of a folder tested like a program, once or whenever a file changes."""

from __future__ import annotations

from .run import Asked, test_rules
from .watching import watch

__all__ = ["Asked", "test_rules", "watch"]
