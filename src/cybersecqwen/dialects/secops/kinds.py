"""What kind of values a field of the Unified Data Model holds: the same sign means something else for each.

A field that is not set reads as empty text, 0 or false, so that what is empty and what is missing cannot be
told apart. Names of enumerated fields and the rules of each kind:
https://docs.cloud.google.com/chronicle/docs/investigation/search-syntax-reference,
https://docs.cloud.google.com/chronicle/docs/reference/udm-field-list.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from cybersecqwen.dialects.fields.schemas import schema


class Kind(StrEnum):
    """Kinds of fields."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    ENUM = "enum"
    """One of some words in capitals; compared for being equal alone."""


_ENUMS = frozenset(
    (
        "metadata.event_type",
        "network.ip_protocol",
        "network.application_protocol",
        "network.direction",
        "network.email.direction",
        "security_result.action",
        "security_result.alert_state",
        "security_result.category",
        "security_result.confidence",
        "security_result.priority",
        "security_result.severity",
        "extensions.auth.type",
        "extensions.auth.mechanism",
        "extensions.auth.auth_status",
    )
)
_ENUM_ENDS = (".platform", ".resource.resource_type", ".asset.type", ".user.account_type", ".file.file_type")
_TYPES = {"number": Kind.NUMBER, "bool": Kind.TRUTH}


@lru_cache(maxsize=4_096)
def kind_of(name: str) -> Kind:
    """The kind of a field; text for what the model does not know."""
    if name in _ENUMS or name.endswith(_ENUM_ENDS):
        return Kind.ENUM
    return _TYPES.get(schema("udm").type_of(name), Kind.TEXT)
