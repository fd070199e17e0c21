"""Fields by meaning: which one an analyst means by words, and which one an unknown name was meant to be.

Fields of the built-in schemas come from the lexicon. Those of a schema that nobody knew are matched by the
words in their names, directly and with what the concept is called elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from .lexicon import Concept, lexicon
from .schema import Schema
from .taxonomy import MAPS, taxonomy
from .words import bag, trigrams

_CONCEPTS = 6
"""Concepts that are looked at for a phrase."""
_LEAST = 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A field that may be meant."""

    field: str
    table: str
    """A table that has it; "" where fields stand in no table."""
    score: float
    """0 to 1."""
    why: str
    """A few words: the concept, or the words of the name."""


def suggest(words: str, schema: Schema, table: str = "", *, most: int = 5) -> list[Suggestion]:
    """The fields that words may mean, the likeliest first; [] where none is near."""
    asked, index = bag(words), _index(schema)
    found: dict[str, tuple[float, str]] = {}

    def put(name: str, score: float, why: str) -> None:
        if score > found.get(name, (_LEAST, ""))[0]:
            found[name] = (score, why)

    exact = words.strip()
    if schema.type_of(exact, table):
        put(exact, 1.0, "its name")
    for rank, (score, concept) in enumerate(lexicon().ranked(asked)[:_CONCEPTS]):
        why, factor = concept.id.replace("-", " "), score - 0.02 * rank
        for name, near in _of_concept(concept, schema, table, index):
            put(name, factor * near, why)
    for name, near in index.alike(asked, table):
        put(name, 0.7 * near, "the words of its name")
    ordered = sorted(found.items(), key=lambda one: (-one[1][0], len(one[0]), one[0]))
    return [
        Suggestion(field=name, table=table or index.table_of(name), score=round(min(score, 1.0), 3), why=why)
        for name, (score, why) in ordered[:most]
    ]


def _of_concept(concept: Concept, schema: Schema, table: str, index: _Index) -> Iterator[tuple[str, float]]:
    """The fields of a concept: those that the lexicon names, else those whose names are like its names."""
    if schema.name in concept.fields:
        listed = [name for name in concept.fields[schema.name] if schema.type_of(name, table)]
        yield from ((name, 1 - 0.04 * rank) for rank, name in enumerate(listed))
        return
    for rank, known in enumerate(concept.names):
        for name, near in index.alike(known, table):
            if near > 0.5:
                yield name, near * (0.95 - 0.01 * min(rank, 20))


def nearest(name: str, schema: Schema, table: str = "", *, most: int = 3) -> tuple[str, ...]:
    """The fields that an unknown name was most likely meant to be: by meaning, by its words, by spelling."""
    index = _index(schema)
    scores: dict[str, float] = {}
    for rank, known in enumerate(_elsewhere(name, schema.name)):
        if schema.type_of(known, table):
            scores[known] = max(scores.get(known, 0.0), 0.97 - 0.03 * rank)
    near = dict(index.spelt(trigrams(name), table))
    for field, score in index.alike(bag(name), table):
        near[field] = max(near.get(field, 0.0), 0.9 * score)
    rough = sorted(((score, field) for field, score in near.items()), key=lambda one: (-one[0], one[1]))
    lowered = name.lower()
    for score, field in rough[:40]:
        spelt = SequenceMatcher(None, lowered, field.lower(), autojunk=False).ratio()
        scores[field] = max(scores.get(field, 0.0), 0.5 * score + 0.5 * spelt)
    ordered = sorted(scores.items(), key=lambda one: (-one[1], len(one[0]), one[0]))
    return tuple(field for field, score in ordered[:most] if score >= 0.45)


def nearest_tables(name: str, schema: Schema, *, most: int = 3) -> tuple[str, ...]:
    """The tables that an unknown name was most likely meant to be."""
    own, lowered = bag(name), name.lower()
    scored = [
        (
            0.5 * SequenceMatcher(None, lowered, table.lower(), autojunk=False).ratio()
            + 0.5 * lexicon().likeness(own, bag(table)),
            table,
        )
        for table in schema.tables
        if table
    ]
    scored.sort(key=lambda one: (-one[0], one[1]))
    return tuple(table for score, table in scored[:most] if score >= 0.4)


