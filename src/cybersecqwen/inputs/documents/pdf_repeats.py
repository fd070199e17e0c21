"""Headers, footers and page numbers: what repeats at the edges of the pages of a PDF."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .html_article import INDICATOR
from .pdf_layout import Line

_EDGE = 3
"""Lines from the top and from the bottom that are looked at."""
_SHARE = 0.3
"""Share of the pages on which a line must stand (0.5 would miss those of left or right pages only)."""
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"(?:page|seite|p\.)?\s{0,3}[-–|]?\s{0,3}(\d{1,5}|[ivxl]{1,8})\s{0,3}(?:[-–|]|(?:of|/|von)\s{0,3}\d{1,5})?",
    re.I,
)


def repeated(pages: Mapping[int, Sequence[Line]]) -> dict[int, set[int]]:
    """Page → indexes of its lines to leave out.

    A line that stands with the same words (figures aside) at the same edge of many pages is left out where it
    stands again; where it stands first it is kept, because it may carry a marking, and so is each that holds an
    indicator not seen before. Page numbers are left out everywhere.
    """
    edges = {number: _edges(lines) for number, lines in pages.items()}
    count: dict[tuple[str, str], int] = {}
    numbers: dict[str, list[int]] = {"top": [], "bottom": []}
    for number, edge in edges.items():
        for side, key in {(side, _key(pages[number][at])) for side, at in edge}:
            count[side, key] = count.get((side, key), 0) + 1
        for side, at in edge:
            if _NUMBER.fullmatch(pages[number][at].text.strip()):
                numbers[side].append(number)
    enough = max(3, int(len(pages) * _SHARE))
    left: dict[int, set[int]] = {}
    seen: set[str] = set()
    for number in sorted(edges):
        for side, at in edges[number]:
            text = pages[number][at].text.strip()
            if _NUMBER.fullmatch(text):
                if len(set(numbers[side])) >= min(max(2, enough), len(pages)):
                    left.setdefault(number, set()).add(at)
                continue
            key = _key(pages[number][at])
            if count[side, key] < enough:
                continue
            told = text if INDICATOR.search(text) else key
            if told in seen:
                left.setdefault(number, set()).add(at)
            seen.add(told)
    return left


def _edges(lines: Sequence[Line]) -> list[tuple[str, int]]:
    """("top" or "bottom", index) of the outermost lines by height."""
    order = sorted(range(len(lines)), key=lambda at: -lines[at].y)
    if len(order) <= _EDGE:
        return [("top" if rank == 0 else "bottom", at) for rank, at in enumerate(order)]
    half = len(order) // 2
    top = [("top", at) for at in order[: min(_EDGE, half)]]
    return top + [("bottom", at) for at in order[-min(_EDGE, half) :]]


def _key(line: Line) -> str:
    return _DIGITS.sub("#", " ".join(line.text.lower().split()))[:200]
