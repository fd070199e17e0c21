"""Conditions and steps for the descriptions of languages that have no words of their own for each of them.

A condition is told in the words of the middle where that has them, else it is shown as it stands in the
query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from cybersecqwen.detect.sigma.model import Expression
from cybersecqwen.errors import QueryError

from .describing import clean, grouped
from .wording import said

Part = TypeVar("Part")

_TOLD = 60
"""Conditions of one query that are told; more have no room in its sentences."""
_WIDE = 240


def retold(
    parts: Iterable[Part], read: Callable[[Part], Expression | None], written: Callable[[Part], str]
) -> list[str]:
    """Each condition as it follows "where"; those that always hold are left out."""
    found: list[str] = []
    for number, part in enumerate(parts):
        text = as_written(written(part)) if number >= _TOLD else _told(part, read, written)
        if text:
            found.append(text)
    return found


def one_of(parts: list[str]) -> str:
    """One of several conditions, any of which may hold."""
    return grouped(parts, "or") if len(parts) > 1 else parts[0]


def as_written(text: str) -> str:
    """A part of a query as it stands there, in quotation marks, on one line."""
    return f"“{clean(text, _WIDE)}”"


def _told(part: Part, read: Callable[[Part], Expression | None], written: Callable[[Part], str]) -> str:
    try:
        meant = read(part)
    except QueryError:
        return f"{as_written(written(part))} holds"
    if meant is None:
        return ""
    told = said(meant)
    # What is longer than that would be cut within its brackets.
    return clean(told, _WIDE) if len(told) <= _WIDE else f"{as_written(written(part))} holds"
