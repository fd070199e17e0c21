"""What an advisory says about one package.

The terms are those of OSV: https://ossf.github.io/osv-schema/
"""

from __future__ import annotations

import re
from dataclasses import dataclass

INTRODUCED, FIXED, LAST_AFFECTED, LIMIT = "introduced", "fixed", "last_affected", "limit"
"""Kinds of events."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Versions between events."""

    kind: str
    """SEMVER, ECOSYSTEM or GIT: how its versions are ordered."""
    events: tuple[tuple[str, str], ...]
    """(kind of event, version), in the order of the document; "0" stands before every version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """Which versions one record calls affected."""

    record: str
    """Id of the record that says so."""
    ranges: tuple[Range, ...]
    versions: tuple[str, ...]
    """Versions named one by one; each is affected whatever the ranges say."""
    parts: tuple[str, ...] = ()
    """Import paths of the parts that the problem is in (Go); () for the whole, or where it is not told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advisory:
    """One problem of one package, put together from all records that are about it."""

    ecosystem: str
    name: str
    id: str
    """Of the record that its words are from (`ranked` says which)."""
    aliases: tuple[str, ...]
    """Its other ids, CVEs first."""
    title: str
    rated: str
    """In words, where a record gives any: LOW, MODERATE, HIGH, CRITICAL; "" where none does."""
    scores: tuple[tuple[str, str], ...]
    """(CVSS_V2, CVSS_V3 or CVSS_V4; the vector), each once."""
    cwe: tuple[str, ...]
    """CWE-79, …"""
    malicious: bool
    """The package itself was made to do harm."""
    informational: str
    """What it tells instead of a vulnerability (RustSec): "unmaintained", "unsound", "notice"; or ""."""
    published: str
    """Day, ISO 8601; "" where it is not told."""
    extents: tuple[Extent, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """All of its ids, its own first."""
        return (self.id, *self.aliases)

    @property
    def parts(self) -> tuple[str, ...]:
        """Import paths that the problem is in; () where any of its records does not tell."""
        told = [extent.parts for extent in self.extents]
        return tuple(dict.fromkeys(part for parts in told for part in parts)) if all(told) else ()

    @property
    def cves(self) -> tuple[str, ...]:
        """Those of its ids that are CVEs."""
        return tuple(id for id in self.ids if id.startswith("CVE-"))


_RANKS = ("GO-", "RUSTSEC-", "GHSA-", "PYSEC-", "MAL-")
_PYPI_SIGNS = re.compile(r"[-_.]+")


def ranked(id: str) -> tuple[int, str]:
    """What ids are sorted by to choose the one that a problem is called by.

    Databases of an ecosystem that look at every record themselves (Go, Rust) come first, then GitHub's
    reviewed advisories, PyPA's, malicious packages, any other, and CVEs last: those say least about packages.
    """
    for rank, beginning in enumerate(_RANKS):
        if id.startswith(beginning):
            return rank, id
    return (len(_RANKS) + id.startswith("CVE-")), id


def ecosystem_key(ecosystem: str) -> str:
    """The ecosystem without what OSV puts behind a colon: "Maven:https://…" is Maven."""
    return ecosystem.partition(":")[0].strip()


def name_key(ecosystem: str, name: str) -> str:
    """The name in the form that packages of the ecosystem are told apart by.

    PyPI: PEP 503, https://peps.python.org/pep-0503/#normalized-names. NuGet and Packagist take no account
    of case. The others are compared as they stand.
    """
    if ecosystem == "PyPI":
        return _PYPI_SIGNS.sub("-", name).lower()
    return name.lower() if ecosystem in ("NuGet", "Packagist") else name
