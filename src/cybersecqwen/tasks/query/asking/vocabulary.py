"""The lexicon: what words mean, read from the TOML files beside this one.

A phrase is written as words that stand one after the other, with `|` between words that may stand for
each other, and `*` for any one word. After `~` it asks for its words anywhere in one sentence, in any order.
Words are compared without their endings (`words.stem`); "a", "an", "the" and "of" are passed over.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from cybersecqwen.detect.sigma.model import Logsource, Test
from cybersecqwen.detect.sigma.parse import parse_rule
from cybersecqwen.errors import RuleError

from .words import stem, word_list

FOLDER = Path(__file__).with_name("lexicon")
CATEGORIES = word_list("categories")
"""Names that stand under `category`; other second parts of a key are services."""

WORD = re.compile(r"[a-z0-9#+]+")
_ARTICLES = frozenset(("a", "an", "the", "of"))
_MOST_WORDS = 8
_ANY = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A word of the question."""

    stem: str
    start: int
    end: int
    sentence: int
    """Number of the sentence, from 0."""


_SENTENCE = re.compile(r"[.!?;](?=\s)|\n")


def tokens(text: str) -> list[Token]:
    """The words of a text for phrases: cut at every sign, without those that are passed over."""
    ends = [match.start() for match in _SENTENCE.finditer(text)]
    found, sentence = [], 0
    for match in WORD.finditer(text.lower()):
        while sentence < len(ends) and ends[sentence] < match.start():
            sentence += 1
        if match[0] not in _ARTICLES:
            found.append(Token(stem=stem(match[0]), start=match.start(), end=match.end(), sentence=sentence))
    return found


class Phrases:
    """Phrases with what they mean; finds them in the words of a text."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._loose: list[tuple[tuple[frozenset[str], ...], str]] = []
        self._words: dict[str, frozenset[str]] = {}

    def add(self, phrase: str, meaning: str) -> None:
        """One more phrase for a meaning."""
        if phrase.startswith("~"):
            wanted = tuple(
                frozenset(s for word in group.split("|") for s in _stems(word)[:1])
                for group in phrase[1:].split()
            )
            self._loose.append((wanted, meaning))
            self._words[meaning] = self.words(meaning).union(*wanted)
            return
        choices = [[_stems(word) for word in group.split("|")] for group in phrase.split()]
        for chosen in itertools.product(*choices):
            row = tuple(itertools.chain.from_iterable(chosen))[:_MOST_WORDS]
            if row:
                self._rows.setdefault(row[0], []).append((row, meaning))
                self._words[meaning] = self.words(meaning).union(row) - {_ANY}

    def words(self, meaning: str) -> frozenset[str]:
        """The words of all phrases for a meaning, without their endings."""
        return self._words.get(meaning, frozenset())

    def find(self, found: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
        """(meaning, first character, end) of every phrase in the text."""
        for meaning, start, end, _ in self.weighed(found):
            yield meaning, start, end

    def weighed(self, found: Sequence[Token]) -> Iterator[tuple[str, int, int, float]]:
        """As `find`, with the number of words; those that need not stand together count a half."""
        stems = tuple(token.stem for token in found)
        for at, first in enumerate(stems):
            for row, meaning in self._rows.get(first, ()):
                there = stems[at : at + len(row)]
                if there == row or (_ANY in row and _fits(there, row)):
                    weight = float(len(row) - row.count(_ANY))
                    yield meaning, found[at].start, found[at + len(row) - 1].end, weight
        for _, group in itertools.groupby(found, key=lambda token: token.sentence):
            sentence = list(group)
            known = {token.stem for token in sentence}
            for wanted, meaning in self._loose:
                if all(not one.isdisjoint(known) for one in wanted):
                    used = [t for t in sentence if any(t.stem in one for one in wanted)]
                    yield meaning, used[0].start, used[-1].end, len(wanted) / 2


def _fits(there: tuple[str, ...], row: tuple[str, ...]) -> bool:
    """Whether words are those of a phrase in which some may be any."""
    return len(there) == len(row) and all(b in (a, _ANY) for a, b in zip(there, row, strict=True))


def _stems(word: str) -> tuple[str, ...]:
    if word == _ANY:
        return (_ANY,)
    return tuple(stem(part) for part in WORD.findall(word.lower()) if part not in _ARTICLES)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceEntry:
    """A logsource, and the fields that its records have for a kind of value."""

    key: str
    logsource: Logsource
    roles: Mapping[str, str]
    """Kind of value to "Field|operation"; "" alone is the whole text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Concept:
    """Something that happens, and the tests that tell it, for each logsource in which it can be seen."""

    name: str
    tests: Mapping[str, tuple[Test, ...]]
    """Key of a logsource to the tests that all must hold."""
    leads: Mapping[str, float]
    """Key of a logsource to how much the words speak for it."""
    excludes: bool = False
    """Whether it is meant as an exclusion wherever it stands."""
    default: bool = False
    """Whether it only says what the event is where nothing else does."""
    unless: frozenset[str] = frozenset()
    """Words, without their endings, beside which it is not taken: they say something else."""


