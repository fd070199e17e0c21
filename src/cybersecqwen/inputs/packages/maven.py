"""pom.xml. https://maven.apache.org/pom.html.

Properties and `dependencyManagement` of the file itself are put in. Parents and imported BOMs are other
files, often on a server: a dependency whose version stands there is given without one, and counted.
"""

from __future__ import annotations

import re

from cybersecqwen.errors import InputError
from cybersecqwen.records import Limits

from .collect import Collector, base_name, text_of
from .interface import Manifest, ManifestReader
from .names import shown
from .properties import MAVEN, resolved
from .xml_tree import Element, xml_of

_ONE = re.compile(r"\[([^\[\](),]{1,200})\]")
_PROFILES = 1_000


class PomReader(ManifestReader):
    """pom.xml, and the .pom files of a repository."""

    name = "pom"
    ecosystem = "Maven"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        named = base_name(path)
        return named == "pom.xml" or named.endswith(".pom")

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "pom.xml")
        root = xml_of(source, "pom.xml", limits)
        if root.tag != "project":
            raise InputError("The pom.xml holds no project.")
        found = Collector(path, self.ecosystem, source.split("\n"))
        known = _properties(root)
        profiles = root.child("profiles")
        parts = [root, *(profiles.all("profile")[:_PROFILES] if profiles is not None else [])]
        managed: dict[str, Element] = {}
        for part in parts:
            management = part.child("dependencyManagement")
            for one in _dependencies(management):
                managed.setdefault(_name(one, known), one)
        used: set[str] = set()
        for part in parts:
            for one in _dependencies(part):
                used.add(_name(one, known))
                _take(found, one, known, managed, direct=True)
        for name, one in managed.items():
            if name not in used and one.text_of("scope") != "import":
                _take(found, one, known, managed, direct=False)
        return found.manifest()


def _dependencies(part: Element | None) -> list[Element]:
    listed = part.child("dependencies") if part is not None else None
    return listed.all("dependency") if listed is not None else []


def _properties(root: Element) -> dict[str, str]:
    parent = root.child("parent") or Element("parent", 0, {})
    known: dict[str, str] = {}
    for key in ("groupId", "artifactId", "version"):
        value = root.text_of(key) or parent.text_of(key)
        if value:
            known[f"project.{key}"] = known[f"pom.{key}"] = known[key] = value
        if above := parent.text_of(key):
            known[f"project.parent.{key}"] = above
    profiles = root.child("profiles")
    for part in (*(profiles.all("profile")[:_PROFILES] if profiles is not None else ()), root):
        listed = part.child("properties")
        for one in listed.children if listed is not None else ():
            known[one.tag] = one.text
    return known


def _name(one: Element, known: dict[str, str]) -> str:
    group, artifact = one.text_of("groupId"), one.text_of("artifactId")
    return f"{resolved(group, known, MAVEN)}:{resolved(artifact, known, MAVEN)}"


def _take(
    found: Collector, one: Element, known: dict[str, str], managed: dict[str, Element], *, direct: bool
) -> None:
    name = _name(one, known)
    above = managed.get(name, one)
    version = resolved(one.text_of("version") or above.text_of("version"), known, MAVEN)
    scope = resolved(one.text_of("scope") or above.text_of("scope"), known, MAVEN)
    place = one.child("version") or one.child("artifactId") or one
    if scope == "system":
        found.skip(f"{shown(name)!r} is a file of the machine that builds it", one.line)
    elif "${" in name:
        found.skip(f"{shown(name)!r} needs a property that this file does not set", one.line)
    elif not version or "${" in version:
        # What it is called is known all the same, and some advisories are about all versions.
        if found.add(name, line=place.line, direct=direct, dev=scope == "test"):
            found.pool("Versions that stand in other files (a parent, a BOM, properties) are not known")
    else:
        exact = _ONE.fullmatch(version)
        pinned = exact[1].strip() if exact is not None else "" if version[0] in "[(" else version
        if pinned in ("LATEST", "RELEASE"):
            pinned = ""
        found.add(name, pinned, wanted=version, line=place.line, direct=direct, dev=scope == "test")
