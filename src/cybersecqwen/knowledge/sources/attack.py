"""MITRE ATT&CK: enterprise, mobile and ICS, as STIX 2.0 or 2.1 bundles.

From: https://github.com/mitre-attack/attack-stix-data/blob/master/USAGE.md
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from cybersecqwen.knowledge.identifiers import parse
from cybersecqwen.knowledge.interface import Entity, Relation, Status

from .attack_texts import attack_passages
from .files import Payload
from .interface import Loaded, Source, dicts, facts, required, text, texts, unique

# STIX type to our type. Identities, markings and matrices are no entities.
_TYPES = {
    "attack-pattern": "technique",
    "x-mitre-tactic": "tactic",
    "intrusion-set": "group",
    "malware": "software",
    "tool": "software",
    "campaign": "campaign",
    "course-of-action": "mitigation",
    "x-mitre-data-component": "data-component",
    "x-mitre-data-source": "data-source",
    "x-mitre-detection-strategy": "detection-strategy",
    "x-mitre-analytic": "analytic",
    "x-mitre-asset": "asset",
}
# Relationship types that are kept; "revoked-by" becomes the successor of the entity.
_KINDS = frozenset({"uses", "mitigates", "subtechnique-of", "detects", "attributed-to", "targets"})
# Kill chain to domain: https://github.com/mitre-attack/attack-stix-data/blob/master/USAGE.md#tactics
_DOMAINS = {
    "mitre-attack": "enterprise",
    "mitre-mobile-attack": "mobile",
    "mitre-ics-attack": "ics",
    "enterprise-attack": "enterprise",
    "mobile-attack": "mobile",
    "ics-attack": "ics",
}
# Of two objects with the same identifier the more usable one counts: S0017 is an active malware of
# the enterprise domain and a deprecated one of ICS; old mitigations carry the id of their technique.
_RANK: dict[Status, int] = {"active": 0, "deprecated": 1, "revoked": 2}


class Attack(Source):
    """Techniques, tactics, groups, software, campaigns, mitigations, detections and how they relate."""

    name: ClassVar[str] = "attack"
    title: ClassVar[str] = "MITRE ATT&CK"
    licence: ClassVar[str] = "ATT&CK Terms of Use"
    url: ClassVar[str] = "https://attack.mitre.org/"

    def recognises(self, payload: Payload) -> bool:
        """A STIX bundle with an object whose first reference is one of ATT&CK's."""
        document = payload.json_object()
        return document.get("type") == "bundle" and any(
            _reference(found) is not None for found in dicts(document.get("objects"))
        )

    def load(self, payload: Payload) -> Loaded:
        """See `Source.load`."""
        objects = list(dicts(payload.json_object().get("objects")))
        bundle = StixBundle(objects)
        entities = tuple(bundle.entities())
        required(entities, payload, "ATT&CK objects")
        collection = next((found for found in objects if found.get("type") == "x-mitre-collection"), {})
        return Loaded(
            info=self.info(
                payload,
                name=f"attack-{bundle.domain}",
                version=text(collection.get("x_mitre_version")),
                date=max((text(found.get("modified"))[:10] for found in objects), default=""),
            ),
            entities=entities,
            relations=unique(bundle.relations()),
            passages=tuple(attack_passages(bundle)),
        )


def _reference(found: dict[str, Any]) -> dict[str, Any] | None:
    """The reference that gives an object its ATT&CK id."""
    for reference in dicts(found.get("external_references")):
        return reference if text(reference.get("source_name")) in _DOMAINS else None
    return None


