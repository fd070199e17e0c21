"""Cargo.toml and Cargo.lock. https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html."""

from __future__ import annotations

from typing import Any

from cybersecqwen.records import Limits

from .collect import Collector, Lines, base_name, text_of
from .interface import Manifest, ManifestReader
from .json_tree import mapping, text
from .names import exact, shown
from .python_locks import Entry, entries
from .toml_file import toml_of

_SECTIONS = (("dependencies", False), ("build-dependencies", False), ("dev-dependencies", True))


class CargoReader(ManifestReader):
    """Cargo.toml: ranges; a bare version is a range there."""

    name = "cargo"
    ecosystem = "crates.io"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "Cargo.toml"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "Cargo.toml")
        root = toml_of(source, "Cargo.toml")
        found = Collector(path, self.ecosystem, source.split("\n"))
        where = Lines(source)
        targets = [mapping(target) for target in mapping(root.get("target")).values()]
        for table in (root, mapping(root.get("workspace")), *targets):
            for section, dev in _SECTIONS:
                for name, value in mapping(table.get(section)).items():
                    _one(found, where, name, value, dev)
        return found.manifest()


def _one(found: Collector, where: Lines, name: str, value: Any, dev: bool) -> None:
    line = where.of(f"\n{name} ", f"\n{name}=", f'\n"{name}"', f".{name}]", f"\n{name}.", name)
    if isinstance(value, dict):
        if value.get("workspace") is True:
            return  # its range stands in the workspace's Cargo.toml
        if "git" in value or ("path" in value and "version" not in value):
            found.skip(f"{shown(name)!r} comes from a folder or a repository, not from a registry", line)
            return
        name = text(value.get("package")) or name
        value = value.get("version", "*")
    if not isinstance(value, str):
        found.skip(f"{shown(name)!r} has no range that can be read", line)
        return
    value = value.strip()
    pinned = exact("crates.io", value[1:].strip()) if value.startswith("=") else ""
    found.add(name, pinned, wanted="" if value == "*" else value, line=line, dev=dev)


class CargoLockReader(ManifestReader):
    """Cargo.lock of versions 1 to 4; crates without a source are the project's own."""

    name = "cargo-lock"
    ecosystem = "crates.io"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "Cargo.lock"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "Cargo.lock").split("\n")
        found = Collector(path, self.ecosystem, lines)
        every = entries(found, "package", lambda entry, table: None)
        asked: set[tuple[str, str]] = set()
        for entry in every:
            if not entry.table.string("source"):
                for need in entry.table.strings("dependencies"):
                    name, _, version = need.partition(" ")
                    asked.add((name, version.partition(" ")[0]))
        for entry in every:
            _locked(found, entry, asked)
        return found.manifest()


def _locked(found: Collector, entry: Entry, asked: set[tuple[str, str]]) -> None:
    table = entry.table
    name, version, source = table.string("name"), table.string("version"), table.string("source")
    line = table.lines.get("name", table.line)
    if not name or not version:
        found.skip(f"{shown(name)!r} has no {'version' if name else 'name'}", line)
    elif source.startswith(("registry+", "sparse+")):
        direct = (name, "") in asked or (name, version) in asked
        found.add(name, version, line=line, direct=direct)
    elif source:
        found.skip(f"{shown(name)!r} comes from a repository, not from a registry", line)
