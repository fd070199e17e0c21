"""Looks up what is known about a package: one read of an index a package, nothing loaded ahead."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any

from .database import open_readonly, translated
from .interface import Advisory, Extent, Range, ecosystem_key, name_key, ranked

if TYPE_CHECKING:
    import sqlite3

_HARMFUL = "CWE-506"  # embedded malicious code: GitHub's records about malware have it
_MOST = 20_000  # records of one package; 900 is the most of a real one

Row = tuple[str, Mapping[str, Any], Extent]
"""Id, body and extent of a record about one package."""


class Advisories:
    """Advisories from one file, read only; any number of threads may use it at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """The file that is read."""
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection = open_readonly(path)
        try:
            with translated(path):
                self._meta: dict[str, str] = dict(self._connection.execute("SELECT key, value FROM meta"))
                self.version: str = str(self._meta["version"])
                """Day of the newest record, and the start of the hash of all."""
                self.records: int = int(self._meta["records"])
                """How many records there are."""
        except BaseException:
            self._connection.close()
            raise

    @classmethod
    def open(cls, path: Path) -> Advisories:
        """Open a file; raises KnowledgeError where it is missing, damaged or of another layout."""
        return cls(path)

    @property
    def content_sha256(self) -> str:
        """Hash of all that the records say, whatever order they were imported in."""
        return self._meta.get("content_sha256", "")

    @cached_property
    def ecosystems(self) -> Mapping[str, int]:
        """How many packages of each ecosystem have advisories."""
        rows = self._rows(
            "SELECT ecosystem, count(DISTINCT name) FROM affected GROUP BY ecosystem ORDER BY ecosystem"
        )
        return MappingProxyType(dict(rows))

    def for_package(self, ecosystem: str, name: str) -> tuple[Advisory, ...]:
        """Every problem known of a package, each once, in the order of ids."""
        ecosystem = ecosystem_key(ecosystem)
        name = name_key(ecosystem, name)
        rows = self._rows(
            "SELECT r.id, r.body, a.extent FROM affected a JOIN record r ON r.num = a.record"
            f" WHERE a.ecosystem = ? AND a.name = ? LIMIT {_MOST}",
            (_storable(ecosystem), _storable(name)),
        )
        if not rows:
            return ()
        with translated(self.path):
            found = [(id, json.loads(body), extent_of(id, extent)) for id, body, extent in rows]
            united = [_united(ecosystem, name, group) for group in _groups(found)]
        return tuple(sorted(united, key=lambda advisory: advisory.id))

    def about(self, id: str) -> tuple[tuple[str, str], ...]:
        """The packages, as (ecosystem, name), that a record is about."""
        rows = self._rows(
            "SELECT a.ecosystem, a.name FROM record r JOIN affected a ON a.record = r.num WHERE r.id = ?"
            f" ORDER BY 1, 2 LIMIT {_MOST}",
            (_storable(id),),
        )
        return tuple((str(ecosystem), str(name)) for ecosystem, name in rows)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Advisories:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _rows(self, statement: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        with self._lock, translated(self.path):
            return self._connection.execute(statement, values).fetchall()


def extent_text(extent: Extent) -> str:
    """An extent as it is stored."""
    ranges = [[found.kind, *map(list, found.events)] for found in extent.ranges]
    return json.dumps([ranges, list(extent.versions), list(extent.parts)], separators=(",", ":"))


def extent_of(id: str, text: str) -> Extent:
    """Inverse of `extent_text`; raises ValueError or TypeError for anything else."""
    ranges, versions, parts = json.loads(text)
    return Extent(
        record=id,
        ranges=tuple(
            Range(kind=str(kind), events=tuple((str(event), str(version)) for event, version in events))
            for kind, *events in ranges
        ),
        versions=tuple(map(str, versions)),
        parts=tuple(map(str, parts)),
    )


def _groups(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows that share an id or an alias, directly or through others (union-find)."""
    parent: dict[str, str] = {}

    def find(id: str) -> str:
        root = id
        while parent.setdefault(root, root) != root:
            root = parent[root]
        while parent[id] != root:
            parent[id], id = root, parent[id]
        return root

    for id, body, _ in rows:
        for alias in body["aliases"]:
            parent[find(str(alias))] = find(id)
    groups: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: ranked(row[0])):
        groups.setdefault(find(row[0]), []).append(row)
    yield from groups.values()


def _united(ecosystem: str, name: str, rows: Sequence[Row]) -> Advisory:
    """One problem out of its records; the words of the first record that has any."""
    bodies = [body for _, body, _ in rows]
    id = rows[0][0]
    others = {str(alias) for _, body, _ in rows for alias in body["aliases"]} | {row[0] for row in rows}
    return Advisory(
        ecosystem=ecosystem,
        name=name,
        id=id,
        aliases=tuple(sorted(others - {id}, key=lambda other: (not other.startswith("CVE-"), other))),
        title=next((str(body["title"]) for body in bodies if body["title"]), ""),
        rated=next((str(body["rated"]) for body in bodies if body["rated"]), ""),
        scores=tuple(dict.fromkeys((str(k), str(v)) for body in bodies for k, v in body["scores"])),
        cwe=tuple(dict.fromkeys(str(weakness) for body in bodies for weakness in body["cwe"])),
        malicious=any(row[0].startswith("MAL-") or _HARMFUL in row[1]["cwe"] for row in rows),
        # One record that tells of a vulnerability is enough.
        informational=str(bodies[0]["informational"]) if all(b["informational"] for b in bodies) else "",
        published=min((str(body["published"]) for body in bodies if body["published"]), default=""),
        extents=tuple(extent for _, _, extent in rows),
    )


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
