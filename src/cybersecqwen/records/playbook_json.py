"""Records of `records.playbook` as JSON types."""

from __future__ import annotations

from typing import Any

from .intel_json import to_json
from .playbook import Playbook


def playbook_json(playbook: Playbook) -> dict[str, Any]:
    """A playbook as JSON types for readers: values as recorded, steps in their order."""
    made: dict[str, Any] = to_json(playbook)
    return made
