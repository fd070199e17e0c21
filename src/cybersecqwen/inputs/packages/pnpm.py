"""pnpm-lock.yaml of versions 5 to 9, read line by line as pnpm writes it.

pnpm writes one layout: sections at the margin, an entry each two columns in. No YAML is loaded, so there are
no anchors to multiply; what is YAML but not in that layout is reported.
https://github.com/pnpm/spec/tree/master/lockfile
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from cybersecqwen.errors import InputError
from cybersecqwen.records import Limits

from .collect import Collector, base_name, text_of
from .graph import reached
from .interface import Manifest, ManifestReader
from .names import exact, shown
from .npm_spec import split_at

_KEY = re.compile(
    r"( *+)(?:'([^'\n]{1,2000})'|\"([^\"\\\n]{1,2000})\"|([^\s'\"#&*!|>{}\[\]%`][^\n]{0,2000}?)):(?: +(.*))?"
)
_ASKED = {"dependencies": False, "optionalDependencies": False, "devDependencies": True}
_UNREAD = "it is not as pnpm writes it, and was not read"
_ELSEWHERE = ("link:", "file:", "workspace:", "git+", "http:", "https:", "github.com/", "portal:")


class Key(NamedTuple):
    """A line `key: value`."""

    line: int
    indent: int
    key: str
    value: str


@dataclass(slots=True)
class _Lock:
    entries: list[Key] = field(default_factory=list)
    dev: dict[str, bool] = field(default_factory=dict)
    """Entry to its `dev:`, which versions before 9 write."""
    needs: dict[str, list[str]] = field(default_factory=dict)
    """From `snapshots`, which version 9 writes."""
    asked: set[str] = field(default_factory=set)
    asked_dev: set[str] = field(default_factory=set)
    sections: set[str] = field(default_factory=set)


class PnpmLockReader(ManifestReader):
    """pnpm-lock.yaml."""

    name = "pnpm-lock"
    ecosystem = "npm"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) in ("pnpm-lock.yaml", "pnpm-lock.yml")

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "lock file").split("\n")
        found = Collector(path, self.ecosystem, lines)
        lock = _Lock()
        _sections(found, lock, lines)
        if lock.sections.isdisjoint(("lockfileVersion", "packages", "importers", "dependencies")):
            raise InputError("The lock file holds nothing that pnpm writes.")
        shipped = reached(lock.asked, lock.needs)
        developed = reached(lock.asked_dev, lock.needs)
        by_name = {_bare(key) for key in shipped}
        developed_bare = {_bare(key) for key in developed}
        direct = {_bare(key) for key in lock.asked | lock.asked_dev}
        for entry in lock.entries:
            _take(found, lock, entry, direct, by_name, developed_bare)
        return found.manifest()


def keys(found: Collector, lines: list[str]) -> Iterator[Key]:
    """All lines of the form `key: value` at most 8 columns in; others there are reported.

    Lists (`- x64`) hold no packages, and a block of text (`|-`) is one value: both are passed over.
    """
    folded = -1  # columns of the key that a block of text belongs to
    for number, line in enumerate(lines, 1):
        if not line or line[0] == "#" or line == "---" or line == "...":
            continue
        indent = len(line) - len(line.lstrip(" "))
        if indent > 8 or indent == len(line) or 0 <= folded < indent:
            continue
        folded = -1
        match = _KEY.fullmatch(line)
        if match is None or indent % 2:
            if indent <= 2 or not line.startswith("- ", indent):
                found.skip(_UNREAD, number)
            continue
        value = (match[5] or "").strip()
        if value[:1] in ("|", ">"):
            folded = indent
        yield Key(number, indent, match[2] or match[3] or match[4], value)


def _sections(found: Collector, lock: _Lock, lines: list[str]) -> None:
    section = entry = group = name = ""
    for key in keys(found, lines):
        if key.indent == 0:
            section, entry, group, name = key.key, "", "", ""
            lock.sections.add(section)
            if (
                key.value[:1] in ("{", "&", "*")
                and key.value != "{}"
                and section in ("packages", "importers")
            ):
                found.skip("packages stand in one value, which pnpm does not write", key.line)
        elif section == "packages":
            if key.indent == 2:
                entry = key.key
                lock.entries.append(key)
            elif not entry:
                found.skip(_UNREAD, key.line)
            elif key.indent == 4 and key.key == "dev":
                lock.dev[entry] = key.value == "true"
        elif section == "snapshots":
            if key.indent == 2:
                entry, group = key.key, ""
                lock.needs.setdefault(entry, [])
            elif key.indent == 4:
                group = key.key
            elif key.indent == 6 and group in _ASKED and entry:
                lock.needs[entry].append(_joined(key.key, key.value))
        elif section == "importers" or section in _ASKED:
            shift = 4 if section == "importers" else 0
            if key.indent == shift and shift:
                group = key.key
            elif key.indent == shift + 2:
                name = key.key
                _ask(lock, group or section, name, key.value)
            elif key.indent == shift + 4 and key.key == "version":
                _ask(lock, group or section, name, key.value)


def _ask(lock: _Lock, group: str, name: str, version: str) -> None:
    if version and group in _ASKED:
        (lock.asked_dev if _ASKED[group] else lock.asked).add(_joined(name, version))


def _joined(name: str, version: str) -> str:
    """The key of the entry that `name: version` means."""
    version = version.strip("'\"")
    if "://" in version.partition("(")[0]:  # an address: it stands behind the name
        return f"{name}@{version}"
    plain = exact("npm", version.partition("(")[0].partition("_")[0])
    # An alias names the whole entry: `/name/1.0.0`, `name@1.0.0`.
    if not plain and (version.startswith("/") or "@" in version):
        return version
    return f"{name}@{version}"


def _bare(key: str) -> str:
    """`name@version`, whichever version of pnpm wrote the key."""
    name, version = parted(key)
    return f"{name}@{version}"


def parted(key: str) -> tuple[str, str]:
    """(name, version) of the key of an entry, without the peers that it was resolved with."""
    key = key.partition("(")[0]
    old = key.startswith("/")
    key = key.removeprefix("/")
    scope = key.find("/") + 1 if key.startswith("@") else 0
    slash, at = key.find("/", scope), key.find("@", scope + 1)
    if old and slash >= 0 and not 0 <= at < slash:  # version 5: /name/1.0.0_peer@2.0.0
        return key[:slash], key[slash + 1 :].partition("_")[0]
    name, version = split_at(key)
    return name, version.partition("_")[0]


def _take(
    found: Collector, lock: _Lock, entry: Key, direct: set[str], shipped: set[str], developed: set[str]
) -> None:
    name, version = parted(entry.key)
    if (
        entry.key.startswith(_ELSEWHERE)
        or version.startswith(_ELSEWHERE)
        or (not exact("npm", version) and ("/" in version or not version))
    ):
        found.skip(f"{shown(entry.key)!r} comes from a folder or an address, not from a registry", entry.line)
        return
    bare = f"{name}@{version}"
    dev = lock.dev.get(entry.key, bare in developed and bare not in shipped)
    found.add(name, version, line=entry.line, direct=bare in direct, dev=dev)
