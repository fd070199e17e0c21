"""The sentence or row around a place, and the beginning of a report, within bounds."""

from __future__ import annotations

import re

from .interface import LONGEST_CONTEXT

LEAD = 800
"""Characters within which title and first paragraph end."""

_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "´": "'", "“": '"', "”": '"', "\t": "|"})
_STOP = re.compile(r"[.!?][\"”'’)\]]{0,2}(?=\s)|\n(?![a-z(])")


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end of the sentence or line that holds a stretch, at most 400 characters to each side."""
    first = max(0, start - LONGEST_CONTEXT)
    for stop in _STOP.finditer(text, first, start):
        first = stop.end()
    after = _STOP.search(text, end, min(len(text), end + LONGEST_CONTEXT))
    last = after.end() if after is not None else min(len(text), end + LONGEST_CONTEXT)
    while first < start and text[first].isspace():
        first += 1
    while last > end and text[last - 1].isspace():
        last -= 1
    return first, last


def beside(text: str, start: int, end: int, before: int, after: int) -> tuple[str, str]:
    """What stands in the sentence of a stretch before and behind it, at most so many characters of each.

    With straight quotes, upright lines for tabs and single blanks, those next to the stretch included.
    """
    first, last = sentence_around(text, start, end)
    return _plain(text[max(first, start - before) : start]), _plain(text[end : min(last, end + after)])


def _plain(piece: str) -> str:
    piece = piece.translate(_STRAIGHT)
    words = " ".join(piece.split())
    return f"{' ' if piece[:1].isspace() else ''}{words}{' ' if words and piece[-1:].isspace() else ''}"


def context(text: str, start: int, end: int) -> str:
    """That sentence as a record quotes it: 400 characters that hold the stretch."""
    first, last = sentence_around(text, start, end)
    if last - first > LONGEST_CONTEXT:
        first = max(first, min(start - LONGEST_CONTEXT // 4, last - LONGEST_CONTEXT))
    return text[first : min(last, first + LONGEST_CONTEXT)]


def lead(text: str) -> int:
    """Where title and first paragraph end: at the first empty line after 300 characters, else at 800."""
    at = text.find("\n\n", 300, LEAD)
    return at if at >= 0 else min(len(text), LEAD)
