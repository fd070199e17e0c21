"""Which records a rule's logsource means."""

from __future__ import annotations

from cybersecqwen.detect.rows.kinds import Kind
from cybersecqwen.detect.rows.windows_services import SERVICE_ALIASES

from .model import Logsource

_COVERS = {
    "registry_event": frozenset(
        ("registry_event", "registry_add", "registry_delete", "registry_set", "registry_rename")
    ),
    "file_block": frozenset(("file_block_executable", "file_block_shredding")),
}
"""Categories that hold others."""


def admits(logsource: Logsource, kind: Kind) -> bool:
    """Whether records of this kind are what the logsource describes; an empty part asks for nothing."""
    product, category, service = logsource.product, logsource.category, logsource.service
    if product and product != kind.product:
        return False
    if service and SERVICE_ALIASES.get(service, service) != kind.service:
        return False
    if category and category != kind.category:
        return kind.category in _COVERS.get(category, ())
    return True
