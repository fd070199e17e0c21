"""Where the sentences of a text stand, and the clauses of a sentence, as offsets into the text.

Reports list what was done in long sentences ("it can record calls, take photos and read messages"),
so that a clause is judged beside its sentence. Every pattern is linear in the text.
"""

from __future__ import annotations

import re
from itertools import pairwise

LONGEST = 1_200
"""Characters of one sentence; a longer one (a table, a dump) is cut at a space."""
SHORTEST = 8
"""Characters of a sentence or clause that can say something."""

_END = re.compile(r"[.!?][\"'”’)\]]{0,3}(?=\s)|\n")
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|Inc|Ltd|Corp|Mr|Dr|No|Fig|U\.S|St|cf)|\b[A-Z])\.\Z")
_CUT = re.compile(
    r"[,;:]\s{1,9}(?:(?:and|or|as well as)\s{1,9})?"
    r"|(?<=\S)\s{1,9}(?:and|or|as well as|while|then|before|after|including)\s{1,9}"
)

# Numbers and signs alone say nothing, and would be ranked all the same.
_WORD = re.compile(r"[^\W\d_]{3}")

Span = tuple[int, int]


def sentences(text: str, most: int = 2_000) -> list[Span]:
    """Start and end of each sentence, headings and list items too; at most `most`."""
    found: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        if match[0][0] == "." and _SHORT.search(text, max(0, match.start() - 6), match.start() + 1):
            continue
        _keep(found, text, start, match.end())
        start = match.end()
        if len(found) >= most:
            return found[:most]
    _keep(found, text, start, len(text))
    return found[:most]


def clauses(text: str, span: Span) -> list[Span]:
    """Start and end of each clause of a sentence; none where the sentence is one clause."""
    start, end = span
    cuts = [start, *(match.end() for match in _CUT.finditer(text, start, end)), end]
    if len(cuts) == 2:
        return []
    return [
        (a, b) for a, b in pairwise(cuts) if SHORTEST + 4 <= b - a < end - start and _WORD.search(text, a, b)
    ]


def _keep(found: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        space = text.rfind(" ", start + LONGEST // 3, start + LONGEST)
        cut = space if space > 0 else start + LONGEST
        _add(found, text, start, cut)
        start = cut
    _add(found, text, start, end)


def _add(found: list[Span], text: str, start: int, end: int) -> None:
    if end - start >= SHORTEST and _WORD.search(text, start, end):
        found.append((start, end))
