"""Text to features: the same code for training and for use, so that they cannot differ.

A feature is a run of words, or of characters within a word, known by the CRC-32 of its text. Hashing
needs no dictionary, so that weights load in milliseconds; the text of a feature that matters is found
again in the input itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

_TOKEN = re.compile(r"[a-z_][a-z0-9_]*(?:['.+#/-][a-z0-9_]+)*|[0-9]+(?:[._-][0-9a-z]+)*|\.\./|[<>=%&|]")
_PART = re.compile(r"[a-z]+|[0-9]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """Which features a specialist sees; part of its manifest."""

    words: int = 2
    """Longest run of words."""
    chars: tuple[int, ...] = ()
    """Lengths of runs of characters within a word, its edges included: (3, 4, 5)."""
    skip: bool = False
    """Also pairs of words with one word between them."""
    limit: int = 4_000
    """Words of a text that are read."""


def tokens(text: str, limit: int = 4_000) -> list[str]:
    """Words of a text in lower case; numbers and versions become "0" marks, so that they generalise."""
    plain = unicodedata.normalize("NFKC", text).lower()
    out: list[str] = []
    for match in _TOKEN.finditer(plain):
        word = match.group()
        first = word[0]
        if first.isdigit():
            word = "0.0" if ("." in word or "_" in word or "-" in word) else ("0" * min(len(word), 5))
        out.append(word[:40])
        if len(out) >= limit:
            break
    return out


def grams(words: list[str], recipe: Recipe) -> Iterator[str]:
    """The features of a text, as text, with repetitions."""
    yield from words
    for size in range(2, recipe.words + 1):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])
    if recipe.skip:
        for start in range(len(words) - 2):
            yield f"{words[start]} _ {words[start + 2]}"
    for word in words if recipe.chars else ():
        edged = f"<{word}>"
        for size in recipe.chars:
            for start in range(len(edged) - size + 1):
                yield "#" + edged[start : start + size]


def keyed(text: str, recipe: Recipe) -> dict[int, tuple[int, str]]:
    """Features of a text: key to (how often, its text)."""
    found: dict[int, tuple[int, str]] = {}
    for gram in grams(tokens(text, recipe.limit), recipe):
        key = crc32(gram.encode("utf-8", "surrogatepass"))
        seen = found.get(key)
        found[key] = (seen[0] + 1, seen[1]) if seen else (1, gram)
    return found
