"""What a threat report holds, read and checked: `Report.intel`.

    DocumentInfo ← Place → Observable, Named, ReportedTechnique, Relation, Target, Dated
                           Statement (who, what, how, since when, whom, what to do), Judgement, Shared

Every text of a report that these records quote stands there letter for letter, and `Place` says where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What an indicator is in the story that a report tells."""

    C2 = "command and control"
    DELIVERY = "delivery"
    PAYLOAD = "payload"
    EXFILTRATION = "exfiltration"
    ARTEFACT = "artefact"
    """Left on or changed in a host: registry key, mutex, path, service."""
    ATTACKER = "attacker"
    """Belongs to the attacker without a narrower role: a sender, a wallet, scanning infrastructure."""
    VULNERABILITY = "vulnerability"
    TECHNIQUE = "technique"
    DETECTION = "detection"
    """A rule that finds the activity."""
    VICTIM = "victim"
    LEGITIMATE = "legitimate service"
    REFERENCE = "reference"
    """A link to read on, of the publisher or of a source."""
    UNKNOWN = "unknown"


class Tier(StrEnum):
    """How sure a judgement is, most sure first."""

    HIGH = "high"
    """The text says it outright."""
    MODERATE = "moderate"
    """The context speaks for it."""
    LOW = "low"
    """Nothing speaks against it."""

    @property
    def percent(self) -> int:
        """Confidence of 0 to 100 in the middle of its range of STIX 2.1, appendix A (low, med, high)."""
        return {"high": 85, "moderate": 50, "low": 15}[self.value]


