"""Makes a bundle from a folder of official files: recognise, load, merge, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cybersecqwen.errors import KnowledgeError

from .interface import Entity, Manifest, Passage, Relation
from .sources import SOURCES
from .sources.files import Payload, payloads
from .sources.interface import Loaded
from .statements import statements
from .texts import descriptions
from .writer import write_bundle

_FILES = 2_000  # files of a folder that are looked at
_CHAIN = 16
_WORDY = frozenset({"log_sources"})  # attributes with running text, which a starter bundle leaves out


def build(
    from_dir: Path,
    to: Path,
    *,
    starter: bool = False,
    created: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Build a bundle from every usable file below `from_dir` and write it to `to`.

    Args:
        from_dir: Searched with its sub-folders; files are recognised by content, .gz and .zip are unpacked.
        to: The bundle; replaced in one step once the new one is complete.
        starter: Keep facts alone: no descriptions.
        created: ISO 8601 time to note; now, in UTC, by default. Not part of the content hash.
        progress: Gets one line per file and step.

    Raises:
        KnowledgeError: Nothing in the folder can be used, or a recognised file is damaged.
        OutputError: The bundle cannot be written.
    """
    loaded = load_folder(from_dir, progress)
    if not loaded:
        raise KnowledgeError(
            f"The folder {str(from_dir)!r} holds no file that can be used.",
            hint="docs/knowledge.md lists the files and where to get them; `csq kb update` fetches them.",
        )
    entities, relations = merge(loaded, progress)
    passages: list[Passage] = []
    if starter:
        entities = [_facts_alone(entity) for entity in entities]
    else:
        passages = texts_of(loaded, entities, relations)
    told = f", {len(passages):,} passages" if passages else ""
    progress(f"writing {len(entities):,} entities and {len(relations):,} relations{told}")
    return write_bundle(
        to,
        kind="starter" if starter else "full",
        created=created or datetime.now(UTC).isoformat(timespec="seconds"),
        sources=[found.info for found in loaded],
        entities=entities,
        relations=relations,
        passages=passages,
    )


def texts_of(
    loaded: Sequence[Loaded], entities: Sequence[Entity], relations: Sequence[Relation]
) -> list[Passage]:
    """All passages: the sources' own texts, the descriptions, and the facts as sentences.

    A text about a revoked entity is about its successor; one about nothing that is known is left out.
    """
    known = {entity.id: entity for entity in entities}
    found: dict[Passage, None] = {}
    for passage in (passage for part in loaded for passage in part.passages):
        about = _current(passage.entity, known)
        other = _current(passage.other, known) if passage.other else ""
        if about:
            found[replace(passage, entity=about, other=other)] = None
    found.update(dict.fromkeys(descriptions(entities)))
    ends: dict[tuple[str, str], list[tuple[str, Entity]]] = {}
    for relation in relations:
        ends.setdefault((relation.source, "out"), []).append((relation.kind, known[relation.target]))
        ends.setdefault((relation.target, "in"), []).append((relation.kind, known[relation.source]))
    for entity in (entity for entity in entities if entity.status != "revoked"):
        found.update(dict.fromkeys(statements(entity, lambda id, direction: ends.get((id, direction), ()))))
    return list(found)


def _facts_alone(entity: Entity) -> Entity:
    attributes = {key: value for key, value in entity.attributes.items() if key not in _WORDY}
    return replace(entity, text="", attributes=attributes)


def load_folder(from_dir: Path, progress: Callable[[str], None]) -> list[Loaded]:
    """Load every file below a folder that a source recognises, in order of precedence; report the others."""
    if not from_dir.is_dir():
        raise KnowledgeError(
            f"There is no folder {str(from_dir)!r}.", hint="Name a folder of official files."
        )
    found: list[tuple[int, Loaded]] = []
    for path in _files(from_dir):
        used = False
        for payload in payloads(path):
            loaded = _load(payload, progress)
            used = used or loaded is not None
            if loaded is not None:
                found.append(loaded)
        if not used:
            progress(f"{path.relative_to(from_dir)}: not a known source, left out")
    # Not in order of file names: the same files under other names give the same bundle.
    found.sort(key=lambda item: (item[0], item[1].info.name, item[1].info.sha256))
    return _newest([loaded for _, loaded in found], progress)


