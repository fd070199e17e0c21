"""The layout of a bundle: one SQLite file, its schema, its manifest, its content hash.

Nothing here trusts the file: it is opened read-only and immutable, with SQLite's own defences on
(https://www.sqlite.org/security.html), and every SQLite error becomes a KnowledgeError.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import KnowledgeError

from .interface import Entity, Manifest, Passage, Relation, SourceInfo

if TYPE_CHECKING:
    import sqlite3

SCHEMA = 1
"""Number of this layout; a bundle with another number is refused."""

APPLICATION_ID = 0x4353514B
"""In the file's header at offset 68: "CSQK"."""

# `num` counts the entities in order of their id, so that the order of an index is the order of a
# listing. Words that repeat (types, sources, states, kinds, the first half of links) are numbered in `term`.
DDL = (
    "CREATE TABLE meta(key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE term(num INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    "CREATE TABLE entity(num INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE COLLATE NOCASE,"
    " type INTEGER NOT NULL, name TEXT NOT NULL, source INTEGER NOT NULL, status INTEGER NOT NULL,"
    " successor TEXT NOT NULL, site INTEGER NOT NULL, page TEXT NOT NULL, attributes TEXT NOT NULL,"
    " text TEXT NOT NULL)",
    "CREATE INDEX entity_type ON entity(type)",
    "CREATE TABLE name(key TEXT NOT NULL, entity INTEGER NOT NULL, PRIMARY KEY(key, entity)) WITHOUT ROWID",
    "CREATE TABLE relation(source INTEGER NOT NULL, kind INTEGER NOT NULL, target INTEGER NOT NULL,"
    " PRIMARY KEY(source, kind, target)) WITHOUT ROWID",
    "CREATE INDEX relation_target ON relation(target, kind, source)",
    "CREATE VIRTUAL TABLE entity_text USING fts5(id, name, aliases, text, content='',"
    " tokenize='porter unicode61 remove_diacritics 2')",
)
"""Every statement that makes the layout, in order."""

PASSAGE_DDL = (
    "CREATE TABLE passage(num INTEGER PRIMARY KEY, entity INTEGER NOT NULL, section INTEGER NOT NULL,"
    " other INTEGER, text TEXT NOT NULL)",
    "CREATE INDEX passage_entity ON passage(entity)",
    "CREATE INDEX passage_other ON passage(other)",
    "CREATE TABLE passage_word(word TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL,"
    " postings BLOB NOT NULL) WITHOUT ROWID",
)
"""What a bundle with passages has besides; a starter has none."""

ENTITY_COLUMNS = "e.id, e.type, e.name, e.source, e.status, e.successor, e.site, e.page, e.attributes, e.text"
"""What `entity_of` reads, for statements that call the table `e`."""

_HEADER = b"SQLite format 3\x00"


def open_readonly(path: Path, shown: Path | None = None) -> sqlite3.Connection:
    """A connection that can only read; raises KnowledgeError for anything that is no bundle of ours.

    Messages call the file `shown`, where it is a copy of something that the user knows.
    """
    import sqlite3  # 10 ms: not before somebody asks for a fact

    _check_header(path, shown or path)
    with translated(shown or path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        try:
            for pragma in ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON"):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
    return connection


def _check_header(path: Path, shown: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(100)
            size = file.seek(0, 2)
    except OSError as error:
        raise KnowledgeError(
            f"The knowledge bundle {str(shown)!r} cannot be read: {error.strerror or error}."
        ) from error
    if not head.startswith(_HEADER) or head[68:72] != APPLICATION_ID.to_bytes(4, "big"):
        raise KnowledgeError(f"{str(shown)!r} is not a knowledge bundle.")
    # Page size and page count: https://www.sqlite.org/fileformat.html#the_database_header
    page = int.from_bytes(head[16:18], "big")
    if size != (page if page > 1 else 65_536) * int.from_bytes(head[28:32], "big"):
        raise KnowledgeError(f"The knowledge bundle {str(shown)!r} is cut off or has something added.")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn every SQLite error of the block into one KnowledgeError about `path`."""
    import sqlite3

    try:
        yield
    except (sqlite3.Error, UnicodeError, RecursionError) as error:
        # UnicodeError: a column of a damaged file that is not UTF-8.
        raise KnowledgeError(f"The knowledge bundle {str(path)!r} is damaged ({error}).") from error


def read_manifest(connection: sqlite3.Connection, path: Path) -> Manifest:
    """The manifest of an open bundle; raises KnowledgeError where it is missing, damaged or too new."""
    with (
        translated(path),
        closing(connection.execute("SELECT value FROM meta WHERE key = 'manifest'")) as rows,
    ):
        row = rows.fetchone()
    if row is None:
        raise KnowledgeError(f"The knowledge bundle {str(path)!r} has no manifest.")
    return manifest_from_json(row[0], path)


def manifest_to_json(manifest: Manifest) -> str:
    """One line of JSON with sorted keys."""
    return _canonical(asdict(manifest))


def manifest_from_json(text: str, path: Path) -> Manifest:
    """Inverse of `manifest_to_json`; raises KnowledgeError for anything else."""
    try:
        fields = json.loads(text)
        if fields["schema"] != SCHEMA:
            raise KnowledgeError(
                f"The knowledge bundle {str(path)!r} has layout {fields['schema']!r};"
                f" this version reads layout {SCHEMA}."
            )
        sources = tuple(SourceInfo(**source) for source in fields.pop("sources"))
        manifest = Manifest(sources=sources, **fields)
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError) as error:
        raise KnowledgeError(f"The manifest of {str(path)!r} is damaged.") from error
    if not _well_typed(manifest):
        raise KnowledgeError(f"The manifest of {str(path)!r} is damaged.")
    return manifest


def _well_typed(manifest: Manifest) -> bool:
    texts = [manifest.version, manifest.created, manifest.content_sha256]
    for source in manifest.sources:
        texts += [source.name, source.version, source.date, source.sha256, source.licence, source.url]
    counts = [source.entities for source in manifest.sources]
    return (
        manifest.kind in ("starter", "full")
        and all(isinstance(text, str) for text in texts)
        and all(isinstance(count, int) for count in counts)
    )


def entity_of(row: tuple[Any, ...], terms: Mapping[int, str]) -> Entity:
    """The record of a row of `ENTITY_COLUMNS`."""
    return Entity(
        id=row[0],
        type=terms[row[1]],
        name=row[2],
        source=terms[row[3]],
        status=terms[row[4]],  # type: ignore[arg-type]  # the writer stores nothing else
        successor=row[5],
        url=terms[row[6]] + row[7],
        attributes=json.loads(row[8]),
        text=row[9],
    )


def content_hash(
    kind: str,
    sources: Iterable[SourceInfo],
    entities: Iterable[Entity],
    relations: Iterable[Relation],
    passages: Iterable[Passage] = (),
) -> str:
    """SHA-256 over everything that a bundle says; entities, relations and passages must come sorted.

    One line of JSON per record, so that the hash does not depend on SQLite, on the layout of the
    file or on the time of the build.
    """
    from hashlib import sha256  # opening a store needs no hash

    digest = sha256(_canonical([SCHEMA, kind]).encode())
    for group in (map(asdict, sources), map(_entity_fields, entities), map(_relation_fields, relations)):
        for fields in group:
            digest.update(_canonical(fields).encode() + b"\n")
        digest.update(b"\n")
    for passage in passages:
        digest.update(_canonical([passage.entity, passage.section, passage.other, passage.text]).encode())
    return digest.hexdigest()


def _entity_fields(entity: Entity) -> list[Any]:
    return [
        *(entity.id, entity.type, entity.name, entity.source, entity.status, entity.successor, entity.url),
        *(entity.attributes, entity.text),
    ]


def _relation_fields(relation: Relation) -> list[str]:
    return [relation.source, relation.kind, relation.target]


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
