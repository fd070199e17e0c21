"""The store: facts by identifier, name, relation or words, read from one bundle.

A look-up is one or two indexed reads of a read-only SQLite file. Nothing is loaded ahead, so
opening costs the same for a starter bundle and for a full one.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Literal

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.records import Citation

from . import identifiers
from .database import ENTITY_COLUMNS, entity_of, open_readonly, read_manifest, translated
from .interface import HIERARCHY, Entity, Hit, Manifest, Relation, Resolution, SourceInfo, State
from .passages import PassageIndex

if TYPE_CHECKING:
    import sqlite3

STARTER = Path(__file__).with_name("starter.sqlite")
"""The bundle of facts that ships with the package."""

_CHAIN = 16  # revocations followed; the longest chain in ATT&CK 18 has 2
_WORDS = 48  # words of a search that are used
# Words that tell nothing apart where others stand beside them.
_SMALL = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "it", "of", "on"}
) | frozenset({"or", "that", "the", "this", "to", "via", "what", "with", "how", "are"})
_LARGEST = 100_000  # rows that one look-up returns at most

# Families of identifiers, and the sources that together list the family in full.
_COMPLETE: Mapping[str, frozenset[str]] = {
    "attack": frozenset({"attack-enterprise", "attack-mobile", "attack-ics"}),
    "cwe": frozenset({"cwe"}),
    "capec": frozenset({"capec"}),
    "d3fend": frozenset({"d3fend"}),
    "control": frozenset({"nist-800-53"}),
}


class Store:
    """Facts from one bundle, read only; any number of threads may use one store at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """The bundle that is read."""
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = open_readonly(path)
        try:
            self.manifest: Manifest = read_manifest(self._connection, path)
            """What the bundle is made of."""
            self._terms: dict[int, str] = dict(self._rows("SELECT num, text FROM term"))
        except BaseException:
            self.close()
            raise
        self._nums = {text: num for num, text in self._terms.items()}
        self._sources = {source.name: source for source in self.manifest.sources}
        self._cached = lru_cache(maxsize=8192)(self._read)

    @classmethod
    def open(cls, path: Path | None = None, *, user_bundle: Path | None = None) -> Store:
        """Open `path`; without one, `user_bundle` if that file is there, else the starter bundle.

        Raises:
            KnowledgeError: The bundle is missing, damaged or of another layout.
        """
        if path is None:
            path = user_bundle if user_bundle is not None and user_bundle.is_file() else STARTER
        return cls(path)

    @property
    def version(self) -> str:
        """Short name of the bundle: date of its newest source, kind, start of its hash."""
        return self.manifest.version

    def source(self, name: str) -> SourceInfo | None:
        """What is known about a source by its name, as `Entity.source` gives it."""
        return self._sources.get(name)

    def get(self, id: str) -> Entity | None:
        """The entity with this identifier, revoked ones too; None where there is none."""
        return self._cached(_key(id))

    def exists(self, id: str) -> bool:
        """Whether the identifier is in the bundle, revoked and deprecated ones included."""
        return self.get(id) is not None

    def resolve(self, id: str) -> Resolution:
        """What is to be thought of an identifier that somebody wrote, and what to use instead of it.

        Case and common spellings do not matter: t1059/001, CWE-079, AC-02(01).
        """
        family, canonical = identifiers.parse(id)
        entity = self.get(id)
        complete = family in _COMPLETE and _COMPLETE[family] <= self._sources.keys()
        if entity is None:
            return Resolution(id=canonical, state="unknown", entity=None, complete=complete)
        state: State = "known" if entity.status == "active" else entity.status
        return Resolution(
            id=entity.id, state=state, entity=entity, successor=self._successor(entity), complete=complete
        )

    def related(
        self, id: str, kind: str = "", direction: Literal["out", "in"] = "out", limit: int = 1000
    ) -> tuple[Relation, ...]:
        """Relations that start from the identifier (`out`) or lead to it (`in`), by kind and identifier."""
        near, far = ("source", "target") if direction == "out" else ("target", "source")
        wanted = "" if not kind else "AND r.kind = ?"
        if kind and kind not in self._nums:
            return ()
        rows = self._rows(
            f"SELECT r.kind, n.id, f.id FROM entity n JOIN relation r ON r.{near} = n.num {wanted}"
            f" JOIN entity f ON f.num = r.{far} WHERE n.id = ? ORDER BY r.kind, r.{far} LIMIT ?",
            (*((self._nums[kind],) if kind else ()), _key(id), _bounded(limit)),
        )
        if direction == "out":
            return tuple(Relation(source=a, kind=self._terms[k], target=b) for k, a, b in rows)
        return tuple(Relation(source=b, kind=self._terms[k], target=a) for k, a, b in rows)

    def neighbours(
        self, id: str, kind: str = "", direction: Literal["out", "in"] = "out", limit: int = 1000
    ) -> tuple[Entity, ...]:
        """The entities at the other end of `related`, each once."""
        relations = self.related(id, kind, direction, limit)
        others = dict.fromkeys(r.target if direction == "out" else r.source for r in relations)
        return tuple(entity for other in others if (entity := self.get(other)) is not None)

    def children(self, id: str) -> tuple[Entity, ...]:
        """One level down: sub-techniques, more specific weaknesses, enhancements of a control."""
        return tuple(e for kind in HIERARCHY for e in self.neighbours(id, kind, "in"))

    def parents(self, id: str) -> tuple[Entity, ...]:
        """One level up, in the source's own hierarchy."""
        return tuple(e for kind in HIERARCHY for e in self.neighbours(id, kind, "out"))

    def by_name(self, name: str, type: str = "") -> tuple[Entity, ...]:
        """Entities with this name or alias, active ones first; case, spaces and hyphens do not count."""
        rows = self._rows(
            f"SELECT {ENTITY_COLUMNS} FROM name n JOIN entity e ON e.num = n.entity WHERE n.key = ?"
            " ORDER BY e.status <> ?, e.num LIMIT 100",
            (_storable(identifiers.name_key(name[:512])), self._nums.get("active", -1)),
        )
        found = tuple(entity_of(row, self._terms) for row in rows)
        return tuple(entity for entity in found if type in ("", entity.type))

    def tactics(self, technique_id: str) -> tuple[str, ...]:
        """Short names of a technique's tactics in kill-chain order; () where it is unknown or has none."""
        entity = self.get(technique_id)
        if entity is None or entity.type != "technique":
            return ()
        return tuple(entity.attributes.get("tactics", ()))

    def tactic_order(self, domain: str = "enterprise") -> tuple[str, ...]:
        """Short names of all tactics of a domain (enterprise, mobile, ics) in kill-chain order."""
        ordered = []
        for id in self.names("tactic"):
            entity = self.get(id)
            if entity is not None and entity.status == "active" and domain in entity.attributes["domains"]:
                ordered.append((entity.attributes["order"], entity.attributes["shortname"]))
        return tuple(shortname for _, shortname in sorted(ordered))

    def names(self, type: str) -> Mapping[str, str]:
        """Identifier to name, of all entities of a type, in order of the identifier."""
        rows = self._rows(
            "SELECT id, name FROM entity WHERE type = ? ORDER BY num", (self._nums.get(type, -1),)
        )
        return MappingProxyType(dict(rows))

    def counts(self) -> Mapping[str, int]:
        """How many entities of each type there are."""
        rows = self._rows("SELECT type, count(*) FROM entity GROUP BY type ORDER BY type")
        return MappingProxyType({self._terms[num]: count for num, count in rows})

    def search(
        self, text: str, type: str = "", limit: int = 10, *, inactive: bool = False
    ) -> tuple[Hit, ...]:
        """Entities about these words, best first: names and aliases count more than descriptions.

        Args:
            text: Anything; only its words count, none of its signs are taken as query syntax.
            type: Only entities of this type.
            limit: Most hits that are returned.
            inactive: Find revoked and deprecated entities too.
        """
        words = _words(text)
        # Beginnings of words only where no whole word is found: "log4j" for "Log4j2".
        return self._search(words, "", type, limit, inactive) or self._search(
            words, "*", type, limit, inactive
        )

    def _search(
        self, words: list[str], ending: str, type: str, limit: int, inactive: bool
    ) -> tuple[Hit, ...]:
        if not words:
            return ()
        # Quoted strings, in which FTS5 knows no operators: https://www.sqlite.org/fts5.html#fts5_strings
        query = " OR ".join(f'"{word}"{ending}' for word in words)
        # The inner query ranks numbers alone; whole rows are read for the hits that are returned.
        rows = self._rows(
            f"SELECT {ENTITY_COLUMNS}, hit.cost FROM (SELECT f.num AS num,"
            " bm25(entity_text, 20.0, 8.0, 8.0, 1.0) AS cost"
            " FROM entity_text JOIN entity f ON f.num = entity_text.rowid"
            " WHERE entity_text MATCH ? AND (? = '' OR f.type = ?) AND (? OR f.status = ?)"
            " ORDER BY cost, f.num LIMIT ?) hit JOIN entity e ON e.num = hit.num ORDER BY hit.cost, hit.num",
            (query, type, self._nums.get(type, -1), inactive, self._nums.get("active", -1), _bounded(limit)),
        )
        return tuple(Hit(entity=entity_of(row[:-1], self._terms), score=-row[-1]) for row in rows)

    @cached_property
    def passages(self) -> PassageIndex | None:
        """The texts of a full bundle, ready to be searched; None for a bundle of facts alone."""
        found = self._rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'passage'")
        return PassageIndex(self._rows, self._terms, self.path) if found else None

    def name_keys(self) -> Mapping[str, tuple[str, ...]]:
        """Every key of `by_name` with the identifiers that have the name, for reading whole texts."""
        found: dict[str, list[str]] = {}
        for key, id in self._rows("SELECT n.key, e.id FROM name n JOIN entity e ON e.num = n.entity"):
            found.setdefault(key, []).append(id)
        return {key: tuple(ids) for key, ids in found.items()}

    def citation(self, id: str) -> Citation | None:
        """The entity as a report cites it; None where it is unknown."""
        entity = self.get(id)
        if entity is None:
            return None
        source = self._sources.get(entity.source)
        edition = (source.version or source.date) if source is not None else ""
        return Citation(
            id=entity.id, name=entity.name, source=f"{entity.source} {edition}".strip(), url=entity.url
        )

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_connection"):  # not where the file could not be opened
            self.close()

    def _successor(self, entity: Entity) -> str:
        seen = {entity.id}
        while entity.successor and len(seen) <= _CHAIN:
            following = self.get(entity.successor)
            if following is None or following.id in seen:
                return ""
            if following.status != "revoked" or not following.successor:
                return following.id
            seen.add(following.id)
            entity = following
        return ""

    def _read(self, key: str) -> Entity | None:
        rows = self._rows(f"SELECT {ENTITY_COLUMNS} FROM entity e WHERE e.id = ?", (key,))
        return entity_of(rows[0], self._terms) if rows else None

    def _rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        # One connection behind one lock: a read takes microseconds, too little to wait for.
        with self._lock, translated(self.path):
            if self._connection is None:
                raise KnowledgeError("The knowledge store has been closed.", hint="Open it again.")
            return self._connection.execute(statement, values).fetchall()


def _key(id: str) -> str:
    return _storable(identifiers.canonical(id))


def _storable(text: str) -> str:
    """Lone surrogates cannot be written as UTF-8, which is what SQLite compares."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _bounded(limit: int) -> int:
    return max(0, min(limit, _LARGEST))


def _words(text: str) -> list[str]:
    """Words to look for: compounds such as T1059.001 or cmd.exe as they are, and their parts."""
    words: dict[str, None] = {}
    for compound in re.findall(r"\w[\w.\-]*", _storable(text[:8192]))[:_WORDS]:
        words[compound] = None
        words.update(dict.fromkeys(part for part in re.split(r"[._\-]", compound) if len(part) > 2))
    telling = [word for word in words if word.casefold() not in _SMALL]
    return (telling or list(words))[:_WORDS]
