"""What a word must look like to be taken for the name of malware, a group or a campaign."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store

TOKEN = r"[A-Za-z0-9]{1,24}(?:-[A-Za-z0-9]{1,24}){0,2}"
"""One word of a name."""
LONGEST = 40
"""Characters of a name."""
_FILE = Path(__file__).with_name("ordinary_words.txt")
_TOKEN = re.compile(TOKEN)
_INNER = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]{2}")
# Footnote numbers and cells of tables that a conversion to text glued to a word: 106Final, InformationThe
_GLUED = re.compile(
    r"^T?[0-9]{2,}[A-Z]|[A-Za-z](?:The|This|These|Another)\Z|[a-z](?:It|In)\Z|\A(?:Introduction|Summary)[A-Z]"
)
_LOWER = re.compile(r"(?<![\w@/.\\-])[a-z]{3,24}(?![\w@/\\])")
_FIRST = re.compile(r"(?:\A|[.!?:\n•*|\t]|[.!?][\"”')\]])\s*[\"“'‘(]?\Z")


class Shape(IntEnum):
    """How much a word looks like a name by itself."""

    NONE = 0
    """An ordinary word, a platform, a vendor, or not written like a name."""
    WEAK = 1
    """A word with a capital: Emotet, but Monday too."""
    STRONG = 2
    """Inner capitals, digits among letters, or capitals throughout: BeaverTail, SUNBURST, TA505."""


class Ordinary:
    """Words that are no names: a list of the project's own, products of the store, the text's own words."""

    def __init__(self, store: Store, text: str) -> None:
        self._listed = listed() | _products(store)
        self._text = frozenset(_LOWER.findall(text))
        self._count = Counter(_TOKEN.findall(text))

    def __contains__(self, word: str) -> bool:
        low = word.lower()
        return low in self._listed or low.removesuffix("s") in self._listed

    def count(self, name: str) -> int:
        """How often the rarest word of a name stands in the text."""
        return min((self._count[word] for word in tokens(name)), default=0)

    def shape(self, word: str) -> Shape:
        """Of one word."""
        if _GLUED.search(word):
            return Shape.NONE
        letters = sum(c.isalpha() for c in word)
        if letters < 3 or len(word) < 3 or word in self:
            return Shape.NONE
        parts = word.split("-")
        if len(parts) > 1 and any(part.lower() in self._listed or part.islower() for part in parts):
            return Shape.NONE  # Python-based, Chinese-speaking
        if _INNER.search(word) or (word.isupper() and letters >= 5):
            return Shape.STRONG
        if any(c.isdigit() for c in word) and not word[0].isdigit() and any(c.isupper() for c in word):
            return Shape.STRONG
        if not word[0].isupper() or word.isupper() or word.lower() in self._text:
            return Shape.NONE
        return Shape.WEAK

    def best(self, words: Iterable[str]) -> Shape:
        """Of a name of several words: as its best one, and none where one of them is in lower case."""
        all = list(words)
        if not all or any(word[0].islower() and not _INNER.search(word) for word in all):
            return Shape.NONE
        return max(self.shape(word) for word in all)


def is_first(text: str, at: int) -> bool:
    """Whether a sentence, a line or a cell begins there: any word has a capital then."""
    return _FIRST.search(text, max(0, at - 6), at) is not None


def tokens(text: str) -> list[str]:
    """The words of a name."""
    return _TOKEN.findall(text)


@cache
def listed() -> frozenset[str]:
    """The project's list, in lower case."""
    lines = _FILE.read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.lower().split())


_PRODUCTS: WeakKeyDictionary[Store, frozenset[str]] = WeakKeyDictionary()


def _products(store: Store) -> frozenset[str]:
    """Words of vendors and products of the store's vulnerabilities, and of names of its techniques."""
    if store not in _PRODUCTS:
        found: set[str] = set()
        for id in store.names("vulnerability"):
            entity = store.get(id)
            if entity is not None:
                for key in ("vendor", "product"):
                    found.update(_TOKEN.findall(str(entity.attributes.get(key, "")).lower()))
        for type in ("technique", "tactic", "data-component"):
            for name in store.names(type).values():
                found.update(_TOKEN.findall(name.lower()))
        _PRODUCTS[store] = frozenset(word for word in found if len(word) > 2)
    return _PRODUCTS[store]
