"""package-lock.json and npm-shrinkwrap.json of versions 1 to 3.

https://docs.npmjs.com/cli/configuring-npm/package-lock-json
"""

from __future__ import annotations

from typing import Any

from cybersecqwen.errors import InputError
from cybersecqwen.records import Limits

from .collect import Collector, Lines, base_name, text_of
from .interface import Manifest, ManifestReader
from .json_tree import json_of, key_needle, mapping, text
from .names import shown
from .npm_spec import asked

_INSIDE = "node_modules/"
_ASKING = ("dependencies", "optionalDependencies", "devDependencies", "peerDependencies")
_ELSEWHERE = ("git+", "git:", "github:", "file:", "git@")


class PackageLockReader(ManifestReader):
    """package-lock.json, npm-shrinkwrap.json, and the hidden one in node_modules."""

    name = "package-lock"
    ecosystem = "npm"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) in ("package-lock.json", "npm-shrinkwrap.json", ".package-lock.json")

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "lock file")
        root = json_of(source, "lock file", limits)
        found = Collector(path, self.ecosystem, source.split("\n"))
        if isinstance(root.get("packages"), dict):
            _flat(found, root["packages"], source)
        elif isinstance(root.get("dependencies"), dict):
            _nested(found, root["dependencies"], source)
        elif "lockfileVersion" not in root:
            raise InputError("The lock file names neither packages nor its version.")
        return found.manifest()


def _flat(found: Collector, packages: dict[str, Any], source: str) -> None:
    """Versions 2 and 3: one object of folders; the project's own are those outside node_modules."""
    where = Lines(source)
    before, behind = key_needle(source, "{")
    wanted: set[tuple[str, str]] = set()
    for folder, entry in packages.items():
        if _INSIDE not in folder:
            for section in _ASKING:
                wanted.update((folder, name) for name in mapping(mapping(entry).get(section)))
    lifted = {name for _, name in wanted}
    for folder, entry in packages.items():
        if _INSIDE not in folder:
            continue
        line = where.of(f"{before}{folder}{behind}", f'"{folder}"')
        if not isinstance(entry, dict):
            found.skip(f"{shown(folder)!r} is no entry of a package", line)
            continue
        if entry.get("link") is True:
            continue
        outer, _, installed = folder.rpartition(_INSIDE)
        outer = outer.rstrip("/")
        name = text(entry.get("name")) or installed
        direct = (outer, installed) in wanted
        if not outer and not direct:  # what workspaces ask for is lifted to the top
            direct = installed in lifted
        dev = entry.get("dev") is True  # "devOptional" is wanted beside developing too
        _take(found, name, text(entry.get("version")), text(entry.get("resolved")), line, direct, dev)


def _nested(found: Collector, dependencies: dict[str, Any], source: str) -> None:
    """Version 1: objects in objects. It does not tell what is direct: what nothing at the top requires."""
    where = Lines(source)
    before, behind = key_needle(source, "{")
    needed: set[str] = set()
    entries: list[tuple[str, dict[str, Any], int, bool]] = []
    stack = [(iter(dependencies.items()), True)]
    while stack:
        level, top = stack[-1]
        name, entry = next(level, ("", None))
        if entry is None and not name:
            stack.pop()
            continue
        line = where.of(f"{before}{name}{behind}", f'"{name}"')
        where.step()
        if not isinstance(entry, dict):
            found.skip(f"{shown(name)!r} is no entry of a package", line)
            continue
        needed.update(mapping(entry.get("requires")))
        entries.append((name, entry, line, top))
        if inner := mapping(entry.get("dependencies")):
            stack.append((iter(inner.items()), False))
    for name, entry, line, top in entries:
        direct = top and name not in needed
        version = text(entry.get("version"))
        if version.startswith("npm:"):
            one = asked(name, version)
            name, version = one.name, one.version or version
        _take(found, name, version, text(entry.get("resolved")), line, direct, entry.get("dev") is True)


def _take(
    found: Collector, name: str, version: str, resolved: str, line: int, direct: bool, dev: bool
) -> None:
    if resolved.startswith(_ELSEWHERE) or "/" in version or version.startswith(_ELSEWHERE):
        found.skip(f"{shown(name)!r} comes from a folder or an address, not from a registry", line)
    elif not version:
        found.skip(f"{shown(name)!r} has no version", line)
    else:
        found.add(name, version, line=line, direct=direct, dev=dev)
