"""package.json: what a JavaScript project asks for, with ranges."""

from __future__ import annotations

from cybersecqwen.records import Limits

from .collect import Collector, Lines, base_name, text_of
from .interface import Manifest, ManifestReader
from .json_tree import json_of, key_needle, mapping
from .names import shown
from .npm_spec import asked

_SECTIONS = (
    ("dependencies", False),
    ("devDependencies", True),
    ("optionalDependencies", False),
    ("peerDependencies", False),
)


class PackageJsonReader(ManifestReader):
    """package.json."""

    name = "package-json"
    ecosystem = "npm"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "package.json"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "package.json")
        root = json_of(source, "package.json", limits)
        found = Collector(path, self.ecosystem, source.split("\n"))
        where = Lines(source)
        before, behind = key_needle(source)
        order = {key: at for at, key in enumerate(root)}
        sections = sorted(_SECTIONS, key=lambda one: order.get(one[0], -1))  # as they stand in the file
        for section, dev in sections:
            listed = mapping(root.get(section))
            if listed:
                where.of(f'"{section}"')
            for name, spec in listed.items():
                line = where.of(f"{before}{name}{behind}", f'"{name}"')
                where.step()
                if not isinstance(spec, str):
                    found.skip(f"{shown(name)!r} has no range that can be read", line)
                    continue
                if spec.startswith("workspace:"):
                    continue  # a part of this very project
                one = asked(name, spec)
                if one.elsewhere:
                    found.skip(
                        f"{shown(name)!r} comes from a folder or an address, not from a registry", line
                    )
                else:
                    found.add(one.name, one.version, wanted=one.wanted, line=line, dev=dev)
        return found.manifest()
