"""PackageReference in *.csproj and its kin, Directory.Packages.props and packages.config.

Properties that the file itself sets are put in. Conditions are not weighed: what any of them asks for is
given. Imported files and targets are not followed.
"""

from __future__ import annotations

import re

from cybersecqwen.records import Limits

from .collect import Collector, base_name, text_of
from .interface import Manifest, ManifestReader
from .names import exact, shown
from .properties import MSBUILD, resolved
from .xml_tree import Element, xml_of

_FILES = re.compile(
    r".{1,200}\.(?:cs|fs|vb|vcx|sql)proj|directory\.(?:packages|build)\.(?:props|targets)|packages\.config"
)
_ONE = re.compile(r"\[([^\[\](),]{1,200})\]")


class NugetProjectReader(ManifestReader):
    """Project files of MSBuild with the packages that they ask for."""

    name = "nuget-project"
    ecosystem = "NuGet"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return _FILES.fullmatch(base_name(path).lower()) is not None

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "project file")
        root = xml_of(source, "project file", limits)
        found = Collector(path, self.ecosystem, source.split("\n"))
        if root.tag == "packages":
            for one in root.all("package"):
                dev = one.attributes.get("developmentDependency", "").lower() == "true"
                _take(found, one, one.attributes.get("id", ""), one.attributes.get("version", ""), dev)
            return found.manifest()
        known = {
            one.tag: one.text for group in root.all("PropertyGroup") for one in group.children if one.text
        }
        central = base_name(path).lower() == "directory.packages.props"
        for group in root.all("ItemGroup"):
            for one in group.children:
                if one.tag in ("PackageReference", "GlobalPackageReference", "PackageVersion"):
                    _reference(found, one, known, central)
        return found.manifest()


def _reference(found: Collector, one: Element, known: dict[str, str], central: bool) -> None:
    attributes = one.attributes
    name = attributes.get("Include") or attributes.get("Update") or ""
    if not name:  # Remove="…"
        return
    version = (
        attributes.get("VersionOverride")
        or attributes.get("Version")
        or one.text_of("VersionOverride")
        or one.text_of("Version")
    )
    private = attributes.get("PrivateAssets") or one.text_of("PrivateAssets")
    if not version and central:
        return
    for each in name.split(";")[:100]:
        put_in = resolved(version, known, MSBUILD)
        _take(found, one, resolved(each.strip(), known, MSBUILD), put_in, private.lower() == "all")


def _take(found: Collector, one: Element, name: str, version: str, dev: bool) -> None:
    version = version.strip()
    if "$(" in name:
        found.skip(f"{shown(name)!r} needs a property that this file does not set", one.line)
        return
    if not version or "$(" in version:
        # What it is called is known all the same, and some advisories are about all versions.
        if found.add(name, line=one.line, dev=dev):
            found.pool("Versions that stand in other files (central ones, properties) are not known")
        return
    alone = _ONE.fullmatch(version)
    pinned = alone[1].strip() if alone is not None else version
    # A bare version is the least that will do, and NuGet takes the least: so that one it is.
    if not exact("NuGet", pinned) and (version[:1] in ("[", "(") or "*" in version):
        pinned = ""
    found.add(name, pinned, wanted=version, line=one.line, dev=dev)
