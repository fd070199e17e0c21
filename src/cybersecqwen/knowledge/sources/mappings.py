"""Mappings to ATT&CK by the Center for Threat-Informed Defense: 800-53 controls and exploited CVEs.

From: https://github.com/center-for-threat-informed-defense/mappings-explorer
"""

from __future__ import annotations

from typing import Any, ClassVar

from cybersecqwen.knowledge.identifiers import parse
from cybersecqwen.knowledge.interface import Entity, Relation

from .files import Payload
from .interface import Loaded, Source, dicts, required, text, unique

# What a mapping starts from: framework to the family of its identifiers and our type.
_FRAMEWORKS = {"nist_800_53": ("control", "control"), "kev": ("cve", "vulnerability")}


class Mappings(Source):
    """Which techniques a control mitigates, and which ones the exploitation of a CVE involves."""

    name: ClassVar[str] = "ctid-mappings"
    title: ClassVar[str] = "CTID Mappings Explorer"
    licence: ClassVar[str] = "Apache-2.0"
    url: ClassVar[str] = "https://center-for-threat-informed-defense.github.io/mappings-explorer/"

    def recognises(self, payload: Payload) -> bool:
        """A JSON object with mapping objects of a framework that is known here."""
        document = payload.json_object()
        metadata = document.get("metadata")
        return (
            isinstance(document.get("mapping_objects"), list)
            and isinstance(metadata, dict)
            and text(metadata.get("mapping_framework")) in _FRAMEWORKS
        )

    def load(self, payload: Payload) -> Loaded:
        """See `Source.load`."""
        document = payload.json_object()
        metadata = document["metadata"]
        framework = text(metadata["mapping_framework"])
        family, type = _FRAMEWORKS[framework]
        rows = [row for row in dicts(document["mapping_objects"]) if _complete(row, family)]
        required(rows, payload, "mappings")
        name = f"ctid-{framework.replace('_', '-')}"
        if (domain := text(metadata.get("technology_domain"))) not in ("", "enterprise"):
            name = f"{name}-{domain}"
        return Loaded(
            info=self.info(
                payload,
                name=name,
                version=f"{text(metadata.get('mapping_framework_version'))}, "
                f"ATT&CK {text(metadata.get('attack_version'))}",
                date=_iso(text(metadata.get("last_update"))),
            ),
            relations=unique(_relation(row) for row in rows),
            mentioned=tuple({e.id: e for e in (_mentioned(row, type, name) for row in rows)}.values()),
        )


def _complete(row: dict[str, Any], family: str) -> bool:
    """Whether a row maps something; rows without a capability say that a technique cannot be mapped."""
    return (
        parse(text(row.get("capability_id")))[0] == family
        and parse(text(row.get("attack_object_id")))[0] == "attack"
        and bool(text(row.get("mapping_type")))
    )


def _relation(row: dict[str, Any]) -> Relation:
    return Relation(
        source=parse(row["capability_id"])[1],
        kind=row["mapping_type"].strip().replace("_", "-"),
        target=parse(row["attack_object_id"])[1],
    )


def _mentioned(row: dict[str, Any], type: str, source: str) -> Entity:
    id = parse(row["capability_id"])[1]
    return Entity(id=id, type=type, name=text(row.get("capability_description")) or id, source=source)


def _iso(date: str) -> str:
    """08/28/2025 → 2025-08-28."""
    month, _, rest = date.partition("/")
    day, _, year = rest.partition("/")
    return f"{year}-{month:0>2}-{day:0>2}" if (year + month + day).isdigit() else ""
