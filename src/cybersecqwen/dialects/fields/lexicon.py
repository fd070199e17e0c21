"""The lexicon: concepts, the words that analysts use, and the field of each schema (`lexicon.toml`)."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from .words import bag


@dataclass(frozen=True, kw_only=True, slots=True)
class Concept:
    """Something that is asked about, whatever it is called."""

    id: str
    phrases: tuple[frozenset[str], ...]
    """Ways to say it, as sets of words."""
    vocabulary: frozenset[str]
    """All words of these."""
    fields: Map[str, tuple[str, ...]]
    """Schema to its fields, the best first."""
    names: tuple[frozenset[str], ...]
    """What it is called in any schema, as sets of words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexicon:
    """All concepts, with how much each word tells them apart."""

    concepts: tuple[Concept, ...]
    weights: Map[str, float]

    def weight(self, words: Iterable[str]) -> float:
        """How much the words tell together."""
        return sum(self.weights.get(word, _UNKNOWN) for word in words)

    def likeness(self, one: frozenset[str], other: frozenset[str]) -> float:
        """0 to 1: how much two sets of words share of what they tell."""
        whole = self.weight(one) + self.weight(other)
        return 2 * self.weight(one & other) / whole if whole else 0.0

    def ranked(self, words: frozenset[str]) -> list[tuple[float, Concept]]:
        """The concepts that a phrase may mean, the likeliest first."""
        whole = self.weight(words)
        if not whole:
            return []
        made = []
        for concept in self.concepts:
            common = words & concept.vocabulary
            if not common:
                continue
            near = max(self.likeness(words, phrase) for phrase in concept.phrases)
            score = 0.75 * near + 0.25 * self.weight(common) / whole
            made.append((score, concept))
        made.sort(key=lambda one: (-one[0], one[1].id))
        return made


_ANYTHING = frozenset(("AdditionalFields", "winlog.event_data", "o365.audit"))
"""Fields that hold all kinds of things: their names tell nothing."""
_UNKNOWN = 1.5
"""What a word tells that the lexicon has not: it speaks against a match."""


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon, read once."""
    raw = tomllib.loads(files(__package__).joinpath("lexicon.toml").read_text("utf-8"))
    concepts = tuple(_concept(one) for one in raw["concept"])
    spread: Counter[str] = Counter()
    for concept in concepts:
        spread.update(concept.vocabulary)
    weights = {word: 0.3 + math.log(1 + len(concepts) / count) for word, count in spread.items()}
    return Lexicon(concepts=concepts, weights=weights)


def _concept(raw: Map[str, list[str]]) -> Concept:
    phrases = tuple(dict.fromkeys(bag(phrase) for phrase in raw["words"]))
    fields = {key: tuple(value) for key, value in raw.items() if key not in ("id", "words")}
    if "windows" in fields:
        fields["sigma"] = fields["windows"]
    names = dict.fromkeys(bag(name) for listed in fields.values() for name in listed if name not in _ANYTHING)
    return Concept(
        id=str(raw["id"]),
        phrases=phrases,
        vocabulary=frozenset().union(*phrases),
        fields=fields,
        names=tuple(name for name in names if name),
    )
