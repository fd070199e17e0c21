"""Quotations: whatever stands in quotation marks or backticks stands in the evidence, to the letter."""

from __future__ import annotations

import re
from functools import lru_cache

from .allowed import Allowed, squeeze

_PAIRS = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("`", "`"), ("‘", "’"))
_PROSE_WORDS = 3


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    pairs = "|".join(f"{re.escape(a)}([^{re.escape(b)}]*){re.escape(b)}" for a, b in _PAIRS)
    # A single quotation mark opens only where no letter stands before it, so "host's" is none.
    return re.compile(rf"{pairs}|(?<!\w)'([^']*)'(?!\w)")


def quoted(text: str) -> list[str]:
    """All quotations of a text, without their marks."""
    return [next(part for part in found.groups() if part is not None) for found in _pattern().finditer(text)]


def unquoted(text: str) -> str:
    """The text with each quotation replaced by a blank."""
    return _pattern().sub(" ", text)


def check(sentence: str, allowed: Allowed) -> str:
    """Quotations stand verbatim in the evidence, and are names or commands, not prose."""
    for quotation in quoted(sentence):
        folded = squeeze(quotation)
        if not folded:
            return "quotes nothing"
        if not any(folded in value for value in allowed.evidence):
            return f"quotes what is not in the evidence: {quotation[:60]!r}"
        if _is_prose(folded):
            return f"quotes prose: {quotation[:60]!r}"
    rest = unquoted(sentence)
    marks = {mark for pair in _PAIRS for mark in pair} - {"’"}
    if any(mark in rest for mark in marks) or re.search(r"(?<!\w)'", rest):
        return "opens a quotation that it does not close"
    return ""


def _is_prose(text: str) -> bool:
    """More than three plain words in a row: a command has signs, a planted sentence has not."""
    longest = run = 0
    for word in text.split():
        run = run + 1 if re.fullmatch(r"[^\W\d_]+[.,!?:;]?", word) else 0
        longest = max(longest, run)
    return longest > _PROSE_WORDS
