"""MISP event JSON: attributes, objects, tags and galaxies of one report.

The format is that of https://www.misp-standard.org/rfc/misp-standard-core.html. Identifiers are derived from
the documents, so that a second import of the same report updates the event and makes no new one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from cybersecqwen.records import Report, Severity
from cybersecqwen.records.intel import Named, Observable, Target, Tlp

from .exported import Exported, exported
from .interface import Renderer, RenderOptions
from .ioc_values import well_formed
from .misp_attributes import attribute, make
from .misp_galaxies import galaxies, galaxy_of, tags, without_cluster
from .misp_objects import certificate_object, file_object, files_together, vulnerability_object

NAMESPACE = uuid5(NAMESPACE_URL, "https://cybersecqwen.invalid/misp")
"""Of identifiers of events; those of attributes and objects are derived from their event's."""

_UNKNOWN_DAY = "2000-01-01"
_LEVELS = {Severity.CRITICAL: "1", Severity.HIGH: "1", Severity.MEDIUM: "2", Severity.LOW: "3"}
"""Severity to threat level: high, medium, low; 4 is undefined."""
_DISTRIBUTIONS = {Tlp.CLEAR: "3", Tlp.GREEN: "1"}
"""Marking to distribution: all communities, this community; 0 (this organisation) for all others."""
_TARGETS = {"country": "target-location", "region": "target-location", "sector": "comment"}
_NAMES = {
    "group": ("threat-actor", "Attribution"),
    "campaign": ("campaign-name", "Attribution"),
    "software": ("text", "Payload type"),
}


class MispRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "misp"
    media_type = "application/json"
    extension = "misp.json"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        return orjson.dumps(event(exported(report)), option=option).decode()


def event(view: Exported) -> dict[str, Any]:
    """The event of a report."""
    id = uuid5(NAMESPACE, view.key)
    day = max(view.published, _UNKNOWN_DAY)
    files = files_together(view.indicators)
    objects = _objects(view, id, files)
    inside = {(one.type, one.value) for row in files for one in row}
    inside |= {("cve", cve) for one in view.names if (cve := _cve(one))}
    inside |= {("certificate", one.value) for one in _certificates(view)}
    attributes = _documents(view, id) + [
        made
        for one in view.indicators
        if (one.type, one.value) not in inside and (made := attribute(view, id, one))
    ]
    attributes += [_target(id, one) for one in view.targets if one.kind in _TARGETS and one.name]
    attributes += [made for one in view.names if (made := _name(id, one))]
    attributes += [
        make(id, "text", "External analysis", text, False, told) for text, told in without_cluster(view)
    ]
    return {
        "Event": {
            "uuid": str(id),
            "info": view.title,
            "date": day,
            "timestamp": str(int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())),
            "analysis": "1",
            "threat_level_id": _LEVELS.get(view.severity, "4"),
            "distribution": _DISTRIBUTIONS.get(view.marking, "0"),
            "published": False,
            "Orgc": {"name": "cybersecqwen", "uuid": str(uuid5(NAMESPACE, "organisation"))},
            "Tag": tags(view),
            "Galaxy": galaxies(view),
            "Attribute": list({one["uuid"]: one for one in attributes}.values()),
            "Object": list({one["uuid"]: one for one in objects}.values()),
        }
    }


def _objects(view: Exported, id: UUID, files: list[tuple[Observable, ...]]) -> list[dict[str, Any]]:
    made = [file_object(view, id, row) for row in files]
    made += [found for one in _certificates(view) if (found := certificate_object(view, id, one))]
    return made + [vulnerability_object(id, one, cve) for one in view.names if (cve := _cve(one))]


def _certificates(view: Exported) -> list[Observable]:
    """Those that become objects."""
    return [one for one in view.indicators if one.type == "certificate" and well_formed(one)]


def _cve(one: Named) -> str:
    """The CVE of a vulnerability; "" for other names."""
    text = (one.id or one.name).upper()
    is_cve = one.type == "vulnerability" and text.startswith("CVE-") and text.isascii() and text.isprintable()
    return text if is_cve else ""


def _name(id: UUID, one: Named) -> dict[str, Any] | None:
    """A name that no galaxy of ATT&CK has."""
    if one.type not in _NAMES or galaxy_of(one) or not one.name:
        return None
    type, category = _NAMES[one.type]
    told = "malware or tool named in the report" if one.type == "software" else one.why
    return make(id, type, category, one.name, False, told)


def _target(id: UUID, one: Target) -> dict[str, Any]:
    """Whom the activity concerns."""
    told = f"{one.kind}; {one.tier.value} confidence"
    return make(id, _TARGETS[one.kind], "Targeting data", one.name, False, told)


def _documents(view: Exported, id: UUID) -> list[dict[str, Any]]:
    """What was read, as references: never for detection, never correlated by accident."""
    made = []
    for one in view.documents:
        told = "; ".join(part for part in (one.path, f"sha256 {one.sha256}" if one.sha256 else "") if part)
        if one.title or one.path:
            made.append(make(id, "text", "Internal reference", one.title or one.path, False, told))
    return [{**one, "disable_correlation": True} for one in made]
