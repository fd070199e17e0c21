"""Words of a text as they are compared: small letters, without endings that carry no meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_PARTS = re.compile(r"[._-]")

SMALL = frozenset(
    [
        "a",
        "about",
        "across",
        "after",
        "again",
        "all",
        "also",
        "although",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "being",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "do",
        "does",
        "during",
        "each",
        "either",
        "etc",
        "for",
        "from",
        "has",
        "have",
        "having",
        "he",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "me",
        "might",
        "more",
        "most",
        "my",
        "no",
        "nor",
        "of",
        "off",
        "on",
        "once",
        "one",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "s",
        "same",
        "show",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "under",
        "until",
        "up",
        "us",
        "used",
        "uses",
        "using",
        "via",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "will",
        "with",
        "within",
        "without",
        "would",
        "you",
        "your",
    ]
)
"""Words that tell no rule from another."""

COMMON = frozenset(
    [
        "activity",
        "activities",
        "adversaries",
        "adversary",
        "abuse",
        "abused",
        "attack",
        "attacker",
        "attackers",
        "attempt",
        "attempts",
        "based",
        "behavior",
        "behaviour",
        "common",
        "commonly",
        "could",
        "detect",
        "detected",
        "detection",
        "detects",
        "e.g",
        "event",
        "events",
        "execution",
        "execute",
        "executed",
        "find",
        "found",
        "identify",
        "identifies",
        "i.e",
        "indicate",
        "indicates",
        "indicating",
        "indicator",
        "known",
        "legitimate",
        "list",
        "look",
        "malicious",
        "malware",
        "often",
        "order",
        "perform",
        "performed",
        "possible",
        "potential",
        "potentially",
        "rule",
        "search",
        "seen",
        "show",
        "suspicious",
        "threat",
        "unusual",
        "uncommon",
        "usage",
        "use",
        "various",
    ]
)
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
