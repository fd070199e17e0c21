"""uv.lock: the project is one of its packages, so it tells what is direct and what is for developing."""

from __future__ import annotations

import re

from cybersecqwen.records import Limits

from .collect import Collector, base_name, text_of
from .graph import reached
from .interface import Manifest, ManifestReader
from .names import canonical, shown
from .python_locks import Entry, entries
from .toml_lines import Table

_NAME = re.compile(r"\{\s{0,8}name\s{0,8}=\s{0,8}\"([^\"]{1,400})\"")
_SOURCE = re.compile(r"\{\s{0,8}\"?(\w{1,40})\"?\s{0,8}=")
_OWN = frozenset(("virtual", "editable"))


class UvLockReader(ManifestReader):
    """uv.lock of all versions."""

    name = "uv-lock"
    ecosystem = "PyPI"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "uv.lock"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "lock file").split("\n")
        found = Collector(path, self.ecosystem, lines)
        developing: dict[int, set[str]] = {}

        def below(entry: Entry, table: Table) -> None:
            kind = table.header.partition(".")[2]
            if kind not in ("optional-dependencies", "dev-dependencies"):
                return
            names = {canonical("PyPI", name) for raw in table.values.values() for name in _NAME.findall(raw)}
            if kind == "dev-dependencies":
                developing.setdefault(id(entry), set()).update(names)
            else:
                entry.needs.update(names)

        every = entries(found, "package", below)
        needs: dict[str, set[str]] = {}
        asked: set[str] = set()
        asked_dev: set[str] = set()
        for entry in every:
            raw = entry.table.values.get("dependencies", "")
            entry.needs.update(canonical("PyPI", name) for name in _NAME.findall(raw))
            if _source(entry.table) in _OWN:
                asked |= entry.needs
                asked_dev |= developing.get(id(entry), set())
            else:
                needs.setdefault(canonical("PyPI", entry.table.string("name")), set()).update(entry.needs)
        _take(found, every, needs, asked, asked_dev)
        return found.manifest()


def _source(table: Table) -> str:
    match = _SOURCE.match(table.values.get("source", ""))
    return match[1] if match is not None else ""


def _take(
    found: Collector, every: list[Entry], needs: dict[str, set[str]], asked: set[str], asked_dev: set[str]
) -> None:
    shipped, developed = reached(asked, needs), reached(asked_dev, needs)
    for entry in every:
        table, source = entry.table, _source(entry.table)
        name, line = table.string("name"), table.lines.get("name", table.line)
        if source in _OWN:
            continue
        if source not in ("registry", ""):
            found.skip(f"{shown(name)!r} comes from a folder or an address, not from an index", line)
            continue
        known = canonical("PyPI", name)
        if not table.string("version"):
            found.skip(f"{shown(name)!r} has no version", line)
            continue
        found.add(
            name,
            table.string("version"),
            line=line,
            direct=known in asked or known in asked_dev,
            dev=known in developed and known not in shipped,
        )
