"""Words of a text as they are compared: small letters, without endings that carry no meaning."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_LISTS = Path(__file__).with_name("lexicon") / "words.toml"
_WORD = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_PARTS = re.compile(r"[._-]")


@lru_cache(maxsize=1)
def _lists() -> dict[str, str]:
    return tomllib.loads(_LISTS.read_text(encoding="utf-8"))


def word_list(name: str) -> frozenset[str]:
    """The words of a list of the lexicon."""
    return frozenset(_lists()[name].split())


SMALL = word_list("small")
"""Words that tell no rule from another."""

COMMON = word_list("common")
"""Words that nearly every description of an attack has."""


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without the endings of English that change with the sentence."""
    if len(word) < 5 or not word.isalpha():
        return word
    for ending, instead in (("ations", "at"), ("ation", "at"), ("ies", "y"), ("ings", ""), ("ing", "")):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            return _undoubled(word[: -len(ending)] + instead)
    for ending in ("ers", "ed", "es", "er", "or", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            return _undoubled(word[: -len(ending)])
    return word


def _undoubled(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        return word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


def words(text: str) -> Iterator[str]:
    """The words of a text for comparing: each whole, and the parts of those with dots and hyphens."""
    for found in _WORD.findall(text.lower()):
        if found in SMALL:
            continue
        yield stem(found)
        if not found.isalnum():
            for part in _PARTS.split(found):
                if len(part) > 1 and part not in SMALL:
                    yield stem(part)