def _files(folder: Path) -> list[Path]:
    """Regular files below a folder, without hidden ones and without following links out of it."""
    root = folder.resolve()
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.resolve().is_relative_to(root)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if len(files) > _FILES:
        raise KnowledgeError(
            f"The folder {str(folder)!r} holds {len(files):,} files; at most {_FILES:,} are looked at.",
            hint="Name a folder that holds the official files alone.",
        )
    return files


def _load(payload: Payload, progress: Callable[[str], None]) -> tuple[int, Loaded] | None:
    for rank, (name, source) in enumerate(SOURCES):
        loader = source()
        if loader.recognises(payload):
            loaded = loader.load(payload)
            edition = loaded.info.version or loaded.info.date
            progress(f"{payload.name}: {name} {edition}, {len(loaded.entities):,} entities")
            return rank, loaded
    return None


def _newest(loaded: Sequence[Loaded], progress: Callable[[str], None]) -> list[Loaded]:
    """One edition of each source: of two files of one source the newer one counts."""
    best: dict[str, Loaded] = {}
    for found in loaded:
        known = best.get(found.info.name)
        if known is None or _edition(found) > _edition(known):
            best[found.info.name] = found
        if known is not None and known.info.sha256 != found.info.sha256:
            progress(f"{found.info.name} was found twice: the newer edition is used")
    return [found for found in loaded if best[found.info.name] is found]


def _edition(loaded: Loaded) -> tuple[str, str, str]:
    return loaded.info.date, loaded.info.version, loaded.info.sha256


def merge(
    loaded: Sequence[Loaded], progress: Callable[[str], None] = lambda _: None
) -> tuple[list[Entity], list[Relation]]:
    """One entity per identifier, and relations between entities that exist.

    A relation with a revoked end is moved to the successor: mappings name the techniques of the
    edition that they were made for.
    """
    entities: dict[str, Entity] = {}
    for group in ([found.entities for found in loaded], [found.mentioned for found in loaded]):
        for entity in (entity for part in group for entity in part):
            known = entities.get(entity.id)
            entities[entity.id] = entity if known is None else _united(known, entity)
    entities = {
        id: entity if entity.successor in entities else replace(entity, successor="")
        for id, entity in entities.items()
    }
    return list(entities.values()), _moved(
        [r for found in loaded for r in found.relations], entities, progress
    )


def _united(known: Entity, other: Entity) -> Entity:
    """The more usable of two descriptions of one identifier, with the lists of both where both are usable."""
    if known.type != other.type or (known.status == "active") != (other.status == "active"):
        return other if known.status != "active" and other.status == "active" else known
    attributes: dict[str, Any] = {**other.attributes, **known.attributes}
    for key, value in other.attributes.items():
        if isinstance(value, list) and isinstance(known.attributes.get(key), list):
            attributes[key] = list(dict.fromkeys([*known.attributes[key], *value]))
    return replace(
        known,
        attributes=attributes,
        text=known.text or other.text,
        successor=known.successor or other.successor,
    )


def _moved(
    relations: Iterable[Relation], entities: dict[str, Entity], progress: Callable[[str], None]
) -> list[Relation]:
    moved: dict[Relation, None] = {}
    dropped = 0
    for relation in relations:
        source = _current(relation.source, entities)
        target = _current(relation.target, entities)
        if source == "" or target == "" or source == target:
            dropped += 1
        else:
            moved[Relation(source=source, kind=relation.kind, target=target)] = None
    if dropped:
        progress(f"{dropped:,} relations left out: one end is in no source")
    return list(moved)


def _current(id: str, entities: dict[str, Entity]) -> str:
    """The identifier, or its successor where it was revoked; "" where there is no such entity."""
    for _ in range(_CHAIN):
        entity = entities.get(id)
        if entity is None:
            return ""
        if entity.status != "revoked" or not entity.successor:
            return id
        id = entity.successor
    return ""
