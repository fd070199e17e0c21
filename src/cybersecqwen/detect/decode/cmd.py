"""Disguises of cmd.exe: carets, quotes inside words, variables and slices of variables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from .environment import REFERENCE, VALUES, resolved
from .interface import Cleaned, View

_CARET = re.compile(r"\^(\r?\n|.)?", re.DOTALL)
_CARET_IN_WORD = re.compile(r"[\w/:\\-]\^\^?[\w/:\\-]|(?<![^\s,;&|(])\^\w")
_QUOTE_IN_WORD = re.compile(r"(?<=\w)\"(?=\w)|(?<=\w)\"\"(?=\w)")
_SET = re.compile(r"(?:^|[&|(\s\"@])set\s{1,8}\"?([^\s=&|\"^/]{1,64})=([^&|\"\r\n)]*+)", re.IGNORECASE)
LONGEST_VALUE = 8_191
"""Characters of a variable: cmd.exe's longest line, learn.microsoft.com/troubleshoot (830473)."""
_FACTOR = 32
"""How often as many characters as the text has are looked through for what is replaced in values."""
PASSES = 3
"""Rounds of substitution: `call` resolves a second time what a variable's value names."""


def clean(view: View) -> Cleaned | None:
    """Undo what cmd.exe undoes when it parses a line; see `interface.Cleaner`."""
    text, names = view.text, list[str]()
    if "^" in text and _CARET_IN_WORD.search(text):
        text = _CARET.sub(lambda m: "" if m[1] in ("\n", "\r\n", None) else m[1], text)
        names.append("caret escapes")
    if "%" in text or "!" in text:
        text = _substituted(text, view.room, names)
    if text.count('"') > 1 and _quotes_in_words(text) > 1:
        text = _QUOTE_IN_WORD.sub("", text)
        names.append("quotes inside words")
    return Cleaned(text=text, how=", ".join(names)) if text != view.text and names else None


def _quotes_in_words(text: str) -> int:
    """How many quotes stand between letters or digits; a regular expression takes ten times as long."""
    parts = text.replace('""', '"').split('"')
    return sum(one[-1:].isalnum() and other[:1].isalnum() for one, other in pairwise(parts))


def _substituted(text: str, room: int, names: list[str]) -> str:
    low = text.lower()
    sliced = ":~" in low or ("=" in low and ":" in low)
    if not sliced and "set " not in low:
        return text
    work = _Work(_FACTOR * len(text))
    for _ in range(PASSES):
        own = _assignments(text, room, work) if "set " in low else {}
        result = _Substitution(own, room, work).apply(text)
        if result is None:
            break
        text = result[0]
        names.extend(name for name in result[1] if name not in names)
    return text


@dataclass(slots=True)
class _Work:
    """Characters of values that may still be looked through, whatever becomes of them."""

    left: int


def _assignments(text: str, room: int, work: _Work) -> dict[str, str]:
    """Variables that the line sets, each value with the earlier ones resolved."""
    own: dict[str, str] = {}
    left = room
    for match in _SET.finditer(text):
        value = match[2]
        if "%" in value or "!" in value:
            result = _Substitution(own, left, work).apply(value)
            value = result[0] if result else value
        left -= len(value)
        if left < 0 or len(value) > LONGEST_VALUE:
            break
        own[match[1].lower()] = value
    return own


class _Substitution:
    """One round over a text: own variables everywhere, well-known ones only where they are sliced."""

    def __init__(self, own: dict[str, str], room: int, work: _Work) -> None:
        self.own = own
        self.room = room
        self.work = work
        self.names: list[str] = []

    def apply(self, text: str) -> tuple[str, list[str]] | None:
        """The text and the techniques undone; None where nothing was replaced."""
        replaced = REFERENCE.sub(self._value, text)
        return (replaced, self.names) if self.names else None

    def _value(self, match: re.Match[str]) -> str:
        name = match[1].lower()
        plain = match[2] is None and match[4] is None
        known = self.own if name in self.own else {} if plain else VALUES
        if match[4] is not None:
            self.work.left -= len(known.get(name, ""))
        if self.room <= 0 or self.work.left < 0:
            return match.group()
        value = resolved(match, known, self.room)
        if value is None:
            return match.group()
        self.room -= len(value)
        how = "variables" if plain else "environment variable slices"
        if how not in self.names:
            self.names.append(how)
        return value
