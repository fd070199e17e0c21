"""NIST SP 800-53 controls, as an OSCAL catalogue in JSON.

From: https://github.com/usnistgov/oscal-content, https://pages.nist.gov/OSCAL/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from cybersecqwen.knowledge.identifiers import parse
from cybersecqwen.knowledge.interface import Entity, Relation

from .files import Payload
from .interface import Loaded, Source, dicts, facts, required, text, unique

_DEPTH = 6  # groups in groups, enhancements in controls, parts in parts; the catalogue uses 4
_PROSE = frozenset({"statement", "guidance"})


class Oscal(Source):
    """Controls and their enhancements."""

    name: ClassVar[str] = "nist-800-53"
    title: ClassVar[str] = "NIST SP 800-53"
    licence: ClassVar[str] = "Public domain (US government work)"
    url: ClassVar[str] = "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final"

    def recognises(self, payload: Payload) -> bool:
        """A JSON object with an OSCAL catalogue of SP 800-53 controls."""
        catalogue = payload.json_object().get("catalog")
        if not isinstance(catalogue, dict) or not isinstance(catalogue.get("metadata"), dict):
            return False
        return "oscal-version" in catalogue["metadata"] and "800-53" in text(
            catalogue["metadata"].get("title")
        )

    def load(self, payload: Payload) -> Loaded:
        """See `Source.load`."""
        catalogue = payload.json_object()["catalog"]
        metadata = catalogue["metadata"]
        title = text(metadata.get("title"))
        # A resolved baseline holds a part of the controls: it must not pass for the whole catalogue.
        baseline = next(
            (level for level in ("LOW", "MODERATE", "HIGH", "PRIVACY") if f"{level} " in title), ""
        )
        name = f"{self.name}-{baseline.lower()}" if "BASELINE" in title.upper() else self.name
        controls = list(_controls(catalogue))
        required(controls, payload, "controls")
        return Loaded(
            info=self.info(
                payload,
                name=name,
                version=text(metadata.get("version")),
                date=text(metadata.get("last-modified"))[:10],
            ),
            entities=tuple(_entity(control, family, name) for control, _, family in controls),
            relations=unique(
                relation for control, parent, _ in controls for relation in _relations(control, parent)
            ),
        )


def _controls(
    group: dict[str, Any], parent: str = "", family: str = "", depth: int = 0
) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Every control with the id of the control above it and the title of its family."""
    if depth > _DEPTH:
        return
    for inner in dicts(group.get("groups")):
        yield from _controls(inner, "", text(inner.get("title")), depth + 1)
    for control in dicts(group.get("controls")):
        if parse(text(control.get("id")))[0] == "control":
            yield control, parent, family
            yield from _controls(control, parse(control["id"])[1], family, depth + 1)


def _entity(control: dict[str, Any], family: str, source: str) -> Entity:
    id = parse(control["id"])[1]
    withdrawn = any(
        p.get("name") == "status" and p.get("value") == "withdrawn" for p in dicts(control.get("props"))
    )
    return Entity(
        id=id,
        type="control",
        name=text(control.get("title")) or id,
        source=source,
        status="deprecated" if withdrawn else "active",
        successor=_incorporated(control) if withdrawn else "",
        url="https://csrc.nist.gov/projects/cprt/catalog#/cprt/framework/version/SP_800_53_5_1_1/home?element="
        + _padded(id),
        attributes=facts(family=family),
        text="\n".join(_prose(control)),
    )


def _padded(id: str) -> str:
    """AC-2(1) → AC-02(01), as the catalogue's own site names its elements."""
    letters, _, rest = id.partition("-")
    number, _, enhancement = rest.rstrip(")").partition("(")
    return f"{letters}-{number:0>2}" + (f"({enhancement:0>2})" if enhancement else "")


def _incorporated(control: dict[str, Any]) -> str:
    """The one control that a withdrawn one went into."""
    targets = {
        parse(text(link.get("href")).removeprefix("#"))[1]
        for link in dicts(control.get("links"))
        if link.get("rel") in ("incorporated-into", "moved-to")
        and parse(text(link.get("href")).removeprefix("#"))[0] == "control"
    }
    return targets.pop() if len(targets) == 1 else ""


def _relations(control: dict[str, Any], parent: str) -> Iterator[Relation]:
    id = parse(control["id"])[1]
    if parent:
        yield Relation(source=id, kind="child-of", target=parent)
    for link in dicts(control.get("links")):
        family, target = parse(text(link.get("href")).removeprefix("#"))
        if link.get("rel") == "related" and family == "control":
            yield Relation(source=id, kind="related-to", target=target)


def _prose(part: dict[str, Any], depth: int = 0) -> Iterator[str]:
    if depth > _DEPTH:
        return
    for inner in dicts(part.get("parts")):
        if depth or inner.get("name") in _PROSE:
            if prose := text(inner.get("prose")):
                yield prose
            yield from _prose(inner, depth + 1)
