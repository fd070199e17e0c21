"""Records that travel as the message of a syslog line, told by their first four characters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import auditd, cef, leef
from .clock import Clock

_XML_CHARS = 1 << 20


def _event_xml(message: str, clock: Clock) -> dict[str, Any] | None:
    """A Windows event, as Sysmon for Linux writes it."""
    from cybersecqwen.inputs.winxml import mapping_of

    text = message.rstrip()
    if not text.endswith("</Event>") or len(text) > _XML_CHARS:
        return None
    return mapping_of(text.encode("utf-8", "replace"))


INSIDE: Mapping[str, Callable[[str, Clock], dict[str, Any] | None]] = {
    "CEF:": cef.parse_message,
    "LEEF": leef.parse_message,
    "type": auditd.parse_message,
    "node": auditd.parse_message,
    "audi": auditd.parse_message,
    "<Eve": _event_xml,
}
"""First four characters to a parser; None where the message is not of the format after all."""
