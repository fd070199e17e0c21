"""Grounding in passages: a sentence of an answer says what one sentence of the sources says.

Every word of it that claims something stands in one sentence of one passage, or in what stands above that
passage; numbers and identifiers stand there to the letter; what turns or bounds the source's sentence is
repeated; the words come in the order in which they stand. What is left out is the end of a sentence, or a
whole part of it between commas or brackets: without words from its middle a sentence may say the opposite. So
a model may shorten, never conclude.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .vocabulary import ARTICLES, LIMITS, listed, stem, words

# Small words that may come and go. "by", "from", "to" and the like tell who does what to whom: they stay.
_FREE = ARTICLES | listed("and also such as which who whose")
_TURNS = LIMITS | listed(
    """no not never without unless except neither nor cannot only some before after prior through until up
    excluding other than unlike may might could can reportedly according"""
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z\"'(\[])|\n")
_EXACT = re.compile(r"[\w.:/()\-]*\d[\w.:/()\-]*")
_LONGEST = 200  # words of a sentence that are compared
_PARTS = re.compile(r"[,;:()\[\]–—]+(?=\s|\Z)|(?<=\s)[(\[–—]")
"""What stands between two parts of a sentence; not the signs inside of a number or a name."""


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
    """Whether the claims are a sentence without its end or without whole parts of it, in its order.

    What stands in the heading may stand before it: it is what a passage without subject speaks about.
    """
    told = [(claim, number) for number, part in enumerate(_PARTS.split(said)) for claim in claims_of(part)]
    told = told[:_LONGEST]
    first = {number: at for at, (_, number) in reversed(list(enumerate(told)))}
    """Where each part begins."""
    own = list(claims)
    while own and (not told or own[0] != told[0][0]) and own[0] in above:
        own.pop(0)
        if any(told[at][0] == own[0] for at in first.values()) if own else False:
            break
    return bool(own) and _goes_on(own, told, sorted(first.values()))


def _goes_on(own: Sequence[str], told: Sequence[tuple[str, int]], begins: Sequence[int]) -> bool:
    """Whether the claims run through the sentence from the beginning of a part, skipping whole parts only."""
    places = {at for at in begins if told[at][0] == own[0]}
    for claim in own[1:]:
        new: set[int] = set()
        for at in places:
            if at + 1 < len(told) and told[at + 1][0] == claim:
                new.add(at + 1)
            # A part may be left once it was said to its end.
            if at + 1 == len(told) or told[at + 1][1] != told[at][1]:
                new |= {later for later in begins if later > at and told[later][0] == claim}
        places = new
    return bool(places)


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
