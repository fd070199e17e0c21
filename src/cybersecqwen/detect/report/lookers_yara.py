"""Whole YARA rules inside a text, read by tokens so that braces in strings and comments do not count."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match

from .interface import Looker

LONGEST_RULE = 65_536
"""Characters of a rule."""

MOST_LINES = 1_500
"""Lines of a rule."""

# From: YARA 4.5, "Writing YARA rules". A header stands first on its line, or after the rule before it.
_HEADER = re.compile(r"rule[^\S\n]{1,4}([A-Za-z_]\w{0,127})[^\S\n]{0,4}(?::[\w\t ]{1,300})?\s{0,8}\{")
_BEFORE = re.compile(
    r"(?:^|[;}\"”/])[^\S\n]{0,40}[“'`>]?[^\S\n]{0,4}((?:(?:private|global)\s{1,3}){0,2})\Z", re.MULTILINE
)
_TOKEN = re.compile(
    r"(?P<plain>[^\"/{}“=\n]++)|(?P<line>\n)|\"(?:[^\"\\\n]|\\.)*+\"|“[^”\n]*+”|//[^\n]*+|(?P<comment>/\*)"
    r"|/(?:[^/\\\n]|\\.)++/[is]{0,2}|(?P<hex>=\s{0,200}+\{)|=|(?P<open>\{)|(?P<close>\})"
)
_CONDITION = re.compile(r"(?:^|[\s}])condition ?:", re.IGNORECASE)


def find_yara(text: str, low: str) -> Iterator[Match]:
    """YARA rules, each from its header to its closing brace; see `interface.Looker`."""
    del low
    reached = at = 0
    while (at := text.find("rule", at)) >= 0:  # faster than a search with the pattern
        header = _HEADER.match(text, at)
        if not header:
            at += 4
            continue
        before = _BEFORE.search(text, max(reached, at - 80), at)
        at = reached = header.end()
        if not before:
            continue
        start = before.start(1)
        end, whole = _end(text, start, header.end())
        if whole:
            yield Match(type="yara", value=header[1], start=start, end=end, claims=False)
        at = reached = max(end, header.end())


def _end(text: str, start: int, at: int) -> tuple[int, bool]:
    """Where the rule ends and whether it is one; else where it stopped being one.

    What was read before that point is not read again, which keeps the time linear.
    """
    header, limit = at, min(start + LONGEST_RULE, len(text))
    lines, condition = 0, False
    while at < limit and lines < MOST_LINES:
        match = _TOKEN.match(text, at, limit)
        if not match:  # a quotation mark that is not closed on its line
            return at, False
        at = match.end()
        kind = match.lastgroup
        if kind == "plain":
            condition = condition or bool(_CONDITION.search(match.group()))
        elif kind == "line":
            lines += 1
        elif kind in ("comment", "hex"):
            close = "*/" if kind == "comment" else "}"
            found = text.find(close, at, limit)
            if found < 0:
                return limit, False
            lines += text.count("\n", at, found)
            at = found + len(close)
        elif kind == "open":
            return _header_before(text, header, match.start()), False
        elif kind == "close":
            return at, condition
    return at, False


def _header_before(text: str, start: int, at: int) -> int:
    """Where the line begins whose rule the brace at `at` opens; `at` where none does."""
    word = text.rfind("rule", max(start, at - 500), at)
    return max(text.rfind("\n", start, word) + 1, start) if word >= 0 else at


YARA = Looker(
    find=find_yara,
    needles=("condition:", "condition :"),
    lines_before=MOST_LINES + 10,
    lines_after=MOST_LINES + 10,
    reads_low=False,
)
