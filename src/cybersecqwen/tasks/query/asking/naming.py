"""Techniques that a question names by their identifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .mentions import Kind
from .stretch import Reading

if TYPE_CHECKING:
    from cybersecqwen.knowledge import Store


def named_techniques(read: Sequence[Reading], store: Store | None) -> tuple[str, ...]:
    """Identifiers of the techniques, those that the store does not know left out."""
    named = dict.fromkeys(
        value.upper() for one in read for m in one.found if m.kind is Kind.TECHNIQUE for value in m.values
    )
    return tuple(id for id in named if store is None or store.exists(id))
