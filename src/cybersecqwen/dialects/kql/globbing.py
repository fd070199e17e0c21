"""Wildcards inside a text, as `matches regex` and back."""

from __future__ import annotations

import re

_START, _CASED_START = "(?is)^", "(?s)^"
_GLOB = re.compile(r"(?:\\x[0-9a-fA-F]{2}|\\[^A-Za-z0-9]|\.\*|\.|[^\\.^$*+?{}\[\]|()])*")


def glob_regex(pattern: str, *, cased: bool) -> str:
    """The regular expression that KQL searches for, of a pattern of `Op.GLOB`."""
    return f"{_CASED_START if cased else _START}{pattern.removeprefix('(?s)')}$"


def glob_text(regex: str) -> tuple[str, bool] | None:
    """(pattern of Op.GLOB, whether case counts) of a regular expression for a whole text with wildcards.

    None for any other expression.
    """
    cased = regex.startswith(_CASED_START)
    start = _CASED_START if cased else _START
    if not regex.startswith(start) or not regex.endswith("$") or regex.endswith("\\$"):
        return None
    inner = regex[len(start) : -1]
    return (f"(?s){inner}", cased) if _GLOB.fullmatch(inner) else None
