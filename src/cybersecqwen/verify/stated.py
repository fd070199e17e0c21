"""Statements of ours, whole and joined: "A is named and B is named" of "A is named." and "B is named.".

A sentence may put up to three statements together, in any order, and may name several things before what
is said of each of them ("A and B are named"). It may leave out or add small words, nothing else: half of a
statement would drop what bounds it, and words of two statements mixed would make a third.
"""

from __future__ import annotations

from collections.abc import Sequence

from .passages import claims_of
from .vocabulary import listed, stem

MOST_JOINED = 3
"""Statements that a sentence may put together."""
_SMALL = frozenset(stem(word) for word in listed("is are was were be been while"))
"""Beside the small words of passages: forms of "be" change with the number of what is named."""
_LONGEST = 80

Claims = tuple[str, ...]


def check_stated(sentence: str, statements: Sequence[str]) -> str:
    """Why the sentence must go; "" where it says up to three of the statements, each whole, each once."""
    said = _claims(sentence)
    if len(said) < 2:
        return "says nothing of the facts"
    known = {claims for one in statements if len(claims := _claims(one)) > 1}
    if len(said) <= _LONGEST and _is_made_of(said, known, MOST_JOINED):
        return ""
    return "says what no fact says"


def _is_made_of(said: Claims, known: set[Claims], left: int) -> bool:
    if not said:
        return True
    if not left:
        return False
    return any(_is_made_of(said[len(one) :], known - {one}, left - 1) for one in _first(said, known)) or (
        _names_several(said, known)
    )


def _first(said: Claims, known: set[Claims]) -> list[Claims]:
    return [one for one in known if said[: len(one)] == one]


def _names_several(said: Claims, known: set[Claims]) -> bool:
    """Whether what is left names up to `_LONGEST` things, and says of each of them what a statement says."""
    for length in range(1, len(said) - 1):
        names, told = said[:-length], said[-length:]
        if len(set(names)) == len(names) and all((name, *told) in known for name in names):
            return True
    return False


def _claims(text: str) -> Claims:
    return tuple(one for one in claims_of(text) if one not in _SMALL)
