"""poetry.lock, pdm.lock and pylock.toml (PEP 751): `[[package]]` tables with a name and a version each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cybersecqwen.errors import InputError
from cybersecqwen.records import Limits

from .collect import PACKAGES, Collector, base_name, text_of
from .interface import Manifest, ManifestReader
from .names import canonical, shown
from .pep508 import specifier
from .toml_lines import Table, tables

_PYLOCK = re.compile(r"pylock(?:\.[^.]{1,200})?\.toml")


@dataclass(slots=True)
class Entry:
    """One `[[package]]` and the tables below it."""

    table: Table
    needs: set[str] = field(default_factory=set)
    elsewhere: bool = False
    """It comes from a folder, a repository or an address."""


def entries(found: Collector, head: str, below: Callable[[Entry, Table], None]) -> list[Entry]:
    """All entries under the header `head`, with the tables below each handed to `below`.

    Lines that no package manager writes are reported.

    Raises:
        InputError: Nothing in the file looks like such a lock file.
    """
    every: list[Entry] = []
    known = full = False
    for table in tables(found.lines if isinstance(found.lines, list) else list(found.lines)):
        known = known or bool(table.header) or bool(table.values)
        for line in table.broken:
            found.skip("it is not as the package manager writes it, and was not read", line)
        if table.header == head:
            full = len(every) >= PACKAGES
            if full:
                found.leave_out()
            else:
                every.append(Entry(table))
        elif every and not full and table.header.startswith(head + "."):
            below(every[-1], table)
        for key in (head,) if not table.header else ():
            if key in table.values:
                found.skip("packages stand in one value, which no package manager writes", table.lines[key])
    if not known:
        raise InputError("The lock file holds nothing that a package manager writes.")
    return every


def take(found: Collector, every: list[Entry], dev: Callable[[Table], bool]) -> None:
    """Add all entries; direct are those that no other needs."""
    needed = {name for entry in every for name in entry.needs}
    for entry in every:
        table = entry.table
        name = table.string("name")
        if entry.elsewhere:
            found.skip(f"{shown(name)!r} comes from a folder or an address, not from an index", table.line)
            continue
        line = table.lines.get("name", table.line)
        if not table.string("version"):
            found.skip(f"{shown(name)!r} has no version", line)
            continue
        direct = canonical("PyPI", name) not in needed
        found.add(name, table.string("version"), line=line, direct=direct, dev=dev(table))


class PoetryLockReader(ManifestReader):
    """poetry.lock of all versions."""

    name = "poetry-lock"
    ecosystem = "PyPI"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "poetry.lock"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "lock file").split("\n")
        found = Collector(path, self.ecosystem, lines)

        def below(entry: Entry, table: Table) -> None:
            if table.header == "package.dependencies":
                entry.needs.update(canonical("PyPI", name) for name in table.values)
            elif table.header.startswith("package.dependencies."):
                entry.needs.add(canonical("PyPI", table.header.partition("dependencies.")[2]))
            elif table.header == "package.source":
                entry.elsewhere = table.string("type") not in ("", "legacy")

        def dev(table: Table) -> bool:
            groups = table.strings("groups")
            return "main" not in groups if groups else table.string("category") == "dev"

        take(found, entries(found, "package", below), dev)
        return found.manifest()


class PdmLockReader(ManifestReader):
    """pdm.lock."""

    name = "pdm-lock"
    ecosystem = "PyPI"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "pdm.lock"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "lock file").split("\n")
        found = Collector(path, self.ecosystem, lines)
        every = entries(found, "package", lambda entry, table: None)
        for entry in every:
            values = entry.table.values
            entry.elsewhere = not values.keys().isdisjoint(("git", "hg", "path", "url"))
            for text in entry.table.strings("dependencies"):
                if (one := specifier(text)) is not None:
                    entry.needs.add(canonical("PyPI", one.name))

        def dev(table: Table) -> bool:
            groups = table.strings("groups")
            return bool(groups) and "default" not in groups

        take(found, every, dev)
        return found.manifest()


class PylockReader(ManifestReader):
    """pylock.toml: https://packaging.python.org/en/latest/specifications/pylock-toml/."""

    name = "pylock"
    ecosystem = "PyPI"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return _PYLOCK.fullmatch(base_name(path)) is not None

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "lock file").split("\n")
        found = Collector(path, self.ecosystem, lines)
        elsewhere = ("vcs", "directory", "archive")

        def below(entry: Entry, table: Table) -> None:
            kind = table.header.partition(".")[2]
            entry.elsewhere = entry.elsewhere or kind in elsewhere
            if kind == "dependencies":
                entry.needs.add(canonical("PyPI", table.string("name")))

        every = entries(found, "packages", below)
        for entry in every:
            values = entry.table.values
            entry.elsewhere = entry.elsewhere or not values.keys().isdisjoint(elsewhere)
            pairs = re.findall(r"\bname\s{0,8}=\s{0,8}\"([^\"]{1,400})\"", values.get("dependencies", ""))
            entry.needs.update(canonical("PyPI", name) for name in pairs)
        take(found, every, lambda table: False)
        return found.manifest()
