"""Writes a bundle: beside its place first, then moved there in one step."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import KnowledgeError, OutputError

from . import database
from .identifiers import name_key
from .interface import TYPES, Entity, Kind, Manifest, Passage, Relation, SourceInfo
from .postings import build_postings
from .texts import LONGEST

if TYPE_CHECKING:
    import sqlite3

_ID = 128  # characters
_NAME = 512
_TEXT = 40_000  # the longest description in ATT&CK 18 has 5,000, the longest statement in 800-53 has 6,000
_PASSAGES = 1_000_000
_ITEMS = 2_000  # of a list in the attributes; an analytic has at most 60 log sources
_STALE = 86_400.0  # seconds after which a part file belongs to nobody
_STATUSES = ("active", "deprecated", "revoked")
# Control characters could carry terminal escapes into a report.
_CONTROL = dict.fromkeys(c for c in (*range(32), *range(0x7F, 0xA0)) if c not in (0x09, 0x0A))


def write_bundle(
    to: Path,
    *,
    kind: Kind,
    created: str,
    sources: Sequence[SourceInfo],
    entities: Sequence[Entity],
    relations: Sequence[Relation],
    passages: Sequence[Passage] = (),
    expect: str = "",
) -> Manifest:
    """Write the records to `to` and return the manifest that was written with them.

    The records are cleaned, sorted and counted first, so that equal input gives an equal hash. `to`
    is either the old file or the complete new one at every moment. With `expect`, nothing is
    written unless the content has this hash.

    Raises:
        KnowledgeError: A record is invalid, an identifier occurs twice, a relation names nothing, or
            the content is not the expected one.
        OutputError: The file cannot be written.
    """
    entities = sorted((_clean(entity) for entity in entities), key=lambda entity: entity.id)
    relations = sorted(relations, key=lambda r: (r.source, r.kind, r.target))
    passages = sorted({replace(p, text=_clean_text(p.text, LONGEST)) for p in passages})
    _check(entities, relations, {source.name for source in sources})
    _check_passages(passages, {entity.id for entity in entities})
    counts = Counter(entity.source for entity in entities)
    sources = [
        replace(_clean_source(source), entities=counts[source.name])
        for source in sorted(sources, key=lambda source: (source.name, source.sha256))
    ]
    digest = database.content_hash(kind, sources, entities, relations, passages)
    if expect and digest != expect:
        raise KnowledgeError("The content of the bundle is not what its manifest says: nothing was replaced.")
    newest = max((source.date for source in sources), default="") or "undated"
    manifest = Manifest(
        schema=database.SCHEMA,
        version=f"{newest}-{kind}-{digest[:8]}",
        created=created,
        kind=kind,
        sources=tuple(sources),
        content_sha256=digest,
    )
    with replacing(to) as part, _created(part) as connection:
        _fill(connection, manifest, entities, relations, passages)
    return manifest


@contextmanager
def replacing(to: Path) -> Iterator[Path]:
    """A path beside `to` to write to; moved to `to` after the block, removed where the block fails."""
    part = to.with_name(_part_name(to))
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        _sweep(to)
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(to)
    except OSError as error:
        raise OutputError(
            f"The knowledge bundle {str(to)!r} cannot be written ({error.strerror or error})."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _sweep(to: Path) -> None:
    """Remove what builds left behind that were killed, but not what another one is writing now."""
    for part in to.parent.glob(f".{to.name}.*.part"):
        if time.time() - part.stat().st_mtime > _STALE or part.name == _part_name(to):
            part.unlink(missing_ok=True)


def _part_name(to: Path) -> str:
    return f".{to.name}.{os.getpid()}.part"


@contextmanager
def _created(part: Path) -> Iterator[sqlite3.Connection]:
    import sqlite3

    try:
        connection = sqlite3.connect(part, isolation_level=None)
        try:
            # A crash leaves a part file that nobody reads: no journal is needed.
            for pragma in (
                "journal_mode=OFF",
                "synchronous=OFF",
                f"application_id={database.APPLICATION_ID}",
            ):
                connection.execute(f"PRAGMA {pragma}")
            for statement in database.DDL:
                connection.execute(statement)
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")
            connection.execute("INSERT INTO entity_text(entity_text) VALUES('optimize')")
            connection.execute("VACUUM")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise OutputError(
            f"The knowledge bundle cannot be written to {str(part.parent)!r} ({error})."
        ) from error


def _fill(
    connection: sqlite3.Connection,
    manifest: Manifest,
    entities: Sequence[Entity],
    relations: Sequence[Relation],
    passages: Sequence[Passage],
) -> None:
    used = {t for e in entities for t in (e.type, e.source, _split(e.url)[0])} | {r.kind for r in relations}
    used.update(_STATUSES)
    used.update(passage.section for passage in passages)
    terms = {term: num for num, term in enumerate(sorted(used))}
    nums = {entity.id: num for num, entity in enumerate(entities)}
    connection.execute("INSERT INTO meta VALUES('manifest', ?)", (database.manifest_to_json(manifest),))
    connection.executemany("INSERT INTO term VALUES(?, ?)", ((num, term) for term, num in terms.items()))
    connection.executemany(
        "INSERT INTO entity VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((nums[e.id], e.id, terms[e.type], *_columns(e, terms)) for e in entities),
    )
    connection.executemany(
        "INSERT INTO name VALUES(?, ?)",
        sorted((key, nums[entity.id]) for entity in entities for key in name_keys(entity)),
    )
    connection.executemany(
        "INSERT INTO relation VALUES(?, ?, ?)",
        sorted((nums[r.source], terms[r.kind], nums[r.target]) for r in relations),
    )
    connection.executemany(
        "INSERT INTO entity_text(rowid, id, name, aliases, text) VALUES(?, ?, ?, ?, ?)",
        ((nums[e.id], e.id, e.name, "\n".join(e.attributes.get("aliases", ())), e.text) for e in entities),
    )

    if passages:
        _fill_passages(connection, passages, {entity.id: entity for entity in entities}, nums, terms)


def _fill_passages(
    connection: sqlite3.Connection,
    passages: Sequence[Passage],
    entities: dict[str, Entity],
    nums: dict[str, int],
    terms: dict[str, int],
) -> None:
    for statement in database.PASSAGE_DDL:
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO passage VALUES(?, ?, ?, ?, ?)",
        (
            (num, nums[p.entity], terms[p.section], nums[p.other] if p.other else None, p.text)
            for num, p in enumerate(passages)
        ),
    )
    connection.executemany(
        "INSERT INTO passage_word VALUES(?, ?, ?)",
        ((word, *found) for word, found in sorted(build_postings(passages, entities).items())),
    )


def _columns(entity: Entity, terms: dict[str, int]) -> tuple[Any, ...]:
    attributes = json.dumps(entity.attributes, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    site, page = _split(entity.url)
    return (
        *(entity.name, terms[entity.source], terms[entity.status], entity.successor),
        *(terms[site], page, attributes, entity.text),
    )


def _split(url: str) -> tuple[str, str]:
    """Host and first folder, which many links share, and the rest."""
    head = "/".join(url.split("/", 4)[:4])
    return (f"{head}/", url[len(head) + 1 :]) if len(url) > len(head) else ("", url)


def name_keys(entity: Entity) -> set[str]:
    """Under which keys an entity is found by name. Analytics are numbered, not named."""
    if entity.type == "analytic":
        return set()
    names = (entity.name, *entity.attributes.get("aliases", ()))
    return {key for name in names if (key := name_key(name))}


def _clean(entity: Entity) -> Entity:
    attributes = _clean_value(dict(entity.attributes))
    aliases = attributes.get("aliases", [])
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise KnowledgeError(f"The aliases of {entity.id!r} are no list of names.")
    return replace(
        entity,
        name=_clean_text(" ".join(entity.name.split()), _NAME),
        attributes=attributes,
        text=_clean_text(entity.text, _TEXT),
        url=_link(entity.url),
    )


def _clean_source(source: SourceInfo) -> SourceInfo:
    return SourceInfo(
        name=_clean_text(source.name, _NAME),
        version=_clean_text(source.version, _NAME),
        date=_clean_text(source.date, _NAME),
        sha256=_clean_text(source.sha256, _NAME),
        licence=_clean_text(source.licence, _NAME),
        url=_link(source.url),
    )


def _link(url: str) -> str:
    """Only links that are safe to show: never javascript:, file: or data:."""
    safe = url.startswith(("https://", "http://")) and url.isprintable() and " " not in url
    return url if safe and len(url) <= _NAME else ""


def _clean_text(text: str, most: int) -> str:
    return text[:most].translate(_CONTROL).encode("utf-8", "replace").decode("utf-8").strip()


def _clean_value(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return _clean_text(value, _NAME)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth < 4 and isinstance(value, list | tuple):
        return [_clean_value(item, depth + 1) for item in value[:_ITEMS]]
    if depth < 4 and isinstance(value, dict):
        return {str(key)[:_ID]: _clean_value(item, depth + 1) for key, item in list(value.items())[:_ITEMS]}
    raise KnowledgeError(f"An attribute has the type {type(value).__name__}, which a bundle cannot hold.")


def _check_passages(passages: Sequence[Passage], ids: set[str]) -> None:
    if len(passages) > _PASSAGES:
        raise KnowledgeError(f"A bundle holds at most {_PASSAGES:,} passages, not {len(passages):,}.")
    for passage in passages:
        if passage.entity not in ids or (passage.other and passage.other not in ids) or not passage.text:
            raise KnowledgeError(f"A passage is empty or about something missing: {passage.entity[:_ID]!r}.")
        if not passage.section or len(passage.section) > _ID or not passage.section.isascii():
            raise KnowledgeError(f"A passage about {passage.entity!r} has no section.")


def _check(entities: Sequence[Entity], relations: Sequence[Relation], sources: set[str]) -> None:
    ids = {entity.id for entity in entities}
    if len({id.casefold() for id in ids}) != len(entities):
        raise KnowledgeError("An identifier occurs twice in the records of a bundle.")
    for entity in entities:
        if not entity.id or len(entity.id) > _ID or not entity.id.isprintable() or not entity.id.isascii():
            raise KnowledgeError(f"{entity.id[:_ID]!r} cannot be an identifier.")
        if entity.type not in TYPES or entity.status not in _STATUSES or entity.source not in sources:
            raise KnowledgeError(f"The record of {entity.id!r} has an unknown type, state or source.")
        if entity.successor and entity.successor not in ids:
            raise KnowledgeError(f"The successor of {entity.id!r} is missing: {entity.successor[:_ID]!r}.")
    for relation in relations:
        if relation.source not in ids or relation.target not in ids or not relation.kind.isascii():
            raise KnowledgeError(
                f"A relation names something missing: {relation.source[:_ID]!r} → {relation.target[:_ID]!r}."
            )