class StixBundle:
    """One STIX bundle of ATT&CK, indexed."""

    def __init__(self, objects: list[dict[str, Any]]) -> None:
        self.objects = objects
        self.stix = {found["id"]: found for found in objects if isinstance(found.get("id"), str)}
        self.domain = self._domain()
        self.tactics = self._tactics()
        self.successors = {
            text(found.get("source_ref")): text(found.get("target_ref"))
            for found in objects
            if found.get("relationship_type") == "revoked-by"
        }
        self.best: dict[str, dict[str, Any]] = {}
        for found in objects:
            id = self.id_of(found)
            if id and (id not in self.best or _rank(found) < _rank(self.best[id])):
                self.best[id] = found

    def id_of(self, found: dict[str, Any]) -> str:
        """ATT&CK id of an object; "" where it is no entity of ours."""
        type = _TYPES.get(text(found.get("type")))
        reference = _reference(found) if type else None
        if reference is None:
            return ""
        family, id = parse(text(reference.get("external_id")))
        # Mitigations before 2019 shared the id of their technique; all are deprecated.
        if family != "attack" or (type == "mitigation" and not id.startswith("M")):
            return ""
        return id

    def entities(self) -> Iterator[Entity]:
        """One entity per ATT&CK id."""
        for id, found in self.best.items():
            reference = _reference(found) or {}
            successor = self.stix.get(self.successors.get(text(found.get("id")), ""), {})
            yield Entity(
                id=id,
                type=_TYPES[found["type"]],
                name=text(found.get("name")) or id,
                source=f"attack-{self.domain}",
                status=_status(found),
                successor=self.id_of(successor),
                url=text(reference.get("url")),
                attributes=self._attributes(found),
                text=text(found.get("description")),
            )

    def relations(self) -> Iterator[Relation]:
        """Relationships, and the references that ATT&CK writes inside objects."""
        for found in self.objects:
            if found.get("type") == "relationship" and text(found.get("relationship_type")) in _KINDS:
                if not (found.get("revoked") or found.get("x_mitre_deprecated")):
                    yield from self._relation(
                        found.get("source_ref"), text(found["relationship_type"]), found.get("target_ref")
                    )
            elif found.get("type") == "attack-pattern":
                for tactic in self._tactics_of(found):
                    yield from self._relation(found.get("id"), "achieves", self.tactics[tactic][1])
            for analytic in texts(found.get("x_mitre_analytic_refs")):
                yield from self._relation(found.get("id"), "has-analytic", analytic)
            for log in dicts(found.get("x_mitre_log_source_references")):
                yield from self._relation(found.get("id"), "reads", log.get("x_mitre_data_component_ref"))

    def _relation(self, source: Any, kind: str, target: Any) -> Iterator[Relation]:
        ids = self.end(source), self.end(target)
        if all(ids):
            yield Relation(source=ids[0], kind=kind, target=ids[1])

    def end(self, reference: Any) -> str:
        """ATT&CK id of what a STIX reference names; "" for nothing of ours.

        An object that lost its id to a more usable one must not lend its relations to it.
        """
        found = self.stix.get(text(reference))
        id = self.id_of(found) if found is not None else ""
        return id if id and self.best[id] is found else ""

    def _domain(self) -> str:
        for found in self.objects:
            if found.get("type") == "x-mitre-matrix" and (reference := _reference(found)):
                return _DOMAINS.get(text(reference.get("external_id")), "enterprise")
        domains = (
            _DOMAINS.get(domain) for found in self.objects for domain in texts(found.get("x_mitre_domains"))
        )
        return next((domain for domain in domains if domain), "enterprise")

    def _tactics(self) -> dict[str, tuple[int, str]]:
        """Short name to place in the kill chain and STIX id, as the matrix orders them."""
        order: dict[str, tuple[int, str]] = {}
        for matrix in self.objects:
            if matrix.get("type") != "x-mitre-matrix" or matrix.get("x_mitre_deprecated"):
                continue
            for reference in texts(matrix.get("tactic_refs")):
                shortname = text(self.stix.get(reference, {}).get("x_mitre_shortname"))
                if shortname and shortname not in order:
                    order[shortname] = (len(order), reference)
        return order

    def _tactics_of(self, found: dict[str, Any]) -> list[str]:
        phases = {text(phase.get("phase_name")) for phase in dicts(found.get("kill_chain_phases"))}
        return [tactic for tactic in self.tactics if tactic in phases]

    def _attributes(self, found: dict[str, Any]) -> dict[str, Any]:
        name = text(found.get("name"))
        aliases = texts(found.get("aliases")) + texts(found.get("x_mitre_aliases"))
        shortname = text(found.get("x_mitre_shortname"))
        return facts(
            aliases=[alias for alias in aliases if alias != name],
            domains=[self.domain],
            first_seen=text(found.get("first_seen"))[:10],
            kind=found["type"] if found["type"] in ("malware", "tool") else "",
            last_seen=text(found.get("last_seen"))[:10],
            log_sources=_log_sources(found),
            order=self.tactics[shortname][0] if shortname in self.tactics else None,
            platforms=texts(found.get("x_mitre_platforms")),
            shortname=shortname,
            tactics=self._tactics_of(found),
        )


def _log_sources(found: dict[str, Any]) -> list[str]:
    """Where an analytic looks: "WinEventLog:Security EventCode=4688"."""
    pairs = (
        f"{text(log.get('name'))} {text(log.get('channel'))}".removesuffix(" None").strip()
        for log in dicts(found.get("x_mitre_log_source_references"))
    )
    return list(dict.fromkeys(pair for pair in pairs if pair))


def _status(found: dict[str, Any]) -> Status:
    if found.get("revoked"):
        return "revoked"
    return "deprecated" if found.get("x_mitre_deprecated") else "active"


def _rank(found: dict[str, Any]) -> tuple[int, str]:
    return _RANK[_status(found)], text(found.get("id"))