class Tlp(StrEnum):
    """Marking of the Traffic Light Protocol 2.0 (https://www.first.org/tlp/), mildest first."""

    NONE = ""
    """No marking stands in the report."""
    CLEAR = "TLP:CLEAR"
    GREEN = "TLP:GREEN"
    AMBER = "TLP:AMBER"
    AMBER_STRICT = "TLP:AMBER+STRICT"
    RED = "TLP:RED"

    @property
    def rank(self) -> int:
        """0 (none) to 5 (RED)."""
        return tuple(Tlp).index(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A stretch of a document's text."""

    document: str
    """Id of the document: "d1"."""
    start: int
    """First character of the extracted text."""
    end: int
    """After the last one."""
    page: int = 0
    """From 1; 0 where the format has no pages."""
    line: int = 0
    """From 1: of the page where there are pages, else of the file; 0 where unknown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentInfo:
    """A document that was read."""

    id: str
    """"d1", "d2", … in order of reading."""
    path: str
    """As the user named it, with members of archives and attachments behind "!"."""
    format: str
    """pdf, docx, html, markdown, eml, text."""
    sha256: str
    """Of its bytes, in hexadecimal."""
    title: str = ""
    publisher: str = ""
    """Host of the page or name of the author, as the document says; "" where it says nothing."""
    published: str = ""
    """ISO 8601 date or "", as the document says."""
    pages: int = 0
    characters: int = 0
    words: int = 0
    marking: Tlp = Tlp.NONE
    marking_place: Place | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Observable:
    """An indicator of a report, with everything that was found out about it."""

    type: str
    """ipv4, ipv6, cidr, domain, url, email, md5, sha1, sha256, sha512, ssdeep, tlsh, imphash, ja3, ja4, cve,
    attack, asn, mac, registry, file, mutex, pipe, service, task, user-agent, btc, eth, xmr, certificate,
    package, yara, sigma, suricata."""
    value: str
    """Normalised: refanged, lower case where case does not matter."""
    raw: str
    """As it stands at the first place."""
    role: Role
    tier: Tier
    """How sure the role is."""
    why: str
    """What speaks for the role, one clause: quoted words of the context, or what the type says."""
    note: str = ""
    """Why it is set apart ("documentation (RFC 5737)", "well-known service: …", "link of the publisher");
    "" for one that is worth searching for and blocking."""
    places: tuple[Place, ...] = ()
    """Where it stands, at most 50; `count` has the whole number."""
    count: int = 1
    documents: tuple[str, ...] = ()
    """Ids of the documents that have it."""
    context: str = ""
    """The sentence or table row around the first place, at most 400 characters of it."""
    port: int = 0
    """Port that the report gives with it; 0 where none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A group, software, campaign or vulnerability that a report names."""

    id: str
    """Identifier in the store (G0016, S0154, CVE-2021-44228); "" for a name that the store has not."""
    name: str
    """Main name in the store, else as the report writes it."""
    type: str
    """group, software, campaign or vulnerability."""
    spelled: tuple[str, ...] = ()
    """How the report writes it, most frequent first."""
    tier: Tier = Tier.HIGH
    """How sure it is that the report is about it, not only mentions it."""
    why: str = ""
    """What speaks for that, one clause."""
    places: tuple[Place, ...] = ()
    count: int = 1
    documents: tuple[str, ...] = ()
    context: str = ""
    url: str = ""
    """Page of the store's source."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """JSON types, from the store: aliases, kind, platforms; kev, added, due, ransomware, vendor, product,
    cvss (score), vector, cwe; and `told`: what the report itself states (CVSS score). True of a group or
    campaign: attributed (a sentence says that the activity is its), doubted (the report denies that). True of
    a vulnerability: denied (the report names it only to say that it was not used or affects nothing)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedTechnique:
    """An ATT&CK technique that a report writes out or describes."""

    id: str
    name: str
    tactics: tuple[str, ...] = ()
    how: str = "described"
    """"named": its identifier or full name stands in the report; "described": the specialist read it."""
    probability: float = 1.0
    """Of the specialist; 1.0 where it is named."""
    tier: Tier = Tier.MODERATE
    places: tuple[Place, ...] = ()
    """The sentences it rests on."""
    documents: tuple[str, ...] = ()
    context: str = ""
    """The first of these sentences, at most 400 characters."""
    why: str = ""
    """Words of the text that speak most for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """One end of a relation."""

    type: str
    """Type of a `Named`, an `Observable`, "technique", "sector" or "country"."""
    id: str
    """Identifier in the store, or ""."""
    value: str
    """Name or normalised value, as the record of that thing has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """What one sentence states about two things."""

    source: End
    verb: str
    """A relationship type of STIX 2.1: uses, targets, exploits, delivers, drops, downloads,
    communicates-with, attributed-to, hosts, variant-of, related-to."""
    target: End
    place: Place
    sentence: str
    """At most 400 characters."""
    tier: Tier = Tier.MODERATE


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Whom or what the activity concerns."""

    kind: str
    """sector, country, region or platform."""
    name: str
    """Canonical: "Energy", "Ukraine", "Windows"."""
    code: str = ""
    """ISO 3166-1 alpha-2 of a country; STIX open vocabulary term of a sector; "" otherwise."""
    tier: Tier = Tier.MODERATE
    """High where a sentence states the targeting, low for a bare mention."""
    places: tuple[Place, ...] = ()
    count: int = 1
    documents: tuple[str, ...] = ()
    context: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """A date or period that a report gives for the activity."""

    kind: str
    """since (began), until (ended, last seen), on (happened), published."""
    date: str
    """YYYY, YYYY-MM or YYYY-MM-DD."""
    written: str
    """As it stands there."""
    place: Place
    context: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One line of the assessment's skeleton."""

    question: str
    """who, what, how, since when, whom, what to do."""
    text: str
    """Computed from the records; one or two sentences."""
    places: tuple[Place, ...] = ()
    tier: Tier = Tier.MODERATE


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """A key judgement, with a word of probability from the scale of ICD 203 (2015)."""

    text: str
    likelihood: str
    """almost certainly, very likely, likely, roughly even chance, unlikely …"""
    confidence: Tier
    basis: tuple[str, ...] = ()
    """What it rests on, one clause each."""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What two or more documents have in common."""

    kind: str
    """indicator, technique, group, software, campaign or vulnerability."""
    type: str
    """Of the indicator; "" otherwise."""
    id: str
    value: str
    documents: tuple[str, ...]
    rare: float = 0.0
    """How telling it is, 0 to 1: 1 for an indicator, less for what many reports have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Intelligence:
    """Everything that was read out of one or more reports."""

    documents: tuple[DocumentInfo, ...] = ()
    marking: Tlp = Tlp.NONE
    """The strictest of all documents."""
    indicators: tuple[Observable, ...] = ()
    """Those worth searching for first, those set apart (`note`) after them."""
    names: tuple[Named, ...] = ()
    """Groups, software, campaigns, vulnerabilities; surest and most frequent first within a type."""
    techniques: tuple[ReportedTechnique, ...] = ()
    """In kill-chain order."""
    relations: tuple[Relation, ...] = ()
    targets: tuple[Target, ...] = ()
    dates: tuple[Dated, ...] = ()
    statements: tuple[Statement, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    shared: tuple[Shared, ...] = ()

    def of_type(self, *types: str) -> tuple[Named, ...]:
        """The names of these types."""
        return tuple(one for one in self.names if one.type in types)

    @property
    def vulnerabilities(self) -> tuple[Named, ...]:
        """Those that concern the reader: all but those that are denied."""
        return tuple(one for one in self.of_type("vulnerability") if not one.facts.get("denied"))

    @property
    def usable(self) -> tuple[Observable, ...]:
        """The indicators that are not set apart."""
        return tuple(one for one in self.indicators if not one.note)
