"""Numbered and named events that the lexicon lists: which of them a question means, by its words."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cybersecqwen.detect.sigma.model import Op, Test

from .vocabulary import FOLDER, tokens
from .words import SMALL, stem

_LEAST = 0.62
"""Share of the weight of an entry's words that the question must have."""
_CLOSE = 0.93
"""Of the best entry's share: those above it are meant as well."""
_MOST = 8
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SAME = {
    "create": "creat add new addition register insert install introduce generate",
    "repository": "repo",
    "delete": "delet remov removal deletion eras destroy clear wip",
    "modify": "modif chang updat alter set edit tamper adjust configur modification patch",
    "disable": "disabl deactivat stop turn suspend halt",
    "enable": "enabl activat",
    "logon": "logon login signin log sign",
    "fail": "fail failure unsuccessful",
    "enumerate": "enumerat list discover query",
}
_VERBS = frozenset(("create", "delete", "modify", "disable", "enable"))
_CANON = {stem(word): canon for canon, words in _SAME.items() for word in (canon, *words.split())}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a list."""

    values: tuple[str, ...]
    words: frozenset[str]
    name: frozenset[str] = frozenset()
    """The words of the name alone: who says all of them means it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """The events of a logsource."""

    field: str
    op: Op
    entries: tuple[Entry, ...]
    weights: Mapping[str, float]
    """How much a word tells one entry from another."""
    names: frozenset[str]
    """All values that are names, not numbers."""


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Listed]:
    """The lists by key of their logsource, read once."""
    found: dict[str, Listed] = {}
    for path in sorted(FOLDER.glob("catalogue_*.toml")):
        for one in tomllib.loads(path.read_text(encoding="utf-8"))["list"]:
            services = one.get("services", {})
            entries = tuple(
                _entry(line.strip(), services) for line in one["names"].splitlines() if line.strip()
            )
            counted = Counter(word for entry in entries for word in entry.words)
            found[one["source"]] = Listed(
                field=one["field"],
                op=Op.ENDS if one.get("modifier") == "endswith" else Op.EQUALS,
                entries=entries,
                weights={w: math.log(1 + len(entries) / n) for w, n in counted.items()},
                names=frozenset(v for entry in entries for v in entry.values if not v.isdigit()),
            )
    return found


def _entry(line: str, services: Mapping[str, str]) -> Entry:
    """One line: perhaps a service, the name or the numbers, and perhaps a colon and words that say it."""
    name, _, said = line.partition(": ")
    first, _, rest = name.partition(" ")
    service = services.get(first, "") if rest else ""
    if service:
        name = rest
    if re.fullmatch(r"[\d,]+", name):
        return Entry(tuple(name.split(",")), canonical(said))
    split = " ".join(_CAMEL.findall(name)) if not name.isupper() else name.lower().replace("microsoft", " ")
    return Entry((name.lower(),), canonical(f"{service} {said or split}"), canonical(split))


def leads(text: str) -> dict[str, float]:
    """Key of a logsource to how much a text speaks for one of its events: by name, or by most words."""
    there, names = canonical(text), frozenset(re.findall(r"[a-z0-9_.]{6,}", text.lower()))
    found: dict[str, float] = {}
    for key, one in catalogue().items():
        if not one.names.isdisjoint(names):
            found[key] = _NAMED
            continue
        best = max(
            (
                _share(entry, there, one.weights)
                for entry in one.entries
                if len(entry.words & there) >= _ENOUGH - 1
            ),
            default=0.0,
        )
        if best >= _CLEAR:
            found[key] = best
    return found


_NAMED = 3.0
_CLEAR = 0.85


def canonical(text: str) -> frozenset[str]:
    """The words of a text, those of one meaning as one."""
    return frozenset(_CANON.get(token.stem, token.stem) for token in tokens(text) if token.stem not in SMALL)


def events_meant(key: str, text: str) -> tuple[Test, float] | None:
    """The test for the events of a logsource that a text means, and the share of words it has of them."""
    one = catalogue().get(key)
    if one is None:
        return None
    there = canonical(text)
    names = frozenset(re.findall(r"[a-z0-9_.]{6,}", text.lower()))
    named = _unique(v for entry in one.entries for v in entry.values if v in names)
    if named:
        return Test(one.field, one.op, named[:_MOST]), 1.0
    scored = [(_share(entry, there, one.weights), entry) for entry in one.entries if entry.words]
    best = max((score for score, _ in scored), default=0.0)
    if best < _LEAST:
        return None
    values = _unique(v for score, entry in scored if score >= best * _CLOSE for v in entry.values)
    return Test(one.field, one.op, values[:_MOST]), best


@lru_cache(maxsize=1)
def _of_windows() -> frozenset[str]:
    lists = [one for key, one in catalogue().items() if key.startswith("windows/")]
    return frozenset().union(*(entry.words for one in lists for entry in one.entries))


def is_of_an_event(word: str) -> bool:
    """Whether an event of Windows is told by a word: "unlocks"."""
    return not canonical(word).isdisjoint(_of_windows())


def event_words(key: str, values: Iterable[str]) -> frozenset[str]:
    """The words, those of one meaning as one, by which events of a logsource are found, and their names."""
    one, wanted = catalogue().get(key), set(values)
    entries = [entry for entry in one.entries if not wanted.isdisjoint(entry.values)] if one else []
    names = (canonical(value) for value in wanted)
    return frozenset().union(*(entry.words | entry.name for entry in entries), *names)


def _share(entry: Entry, there: frozenset[str], weights: Mapping[str, float]) -> float:
    """How much of an entry the text has; long entries are forgiven some of their words."""
    if len(entry.name) > 1 and entry.name <= there:
        return 1.0 + 0.02 * len(entry.name)
    if entry.words & _VERBS and not entry.words & there & _VERBS:
        return 0.0  # something else is done
    both = sorted((weights[word] for word in entry.words & there), reverse=True)
    if not both:
        return 0.0
    whole = sum(sorted((weights[word] for word in entry.words), reverse=True)[:_ENOUGH])
    return min(1.0, sum(both) / whole) + 0.02 * len(both)


_ENOUGH = 4
"""Words of an entry that say it whole."""


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
