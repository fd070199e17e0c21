"""Patterns of words, written as lists."""

from __future__ import annotations


def any_of(words: str) -> str:
    """A pattern for one of the phrases of a list, parted by commas; an underscore is a blank."""
    return "(?:" + "|".join(one.strip().replace("_", " ") for one in words.split(",")) + ")"
