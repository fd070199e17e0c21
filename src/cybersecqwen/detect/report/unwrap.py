"""Lines that only a margin ended: the text with blanks there, character for character as long.

Sentences end at line breaks, because headings, list items and rows of tables have no full stop. In text that
was wrapped at a margin (mail, Markdown, plain text) that would cut every sentence in pieces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

WRAPPED = frozenset({"paragraph", "item", "quote", "caption"})
"""Kinds of blocks whose line breaks say nothing."""
SHORTEST = 24
"""Characters of a line that a margin may have ended."""
SLACK = 28
"""How much shorter than the longest line near it a wrapped line may be: a longer word seldom follows."""
WORDS = 5
"""Words of a line of prose, at least: hashes and commands in a list have fewer."""
_NEAR = 4  # lines before and after that show where the margin is
_BREAK = re.compile(r"(?<=[^\s])[ \t]{0,3}\n(?=[^\s])")
_BEGINS = re.compile(r"[ \t]{0,8}(?:[-*+•–—‣]|\d{1,3}[.)]|[|#>`~=]|[A-Za-z]\))[ \t]|[ \t]{0,8}[|#>`~]")
_ENDS = (".", "!", "?", ":", ";", "|", "{", "}")


def unwrapped(text: str, blocks: Sequence[tuple[int, int, str]] = ()) -> str:
    """The text with a blank for each line break that only a margin made; as long as before.

    With blocks, line breaks inside paragraphs and items go; without any, those that look like it: both lines
    are prose, and the first is about as long as lines there can be.
    """
    if "\n" not in text:
        return text
    if blocks:
        pieces, at = [], 0
        for start, end, kind in blocks:
            if kind in WRAPPED and at <= start <= end:
                pieces += [text[at:start], _BREAK.sub(_blank, text[start:end])]
                at = end
        pieces.append(text[at:])
        return "".join(pieces)
    return _by_looks(text)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _by_looks(text: str) -> str:
    lines = text.split("\n")
    lengths = [len(line) for line in lines]
    out: list[str] = []
    last = len(lines) - 1
    for at, line in enumerate(lines):
        out.append(line)
        if at < last:
            near = max(lengths[max(0, at - _NEAR) : at + _NEAR + 1])
            out.append(" " if _is_wrapped(line, lines[at + 1], near) else "\n")
    return "".join(out)


def _is_wrapped(line: str, following: str, near: int) -> bool:
    """Whether a margin ended the line, given what follows it and the longest line near it."""
    if not SHORTEST <= len(line) <= 200 or len(line) < near - SLACK or line.count(" ") < WORDS - 1:
        return False
    if line.rstrip().endswith(_ENDS) or "\t" in line or "\t" in following or "  " in following.strip():
        return False
    first = following.lstrip()[:1]
    if not first or _BEGINS.match(following):
        return False
    if not first.isupper():
        return first.islower() or first.isdigit() or first in "(\"'“‘["
    word = following.split(maxsplit=1)[0]  # a capital letter may begin a name as well as a heading
    return len(line) + 1 + len(word) > near and len(following) > SHORTEST // 2
