"""How single values are written: identifiers, timestamps, addresses, base64, variables."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
_IDENTIFIER = re.compile(rf"([a-z][a-z0-9-]+[a-z0-9])--{_UUID}\Z")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?Z\Z"
)
_MAC = re.compile(r"[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}\Z")
_VARIABLE = re.compile(r"__[A-Za-z_][A-Za-z0-9_-]{0,199}__(?::[a-z]+)?")
_MOST_DECODED = 1 << 20


def prefix_of(text: str) -> str:
    """The type in front of an identifier; "" where it is none."""
    found = _IDENTIFIER.match(text)
    return found[1] if found else ""


def is_timestamp(text: str) -> bool:
    """Whether it is a time in UTC as the specification writes it: 2026-01-31T12:00:00.000Z."""
    return _TIMESTAMP.match(text) is not None


def moment(text: object) -> str:
    """A timestamp so that later ones sort later; "" where it is none."""
    if not isinstance(text, str) or not is_timestamp(text):
        return ""
    seconds, _, parts = text[:-1].partition(".")
    return f"{seconds}.{parts.rstrip('0')}"


def decoded(text: str) -> bytes | None:
    """What base64 holds, of at most 1 MiB of it; None where it is none."""
    try:
        return base64.b64decode(text[: _MOST_DECODED // 3 * 4], validate=True)
    except (binascii.Error, ValueError):
        return None


def has_variable(text: str) -> bool:
    """Whether a variable stands in it, whose value is not known here."""
    return "__" in text and _VARIABLE.search(text) is not None


def _is_address(text: str, version: int) -> bool:
    address, slash, length = text.partition("/")
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    fits = not slash or (length.isascii() and length.isdigit() and len(length) < 4)
    return found.version == version and fits and (not slash or int(length) <= found.max_prefixlen)


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r"\s", text)


FORMS: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "identifier": (lambda text: bool(prefix_of(text)), "an identifier", "Write type--UUID, in lower case."),
    "timestamp": (is_timestamp, "a timestamp", "Write the time in UTC: 2026-01-31T12:00:00.000Z."),
    "base64": (lambda text: has_variable(text) or decoded(text) is not None, "base64", "Encode it again."),
    "url": (lambda text: has_variable(text) or _is_url(text), "a URL", "Write scheme://host/path."),
    "ipv4": (lambda text: has_variable(text) or _is_address(text, 4), "an IPv4 address", ""),
    "ipv6": (lambda text: has_variable(text) or _is_address(text, 6), "an IPv6 address", ""),
    "mac": (
        lambda text: has_variable(text) or _MAC.match(text) is not None,
        "a MAC address",
        "Write 00:11:22:aa:bb:cc.",
    ),
}
"""Kinds of text with a form: the test, what it is called, how to write it."""
