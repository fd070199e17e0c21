"""Text of the input inside Markdown: it can make no link, picture, HTML, heading, list or mention.

Follows CommonMark 0.31 (https://spec.commonmark.org/0.31.2/#backslash-escapes) and the extensions of
GitHub and GitLab; everything that goes in is on one line and defanged already.
"""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[\\`*_\[\]#|~!$^]")
_MENTION = re.compile(r"(?<!\[)@(?=[\w-])")
_START = re.compile(r"\A(?:([-+=:])|(\d{1,9})([.)]))")
_TICKS = re.compile(r"`+")


def escaped(text: str) -> str:
    """Prose: every character that Markdown would obey is escaped, and nobody is mentioned."""
    text = _MENTION.sub("[@]", text.strip())
    text = _SPECIAL.sub(r"\\\g<0>", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", text)


def code(text: str) -> str:
    """A code span around `text`, with more backticks than any run inside; "" for nothing.

    Not for table cells, where a bar would end the cell even inside a code span.
    """
    if not text.strip():
        return ""
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    mark = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{mark}{space}{text}{space}{mark}"


def fenced(lines: list[str]) -> list[str]:
    """A block of preformatted lines, with a fence that none of them can close."""
    longest = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    mark = "`" * max(3, longest + 1)
    return [f"{mark}text", *lines, mark]
