"""An organisation's own data as records: what is asked in its words, with its names, masked before it leaves.

A new source is a function as `interface.Source` says, in a file of its own, and a line in `OWN`.
"""

from __future__ import annotations

from collections.abc import Mapping

from .feedback import from_feedback
from .interface import Source
from .rules import from_rules
from .schema import from_schema
from .splitting import held_out
from .tickets import from_tickets

OWN: Mapping[str, Source] = {
    "schema": from_schema,
    "tickets": from_tickets,
    "rules": from_rules,
    "feedback": from_feedback,
}
"""Sources by name."""

__all__ = ["OWN", "Source", "from_feedback", "from_rules", "from_schema", "from_tickets", "held_out"]
