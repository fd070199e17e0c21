"""Pipfile and Pipfile.lock."""

from __future__ import annotations

from cybersecqwen.records import Limits

from .collect import Collector, Lines, base_name, text_of
from .interface import Manifest, ManifestReader
from .json_tree import json_of, key_needle, mapping, text
from .names import shown
from .pep508 import exact_of, ranges
from .pyproject import poetry_table
from .toml_file import toml_of

_NOT_PACKAGES = frozenset(("source", "requires", "scripts", "pipenv", "_meta"))


class PipfileReader(ManifestReader):
    """Pipfile: ranges by category."""

    name = "pipfile"
    ecosystem = "PyPI"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "Pipfile"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "Pipfile")
        root = toml_of(source, "Pipfile")
        found = Collector(path, self.ecosystem, source.split("\n"))
        where = Lines(source)
        for category, table in root.items():
            if category not in _NOT_PACKAGES:
                poetry_table(found, where, mapping(table), dev=category != "packages")
        return found.manifest()


class PipfileLockReader(ManifestReader):
    """Pipfile.lock: exact versions by category."""

    name = "pipfile-lock"
    ecosystem = "PyPI"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "Pipfile.lock"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "Pipfile.lock")
        root = json_of(source, "Pipfile.lock", limits)
        found = Collector(path, self.ecosystem, source.split("\n"))
        where = Lines(source)
        before, behind = key_needle(source)
        for category, table in root.items():
            if category in _NOT_PACKAGES:
                continue
            for name, entry in mapping(table).items():
                line = where.of(f"{before}{name}{behind}{{", f'"{name}"')
                where.step()
                version = exact_of(ranges(text(mapping(entry).get("version"))) or "")
                if version:
                    # "index" stands only at what the Pipfile names, in files of Pipenv since 2018.
                    direct = "index" in mapping(entry)
                    found.add(name, version, line=line, direct=direct, dev=category != "default")
                else:
                    found.skip(f"{shown(name)!r} has no exact version from an index", line)
        return found.manifest()
