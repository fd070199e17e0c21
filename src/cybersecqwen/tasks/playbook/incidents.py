"""Types of incidents, and which of them some words name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cybersecqwen.inputs.yaml_bounds import read_yaml

LONGEST = 2_000
"""Characters of a description that are read."""
_WORD = re.compile(r"[a-z0-9&]+")
_BETWEEN = 2
"""Other words that may stand between two of a phrase."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentType:
    """What people call an incident."""

    id: str
    name: str
    severity: int
    """1 to 100, as CACAO has it, before anything else is known."""
    words: tuple[tuple[str, ...], ...]
    """Phrases, each as its words; one that ends in "*" is a beginning."""
    techniques: tuple[str, ...]
    platforms: tuple[str, ...]


@lru_cache(maxsize=1)
def incident_types() -> tuple[IncidentType, ...]:
    """All types, in the order of the file."""
    text = Path(__file__).with_name("incidents.yaml").read_text(encoding="utf-8")
    given = read_yaml(text)
    return tuple(
        IncidentType(
            id=one["id"],
            name=one["name"],
            severity=one["severity"],
            words=tuple(tuple(str(phrase).split()) for phrase in one["words"]),
            techniques=tuple(one["techniques"]),
            platforms=tuple(one["platforms"]),
        )
        for one in given
    )


def incident_type(id: str) -> IncidentType | None:
    """The type of that id."""
    return next((one for one in incident_types() if one.id == id), None)


def named_by(text: str) -> tuple[IncidentType, ...]:
    """The types that a description names, those of the longest phrases first."""
    words = list(_words(text[:LONGEST].lower()))
    found: list[tuple[int, int, IncidentType]] = []
    for number, one in enumerate(incident_types()):
        lengths = [len(phrase) for phrase in _ways(one) if _stands(phrase, words)]
        if lengths:
            found.append((-max(lengths), number, one))
    return tuple(one for _, _, one in sorted(found, key=lambda item: item[:2]))


def _ways(one: IncidentType) -> Iterator[tuple[str, ...]]:
    """The phrases of a type, its own name in its id among them."""
    yield tuple(one.id.split("-"))
    yield from one.words


def _words(text: str) -> Iterator[str]:
    # "e-mail" and "email" are one word, as are "web-shell" and "webshell" by their own phrases.
    return iter(_WORD.findall(text.replace("e-mail", "email")))


def _stands(phrase: Sequence[str], words: Sequence[str]) -> bool:
    return any(_from(phrase, words, start) for start in range(len(words)))


def _from(phrase: Sequence[str], words: Sequence[str], start: int) -> bool:
    """Whether the phrase begins at this word; each next word is taken where it first stands."""
    if not _is(phrase[0], words[start]):
        return False
    at = start
    for wanted in phrase[1:]:
        ahead = range(at + 1, min(len(words), at + 2 + _BETWEEN))
        found = next((place for place in ahead if _is(wanted, words[place])), -1)
        if found < 0:
            return False
        at = found
    return True


def _is(wanted: str, word: str) -> bool:
    head, star, tail = wanted.partition("*")
    if not star:
        return word == wanted
    return word.startswith(head) and word.endswith(tail)
