"""Extraction from free text: every match with exact offsets.

Reports are read by the same code as event fields: they only differ in length.
"""

from __future__ import annotations

from functools import cache

from cybersecqwen.registry import Registry

from .matches import Extractor, Match

_HERE = "cybersecqwen.detect.text"

# Order is meaning: an earlier extractor claims its stretch, so that the host of a URL is not found
# again as a domain, nor the file at the end of a path as a file name.
EXTRACTORS: Registry[Extractor] = Registry(
    "indicator extractor",
    {
        "url": f"{_HERE}.urls:find_urls",
        "email": f"{_HERE}.names:find_emails",
        "pipe": f"{_HERE}.files:find_pipes",
        "registry": f"{_HERE}.files:find_registry",
        "path": f"{_HERE}.files:find_paths",
        "hash": f"{_HERE}.codes:find_hashes",
        "cve": f"{_HERE}.codes:find_cves",
        "attack": f"{_HERE}.codes:find_attack",
        "address": f"{_HERE}.addresses:find",
        "domain": f"{_HERE}.names:find_domains",
        "file name": f"{_HERE}.files:find_names",
    },
    group="cybersecqwen.extractors",
)
"""Extractors of indicators, in the order in which they claim text."""


@cache
def _extractors() -> tuple[Extractor, ...]:
    return tuple(extractor for _, extractor in EXTRACTORS)


def matches(text: str) -> tuple[Match, ...]:
    """Every indicator in a text, repetitions included, in order of appearance. Never raises."""
    if not _may_hold_any(text):
        return ()
    low = text.lower()
    if len(low) != len(text):  # a few letters grow in lower case; offsets must not
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    found: list[Match] = []
    taken = bytearray(len(text))
    for extractor in _extractors():
        fresh = [match for match in extractor(text, low) if 1 not in taken[match.start : match.end]]
        found += fresh
        for match in fresh:
            if match.claims:
                taken[match.start : match.end] = b"\1" * (match.end - match.start)
    return tuple(sorted(found, key=lambda match: (match.start, -match.end)))


def _may_hold_any(text: str) -> bool:
    """All indicators but hashes and identifiers hold one of these characters."""
    if "." in text or ":" in text or "\\" in text or "/" in text or "@" in text:
        return True
    return len(text) >= 32 or not text.isascii() or "-" in text or "T" in text or "[" in text or "dot" in text
