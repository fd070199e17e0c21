"""Which relationships STIX 2.1 defines between which types; everything else is `related-to`."""

from __future__ import annotations

_USABLE = ("attack-pattern", "infrastructure", "malware", "tool")
_CONCERNED = ("identity", "location", "vulnerability")
_ADDRESSES = ("ipv4-addr", "ipv6-addr", "domain-name", "url")

# From: STIX 2.1 (OASIS standard), appendix B "Relationship summary table", for the types that are exported
_DEFINED: dict[str, dict[str, tuple[str, ...]]] = {
    "attack-pattern": {"delivers": ("malware",), "targets": _CONCERNED, "uses": ("malware", "tool")},
    "campaign": {"attributed-to": ("intrusion-set",), "targets": _CONCERNED, "uses": _USABLE},
    "indicator": {"indicates": ("attack-pattern", "campaign", "intrusion-set", "malware", "tool")},
    "intrusion-set": {"targets": _CONCERNED, "uses": _USABLE},
    "malware": {
        "communicates-with": _ADDRESSES,
        "downloads": ("malware", "tool", "file"),
        "drops": ("malware", "tool", "file"),
        "exploits": ("vulnerability",),
        "targets": ("identity", "location"),
        "uses": _USABLE,
        "variant-of": ("malware",),
    },
    "tool": {"delivers": ("malware",), "drops": ("malware",), "targets": _CONCERNED},
}


def relationship_type(source: str, verb: str, target: str) -> str:
    """The relationship type for a verb between two object types: the verb where it is defined."""
    if target in _DEFINED.get(source, {}).get(verb, ()):
        return verb
    # an intrusion set that exploits a vulnerability is one that targets it: the same table, other word
    if verb == "exploits" and "vulnerability" in _DEFINED.get(source, {}).get("targets", ()):
        return "targets" if target == "vulnerability" else "related-to"
    return "related-to"
