"""Values in the rows of a table below a heading that says what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .nearby import Span, ahead, behind

_LONGEST = 400
"""Characters of a line."""
_ROWS = 20
_CELL = re.compile(r"[^\s|](?:[^\s|]| (?! ))*+")


def in_column(low: str, start: int, end: int, value: re.Pattern[str]) -> Iterator[Span]:
    """The values in the column that a word heads, at most 20 rows until a blank line or one of another shape.

    Cells are parted by tabs, upright lines, commas, semicolons, or two blanks and where they begin.

    Args:
        low: The text in lower case.
        start: Offset of the word in the heading line.
        end: Offset after it.
        value: What a cell must be.
    """
    first, last = behind(low, start, _LONGEST), ahead(low, end, _LONGEST, 0)
    if last >= len(low) or low[last] != "\n":
        return
    head = low[first:last]
    mark = next((one for one in "\t|,;" if head.count(one) > 1 or (one in "\t" and one in head)), "")
    if not mark and "  " not in head.strip():
        return
    at = head.count(mark, 0, start - first) if mark else 0
    cells = head.split(mark) if mark else []
    if mark and (at >= len(cells) or len(cells[at].strip()) > 24):
        return
    cell = next((one for one in _CELL.finditer(head) if one.start() <= start - first < one.end()), None)
    if not mark and (cell is None or len(cell.group()) > 24):
        return
    for _ in range(_ROWS):
        begin, last = last + 1, ahead(low, last + 1, _LONGEST, 0)
        row = low[begin:last]
        if not row.strip():
            return
        if mark:
            parts = row.split(mark, at + 1)
            if len(parts) <= at:
                return
            offset = begin + sum(len(part) + 1 for part in parts[:at])
            inside = value.search(low, offset, offset + len(parts[at]))
            if inside and not low[offset : inside.start()].strip(" \"'`"):
                yield inside.span()
        elif cell:
            inside = value.match(low, begin + cell.start(), last)
            if inside:
                yield inside.span()
        if last >= len(low) or low[last] != "\n":
            return
