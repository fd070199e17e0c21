"""SPDX SBOMs: version 2 in JSON and as tag-value lines, version 3 in JSON. https://spdx.dev/use/specifications/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cybersecqwen.errors import InputError
from cybersecqwen.records import Limits

from .collect import Collector, Lines, base_name, text_of
from .interface import Manifest, ManifestReader
from .json_tree import items, json_of, mapping, text
from .sbom import Component, take

_TAG = re.compile(r"([A-Za-z]{1,60}):[ \t]*+(.*)")
_REFERENCE = re.compile(r"PACKAGE[-_]MANAGER\s+purl\s+(\S.*)")
_Relation = tuple[str, str, str]
_DEV = frozenset(("DEV_DEPENDENCY_OF", "TEST_DEPENDENCY_OF", "BUILD_DEPENDENCY_OF", "DEV_TOOL_OF"))


class SpdxReader(ManifestReader):
    """SPDX documents."""

    name = "spdx"
    ecosystem = ""

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        named = base_name(path).lower()
        if named.endswith((".spdx", ".spdx.json")):
            return True
        if named.endswith(".json"):
            return b'"spdxVersion"' in head or b"https://spdx.org/rdf/3" in head
        return head.startswith((b"SPDXVersion:", b"\xef\xbb\xbfSPDXVersion:"))

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "SBOM")
        lines = source.split("\n")
        found = Collector(path, self.ecosystem, lines)
        if source.lstrip()[:1] != "{":
            _tag_value(found, lines)
            return found.manifest()
        root = json_of(source, "SBOM", limits)
        if isinstance(root.get("@graph"), list):
            take(found, _third(root["@graph"]), None, Lines(source))
        elif "spdxVersion" in root:
            relations = list(_relations(root))
            every = list(_packages(root))
            _relate(every, relations)
            take(found, every, _direct(relations), Lines(source))
        else:
            raise InputError("The SBOM does not say that it is SPDX.")
        return found.manifest()


def _packages(root: dict[str, Any]) -> Iterator[Component]:
    for one in items(root.get("packages")):
        entry = mapping(one)
        urls = (
            text(mapping(reference).get("referenceLocator"))
            for reference in items(entry.get("externalRefs"))
            if mapping(reference).get("referenceType") == "purl"
        )
        name, version = text(entry.get("name")), text(entry.get("versionInfo"))
        yield Component(text(entry.get("SPDXID")), next(urls, ""), name, version)


def _relations(root: dict[str, Any]) -> Iterator[_Relation]:
    for own in items(root.get("documentDescribes")):
        yield "SPDXRef-DOCUMENT", "DESCRIBES", text(own)
    for one in items(root.get("relationships")):
        entry = mapping(one)
        yield (
            text(entry.get("spdxElementId")),
            text(entry.get("relationshipType")),
            text(entry.get("relatedSpdxElement")),
        )


def _direct(relations: list[_Relation]) -> set[str] | None:
    """What the described packages depend on; None where nothing is told."""
    own = {right for _, kind, right in relations if kind == "DESCRIBES"}
    own |= {left for left, kind, _ in relations if kind == "DESCRIBED_BY"}
    needs = {right for left, kind, right in relations if kind == "DEPENDS_ON" and left in own}
    needs |= {left for left, kind, right in relations if kind.endswith("DEPENDENCY_OF") and right in own}
    return needs or None


def _relate(every: list[Component], relations: list[_Relation]) -> None:
    dev = {left for left, kind, _ in relations if kind in _DEV}
    for one in every:
        one.dev = one.id in dev


def _third(graph: list[Any]) -> Iterator[Component]:
    for one in graph:
        entry = mapping(one)
        if entry.get("type") == "software_Package":
            url = text(entry.get("software_packageUrl"))
            for outside in items(entry.get("externalIdentifier")) if not url else ():
                if mapping(outside).get("externalIdentifierType") == "packageUrl":
                    url = text(mapping(outside).get("identifier"))
            name, version = text(entry.get("name")), text(entry.get("software_packageVersion"))
            yield Component(text(entry.get("spdxId")), url, name, version)


def _tag_value(found: Collector, lines: list[str]) -> None:
    every: list[Component] = []
    relations: list[_Relation] = []
    package = known = in_text = False
    for number, line in enumerate(lines, 1):
        if in_text:
            in_text = "</text>" not in line
            continue
        match = _TAG.match(line)
        if match is None:
            continue
        tag, value = match[1], match[2].strip()
        in_text = "<text>" in value and "</text>" not in value
        if tag == "SPDXVersion":
            known = True
        elif tag == "PackageName":
            package = True
            every.append(Component("", "", value, line=number))
        elif tag in ("FileName", "SnippetSPDXID"):
            package = False
        elif tag == "Relationship" and len(parts := value.split(maxsplit=3)) >= 3:
            relations.append((parts[0], parts[1], parts[2]))
        elif package:
            _field(every[-1], tag, value, number)
    if not known:
        raise InputError("The SBOM does not say that it is SPDX.")
    _relate(every, relations)
    take(found, every, _direct(relations), None)


def _field(one: Component, tag: str, value: str, number: int) -> None:
    if tag == "SPDXID":
        one.id = value
    elif tag == "PackageVersion":
        one.version = value
    elif tag == "ExternalRef" and not one.url and (match := _REFERENCE.fullmatch(value)):
        one.url, one.line = match[1], number
