"""What responders expect of an incident's response: actions of public collections, read from their archives.

`react_response_actions.zip` (RE&CT: 216 titles of response actions) and `gsvsoc_battle_cards.zip`
(GuardSight's 68 battle cards, one Markdown file each, with numbered actions below six phases). Nothing of
their wording is kept in the project: an action is known by where it stands and by the first 8 hex digits of
the SHA-256 of its normalised text, so that another release of a collection shows.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

REACT = "react_response_actions.zip"
CARDS = "gsvsoc_battle_cards.zip"
PHASES = {
    "P": "preparation",
    "I": "identification",
    "C": "containment",
    "E": "eradication",
    "R": "recovery",
    "L": "lessons learned",
}
"""Letter of a card's section → phase."""
_STAGES = tuple(PHASES.values())
"""RE&CT's first digit, from 1: RA1xxx is preparation."""

_TITLE = re.compile(r"^RA_(\d{4})_(.+)\.yml$")
_CARD = re.compile(r"^GSPBC\s*-\s*(\d{4})\b")
_PHASE = re.compile(r"^\W{0,8}\(([PICERL])\)")
_END = re.compile(r"^\W{0,8}(?:References|Resources)\b")
_ITEM = re.compile(r"^\d{1,3}\.\s+(\S.*)$")
_PART = re.compile(r"^\s+[a-z]\.\s+(\S.*)$")
_REFERENCE = re.compile(r"\\?\[\d{1,2}\\?\]")
LARGEST = 1 << 20
"""Bytes of one file of an archive."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """One action of a collection, where it stands."""

    source: str
    """"react" or "card"."""
    id: str
    """"RA2404"; "1000-P-07": the card, the phase, the running number of the action within the card."""
    phase: str
    digest: str
    """The first 8 hex digits of the SHA-256 of the normalised text."""
    text: str
    """For who judges; never kept."""


def normalised(text: str) -> str:
    """Lower-case words of letters and digits with one blank between; numbers of references are left out."""
    return " ".join(re.findall(r"[^\W_]+", _REFERENCE.sub(" ", text).casefold()))


def digest_of(text: str) -> str:
    """What tells whether a text is still the one that was judged."""
    return hashlib.sha256(normalised(text).encode()).hexdigest()[:8]


def react(archive: Path) -> Iterator[Expected]:
    """The titles of RE&CT's actions, in the order of their numbers."""
    with zipfile.ZipFile(archive) as opened:
        names = sorted(PurePosixPath(name).name for name in opened.namelist())
    for name in names:
        if match := _TITLE.match(name):
            yield _made("react", f"RA{match[1]}", _STAGES[int(match[1][0]) - 1], match[2])


def cards(archive: Path) -> Iterator[Expected]:
    """The actions of all cards. Where an item has parts, these are the actions, not the item."""
    with zipfile.ZipFile(archive) as opened:
        for info in sorted(opened.infolist(), key=lambda one: one.filename):
            match = _CARD.match(PurePosixPath(info.filename).name)
            if match and info.filename.endswith(".md") and info.file_size <= LARGEST:
                yield from card(match[1], opened.read(info).decode("utf-8"))


def card(number: str, text: str) -> Iterator[Expected]:
    """The actions of one card."""
    for at, (letter, said) in enumerate(_leaves(text), start=1):
        yield _made("card", f"{number}-{letter}-{at:02}", PHASES[letter], said)


def _leaves(text: str) -> Iterator[tuple[str, str]]:
    """(phase's letter, text); of an item with parts each part, with the item's text before it."""
    letter, head, parts = "", "", 0
    for line in [*text.splitlines(), "References"]:
        part = _PART.match(line)
        if part and letter and head:
            parts += 1
            yield letter, f"{head} {part[1]}"
            continue
        phase, item = _PHASE.match(line), _ITEM.match(line)
        if not (phase or item or _END.match(line)):
            continue
        if letter and head and not parts:
            yield letter, head
        head, parts = "", 0
        if phase:
            letter = phase[1]
        elif item and letter:
            head = item[1]
        else:
            letter = ""


def _made(source: str, id: str, phase: str, text: str) -> Expected:
    return Expected(source=source, id=id, phase=phase, digest=digest_of(text), text=text)


def expected(folder: Path) -> list[Expected]:
    """The actions of both collections; `folder` holds the archives."""
    return [*react(folder / REACT), *cards(folder / CARDS)]
