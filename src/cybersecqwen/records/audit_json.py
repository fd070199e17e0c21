"""Records of `records.audit` as JSON types."""

from __future__ import annotations

from typing import Any

from .audit import Audit
from .intel_json import to_json


def audit_json(audit: Audit) -> dict[str, Any]:
    """An audit as JSON types for readers: severities by their names."""
    made: dict[str, Any] = to_json(audit)
    for name in ("subjects", "observations", "controls", "gaps"):
        for shown, one in zip(made[name], getattr(audit, name), strict=True):
            shown["severity"] = one.severity.label
    return made
