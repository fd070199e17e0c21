"""The texts of ATT&CK beside the descriptions: procedures, mitigations, detections, log sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cybersecqwen.knowledge.interface import Passage
from cybersecqwen.knowledge.texts import passages_of

from .interface import dicts, text, texts

if TYPE_CHECKING:
    from .attack import StixBundle

_SECTIONS = {"uses": "procedure", "mitigates": "mitigation", "attributed-to": "attribution"}


def attack_passages(bundle: StixBundle) -> Iterator[Passage]:
    """Every text of a bundle that is about one or two entities."""
    for found in bundle.objects:
        if found.get("type") == "relationship":
            yield from _relationship(bundle, found)
        elif id := bundle.id_of(found):
            yield from _object(bundle, found, id)


def _relationship(bundle: StixBundle, found: dict[str, Any]) -> Iterator[Passage]:
    section = _SECTIONS.get(text(found.get("relationship_type")))
    description = text(found.get("description"))
    if not section or not description or found.get("revoked") or found.get("x_mitre_deprecated"):
        return
    source, target = bundle.end(found.get("source_ref")), bundle.end(found.get("target_ref"))
    if source and target:
        # The page of a technique tells who uses it and what mitigates it.
        about, other = (target, source) if target.startswith("T") else (source, target)
        yield from passages_of(about, section, [description], other)


def _object(bundle: StixBundle, found: dict[str, Any], id: str) -> Iterator[Passage]:
    if detection := text(found.get("x_mitre_detection")):
        yield from passages_of(id, "detection", [detection])
    if found.get("type") == "x-mitre-detection-strategy":
        for reference in texts(found.get("x_mitre_analytic_refs")):
            analytic = bundle.stix.get(reference, {})
            if description := text(analytic.get("description")):
                yield from passages_of(id, "analytic", [description], bundle.end(reference))
    logs = [
        f"{text(log.get('name'))}: {text(log.get('channel'))}"
        for log in dicts(found.get("x_mitre_log_sources"))
        if text(log.get("channel")) not in ("", "None")
    ]
    if logs:
        yield from passages_of(id, "log sources", ["; ".join(logs)])
    for asset in dicts(found.get("x_mitre_related_assets")):
        yield from passages_of(
            id, "related asset", [f"{text(asset.get('name'))}: {text(asset.get('description'))}"]
        )
