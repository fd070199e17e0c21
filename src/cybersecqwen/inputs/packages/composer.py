"""composer.json and composer.lock. https://getcomposer.org/doc/04-schema.md."""

from __future__ import annotations

import re

from cybersecqwen.records import Limits

from .collect import Collector, Lines, base_name, text_of
from .interface import Manifest, ManifestReader
from .json_tree import items, json_of, key_needle, mapping, text
from .names import exact, shown

_PLATFORM = re.compile(r"php(?:-.{1,40})?|hhvm|(?:ext|lib)-.{1,100}|composer(?:-.{1,40})?", re.IGNORECASE)
_THREE = re.compile(r"[vV]?\d{1,18}\.\d{1,18}\.\d{1,18}.{0,100}")


class ComposerReader(ManifestReader):
    """composer.json: ranges; what must be of the platform (php, ext-…) is no package."""

    name = "composer"
    ecosystem = "Packagist"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "composer.json"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "composer.json")
        root = json_of(source, "composer.json", limits)
        found = Collector(path, self.ecosystem, source.split("\n"))
        where = Lines(source)
        before, behind = key_needle(source)
        for section in [key for key in root if key in ("require", "require-dev")]:
            where.of(f'"{section}"')
            for name, wanted in mapping(root[section]).items():
                if _PLATFORM.fullmatch(name):
                    continue
                line = where.of(f"{before}{name}{behind}", f'"{name}"', name.replace("/", "\\/"))
                where.step()
                if not isinstance(wanted, str):
                    found.skip(f"{shown(name)!r} has no range that can be read", line)
                    continue
                # "1.2" is 1.2.0 alone, as all versions without an operator are.
                pinned = exact(self.ecosystem, wanted) if _THREE.fullmatch(wanted) else ""
                wanted = "" if wanted == "*" else wanted
                found.add(name, pinned, wanted=wanted, line=line, dev=section == "require-dev")
        return found.manifest()


class ComposerLockReader(ManifestReader):
    """composer.lock; direct is what no other package needs."""

    name = "composer-lock"
    ecosystem = "Packagist"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "composer.lock"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        source = text_of(data, limits, "composer.lock")
        root = json_of(source, "composer.lock", limits)
        found = Collector(path, self.ecosystem, source.split("\n"))
        where = Lines(source)
        before, behind = key_needle(source)
        sections = [key for key in root if key in ("packages", "packages-dev")]
        needed: set[str] = set()
        for section in sections:
            for entry in items(root[section]):
                needed.update(name.lower() for name in mapping(mapping(entry).get("require")))
        for section in sections:
            for entry in items(root[section]):
                name, version = text(mapping(entry).get("name")), text(mapping(entry).get("version"))
                pair = f'{before}name{behind}"{name}"'
                line = where.of(pair, pair.replace("/", "\\/"), f'"{name}"')
                where.step()
                if version.startswith("dev-") or version.endswith("-dev"):
                    found.skip(f"{shown(name)!r} is the branch {shown(version)!r}, not a version", line)
                elif not version:
                    found.skip(f"{shown(name)!r} has no version", line)
                else:
                    direct, dev = name.lower() not in needed, section == "packages-dev"
                    found.add(name, version, line=line, direct=direct, dev=dev)
        return found.manifest()
