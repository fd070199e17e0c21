"""packages.lock.json of NuGet.

https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files
"""

from __future__ import annotations

from cybersecqwen.records import Limits

from .collect import Collector, Lines, base_name, text_of
from .interface import Manifest, ManifestReader
from .json_tree import json_of, key_needle, mapping, text
from .names import shown


class NugetLockReader(ManifestReader):
    """packages.lock.json: by target framework; a package that several have is given once a version."""

    name = "nuget-lock"
    ecosystem = "NuGet"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        named = base_name(path)
        return named == "packages.lock.json" or (
            named.startswith("packages.") and named.endswith(".lock.json")
        )

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "packages.lock.json")
        root = json_of(source, "packages.lock.json", limits)
        found = Collector(path, self.ecosystem, source.split("\n"))
        where = Lines(source)
        before, behind = key_needle(source, "{")
        taken: set[tuple[str, str]] = set()
        for framework in mapping(root.get("dependencies")).values():
            for name, entry in mapping(framework).items():
                line = where.of(f"{before}{name}{behind}", f'"{name}"')
                where.step()
                kind, version = text(mapping(entry).get("type")), text(mapping(entry).get("resolved"))
                if kind == "Project" or (name.lower(), version) in taken:
                    continue
                taken.add((name.lower(), version))
                if not version:
                    found.skip(f"{shown(name)!r} has no version", line)
                else:
                    found.add(name, version, line=line, direct=kind == "Direct")
        return found.manifest()