@dataclass(frozen=True, slots=True)
class Group:
    """Programs by product."""

    name: str
    files: Mapping[str, tuple[str, ...]]
    """Product to names of files."""


@dataclass(slots=True)
class Lexicon:
    """All of it."""

    sources: dict[str, SourceEntry] = field(default_factory=dict)
    hints: Phrases = field(default_factory=Phrases)
    products: Phrases = field(default_factory=Phrases)
    programs: Phrases = field(default_factory=Phrases)
    groups: dict[str, Group] = field(default_factory=dict)
    """Names and groups of programs, by what the phrases mean."""
    single: frozenset[str] = frozenset()
    """Those of `groups` that are one program with another name."""
    english: frozenset[str] = frozenset()
    """Names of programs that are words as well."""
    places: dict[str, Group] = field(default_factory=dict)
    """Folders by name, as pieces of paths."""
    place_phrases: Phrases = field(default_factory=Phrases)
    fields: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What a question may call a field, to its names by logsource."""
    concepts: dict[str, Concept] = field(default_factory=dict)
    phrases: Phrases = field(default_factory=Phrases)
    """Of the concepts."""
    known: dict[str, frozenset[str]] = field(default_factory=dict)
    """Product to the names of its programs, without endings."""
    known_anywhere: frozenset[str] = frozenset()
    """Those of all products."""


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon, read once."""
    made = Lexicon()
    for entry in _toml("sources")["source"]:
        key = str(entry["key"])
        made.sources[key] = SourceEntry(key=key, logsource=source_of(key), roles=entry["roles"])
        for phrase in entry["hints"]:
            made.hints.add(phrase, key)
    for product, phrases in _toml("products").items():
        for phrase in phrases:
            made.products.add(phrase, product)
    _read_programs(made)
    for entry in _toml("places")["place"]:
        made.places[entry["name"]] = Group(entry["name"], _files(entry))
        for phrase in entry["phrases"]:
            made.place_phrases.add(phrase, entry["name"])
    made.fields.update(_toml("fields"))
    for path in sorted(FOLDER.glob("concepts_*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["concept"]:
            _read_concept(made, entry)
    return made


def source_of(key: str) -> Logsource:
    """The logsource that a key names: product, a slash, and a category or a service."""
    product, _, second = key.partition("/")
    # "application" is a log of Windows, and a category elsewhere.
    category = second if second in CATEGORIES and key != "windows/application" else ""
    return Logsource(product=product, category=category, service="" if category else second)


def key_of(source: Logsource) -> str:
    """The key of a logsource."""
    return f"{source.product}/{source.category or source.service}"


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _read_programs(made: Lexicon) -> None:
    raw = _toml("programs")
    english = set(raw["known"]["english"].split())
    for name, entry in raw["groups"].items():
        made.groups[name] = Group(name, _files(entry))
        for phrase in entry["phrases"]:
            made.programs.add(phrase, name)
    single = set()
    for name, entry in raw["names"].items():
        made.groups[name] = Group(name, _files(entry))
        made.programs.add(name, name)
        single.add(name)
        if entry.get("english"):
            english.add(name)
    made.single, made.english = frozenset(single), frozenset(english)
    made.known = {
        product: frozenset(raw["known"][product].split()) for product in ("windows", "linux", "macos")
    }
    made.known_anywhere = frozenset().union(*made.known.values())


def _files(entry: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {p: tuple(entry[p]) for p in ("windows", "linux", "macos") if p in entry}


def _read_concept(made: Lexicon, entry: Mapping[str, Any]) -> None:
    name = str(entry["name"])
    tests = {key: tests_of(made_of) for key, made_of in entry.items() if "/" in key}
    leads = {key: float(entry.get("weight", 1.0)) for key in tests}
    leads.update({str(key): float(weight) for key, weight in entry.get("leads", {}).items()})
    made.concepts[name] = Concept(
        name=name,
        tests=tests,
        leads=leads,
        excludes=bool(entry.get("excludes")),
        default=bool(entry.get("default")),
        unless=frozenset(map(stem, entry.get("unless", "").split())),
    )
    for phrase in entry["phrases"]:
        made.phrases.add(phrase, name)


def tests_of(selection: Mapping[str, Any]) -> tuple[Test, ...]:
    """The tests of a selection as Sigma writes it, with alternatives as values. Raises RuleError."""
    found: list[Test] = []
    for key, value in selection.items():
        raw = {
            "title": "x",
            "logsource": {"product": "x"},
            "detection": {"s": {key: value}, "condition": "s"},
        }
        expression = parse_rule(raw).expression  # type: ignore[union-attr]
        stack = [expression]
        while stack:
            one = stack.pop()
            if isinstance(one, Test):
                found.append(one)
            elif hasattr(one, "parts") and type(one).__name__ == "And":
                stack += reversed(one.parts)
            else:
                raise RuleError(f"The lexicon asks for more than a test by {key}.")
    return tuple(found)
