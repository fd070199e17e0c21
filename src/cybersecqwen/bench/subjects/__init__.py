"""What can be measured: the project's own answerers, language models, and the store's own records."""

from __future__ import annotations

from .interface import Subject

__all__ = ["Subject"]
