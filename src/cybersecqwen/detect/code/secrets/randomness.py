"""How much a text looks as if a generator of random numbers had made it."""

from __future__ import annotations

import math
import re
from collections import Counter


def entropy(text: str) -> float:
    """Shannon's entropy of its characters, bits each."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values())


_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_PLAIN = re.compile(r"[A-Za-z0-9+/=_.~-]+")
_SIGNS = re.compile(r"[^A-Za-z0-9]+")
_CHANGES = re.compile(r"(?<=[a-z])(?=[^a-z])|(?<=[A-Z])(?=[^A-Za-z])|(?<=[0-9])(?=[^0-9])")


def is_random(text: str) -> bool:
    """Whether a value looks drawn: its alphabet is used well, and letters and digits alternate.

    Words joined by signs have as many bits a character as a key has, but change from letters to digits and
    from small to large letters seldom.
    """
    size = len(text)
    if size < 16 or not any(map(str.isdigit, text)) or not any(map(str.isalpha, text)):
        return False
    if not _PLAIN.fullmatch(text):
        return False
    turns = changes(_SIGNS.sub("", text))
    if _HEX.fullmatch(text):
        return entropy(text) >= 3.0 and turns >= size // 6
    return entropy(text) >= min(4.0, 3.0 + size / 64) and turns >= max(4, size // 5)


def changes(text: str) -> int:
    """How often small letters, large letters and digits take turns."""
    return len(_CHANGES.findall(text))


def classes(text: str) -> int:
    """How many of small letters, large letters, digits and signs it has."""
    return sum(bool(re.search(one, text)) for one in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"))
