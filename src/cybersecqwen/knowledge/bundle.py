"""Moves bundles between machines: export, verify, import, status.

A bundle from elsewhere is hostile until proven otherwise. It is copied, hashed, opened read-only
with SQLite's defences on, its schema compared word by word, its records read and checked one by one
and hashed again. What is installed is never the foreign file: the records are written anew, so that
no table, index or full-text segment of it reaches the store.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cybersecqwen.errors import KnowledgeError, OutputError, UsageError

from . import database
from .interface import Entity, Manifest, Passage, Relation
from .postings import build_postings
from .store import STARTER, Store
from .writer import name_keys, replacing, write_bundle

if TYPE_CHECKING:
    import sqlite3

MAX_BYTES = 1 << 30
"""Largest bundle, unpacked. A full one of all sources has 12 MB."""

_SECONDS = 300.0  # that SQLite may take over one bundle; a full one takes 1
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleStatus:
    """The bundle in use."""

    path: Path
    """Where it is."""
    starter: bool
    """Whether it is the one that ships with the package."""
    size_bytes: int
    """Of the file."""
    manifest: Manifest
    """What it is made of."""
    counts: Mapping[str, int]
    """Entities by type."""


def status(path: Path | None = None, *, user_bundle: Path | None = None) -> BundleStatus:
    """Describe the bundle that `Store.open` would open with the same arguments; raises KnowledgeError."""
    with Store.open(path, user_bundle=user_bundle) as store:
        return BundleStatus(
            path=store.path,
            starter=store.path == STARTER,
            size_bytes=store.path.stat().st_size,
            manifest=store.manifest,
            counts=store.counts(),
        )


def verify(path: Path) -> Manifest:
    """Check a bundle, packed or not, from its header to its last record and return its manifest.

    Raises:
        KnowledgeError: It is no bundle, damaged, changed since it was built, or holds anything
            that a bundle does not hold.
    """
    with _unpacked(path, Path(tempfile.gettempdir())) as (copy, _):
        manifest, *_ = _verified(copy, shown=path)
    return manifest


def export(store_path: Path, to: Path) -> str:
    """Copy a bundle to a file for another machine, packed if `to` ends in .gz; return the file's SHA-256.

    The bundle is verified first, so that damage does not spread.

    Raises:
        KnowledgeError: The bundle is damaged.
        OutputError: The file cannot be written.
        UsageError: Both names lead to the same file.
    """
    if to.exists() and to.samefile(store_path):
        raise UsageError(
            f"The bundle cannot be exported onto itself: {str(to)!r}.", hint="Name another file."
        )
    verify(store_path)
    with replacing(to) as part:
        if to.suffix == ".gz":
            # No name and no time inside: equal bundles give equal files.
            with (
                store_path.open("rb") as source,
                part.open("wb") as raw,
                gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
            ):
                shutil.copyfileobj(source, packed, 1 << 20)
        else:
            shutil.copyfile(store_path, part)
        return _sha256(part)


def import_bundle(file: Path, to: Path, *, expect_sha256: str = "") -> Manifest:
    """Install a bundle from another machine at `to`, after checking all of it.

    Args:
        file: As `export` wrote it, packed or not.
        to: The user's bundle; replaced in one step, or left as it was.
        expect_sha256: Of `file`, as `export` returned it; "" checks the bundle against itself alone.

    Raises:
        KnowledgeError: The hash is another one, or `verify` would refuse the bundle.
        OutputError: The bundle cannot be written.
    """
    expected = expect_sha256.strip().lower()
    if expected and (len(expected) != 64 or set(expected) - set("0123456789abcdef")):
        raise UsageError(
            "A SHA-256 has 64 hexadecimal digits.", hint="Use the one that `csq kb export` printed."
        )
    with _unpacked(file, to.parent) as (copy, found):
        if expected and found != expected:
            raise KnowledgeError(
                f"The bundle {str(file)!r} has the SHA-256 {found}, not {expected}: nothing was replaced.",
                hint="Export it again on the other machine and compare the hash that is printed.",
            )
        manifest, entities, relations, passages = _verified(copy, shown=file)
        return write_bundle(
            to,
            kind=manifest.kind,
            created=manifest.created,
            sources=manifest.sources,
            entities=entities,
            relations=relations,
            passages=passages,
            expect=manifest.content_sha256,
        )


@contextmanager
def _unpacked(file: Path, near: Path) -> Iterator[tuple[Path, str]]:
    """A private copy of a bundle below `near`, unpacked, and the SHA-256 of the file as it was read.

    The copy is what is hashed and checked, so that nobody can change the file in between.
    """
    if not file.is_file():
        raise KnowledgeError(
            f"There is no bundle {str(file)!r}.", hint="Name a file that `csq kb export` wrote."
        )
    try:
        near.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".csq-kb-", dir=near) as folder:
            copy = Path(folder) / "delivered"
            with file.open("rb") as source, copy.open("wb") as target:
                _copy(source, target, file)
            digest = _sha256(copy)
            with copy.open("rb") as source:
                packed = source.read(2) == _GZIP
            if packed:
                delivered, copy = copy, Path(folder) / "unpacked"
                with gzip.open(delivered, "rb") as unpacked, copy.open("wb") as target:
                    _copy(unpacked, target, file)
            yield copy, digest
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise KnowledgeError(f"The bundle {str(file)!r} is damaged ({error}).") from error
    except PermissionError as error:
        raise KnowledgeError(f"{error.filename!r} cannot be read or written ({error.strerror}).") from error
    except OSError as error:
        raise OutputError(
            f"No copy of {str(file)!r} can be made in {str(near)!r} ({error.strerror})."
        ) from error


def _copy(source: IO[bytes] | gzip.GzipFile, target: IO[bytes], file: Path) -> None:
    size = 0
    while block := source.read(1 << 20):
        size += len(block)
        if size > MAX_BYTES:
            raise KnowledgeError(f"The bundle {str(file)!r} is larger than {MAX_BYTES >> 20} MiB.")
        target.write(block)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verified(path: Path, shown: Path) -> tuple[Manifest, list[Entity], list[Relation], list[Passage]]:
    """Manifest and records of a bundle that is what it says; messages call it `shown`."""
    with closing(database.open_readonly(path, shown)) as connection:
        _limit_time(connection)
        with database.translated(shown):
            has_passages = _check_schema(connection, shown)
            if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                raise KnowledgeError(f"The bundle {str(shown)!r} is damaged.")
            manifest = database.read_manifest(connection, shown)
            entities, relations = _records(connection, shown)
            passages = _passages(connection, shown) if has_passages else []
            _check_content(connection, manifest, entities, relations, passages, shown)
    return manifest, entities, relations, passages


def _limit_time(connection: sqlite3.Connection) -> None:
    """Stop SQLite where a crafted file makes it loop."""
    end = time.monotonic() + _SECONDS
    connection.set_progress_handler(lambda: int(time.monotonic() > end), 100_000)


def _check_schema(connection: sqlite3.Connection, shown: Path) -> bool:
    """Refuse anything but the tables and indexes of ours: a view or a trigger could run at any read.

    Returns whether the tables of the passages are among them.
    """
    import sqlite3

    statement = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
    with closing(sqlite3.connect(":memory:")) as ours:
        for ddl in database.DDL:
            ours.execute(ddl)
        plain = ours.execute(statement).fetchall()
        for ddl in database.PASSAGE_DDL:
            ours.execute(ddl)
        full = ours.execute(statement).fetchall()
    found = connection.execute(statement).fetchmany(len(full) + 1)
    if found not in (plain, full):
        raise KnowledgeError(
            f"The bundle {str(shown)!r} holds something other than knowledge: it is refused."
        )
    return found == full


def _records(connection: sqlite3.Connection, shown: Path) -> tuple[list[Entity], list[Relation]]:
    try:
        terms = dict(connection.execute("SELECT num, text FROM term"))
        rows = connection.execute(
            f"SELECT {database.ENTITY_COLUMNS} FROM entity e ORDER BY e.id COLLATE BINARY"
        )
        entities = [database.entity_of(row, terms) for row in rows]
        links = connection.execute(
            "SELECT s.id, t.text, o.id FROM relation r JOIN entity s ON s.num = r.source"
            " JOIN entity o ON o.num = r.target JOIN term t ON t.num = r.kind"
        )
        relations = [Relation(source=source, kind=kind, target=target) for source, kind, target in links]
        if len(relations) != connection.execute("SELECT count(*) FROM relation").fetchone()[0]:
            raise KnowledgeError(f"The bundle {str(shown)!r} relates things that it does not hold.")
        relations.sort(key=lambda r: (r.source, r.kind, r.target))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise KnowledgeError(f"A record of the bundle {str(shown)!r} is damaged.") from error
    return entities, relations


def _passages(connection: sqlite3.Connection, shown: Path) -> list[Passage]:
    rows = connection.execute(
        "SELECT e.id, t.text, coalesce(o.id, ''), p.text FROM passage p JOIN entity e ON e.num = p.entity"
        " JOIN term t ON t.num = p.section LEFT JOIN entity o ON o.num = p.other ORDER BY p.num"
    )
    passages = [Passage(entity=a, section=section, other=b, text=text) for a, section, b, text in rows]
    try:
        ordered = passages == sorted(passages)
    except TypeError as error:
        raise KnowledgeError(f"A record of the bundle {str(shown)!r} is damaged.") from error
    if not ordered or len(passages) != connection.execute("SELECT count(*) FROM passage").fetchone()[0]:
        raise KnowledgeError(f"The passages of the bundle {str(shown)!r} are damaged.")
    return passages


def _check_content(
    connection: sqlite3.Connection,
    manifest: Manifest,
    entities: list[Entity],
    relations: list[Relation],
    passages: list[Passage],
    shown: Path,
) -> None:
    try:
        found = database.content_hash(manifest.kind, manifest.sources, entities, relations, passages)
        keys = sorted((key, entity.id) for entity in entities for key in name_keys(entity))
    except (TypeError, ValueError, AttributeError) as error:
        raise KnowledgeError(f"A record of the bundle {str(shown)!r} is damaged.") from error
    if found != manifest.content_sha256:
        raise KnowledgeError(
            f"The bundle {str(shown)!r} was changed since it was built: its content has the hash"
            f" {found[:16]}…, its manifest says {manifest.content_sha256[:16]}…."
        )
    names = connection.execute("SELECT n.key, e.id FROM name n LEFT JOIN entity e ON e.num = n.entity")
    if sorted((str(key), str(id)) for key, id in names) != keys:
        raise KnowledgeError(f"The names in the bundle {str(shown)!r} do not fit its entities.")
    if passages:
        words = connection.execute("SELECT word, count, postings FROM passage_word ORDER BY word")
        index = build_postings(passages, {entity.id: entity for entity in entities})
        if [tuple(row) for row in words] != [(word, *found) for word, found in sorted(index.items())]:
            raise KnowledgeError(f"The words in the bundle {str(shown)!r} do not fit its passages.")
