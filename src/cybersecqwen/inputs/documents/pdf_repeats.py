"""Headers, footers and page numbers: what repeats at the edges of the pages of a PDF."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median

from .html_article import INDICATOR
from .pdf_segments import Line

_EDGE = 3
"""Lines from the top and from the bottom that are looked at."""
_SHARE = 0.3
"""Share of the pages on which a line must stand (0.5 would miss those of left or right pages only)."""
_DIGITS = re.compile(r"\d+")
_MARKING = re.compile(r"T ?L ?P\W{0,6}[A-Z]{3,5}", re.I)
"""It counts as an indicator on web pages; here one that repeats with its line is known."""
_NUMBER = re.compile(
    r"(?:page|seite|p\.)?\s{0,3}[-–|]?\s{0,3}(\d{1,5}|[ivxl]{1,8})\s{0,3}(?:[-–|]|(?:of|/|von)\s{0,3}\d{1,5})?",
    re.I,
)


def repeated(pages: Mapping[int, Sequence[Line]]) -> dict[int, set[int]]:
    """Page → indexes of its lines to leave out.

    A line that stands with the same words (a number that counts with the pages aside) at the same edge of
    many pages is left out where it stands again; where it stands first it is kept, because it may carry a
    marking, and so is each that holds an indicator not seen before, and all that is larger than the text.
    Page numbers are left out everywhere.
    """
    body = median(line.size for lines in pages.values() for line in lines) if pages else 0.0
    edges = {number: _edges(lines, body) for number, lines in pages.items()}
    count: dict[tuple[str, str], int] = {}
    numbers: dict[str, set[int]] = {"top": set(), "bottom": set()}
    for number, edge in edges.items():
        found = {(side, key) for side, at in edge for key in _keys(pages[number][at], number)}
        for one in found:
            count[one] = count.get(one, 0) + 1
        for side, at in edge:
            if _NUMBER.fullmatch(pages[number][at].text.strip()):
                numbers[side].add(number)
    enough = max(3, int(len(pages) * _SHARE))
    left: dict[int, set[int]] = {}
    seen: set[str] = set()
    for number in sorted(edges):
        for side, at in edges[number]:
            text = pages[number][at].text.strip()
            if _NUMBER.fullmatch(text):
                if len(numbers[side]) >= min(max(2, enough), len(pages)):
                    left.setdefault(number, set()).add(at)
                continue
            key = next((key for key in _keys(pages[number][at], number) if count[side, key] >= enough), "")
            if not key or len(pages[number]) <= _EDGE:
                continue
            told = text if INDICATOR.search(_MARKING.sub("", text)) else key
            if told in seen:
                left.setdefault(number, set()).add(at)
            seen.add(told)
    return left


def _edges(lines: Sequence[Line], body: float) -> list[tuple[str, int]]:
    """("top" or "bottom", index) of the outermost lines by height, those larger than the text aside."""
    order = sorted(range(len(lines)), key=lambda at: -lines[at].y)
    if len(order) <= _EDGE:
        found = [("top" if rank == 0 else "bottom", at) for rank, at in enumerate(order)]
    else:
        half = len(order) // 2
        found = [("top", at) for at in order[: min(_EDGE, half)]]
        found += [("bottom", at) for at in order[-min(_EDGE, half) :]]
    return [(side, at) for side, at in found if lines[at].size <= body * 1.1]


def _keys(line: Line, page: int) -> list[str]:
    """The line's words; and these with each number in turn told by how far it is from that of the page."""
    text = " ".join(line.text.lower().split())[:200]
    return [text] + [
        f"{text[: match.start()]}#{int(match[0]) - page}#{text[match.end() :]}"
        for match in list(_DIGITS.finditer(text))[:6]
        if len(match[0]) <= 5
    ]
