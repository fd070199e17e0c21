"""MISP objects: hashes of one file together, certificates, vulnerabilities with their score.

Facts: object templates of https://github.com/MISP/misp-objects as PyMISP 2.5 ships them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid5

from cybersecqwen.records.intel import Named, Observable, Place

from .exported import Exported, first_place
from .ioc_values import split_path, well_formed
from .misp_attributes import attribute, make

# Name to identifier, version, meta-category and description of the template
_TEMPLATES = {
    "file": (
        "688c46fb-5edb-40a3-8273-1af7923e2215",
        "25",
        "file",
        "File object describing a file with meta-information",
    ),
    "x509": (
        "d1ab756a-26b5-4349-9f43-765630f0911c",
        "14",
        "network",
        "x509 object describing a X.509 certificate",
    ),
    "vulnerability": (
        "81650945-f186-437b-8945-9f31715d32da",
        "12",
        "vulnerability",
        "Vulnerability object describing a common vulnerability enumeration",
    ),
}
_OF_FILES = ("md5", "sha1", "sha256", "sha512", "ssdeep", "tlsh", "imphash")


def files_together(found: Iterable[Observable]) -> list[tuple[Observable, ...]]:
    """Hashes and a name that one sentence or table row gives, at most one of each type: one file.

    Only groups with two members or more, and at least one hash; where a row has two hashes of a type, it
    speaks of more than one file, and nothing is put together.
    """
    rows: dict[tuple[str, int, int, str], list[Observable]] = {}
    for one in found:
        place = first_place(one)
        if place and one.context and one.type in (*_OF_FILES, "file") and well_formed(one):
            rows.setdefault(_row(place, one.context), []).append(one)
    return [
        tuple(row)
        for row in rows.values()
        if len(row) > 1
        and len({one.type for one in row}) == len(row)
        and any(o.type in _OF_FILES for o in row)
    ]


def _row(place: Place, context: str) -> tuple[str, int, int, str]:
    return place.document, place.page, place.line, context


def file_object(view: Exported, event: UUID, row: tuple[Observable, ...]) -> dict[str, Any]:
    """The object of one file."""
    return _object("file", event, _file_attributes(view, event, row), row[0].context)


def _file_attributes(view: Exported, event: UUID, row: tuple[Observable, ...]) -> Iterator[dict[str, Any]]:
    for one in row:
        made = attribute(view, event, one)
        if made is None:
            continue
        if one.type == "file":
            folder, name = split_path(one.value)
            if name:
                yield {**made, "value": name, "object_relation": "filename"}
            if folder:
                told = str(made["comment"])
                yield make(event, "text", "Other", folder, False, told, object_relation="path")
        else:
            yield {**made, "object_relation": one.type}


def certificate_object(view: Exported, event: UUID, one: Observable) -> dict[str, Any] | None:
    """The object of a certificate's fingerprint; None where its form is none."""
    made = attribute(view, event, one) if well_formed(one) else None
    if made is None:
        return None
    return _object("x509", event, [{**made, "object_relation": made["type"]}], one.context)


def vulnerability_object(event: UUID, one: Named, id: str) -> dict[str, Any]:
    """The object of a vulnerability, with the score that the store knows."""
    told = one.context
    made = [make(event, "vulnerability", "External analysis", id, False, told, object_relation="id")]
    score = one.facts.get("cvss")
    if isinstance(score, (int, float)) and not isinstance(score, bool) and 0 <= score <= 10:
        made.append(make(event, "float", "Other", f"{score:.1f}", False, "", object_relation="cvss-score"))
    return _object("vulnerability", event, made, told)


def _object(name: str, event: UUID, attributes: Iterable[dict[str, Any]], told: str) -> dict[str, Any]:
    uuid, version, category, description = _TEMPLATES[name]
    made = list(attributes)
    key = ":".join(f"{one['object_relation']}={one['value']}" for one in made)
    id = uuid5(event, f"object:{name}:{key}")
    # an attribute may stand in two objects: its identifier is that of its place
    inner = [{**one, "uuid": str(uuid5(id, f"{one['object_relation']}={one['value']}"))} for one in made]
    return {
        "uuid": str(id),
        "name": name,
        "meta-category": category,
        "description": description,
        "template_uuid": uuid,
        "template_version": version,
        "comment": told[:1_000],
        "Attribute": inner,
    }
