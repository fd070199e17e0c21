"""Links that only say where more is written, and are looked for in no event."""

from __future__ import annotations

import re

_BEFORE = re.compile(
    r"(?:\b(?:see|cf|refs?|references?|sources?|links?|details|info|information|documentation|docs|blog|article"
    r"|report|advisory|write-?up|post|wiki|read(?: more)?|more|credits?)\b[^.;\n]{0,30}"
    r"|\b(?:described|documented|explained|reported|discussed|outlined|detailed|published|mentioned|shown|found"
    r"|according|based|taken|seen|defined)\b[^.;\n]{0,40}\b(?:at|in|on|by|to|from|here|under)\b[^.;\n]{0,12}"
    r"|\]|\bat)[\s:(<\[]*$",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"\b(?:connect\w*|request\w*|quer(?:y|ies|ying)|download\w*|brows\w*|visit\w*|access\w*|contact\w*|fetch\w*"
    r"|traffic|upload\w*|post(?:s|ed|ing)|beacon\w*|url|uri|contain\w*|payload\w*|hosted)\b",
    re.IGNORECASE,
)
_LOOK = 80


_URL = re.compile(r"\b(?:https?|hxxps?|ftp)://[^\s\"'<>]{1,2000}")
_NUMBERING = " -*[]0123456789.)"


def references(text: str) -> list[tuple[int, int]]:
    """Places of links that are named for reading: "see https://...", in brackets, on a line of their own."""
    return [match.span() for match in _URL.finditer(text) if _is_reference(text, match.start())]


def _is_reference(text: str, start: int) -> bool:
    if text[max(0, start - 1) : start] in _QUOTES:
        return False
    before = text[max(0, start - _LOOK) : start]
    line = before.rpartition("\n")[2]
    if "\n" in before and not line.strip(_NUMBERING):
        return True
    if line.rstrip().endswith(("(", "[", "<")):
        return True
    found = _BEFORE.search(line)
    return found is not None and not _ACTS.search(line[found.start() :])


_QUOTES = frozenset(('"', "'", "`"))
