"""Grounding in passages: a sentence of an answer says what one sentence of the sources says.

Every word of it that claims something stands in one sentence of one passage, or in what stands above that
passage; numbers and identifiers stand there to the letter; what turns or bounds the source's sentence is
repeated; the words come in the order in which they stand. So a model may shorten and join, never conclude.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .vocabulary import ARTICLES, LIMITS, listed, stem, words

# Small words that may come and go. "by", "from", "to" and the like tell who does what to whom: they stay.
_FREE = ARTICLES | listed("and also such as which who whose")
_TURNS = LIMITS | listed("no not never without unless except neither nor cannot only")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z\"'(\[])|\n")
_EXACT = re.compile(r"[\w.:/()\-]*\d[\w.:/()\-]*")
_LONGEST = 200  # words of a sentence that are compared


def check_against(sentence: str, passages: Sequence[str], *, whole: bool = False) -> str:
    """Why the sentence must go; "" where one sentence of a passage says it.

    With `whole` it must say all of that sentence: half of "APT29 did it (unlikely)" would be another claim.
    """
    claims = claims_of(sentence)
    if len(claims) < 2:
        return "says nothing of the passages"
    for passage in passages:
        head, _, text = passage.rpartition("\n")
        above = set(claims_of(head))
        for said in _SENTENCE.split(text):
            repeats = claims == claims_of(said) if whole else _says(claims, said, above)
            if repeats and _turns(sentence) == _turns(said):
                return ""
    return "says what no passage says"


def _says(claims: Sequence[str], said: str, above: set[str]) -> bool:
    """Whether the claims stand in a sentence, in its order; what is in the heading may stand anywhere."""
    told = claims_of(said)[:_LONGEST]
    place = 0
    for claim in claims:
        if claim in told[place:]:
            place = told.index(claim, place) + 1
        elif claim not in above:
            return False
    return place > 0


def claims_of(text: str) -> list[str]:
    """What a text claims: its stems but the small ones, its numbers and identifiers as they are."""
    exact = {found.strip(".:/()-").casefold() for found in _EXACT.findall(text)}
    found = []
    for word in re.findall(r"[\w.:/()\-]+", text):
        bare = word.strip(".:/()-").casefold()
        if bare in exact:
            found.append(bare)
        else:
            found += [stem(low) for part in words(word) if (low := part.lower()) not in _FREE]
    return found


def _turns(text: str) -> frozenset[str]:
    return frozenset(low for word in words(text) if (low := word.lower()) in _TURNS)
