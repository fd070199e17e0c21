"""Which lookers a report is read with, in the order in which they claim text."""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import Looker

_HERE = "cybersecqwen.detect.report"

# Order is meaning: an earlier looker claims its stretch. What has a frame of its own (a rule, a fingerprint, a
# user agent) comes before the URLs, addresses and hashes that stand inside it; names of files come last.
REPORT_EXTRACTORS: Registry[Looker] = Registry(
    "report looker",
    {
        "url": f"{_HERE}.lookers_network:URL",
        "email": f"{_HERE}.lookers_network:EMAIL",
        "pipe": f"{_HERE}.lookers_files:PIPE",
        "registry": f"{_HERE}.lookers_files:REGISTRY",
        "path": f"{_HERE}.lookers_files:PATH",
        "mac": f"{_HERE}.lookers_network:MAC",
        "hash": f"{_HERE}.lookers_codes:HASH",
        "cve": f"{_HERE}.lookers_codes:CVE",
        "attack": f"{_HERE}.lookers_codes:ATTACK",
        "asn": f"{_HERE}.lookers_network:ASN",
        "cidr": f"{_HERE}.lookers_network:CIDR",
        "address": f"{_HERE}.lookers_network:ADDRESS",
        "domain": f"{_HERE}.lookers_network:DOMAIN",
        "file name": f"{_HERE}.lookers_files:NAME",
    },
    group="cybersecqwen.report_lookers",
)
"""Lookers for reports; third parties add theirs through the entry-point group."""
