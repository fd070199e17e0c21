"""The last check on what was taken from a text: it stands there, and says nothing that the text does not.

Every extractor is held to this by its own tests; here each single result is, before it leaves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from cybersecqwen.records.intel import Observable, Place

_SCHEMES = {"http": ("hxxp", "h**p", "hXXp", "meow"), "https": ("hxxps", "h**ps", "meows"), "ftp": ("fxp",)}


def verified(text: str, observables: Iterable[Observable]) -> Iterator[tuple[Observable, str]]:
    """Each observable with the reason why it must go, "" for those that stand in the text."""
    for one in observables:
        yield one, _reason(text, one)


def _reason(text: str, one: Observable) -> str:
    if not one.places:
        return "it has no place"
    if not all(stands(text, place) for place in one.places):
        return "its place is outside the text"
    first = one.places[0]
    if text[first.start : first.end] != one.raw:
        return "the text reads otherwise there"
    return "" if derives(one.value, one.raw) else "its value says more than the text"


def stands(text: str, place: Place) -> bool:
    """Whether a place is a stretch of the text."""
    return 0 <= place.start < place.end <= len(text)


def derives(value: str, raw: str) -> bool:
    """Whether all letters and digits of a value stand in the raw text, in its order.

    Refanging, lower case and short names of hives only leave out or replace signs; the scheme of a URL is
    the one exception, because "hxxp" stands for "http".
    """
    scheme, mark, rest = value.partition("://")
    low = folded(raw)
    if mark and scheme in _SCHEMES and not low.startswith(scheme):
        value = rest
    at = 0
    for letter in folded(value):
        at = low.find(letter, at) + 1
        if not at:
            return False
    return True


def folded(text: str) -> str:
    """Letters and digits alone, in their plain form and lower case."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in plain.casefold() if letter.isalnum())
