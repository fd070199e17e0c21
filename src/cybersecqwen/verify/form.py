"""Form: one complete plain English sentence of sensible length, saying something once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from .allowed import Allowed
from .vocabulary import stem, words

MIN_WORDS = 3
MAX_WORDS = 45
MAX_CHARS = 400
_SAME = 0.8  # share of words in common from which two sentences say the same

_MARKUP = re.compile(r"[<>{}\[\]|*#~^\\]{2}|<[a-z/!]|\]\(|^\s*(?:[-*•#>]|\d+[.)])\s", re.IGNORECASE)
_LINK = re.compile(
    r"\w{2,12}://|\bhxxps?|\bwww\.|\bmailto:|\bjavascript:|\bdata:\w+/|\b[\w-]+\.(?:com|net|org|io|ru|cn)/",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[ -~’“”‘–—…]*\Z")


def check(sentence: str, allowed: Allowed) -> str:
    """Length, plain characters, no markup, no link, capital and full stop, no repetition inside."""
    text = sentence.strip()
    count = len(text.split())
    if not MIN_WORDS <= count <= MAX_WORDS or len(text) > MAX_CHARS:
        return "is too short or too long"
    if not _PLAIN.match(text) and not _only_names_are_foreign(text, allowed):
        return "is not plain English text"
    if _LINK.search(text):
        return "holds a link"
    if _MARKUP.search(text):
        return "holds markup"
    if not text.endswith(".") or text.endswith(".."):
        return "is not a complete statement"
    first = text.split()[0].lower().strip(",")
    if not (text[0].isupper() or first in allowed.names or re.fullmatch(r"[\w-]+\.[a-z]{2,4}", first)):
        return "does not begin like a sentence"
    return "stutters" if _stutters(text) else ""


def is_repetition(sentence: str, others: Iterable[str]) -> bool:
    """Whether a sentence says (nearly) the same words as one of the others."""
    mine = _bag(sentence)
    return any(
        len(mine & bag) >= _SAME * min(len(mine), len(bag)) for other in others if (bag := _bag(other))
    )


def is_told(sentence: str, others: Iterable[str]) -> bool:
    """Whether one of the others says all that a sentence says, and more."""
    mine = _bag(sentence) - _bag("a an the and on in as which that")
    return any(mine <= _bag(other) for other in others)


def _bag(sentence: str) -> set[str]:
    return {stem(word) for word in words(sentence)} | set(re.findall(r"[\w.:-]*\d[\w-]*", sentence))


def _stutters(text: str) -> bool:
    low = text.lower().split()
    if any(a == b for a, b in pairwise(low)):
        return True
    triples = list(zip(low, low[1:], low[2:], strict=False))
    return len(triples) != len(set(triples))


def _only_names_are_foreign(text: str, allowed: Allowed) -> bool:
    return all(_PLAIN.match(word) or word.strip(".,;:()").lower() in allowed.names for word in text.split())
