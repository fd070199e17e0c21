"""Hashes, CVE numbers and ATT&CK identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import known
from .matches import Match

TYPES = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
"""Length in hex digits to type (RFC 1321; FIPS 180-4)."""

_HASH = re.compile(r"(?<![\w-])([0-9a-fA-F]{128}|[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})(?![\w-])")
_CVE = re.compile(
    r"(?<![\w-])CVE[-\u2010-\u2015 ]((?:19|20)[0-9]{2})[-\u2010-\u2015]([0-9]{4,7})(?![\w])", re.IGNORECASE
)
_TECHNIQUE = re.compile(r"T(?:[0-9]{4}(?:\.[0-9]{3})?|A[0-9]{4})(?![\w-]|\.[0-9])")
_OBJECT = re.compile(r"(?<![\w.-])([SGCM][0-9]{4}|DS[0-9]{4}|DET[0-9]{4})(?![\w-]|\.[0-9])")


def find_hashes(text: str, low: str) -> Iterator[Match]:
    """MD5, SHA-1, SHA-256 and SHA-512 by their length; see `matches.Extractor`."""
    if len(text) < 32:
        return
    for match in _HASH.finditer(text):
        value = match[1].lower()
        if len(set(value)) > 1 and (value.isdigit() or (value.isalpha() and len(set(value)) < 4)):
            continue  # a long number
        yield Match(
            type=TYPES[len(value)],
            value=value,
            start=match.start(),
            end=match.end(),
            note=known.hash_note(value),
        )


def find_cves(text: str, low: str) -> Iterator[Match]:
    """CVE numbers; see `matches.Extractor`."""
    if "cve" in low:
        for match in _CVE.finditer(text):
            value = f"CVE-{match[1]}-{match[2]}"
            yield Match(type="cve", value=value, start=match.start(), end=match.end())


def find_attack(text: str, low: str) -> Iterator[Match]:
    """ATT&CK techniques and tactics; software, groups and the like where ATT&CK is named."""
    if "T" in text:
        for match in _TECHNIQUE.finditer(text):
            before = text[match.start() - 1] if match.start() else " "
            if not (before.isalnum() or before in "_.-"):
                yield Match(type="attack", value=match.group(), start=match.start(), end=match.end())
    if "att&ck" in low or "mitre" in low:
        for match in _OBJECT.finditer(text):
            yield Match(type="attack", value=match[1], start=match.start(), end=match.end())
