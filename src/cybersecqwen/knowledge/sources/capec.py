"""MITRE CAPEC: attack patterns, as a STIX 2.1 bundle.

From: https://github.com/mitre/cti/tree/master/capec/2.1
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from cybersecqwen.knowledge.identifiers import parse
from cybersecqwen.knowledge.interface import Entity, Relation, Status

from .capec_texts import capec_mitigations, capec_passages
from .files import Payload
from .interface import Loaded, Source, dicts, facts, required, text, texts, unique

_UNUSABLE = frozenset({"Deprecated", "Obsolete"})
_REFERENCES = {
    "x_capec_child_of_refs": "child-of",
    "x_capec_can_precede_refs": "can-precede",
    "x_capec_peer_of_refs": "peer-of",
}


class Capec(Source):
    """Attack patterns with their hierarchy, the weaknesses they exploit and the techniques they match."""

    name: ClassVar[str] = "capec"
    title: ClassVar[str] = "MITRE CAPEC"
    licence: ClassVar[str] = "CAPEC Terms of Use"
    url: ClassVar[str] = "https://capec.mitre.org/"

    def recognises(self, payload: Payload) -> bool:
        """A STIX bundle with an attack pattern of CAPEC."""
        document = payload.json_object()
        return document.get("type") == "bundle" and any(
            _id(found) for found in dicts(document.get("objects"))
        )

    def load(self, payload: Payload) -> Loaded:
        """See `Source.load`."""
        everything = list(dicts(payload.json_object().get("objects")))
        objects = [found for found in everything if _id(found)]
        required(objects, payload, "CAPEC attack patterns")
        ids = {text(found.get("id")): _id(found) for found in objects}
        return Loaded(
            info=self.info(
                payload,
                version=max(text(found.get("x_capec_version")) for found in objects),
                date=max(text(found.get("modified"))[:10] for found in objects),
            ),
            entities=tuple(self._entity(found) for found in objects),
            relations=unique(relation for found in objects for relation in _relations(found, ids)),
            passages=(
                *(passage for found in objects for passage in capec_passages(found, _id(found))),
                *capec_mitigations(everything, ids),
            ),
        )

    def _entity(self, found: dict[str, Any]) -> Entity:
        id = _id(found)
        status: Status = "deprecated" if text(found.get("x_capec_status")) in _UNUSABLE else "active"
        description = text(found.get("description"))
        return Entity(
            id=id,
            type="attack-pattern",
            name=text(found.get("name")).removeprefix("DEPRECATED:").strip() or id,
            source=self.name,
            status=status,
            successor=named_successor(description, "CAPEC") if status == "deprecated" else "",
            url=f"https://capec.mitre.org/data/definitions/{id.removeprefix('CAPEC-')}.html",
            attributes=facts(
                abstraction=text(found.get("x_capec_abstraction")),
                aliases=_alternate_names(found),
                likelihood=text(found.get("x_capec_likelihood_of_attack")),
                severity=text(found.get("x_capec_typical_severity")),
            ),
            text=plain(description),
        )


def _id(found: dict[str, Any]) -> str:
    if found.get("type") != "attack-pattern":
        return ""
    for reference in dicts(found.get("external_references")):
        if reference.get("source_name") == "capec":
            family, id = parse(text(reference.get("external_id")))
            return id if family == "capec" else ""
    return ""


def _alternate_names(found: dict[str, Any]) -> list[str]:
    terms = found.get("x_capec_alternate_terms")
    return texts(list(terms) if isinstance(terms, dict) else terms)


def _relations(found: dict[str, Any], ids: dict[str, str]) -> Iterator[Relation]:
    id = _id(found)
    for field, kind in _REFERENCES.items():
        for other in texts(found.get(field)):
            if other in ids:
                yield Relation(source=id, kind=kind, target=ids[other])
    for reference in dicts(found.get("external_references")):
        family, target = parse(text(reference.get("external_id")))
        if reference.get("source_name") == "cwe" and family == "cwe":
            yield Relation(source=id, kind="exploits", target=target)
        elif reference.get("source_name") == "ATTACK" and family == "attack":
            yield Relation(source=id, kind="matches", target=target)


def named_successor(description: str, family: str) -> str:
    """The one entry that the notice of a deprecated CWE or CAPEC entry names as its replacement.

    Deprecated entries say in their description where their content went. A notice that names several
    entries gives "", and so does one that names an entry in passing: in brackets, as overlapping.
    """
    notice = re.sub(r"\([^()]{0,200}\)", " ", description[:600])
    named = dict.fromkeys(re.findall(rf"{family}[-:](\d{{1,6}})", notice))
    return f"{family}-{next(iter(named))}" if len(named) == 1 and "overlap" not in notice else ""


def plain(markup: str) -> str:
    """Text without XHTML tags and with single spaces."""
    return " ".join(re.sub(r"<[^<>]{0,200}>", " ", markup).split())
