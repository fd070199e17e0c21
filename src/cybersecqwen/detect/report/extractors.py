"""Which lookers a report is read with, in the order in which they claim text."""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import Looker

_HERE = "cybersecqwen.detect.report"

# Order is meaning: an earlier looker claims its stretch. What has a frame of its own (a rule, a fingerprint,
# a user agent) comes before the URLs, addresses and hashes that stand inside it; names of files come last.
REPORT_EXTRACTORS: Registry[Looker] = Registry(
    "report looker",
    {
        "yara": f"{_HERE}.lookers_yara:YARA",
        "sigma": f"{_HERE}.lookers_sigma:SIGMA",
        "suricata": f"{_HERE}.lookers_suricata:SURICATA",
        "user agent": f"{_HERE}.lookers_agents:AGENT",
        "package": f"{_HERE}.lookers_packages:PACKAGE",
        "mutex": f"{_HERE}.lookers_mutexes:MUTEX",
        "service": f"{_HERE}.lookers_services:SERVICE",
        "task": f"{_HERE}.lookers_tasks:TASK",
        "url": f"{_HERE}.lookers_network:URL",
        "url without scheme": f"{_HERE}.lookers_network:BARE_URL",
        "email": f"{_HERE}.lookers_network:EMAIL",
        "pipe": f"{_HERE}.lookers_files:PIPE",
        "registry": f"{_HERE}.lookers_files:REGISTRY",
        "registry key without hive": f"{_HERE}.lookers_files:BARE_KEY",
        "windows path": f"{_HERE}.lookers_files:WINDOWS_PATH",
        "unix path": f"{_HERE}.lookers_files:UNIX_PATH",
        "path with slashes": f"{_HERE}.lookers_files:FORWARD_PATH",
        "relative path": f"{_HERE}.lookers_files:RELATIVE_PATH",
        "coin": f"{_HERE}.lookers_wallets:COIN",
        "ethereum": f"{_HERE}.lookers_wallets:ETHEREUM",
        "ssdeep": f"{_HERE}.lookers_lined:SSDEEP",
        "tlsh": f"{_HERE}.lookers_lined:TLSH",
        "ja4": f"{_HERE}.lookers_fingerprints:JA4",
        "ja3": f"{_HERE}.lookers_fingerprints:JA3",
        "imphash": f"{_HERE}.lookers_fingerprints:IMPHASH",
        "certificate": f"{_HERE}.lookers_certificates:CERTIFICATE",
        "mac": f"{_HERE}.lookers_network:MAC",
        "hash": f"{_HERE}.lookers_codes:HASH",
        "cve": f"{_HERE}.lookers_codes:CVE",
        "attack": f"{_HERE}.lookers_codes:ATTACK",
        "asn": f"{_HERE}.lookers_network:ASN",
        "cidr": f"{_HERE}.lookers_network:CIDR",
        "ipv6": f"{_HERE}.lookers_network:ADDRESS_V6",
        "ipv4": f"{_HERE}.lookers_network:ADDRESS",
        "spaced name": f"{_HERE}.lookers_spaced:SPACED",
        "domain": f"{_HERE}.lookers_network:DOMAIN",
        "file name": f"{_HERE}.lookers_files:NAME",
    },
    group="cybersecqwen.report_lookers",
)
"""Lookers for reports; third parties add theirs through the entry-point group."""
