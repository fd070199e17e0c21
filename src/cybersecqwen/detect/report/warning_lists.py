"""Known-good hosts, addresses and hashes: our own short list, and MISP's where it is installed.

The package pymispwarninglists imports 65 MB; here 30 of its 119 lists (`_LISTS`) are read straight from its
files, each group when the first indicator of that type is asked for. Left out on purpose:

- ranges that customers rent (AWS, Azure, GCP, OVH, VPN providers): attackers are customers, too;
- the 62,745 open resolvers, 35,467 shared dynamic-DNS zones, a million popular sites: among them are hosts
  that were broken into, and no list of that length was checked by anyone;
- reserved and special ranges: `detect.text.addresses` has them from IANA.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NOTES = {
    "publisher": "publisher of security reports or news",
    "standard": "catalogue or standard",
    "sandbox": "analysis service",
    "vendor": "vendor",
    "service": "service shared by many",
    "social": "social network",
    "shortener": "link shortener",
    "dyndns": "provider of dynamic DNS",
    "resolver": "public DNS resolver",
    "ipcheck": "tells callers their own address",
    "docs": "documentation or media site",
}
"""Kinds of `benign_hosts.txt`, in words."""

WITH_CUSTOMERS = frozenset({"service", "dyndns", "shortener", "social"})
"""Kinds whose own name is set apart, but neither what stands below it nor the links into it."""

# Name of the list → how it is matched and what it says. From: pymispwarninglists 1.7.0, list.json "name".
_LISTS: dict[str, dict[str, str]] = {
    "below": {  # the name and everything below it
        "automated-malware-analysis": "analysis service",
        "captive-portals": "connectivity test",
        "findip-host": "tells callers their own address",
        "whats-my-ip": "tells callers their own address",
        "google": "vendor",
        "microsoft": "vendor",
        "microsoft-win10-connection-endpoints": "Windows connection endpoint",
        "umbrella-blockpage-hostname": "block page",
    },
    "exact": {
        "security-provider-blogpost": "publisher of security reports or news",
        "microsoft-office365": "vendor",
        "url-shortener": "link shortener",
        "lots-project": "service shared by many",
        "public-ipfs-gateways": "service shared by many",
        "moz-top500": "well-known host",
        "alexa": "well-known host",
        "cisco_top1000": "well-known host",
    },
    "network": {
        "sinkholes": "sinkhole",
        "umbrella-blockpage-v4": "block page",
        "cloudflare": "content delivery network, shared by many sites",
        "fastly": "content delivery network, shared by many sites",
        "akamai": "content delivery network, shared by many sites",
        "apple": "vendor's own range",
        "microsoft-office365-ip": "vendor's own range",
        "googlebot": "vendor's own range",
        "wikimedia": "vendor's own range",
    },
    "hash": {
        "empty-hashes": "hash of the empty file",
        "eicar.com": "test file of EICAR",
        "common-ioc-false-positive": "hash that is often listed by mistake",
        "ti-falsepositives": "hash that is often listed by mistake",
    },
    "certificate": {"mozilla-CA": "trusted certificate authority"},
}
# kinds of the lists whose subject is the host itself: links into it are set apart with it
_OWN = frozenset(
    {"publisher of security reports or news", "analysis service", "connectivity test", "vendor"}
    | {"Windows connection endpoint", "block page", "tells callers their own address"}
)
_HASHES = frozenset({"md5", "sha1", "sha256", "sha512", "ssdeep"})
_CONTACT = ("security@", "abuse@", "noc@", "soc@", "cert@", "csirt@", "psirt@", "report@", "press@", "media@")


@dataclass(kw_only=True)
class WarningLists:
    """What is known to be harmless; asks are answered in O(log n) of the lists' length."""

    folder: Path | None = None
    """Where the package's lists lie; None without it."""
    _tables: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls) -> WarningLists:
        """With MISP's lists where the extra `intel` is installed. Reads nothing yet."""
        return cls(folder=_folder())

    def reason(self, type: str, value: str) -> str:
        """Why an indicator is set apart, with the list that says so, or "". Never raises."""
        if type in ("domain", "url"):
            name = value if type == "domain" else host_of(value)
            if name and ("." in name or ":" in name):
                return self._host(name, whole=type == "domain")
        elif type in ("ipv4", "ipv6"):
            return self._address(value)
        elif type in _HASHES:
            return self._table("hash", value)
        elif type == "certificate":
            return self._table("certificate", value)
        elif type == "email" and value.startswith(_CONTACT):
            return "contact address of an organisation"
        return ""

    def _host(self, name: str, *, whole: bool) -> str:
        """`whole`: the host itself is meant, not a link into it."""
        kind, known = own(name)
        if kind in WITH_CUSTOMERS:  # a customer's name below it is the customer's
            return f"{NOTES[kind]}: {known}" if whole and name in (known, "www." + known) else ""
        if kind:
            return f"{NOTES[kind]}: {known}"
        if _is_address(name):
            return self._address(name) if whole else ""
        note = self._table("exact", name) or self._table("exact", name.removeprefix("www."))
        if not note:
            note = next(filter(None, (self._table("below", one) for one in parents(name))), "")
        return note if whole or note.rpartition(" (MISP")[0] in _OWN else ""

    def _address(self, value: str) -> str:
        kind, _ = own(value)
        if kind:
            return f"{NOTES[kind]}: {value}"
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return ""
        for starts, ends, note in self._networks(address.version):
            at = bisect_right(starts, int(address)) - 1
            if at >= 0 and int(address) <= ends[at]:
                return note
        return ""

    def _table(self, group: str, value: str) -> str:
        table = self._tables.get(group)
        if table is None:
            table = self._tables[group] = dict(self._entries(group))
        found: str = table.get(value, "")
        return found

    def _entries(self, group: str) -> Iterator[tuple[str, str]]:
        for name, note in reversed(_LISTS[group].items()):  # the first list has the last word
            said = f"{note} (MISP warning list {name})"
            for entry in self._read(name):
                yield entry.lower().removeprefix("*").lstrip("."), said

    def _networks(self, version: int) -> list[tuple[list[int], list[int], str]]:
        """For each list its disjoint ranges as sorted first and last addresses."""
        key = f"network{version}"
        if key not in self._tables:
            lists = _LISTS["network"].items()
            said = ((self._read(name), f"{note} (MISP warning list {name})") for name, note in lists)
            self._tables[key] = [(*_ranges(entries, version), note) for entries, note in said]
        tables: list[tuple[list[int], list[int], str]] = self._tables[key]
        return tables

    def _read(self, name: str) -> list[str]:
        """Entries of a list; () where it is absent or is not what it should be."""
        if self.folder is None:
            return []
        import orjson

        try:
            found = orjson.loads((self.folder / name / "list.json").read_bytes())["list"]
        except (OSError, ValueError, KeyError, TypeError):
            return []
        return [entry for entry in found if isinstance(entry, str)] if isinstance(found, list) else []


