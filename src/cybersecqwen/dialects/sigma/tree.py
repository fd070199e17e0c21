"""What a rule file parses to: its documents, compared by the text that they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .layout import laid_out


@dataclass(frozen=True, kw_only=True, eq=False)
class Rules:
    """The documents of a rule file. Whoever changes a document copies it first."""

    documents: tuple[Mapping[str, Any], ...]
    source: str = field(default="", repr=False)
    """The text that was parsed, which the positions of names are counted in; "" for what was made."""

    @cached_property
    def text(self) -> str:
        """The YAML, in the order of the specification."""
        return laid_out(self.documents)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)
