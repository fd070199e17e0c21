"""Writes a file of advisories beside the old one and puts it in its place when it is whole."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge.writer import replacing

from . import osv, retire
from .database import created, open_readonly, translated
from .osv import Entry
from .store import extent_text

if TYPE_CHECKING:
    import sqlite3

MOST = 5_000_000
"""Records in one file; all of OSV has about 600,000."""
_DEEPEST = 100
"""Levels of an advisory in YAML."""

Document = tuple[str, bytes]
"""Where it was found, for messages, and its bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What came of an import."""

    version: str
    """Of the file that was written."""
    records: int
    """In the file now."""
    read: int
    """That the documents held, withdrawn ones included."""
    withdrawn: int
    """That their publishers took back: they are left out."""
    older: int
    """Left out because the file had a newer state of them."""
    refused: Mapping[str, int]
    """Reason to number of documents or records that could not be used."""


def write(
    to: Path,
    documents: Iterable[Document],
    *,
    anew: tuple[str, ...] | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Add the records of documents to the file at `to`, or make it.

    Args:
        to: Replaced in one step, or left as it was.
        documents: JSON or YAML: one record, a list of records, {"vulns": […]}, or a repository of retire.js.
        anew: Ecosystems of which everything old is forgotten; None for none, () for all.
        progress: Gets the number of documents read, now and then.

    Raises:
        KnowledgeError: No document holds a record that can be used, or the old file is damaged.
        OutputError: The file cannot be written.
    """
    with replacing(to) as part, created(part) as connection:
        if to.exists() and anew != ():
            _take_over(connection, to, frozenset(anew or ()))
        work = _Work(connection)
        for number, document in enumerate(documents, 1):
            work.add(document)
            if number % 500 == 0:
                progress(number)
        if not work.read:
            raise KnowledgeError(
                " ".join(["No advisory was found that can be used.", *list(work.refused)[:1]]),
                hint="Advisories are in the form of OSV (JSON or YAML), in a zip, a folder or a file.",
            )
        version, records = _finish(connection)
        return Imported(
            version=version,
            records=records,
            read=work.read,
            withdrawn=work.withdrawn,
            older=work.older,
            refused=dict(work.refused),
        )


