"""Where a text writes a sector, country, region or platform: `sectors.toml` and `countries.toml`, looked up.

Words are looked up by their first run of letters, so that the time does not depend on how many there are.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

from cybersecqwen.specialists.sentences import sentences

from .interface import Passage
from .scan import lowered

MOST_SENTENCES = 100_000
"""Sentences of one text that are read."""

_WORD = re.compile(r"[^\W_]+")
_MONTH_END = re.compile(r"\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.\Z")
_PATH = frozenset("\\/%_@")


class Entry(NamedTuple):
    """One way to write something."""

    written: str
    """As it must stand: exactly, or in lower case for `exact` false."""
    kind: str
    """sector, country, region or platform."""
    name: str
    code: str
    exact: bool
    """Whether capital letters count."""
    sure: bool
    """Whether it means that wherever it stands."""


class Hit(NamedTuple):
    """An entry where it stands."""

    start: int
    end: int
    entry: Entry


def lower(text: str) -> str:
    """The text in lower case with straight apostrophes, letter for letter as long as it was."""
    return lowered(text).replace("\u2019", "'")


def hits(text: str, low: str) -> Iterator[Hit]:
    """Every entry in the text from left to right, the longest at a place, without overlaps.

    Args:
        text: The text.
        low: `lower(text)`.
    """
    table = _table()
    past = 0
    size = len(text)
    for word in _WORD.finditer(low):
        entries = table.get(word[0])
        if entries is None or word.start() < past:
            continue
        start = word.start()
        for entry in entries:
            end = start + len(entry.written)
            if not (text if entry.exact else low).startswith(entry.written, start):
                continue
            if end < size and (text[end].isalnum() or text[end] in _PATH) and text[end - 1] != ".":
                continue
            if start and text[start - 1] in _PATH and entry.kind != "sector":
                continue
            if end + 1 < size and text[end] == "." and text[end + 1].isalnum():
                continue  # a host name or version
            yield Hit(start, end, entry)
            past = end
            break


@lru_cache(maxsize=2)
def sentences_of(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of the sentences of a text, kept for the steps that look at the same text one by one."""
    found: list[tuple[int, int]] = []
    for start, end in sentences(text, MOST_SENTENCES):
        if (
            found
            and text[start].isdigit()
            and _MONTH_END.search(text, max(0, found[-1][1] - 6), found[-1][1])
        ):
            found[-1] = (found[-1][0], end)  # "on 12 Sept. 2021"
        else:
            found.append((start, end))
    return tuple(found)


def skipped(passage: Passage) -> list[tuple[int, int]]:
    """Stretches that are code, last first: they state nothing about targets, dates or relations."""
    return sorted(((start, end) for start, end, kind in passage.blocks if kind == "code"), reverse=True)


@lru_cache(maxsize=1)
def ambiguous() -> frozenset[str]:
    """Names of countries, in lower case, that are often something else."""
    return frozenset(_toml("countries.toml")["ambiguous"]["words"])


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[Entry, ...]]:
    """First run of letters to the entries that begin with it, longest first."""
    found: dict[str, dict[str, Entry]] = {}
    for entry in _entries():
        first = _WORD.search(lower(entry.written))
        if first:
            found.setdefault(first[0], {}).setdefault(entry.written, entry)
    return {
        first: tuple(sorted(entries.values(), key=lambda entry: -len(entry.written)))
        for first, entries in found.items()
    }


def _entries() -> Iterator[Entry]:
    for code, sector in _toml("sectors.toml").items():
        for sure in (True, False):
            for words in sector["sure" if sure else "words"]:
                yield Entry(words, "sector", sector["name"], code, False, sure)
    data = _toml("countries.toml")
    folder = resources.files("cybersecqwen.detect")
    zones = json.loads(folder.joinpath("anomalies/countries.json").read_text("utf-8"))["countries"]
    skip = set(data["skipped"]["codes"])
    for code, (usual, _) in zones.items():
        if code in skip:
            continue
        name = data["names"].get(code, usual)
        for written in {name, *(() if code in data["names"] else (usual,)), *data["other"].get(code, ())}:
            yield from _capital(written, "country", name, code)
    for name, ways in data["regions"].items():
        for written in ways:
            yield from _capital(written, "region", name, "")
    for name, ways in data["platforms"].items():
        for written in ways:
            yield Entry(written, "platform", name, "", not written.islower(), True)


def _capital(written: str, kind: str, name: str, code: str) -> Iterator[Entry]:
    sure = lower(written) not in ambiguous()
    yield Entry(written, kind, name, code, True, sure)
    if "'" in written:
        yield Entry(written.replace("'", "\u2019"), kind, name, code, True, sure)


def _toml(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))
