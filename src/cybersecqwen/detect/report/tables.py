"""Rows of tables that state which server a family speaks to, under a header with "Family" and "C2"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from .ends import Mention, Run
from .interface import LONGEST_CONTEXT, Passage

_FAMILY = re.compile(
    r"\s*(?:malware|family|malware famil(?:y|ies)|malware name|name|tool|threat|payload|trojan|botnet)\s*",
    re.IGNORECASE,
)
_SERVER = re.compile(
    r"\s*(?:(?:C2|C&C|CnC|command[- ]and[- ]control)(?:\s(?:server|domain|address|IP"
    r"|IP address|URL|host|infrastructure)s?(?:\s?/\s?\w+)?)?)\s*",
    re.IGNORECASE,
)
_LONGEST_ROW = 4_000


def servers(passage: Passage, mentions: Sequence[Mention]) -> Iterator[tuple[Run, Run, tuple[int, int]]]:
    """Family, its addresses, and the row, for every row under such a header. Linear; never raises.

    Rows are blocks of that kind, their cells parted by tabs; without blocks, lines with tabs or "|".
    """
    text = passage.text
    starts = [one.start for one in mentions]
    columns: tuple[int, int] | None = None
    past = 0
    for start, end in _rows(passage):
        if text.count("\n", past, start) > 1:
            columns = None  # another table
        past = end
        cells = _cells(text, start, end)
        header = _header(text, cells)
        if header is not None:
            columns = header
            continue
        if columns is None or max(columns) >= len(cells):
            continue
        family = _inside(mentions, starts, cells[columns[0]], ("malware", "tool"))
        address = _inside(mentions, starts, cells[columns[1]], ("address",))
        if len(family) == 1 and address and family[0].stix == "malware":
            first, last = min(family[0].start, address[0].start), max(family[0].end, address[-1].end)
            if last - first <= LONGEST_CONTEXT:
                whole = (start, end) if end - start <= LONGEST_CONTEXT else (first, last)
                yield _run(family), _run(address), whole


def _rows(passage: Passage) -> Iterator[tuple[int, int]]:
    rows = [
        (start, end) for start, end, kind in passage.blocks if kind == "row" and end - start <= _LONGEST_ROW
    ]
    if passage.blocks:
        yield from rows
        return
    text = passage.text
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if end - at <= _LONGEST_ROW and ("\t" in text[at:end] or text.count("|", at, end) >= 1):
            yield at, end
        at = end + 1


def _cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Offsets of the cells of a row."""
    mark = "\t" if text.find("\t", start, end) >= 0 else "|"
    cells = []
    at = start
    while at <= end:
        cut = text.find(mark, at, end)
        cut = end if cut < 0 else cut
        cells.append((at, cut))
        at = cut + 1
    return cells


def _header(text: str, cells: list[tuple[int, int]]) -> tuple[int, int] | None:
    """Columns of the family and of its server."""
    family = next((i for i, (a, b) in enumerate(cells) if b - a < 60 and _FAMILY.fullmatch(text, a, b)), None)
    server = next((i for i, (a, b) in enumerate(cells) if b - a < 60 and _SERVER.fullmatch(text, a, b)), None)
    return None if family is None or server is None else (family, server)


def _inside(
    mentions: Sequence[Mention], starts: list[int], cell: tuple[int, int], types: tuple[str, ...]
) -> list[Mention]:
    found = []
    for index in range(bisect_left(starts, cell[0]), len(mentions)):
        one = mentions[index]
        if one.start >= cell[1]:
            break
        if one.end <= cell[1] and one.stix in types:
            found.append(one)
    return found


def _run(mentions: list[Mention]) -> Run:
    return Run(
        mentions[0].start,
        mentions[-1].end,
        tuple(one.thing for one in mentions),
        tuple(one.stix for one in mentions),
    )