@cache
def own_hosts() -> dict[str, str]:
    """`benign_hosts.txt`: name → kind."""
    found: dict[str, str] = {}
    lines = Path(__file__).with_name("benign_hosts.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            kind, *names = line.split()
            found |= dict.fromkeys(names, kind)
    return found


@lru_cache(maxsize=8_192)
def own(name: str) -> tuple[str, str]:
    """Kind and name of the nearest entry of `benign_hosts.txt` at or above a host; ("", "") without one."""
    table = own_hosts()
    if ":" in name or name.replace(".", "").isdigit():
        return table.get(name, ""), name
    for parent in parents(name):
        if parent in table:
            return table[parent], parent
    return "", ""


def parents(name: str) -> Iterator[str]:
    """A host and the names above it, without the last label alone; at most 12."""
    labels = name.split(".")
    for at in range(max(0, len(labels) - 12), len(labels) - 1):
        yield ".".join(labels[at:])


def host_of(url: str) -> str:
    """The host of a normalised URL in lower case, without user and port; "" where there is none.

    Reports also write URLs without a scheme ("evil.example/gate.php").
    """
    _, mark, behind = url.partition("://")
    rest = behind if mark else url
    for mark in "/?#\\":
        rest = rest.partition(mark)[0]
    rest = rest.rpartition("@")[2].lower()
    if rest.startswith("["):
        return rest[1:].partition("]")[0]
    return rest.partition(":")[0].rstrip(".")


@lru_cache(maxsize=8_192)
def registrable(name: str) -> str:
    """The part of a host name that someone registered (blog.a.co.uk → a.co.uk), or "" for none."""
    if _is_address(name) or not 0 < len(name) <= 253:
        return ""
    found = _suffixes().privatesuffix(name.lower())
    return str(found) if found else ""


@cache
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False, accept_encoded_idn=False)


def _is_address(name: str) -> bool:
    return ":" in name or name.rpartition(".")[2].isdigit()


def _folder() -> Path | None:
    """The lists of pymispwarninglists; the package itself is not imported."""
    found = find_spec("pymispwarninglists")
    for place in (found.submodule_search_locations or ()) if found else ():
        folder = Path(place) / "data" / "misp-warninglists" / "lists"
        if folder.is_dir():
            return folder
    return None


def _ranges(entries: Iterable[str], version: int) -> tuple[list[int], list[int]]:
    """Disjoint ranges of the networks of one version; a network in another one is left out."""
    spans: list[tuple[int, int]] = []
    for entry in entries:
        if (":" in entry) != (version == 6):
            continue
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            continue
        spans.append((int(network[0]), int(network[-1])))
    starts: list[int] = []
    ends: list[int] = []
    for first, last in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not ends or first > ends[-1]:
            starts.append(first)
            ends.append(last)
    return starts, ends
