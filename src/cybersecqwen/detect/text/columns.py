"""Headings of columns: what the first line of a table calls the cell in which something stands."""

from __future__ import annotations

import re

_REACH = 2_000
"""Characters back to the first line of a table."""
_LONGEST = 400
"""Characters of a heading line."""
_CELL = re.compile(r"[^\s|](?:[^\s|]| (?! ))*+")
_VERSIONS = re.compile(
    r"\b(?:versions?|builds?|firmware|release|revision|fixed(?: in)?|patched(?: in)?|fassung|versi[o\xf3]n"
    r"|versione|vers[a\xe3]o)\b"
)
_NETWORKS = re.compile(
    r"\b(?:ips?|ipv4|address\w{0,2}|hosts?|servers?|c2|sources?|destinations?|dns|gateways?)\b"
)


def heading(text: str, start: int) -> str:
    """The heading of the column that an offset is in, in lower case; "" where there is none.

    Columns are told by tabs or upright lines, else by where they begin: two blanks at least part them.
    """
    line = text.rfind("\n", max(0, start - _LONGEST), start) + 1
    if not line:
        return ""
    top = text.rfind("\n\n", max(0, line - _REACH), line)
    first = top + 2 if top >= 0 else 0 if line <= _REACH else -1
    if first < 0 or first >= line:
        return ""
    end = text.find("\n", first, first + _LONGEST)
    if end < 0:
        return ""
    head, row = text[first:end], text[line:start]
    for mark in ("|", "\t"):
        if mark in head and mark in row:
            cells = head.split(mark)
            at = row.count(mark)
            return cells[at].strip().lower() if at < len(cells) else ""
    if "  " not in head or "  " not in row:
        return ""
    for cell in _CELL.finditer(head):
        if cell.start() - 1 <= len(row) <= cell.end():
            return cell.group().strip().lower()
    return ""


def heads_versions(head: str) -> bool:
    """Whether a heading says that a column has versions, and not addresses."""
    return bool(head) and bool(_VERSIONS.search(head)) and not _NETWORKS.search(head)
