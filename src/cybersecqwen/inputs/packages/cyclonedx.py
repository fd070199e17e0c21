"""CycloneDX SBOMs in JSON and XML, versions 1.0 to 1.7. https://cyclonedx.org/specification/overview/."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cybersecqwen.errors import InputError
from cybersecqwen.records import Limits

from .collect import Collector, Lines, base_name, text_of
from .interface import Manifest, ManifestReader
from .json_tree import items, json_of, mapping, text
from .sbom import Component, take
from .xml_tree import Element, xml_of

_PACKAGES = frozenset(("library", "framework", "application", ""))


class CycloneDxReader(ManifestReader):
    """CycloneDX; components inside others are read too."""

    name = "cyclonedx"
    ecosystem = ""

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        named = base_name(path).lower()
        if named.endswith((".cdx.json", ".cdx.xml")) or named in ("bom.json", "bom.xml"):
            return True
        if named.endswith(".json"):
            return b'"bomFormat"' in head and b'"CycloneDX"' in head
        return named.endswith(".xml") and b"http://cyclonedx.org/schema/bom" in head

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "SBOM")
        found = Collector(path, self.ecosystem, source.split("\n"))
        if source.lstrip()[:1] == "<":
            _from_xml(found, xml_of(source, "SBOM", limits))
            return found.manifest()
        root = json_of(source, "SBOM", limits)
        if root.get("bomFormat") != "CycloneDX":
            raise InputError("The SBOM does not say that it is CycloneDX.")
        own = text(mapping(mapping(root.get("metadata")).get("component")).get("bom-ref"))
        direct = None
        for one in items(root.get("dependencies")):
            if own and mapping(one).get("ref") == own:
                direct = {ref for ref in items(mapping(one).get("dependsOn")) if isinstance(ref, str)}
        take(found, _from_json(items(root.get("components"))), direct or None, Lines(source))
        return found.manifest()


def _from_json(components: list[Any]) -> Iterator[Component]:
    stack = [iter(components)]
    while stack:
        one = next(stack[-1], stack)
        if one is stack:
            stack.pop()
            continue
        entry = mapping(one)
        yield Component(
            text(entry.get("bom-ref")),
            text(entry.get("purl")),
            text(entry.get("name")),
            text(entry.get("version")),
            entry.get("scope") == "excluded",
            counts=text(entry.get("type")) in _PACKAGES,
        )
        if inner := items(entry.get("components")):
            stack.append(iter(inner))


def _from_xml(found: Collector, root: Element) -> None:
    if root.tag != "bom":
        raise InputError("The SBOM does not say that it is CycloneDX.")
    metadata = root.child("metadata")
    own = metadata.child("component") if metadata is not None else None
    ref = own.attributes.get("bom-ref", "") if own is not None else ""
    listed = root.child("dependencies")
    direct = None
    for one in listed.all("dependency") if listed is not None and ref else ():
        if one.attributes.get("ref") == ref:
            direct = {need.attributes.get("ref", "") for need in one.all("dependency")}
    take(found, _components(root), direct or None, None)


def _components(root: Element) -> Iterator[Component]:
    stack = [iter([root])]
    while stack:
        one = next(stack[-1], None)
        if one is None:
            stack.pop()
            continue
        if one is not root:
            place = one.child("purl") or one
            yield Component(
                one.attributes.get("bom-ref", ""),
                one.text_of("purl"),
                one.text_of("name"),
                one.text_of("version"),
                one.text_of("scope") == "excluded",
                place.line,
                one.attributes.get("type", "") in _PACKAGES,
            )
        if (inner := one.child("components")) is not None:
            stack.append(iter(inner.all("component")))