@lru_cache(maxsize=4_000)
def _elsewhere(name: str, schema: str) -> tuple[str, ...]:
    """Fields of a schema that are meant by a name of another one."""
    found: dict[str, None] = {}
    if schema in MAPS:
        for home in taxonomy(schema).homes:
            place = home.fields.get(name)
            found.update(dict.fromkeys(place.columns if place is not None else ()))
    lowered = name.lower()
    for concept in lexicon().concepts:
        if any(lowered == known.lower() for listed in concept.fields.values() for known in listed):
            found.update(dict.fromkeys(concept.fields.get(schema, ())))
    return tuple(found)


class _Index:
    """The fields of a schema with their words and runs of characters."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._homes: dict[str, str] = {}
        for table in sorted(schema.tables.values(), key=lambda one: (_rank(one.name), one.name)):
            for name in table.fields:
                self._homes.setdefault(name, table.name)
        self.words = {name: bag(name) for name in self._homes}
        self.runs = {name: trigrams(name) for name in self._homes}
        self._weights = {name: lexicon().weight(words) for name, words in self.words.items()}
        self._by_word: dict[str, list[str]] = {}
        self._by_run: dict[str, list[str]] = {}
        for name, words in self.words.items():
            for word in words:
                self._by_word.setdefault(word, []).append(name)
            for run in self.runs[name]:
                self._by_run.setdefault(run, []).append(name)
        self._allowed: dict[str, frozenset[str]] = {}

    def of(self, table: str) -> frozenset[str]:
        """The fields of a table, or all."""
        found = self._allowed.get(table)
        if found is None:
            found = self._allowed[table] = frozenset(self._schema.names(table))
        return found

    def alike(self, asked: frozenset[str], table: str) -> list[tuple[str, float]]:
        """The fields that share words with these, and how much: 0 to 1."""
        shared: dict[str, float] = {}
        for word in asked:
            weight = lexicon().weight((word,))
            for name in self._by_word.get(word, ()):
                shared[name] = shared.get(name, 0.0) + weight
        whole, allowed = lexicon().weight(asked), self.of(table)
        return [
            (name, 2 * common / (whole + self._weights[name]))
            for name, common in shared.items()
            if name in allowed
        ]

    def spelt(self, runs: frozenset[str], table: str) -> list[tuple[str, float]]:
        """The fields that share runs of characters with these, and how much: 0 to 1."""
        shared: dict[str, int] = {}
        for run in runs:
            for name in self._by_run.get(run, ()):
                shared[name] = shared.get(name, 0) + 1
        allowed = self.of(table)
        return [
            (name, 2 * common / (len(runs) + len(self.runs[name])))
            for name, common in shared.items()
            if name in allowed
        ]

    def table_of(self, name: str) -> str:
        """A table that has the field, one that detections use first."""
        while name and name not in self._homes:
            name = name.rpartition(".")[0]
        return self._homes.get(name, "")


_FIRST = (
    *("DeviceProcessEvents", "DeviceNetworkEvents", "DeviceFileEvents", "DeviceRegistryEvents"),
    *("SecurityEvent", "SigninLogs", "AuditLogs", "imProcessCreate", "imNetworkSession", "imFileEvent"),
    *("imRegistry", "imDns", "imWebSession", "imAuthentication", "Endpoint.Processes", "Endpoint.Filesystem"),
    *("Endpoint.Registry", "Network_Traffic.All_Traffic", "Web", "Authentication", "ProcessRollup2"),
)
_RANK = {name: at for at, name in enumerate(_FIRST)}


def _rank(table: str) -> int:
    return _RANK.get(table, len(_RANK))


_INDEXES: dict[int, tuple[Schema, _Index]] = {}


def _index(schema: Schema) -> _Index:
    """The index of a schema; those of the last sixteen are kept, by the schema itself."""
    found = _INDEXES.get(id(schema))
    if found is None or found[0] is not schema:
        if len(_INDEXES) >= 16:
            _INDEXES.pop(next(iter(_INDEXES)))
        found = _INDEXES[id(schema)] = (schema, _Index(schema))
    return found[1]


__all__ = ["Concept", "Suggestion", "nearest", "nearest_tables", "suggest"]
