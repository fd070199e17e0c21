"""What the knowledge store holds and answers with: plain, frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["active", "deprecated", "revoked"]
State = Literal["known", "revoked", "deprecated", "unknown"]
Kind = Literal["starter", "full"]

TYPES: Mapping[str, str] = {
    "technique": "ATT&CK technique or sub-technique (T1059, T1059.001)",
    "tactic": "ATT&CK tactic (TA0002)",
    "group": "ATT&CK group (G0016)",
    "software": "ATT&CK malware or tool (S0002)",
    "campaign": "ATT&CK campaign (C0012)",
    "mitigation": "ATT&CK mitigation (M1038)",
    "data-component": "ATT&CK data component (DC0032)",
    "data-source": "ATT&CK data source (DS0009), deprecated since version 18",
    "detection-strategy": "ATT&CK detection strategy (DET0054)",
    "analytic": "ATT&CK analytic of a detection strategy (AN1277)",
    "asset": "ATT&CK for ICS asset (A0001)",
    "weakness": "CWE weakness (CWE-79)",
    "weakness-category": "CWE category (CWE-16)",
    "weakness-view": "CWE view (CWE-1000)",
    "attack-pattern": "CAPEC attack pattern (CAPEC-66)",
    "vulnerability": "a CVE that is known to be exploited (CVE-2021-44228)",
    "countermeasure": "D3FEND technique (D3-FIM)",
    "artifact": "D3FEND digital artifact (d3f:File)",
    "control": "NIST SP 800-53 control or enhancement (AC-2, AC-2(1))",
}
"""Types of entities, with what each one is."""

HIERARCHY = ("subtechnique-of", "child-of")
"""Kinds of relations that lead from a child to its parent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """One thing that has an identifier."""

    id: str
    """Canonical identifier: T1059.001, CWE-79, AC-2(1), d3f:File …"""
    type: str
    """One of `TYPES`."""
    name: str
    """As the source names it."""
    source: str
    """Name of the `SourceInfo` that describes it."""
    status: Status = "active"
    """What the source says about its use."""
    successor: str = ""
    """Identifier that replaces it, where the source names exactly one; "" otherwise."""
    url: str = ""
    """Page of the source about it."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Facts by type, in JSON types: tactics, platforms, aliases … (docs/knowledge.md has the table)."""
    text: str = ""
    """The source's own description; "" in a starter bundle."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """One entity has to do with another. Both exist in the same bundle."""

    source: str
    """Identifier that the relation starts from."""
    kind: str
    """"uses", "mitigates", "subtechnique-of" … (docs/knowledge.md has the table)."""
    target: str
    """Identifier that it leads to."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Passage:
    """A short text about an entity, as its source words it; only full bundles hold any."""

    entity: str
    """Identifier that the text is about: the technique of a procedure example."""
    section: str
    """Part of the source: "description", "procedure", "mitigation" … (docs/knowledge.md lists them)."""
    other: str = ""
    """Second identifier that it is about: who uses the technique, which mitigation; "" where none."""
    text: str
    """Plain text without markup and citations, at most 1,200 characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolution:
    """What the store says about an identifier that somebody wrote."""

    id: str
    """Canonical form of what was asked; as it was asked where the form is not known."""
    state: State
    """`revoked` and `deprecated` are known too, but should not be used any more."""
    entity: Entity | None
    """The entity itself (the old one, where it was revoked); None where it is unknown."""
    successor: str = ""
    """Identifier to use instead, after all chains of revocations; "" where there is none."""
    complete: bool = True
    """Whether the bundle lists this family of identifiers in full: then `unknown` means "never assigned"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """An entity that a search found."""

    entity: Entity
    score: float
    """Larger is better; comparable within one search only (negated BM25)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceInfo:
    """Where facts came from."""

    name: str
    """Name of its loader and edition: attack-enterprise, cwe, capec, kev …"""
    version: str
    """As the source states it; "" where it states none."""
    date: str
    """YYYY-MM-DD of the newest content; "" where it states none."""
    sha256: str
    """Of the file, unpacked, in hexadecimal."""
    licence: str
    """Name of the licence or terms of use."""
    url: str
    """Home of the source."""
    entities: int = 0
    """How many entities of the bundle are taken from it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a bundle is made of."""

    schema: int
    """Number of the database layout."""
    version: str
    """Date of its newest source, kind and the start of the content hash: 2025-11-12-full-0a1b2c3d."""
    created: str
    """When it was built: ISO 8601, UTC. Not part of the content hash."""
    kind: Kind
    """`starter` holds facts alone; `full` holds descriptions too."""
    sources: tuple[SourceInfo, ...]
    """In order of name."""
    content_sha256: str
    """Over all sources, entities and relations; equal inputs give equal hashes."""
