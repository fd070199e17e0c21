"""Whole Sigma rules inside a text: YAML from the title until the indentation ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match, words

from .interface import Looker

LONGEST_RULE = 65_536
"""Characters of a rule."""

MOST_LINES = 250
"""Lines of a rule."""

# From: Sigma specification 2.0, "Sigma rules specification", structure
_KEYS = words(
    """
        title id name related taxonomy status description license author references date modified logsource
        detection fields falsepositives level tags scope custom
        """
)
_TITLE = re.compile(r"^([ \t\xa0]{0,24})title:[ \t]{0,8}(\S[^\n]{0,400})$", re.MULTILINE)
_KEY = re.compile(r"([A-Za-z_]{2,40}):(?:[ \t\r]|\Z)")
_CONDITION = re.compile(r"condition:(?:[ \t\r]|\Z)")


def find_sigma(text: str, low: str) -> Iterator[Match]:
    """Sigma rules with title, log source and a detection that has a condition; see `interface.Looker`."""
    if "logsource:" not in low:
        return
    at = 0
    while title := _TITLE.search(text, at):
        start = title.end(1)
        end = _end(text, start, len(title[1]))
        if end:
            value = title[2].strip().strip("\"'“”‘’")
            if value:
                yield Match(type="sigma", value=value, start=start, end=end, claims=False)
        at = max(end, title.end())


def _end(text: str, start: int, indent: int) -> int:
    """End of the last line of the rule that begins at `start`; 0 where it is none."""
    seen: set[str] = set()
    key, source, condition, end = "", False, False, 0
    at = start - indent
    limit = start + LONGEST_RULE
    for count in range(MOST_LINES):
        if at >= len(text) or at > limit:
            break
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        line = text[at : min(stop, at + 4_096)]
        body = line.lstrip(" \t\xa0")
        depth = len(line) - len(body)
        body = body.rstrip()
        if body and count:
            if depth < indent:
                break
            if depth == indent and not body.startswith(("#", "- ")):
                named = _KEY.match(body)
                if not named or named[1] not in _KEYS or named[1] in seen:
                    break
                key = named[1]
                seen.add(key)
            elif depth > indent:
                source = source or (key == "logsource" and bool(_KEY.match(body)))
                condition = condition or (key == "detection" and bool(_CONDITION.match(body)))
            elif (
                key not in ("tags", "references", "falsepositives", "fields", "related", "author", "scope")
                and body[0] == "-"
            ):
                break
        elif body:
            seen.add("title")
        if body:
            end = at + len(line.rstrip())
        at = stop + 1
    return end if source and condition else 0


SIGMA = Looker(
    find=find_sigma, needles=("logsource:",), lines_before=MOST_LINES + 2, lines_after=MOST_LINES + 2
)
