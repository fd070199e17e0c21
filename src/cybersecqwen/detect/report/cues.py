"""Words that say what an indicator is: read from `cues.toml`, found in one pass over a text."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from .scan import lowered

ATTACK = frozenset({"c2", "delivery", "payload", "exfiltration", "artefact", "attacker", "listed"})
"""Roles of cues that make an indicator an attacker's."""

_PLAIN = (
    *((letter, " ") for letter in "\t\n\r\x0b\x0c\xa0\u2002\u2003\u2009\u200b\u202f"),
    *((letter, "-") for letter in "\u2010\u2011\u2012\u2013\u2014"),
    *((letter, "'") for letter in "\u2018\u2019"),
)
_CHOICE = re.compile(r"\{([^{}]{0,200})\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cue:
    """A phrase and what it says."""

    role: str
    """Key in `cues.toml`: a role's short name, "listed", "type" or "none"."""
    side: str
    """Where it stands to count: before the indicator, after it, any, or only in a heading."""
    weight: float
    """1 (hint) to 4 (says it outright)."""


class Hit(NamedTuple):
    """A cue in a text."""

    start: int
    end: int
    cue: Cue


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One thing that speaks for a role."""

    role: str
    """Key as in `cues.toml`."""
    score: float
    plain: bool = False
    """Whether the text says it outright."""
    noun: bool = False
    """Whether it names a thing ("loader"), where a verb would say what is done with the indicator."""
    why: str


def said(hit: Hit, score: float, why: str) -> Evidence:
    """A cue as evidence; from weight 3 on its words say it outright."""
    cue = hit.cue
    noun = cue.side in ("any", "heading")
    return Evidence(role=cue.role, score=score, plain=cue.weight >= 3, noun=noun, why=why)


@cache
def automaton() -> Any:
    """The cues as an Aho-Corasick automaton. From: A. V. Aho, M. J. Corasick, CACM 18(6), 1975."""
    from ahocorasick import Automaton

    tree = Automaton()
    for phrase, told in phrases().items():
        tree.add_word(phrase, (len(phrase), told))
    tree.make_automaton()
    return tree


@cache
def phrases() -> dict[str, tuple[Cue, ...]]:
    """Phrase → its cues: one phrase may speak for two roles, or count on two sides with two weights.

    `{a,b}` in the file stands for either word, as in a shell.
    """
    table = tomllib.loads(Path(__file__).with_name("cues.toml").read_text(encoding="utf-8"))
    found: dict[str, tuple[Cue, ...]] = {}
    for role, sides in table.items():
        for side, lines in sides.items():
            for line, weight in lines.items():
                cue = Cue(role=role, side=side, weight=float(weight))
                for phrase in _spread(line):
                    found[phrase] = (*found.get(phrase, ()), cue)
    return found


def plain(text: str) -> str:
    """The text in lower case with every blank a space and every dash "-", letter for letter as long."""
    low = lowered(text)
    for letter, sign in _PLAIN:  # most of them stand in no text: faster than to translate every letter
        if letter in low:
            low = low.replace(letter, sign)
    return low


def hits(low: str) -> list[Hit]:
    """The cues of a `plain` text in order, whole words only; one that lies in a longer one is left out."""
    found: list[tuple[int, int, tuple[Cue, ...]]] = []
    size = len(low)
    for last, (length, told) in automaton().iter(low):
        end = last + 1
        start = end - length
        if (start and low[start - 1].isalnum()) or (end < size and low[end].isalnum()):
            continue
        while found and found[-1][0] >= start and found[-1][1] <= end:
            found.pop()
        if not found or found[-1][1] < end or found[-1][0] > start:  # of one end the longest comes first
            found.append((start, end, told))
    found.sort(key=_place)
    void = [(a, b) for a, b, told in found if told[0].role == "none"]
    if void:  # "the victim" and "victim's computer" share a word: the second says what is meant
        found = [one for one in found if one[2][0].role == "none" or not _overlaps(one, void)]
    return [Hit(start=a, end=b, cue=cue) for a, b, told in found for cue in told]


def _overlaps(hit: tuple[int, int, tuple[Cue, ...]], spans: list[tuple[int, int]]) -> bool:
    at = bisect_right(spans, (hit[0], hit[0]))
    return any(a < hit[1] and hit[0] < b for a, b in spans[max(at - 1, 0) : at + 1])


def _place(hit: tuple[int, int, tuple[Cue, ...]]) -> tuple[int, int]:
    return hit[0], hit[1]


def _spread(line: str) -> set[str]:
    """beacon{s,ed} to → beacons to, beaconed to."""
    parts = _CHOICE.split(line)
    choices = [part.split(",") if at % 2 else [part] for at, part in enumerate(parts)]
    return {" ".join("".join(some).split()) for some in product(*choices)} - {""}