class _Work:
    """Records on their way into the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.read = self.withdrawn = self.older = 0
        self.refused: Counter[str] = Counter()
        self.gone: dict[str, str] = {}  # id to the moment it was withdrawn

    def add(self, document: Document) -> None:
        try:
            for entry in entries(*document):
                if isinstance(entry, KnowledgeError):
                    self._refuse(entry.message)
                else:
                    self._store(entry)
        except KnowledgeError as error:
            self._refuse(error.message)

    def _refuse(self, reason: str) -> None:
        # Reasons name ids: past a thousand they are counted together, so that nobody fills the memory.
        self.refused[reason if len(self.refused) < 1_000 else "Other reasons."] += 1

    def _store(self, entry: Entry) -> None:
        self.read += 1
        if self.read > MOST:
            raise KnowledgeError(f"There are more than {MOST:,} advisories; the rest was left.")
        known = self.connection.execute(
            "SELECT num, modified FROM record WHERE id = ?", (entry.id,)
        ).fetchone()
        if (known and known[1] > entry.modified) or self.gone.get(entry.id, "") > entry.modified:
            self.older += 1
            return
        if known:
            self.connection.execute("DELETE FROM affected WHERE record = ?", (known[0],))
            self.connection.execute("DELETE FROM record WHERE num = ?", (known[0],))
        if entry.withdrawn:
            self.withdrawn += 1
            self.gone[entry.id] = entry.modified
            return
        if not entry.packages:
            self._refuse("It names no package.")
            return
        added = self.connection.execute(
            "INSERT INTO record(id, modified, body) VALUES(?, ?, ?)", (entry.id, entry.modified, _body(entry))
        )
        self.connection.executemany(
            "INSERT INTO affected VALUES(?, ?, ?, ?)",
            (
                (ecosystem, name, added.lastrowid, extent_text(extent))
                for ecosystem, name, extent in entry.packages
            ),
        )


def entries(name: str, data: bytes) -> Iterator[Entry | KnowledgeError]:
    """The records of a document, or a reason for each that cannot be used; raises KnowledgeError for none."""
    document = _parsed(name, data)
    if isinstance(document, dict) and isinstance(document.get("vulns"), list):
        document = document["vulns"]
    if retire.is_repository(document):
        yield from retire.records(document)
        return
    found = document if isinstance(document, list) else [document]
    if not any(map(osv.is_record, found)):
        raise KnowledgeError(f"{_shown(name)} holds no advisory in the form of OSV.")
    for record in found:
        try:
            if not osv.is_record(record):
                raise KnowledgeError(f"{_shown(name)} holds an item that is no advisory.")
            yield osv.read(record)
        except KnowledgeError as error:
            yield error


@cache
def _loader() -> Any:
    """A loader that makes nothing but text, lists and tables, and nests no deeper than advisories do.

    It knows no merging (`<<`), with which a small file becomes an endless one. What is anchored twice is the
    same object twice. The C library composes by recursion, and a hundred thousand levels end the process.
    """
    import yaml

    class Loader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
        depth = 0

        def descend_resolver(self, current_node: Any, current_index: Any) -> None:
            self.depth += 1
            if self.depth > _DEEPEST:
                raise yaml.YAMLError(f"it nests deeper than {_DEEPEST} levels")

        def ascend_resolver(self) -> None:
            self.depth -= 1

    return Loader


def _parsed(name: str, data: bytes) -> Any:
    if name.lower().endswith((".yaml", ".yml")):
        import yaml

        try:
            # csq: ignore[python-yaml-load] _loader gives a safe loader that bounds depth
            return yaml.load(data, Loader=_loader())
        except (yaml.YAMLError, UnicodeError, ValueError, RecursionError) as error:
            raise KnowledgeError(f"{_shown(name)} is no YAML that can be read.") from error
    import orjson

    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise KnowledgeError(f"{_shown(name)} is no JSON that can be read.") from error


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name[-120:])


def _body(entry: Entry) -> str:
    fields = {
        "aliases": entry.aliases,
        "title": entry.title,
        "rated": entry.rated,
        "scores": entry.scores,
        "cwe": entry.cwe,
        "informational": entry.informational,
        "published": entry.published,
    }
    # Text may hold halves of surrogate pairs ("\ud800" in JSON), which SQLite cannot store: stay in ASCII.
    return json.dumps(fields, separators=(",", ":"))


def _take_over(connection: sqlite3.Connection, old: Path, without: frozenset[str]) -> None:
    """Copy the records of the file in use, but not those about the ecosystems `without`."""
    known = open_readonly(old)
    try:
        with translated(old):
            marks = ",".join("?" * len(without))
            names = sorted(without)
            connection.executemany(
                "INSERT INTO record(num, id, modified, body) VALUES(?, ?, ?, ?)",
                known.execute(
                    "SELECT num, id, modified, body FROM record WHERE EXISTS (SELECT 1 FROM affected"
                    f" WHERE record = num AND ecosystem NOT IN ({marks}))",
                    names,
                ),
            )
            connection.executemany(
                "INSERT INTO affected VALUES(?, ?, ?, ?)",
                known.execute(f"SELECT * FROM affected WHERE ecosystem NOT IN ({marks})", names),
            )
    finally:
        known.close()


def _finish(connection: sqlite3.Connection) -> tuple[str, int]:
    """Note what the file holds; (version, records)."""
    digest = hashlib.sha256()
    newest = ""
    records = 0
    for id, modified, body in connection.execute("SELECT id, modified, body FROM record ORDER BY id"):
        digest.update(json.dumps([id, modified, body]).encode() + b"\n")
        newest = max(newest, modified[:10])
        records += 1
    rows = connection.execute(
        "SELECT a.ecosystem, a.name, r.id, a.extent FROM affected a JOIN record r ON r.num = a.record"
        " ORDER BY 1, 2, 3"
    )
    for row in rows:
        digest.update(json.dumps(row).encode() + b"\n")
    version = f"{newest or 'undated'}-{digest.hexdigest()[:12]}"
    meta = {"version": version, "records": str(records), "content_sha256": digest.hexdigest()}
    connection.executemany("INSERT INTO meta VALUES(?, ?)", meta.items())
    connection.execute("COMMIT")
    return version, records
