"""Words of the question that carry meaning and became nothing."""

from __future__ import annotations

from collections.abc import Sequence

from .counts import Counted
from .exclusions import Hosts
from .focusing import focus
from .mentions import Kind
from .stretch import Reading
from .times import When
from .vocabulary import WORD, Lexicon, tokens
from .words import COMMON, SMALL, stem, word_list

_IDS = (Kind.TECHNIQUE, Kind.VULNERABILITY)
_MOST = 8
_RARE = 3.0
"""Nats above which a word says something of its own."""
_ASKING = frozenset(map(stem, word_list("asking")))


def leftover(
    text: str,
    read: Sequence[Reading],
    hosts: Sequence[tuple[Hosts, object, bool]],
    moments: Sequence[When],
    counted: Counted,
    lexicon: Lexicon,
) -> tuple[str, ...]:
    """Such words as they stand, those that tell most first."""
    covered = [
        (p.mention.start, p.mention.end)
        for one in read
        for p in (*one.wanted, *one.unwanted)
        if p.mention.values != ("",)
    ]
    covered += [(m.start, m.end) for one in read for m in one.found if m.kind in (Kind.CONCEPT, *_IDS)]
    used = {p.mention for one in read for p in one.adapted.placed}
    ids = [m.words for one in read for m in one.found if m.kind in _IDS and m not in used]
    covered += [(host.start, host.end) for host, _, _ in hosts]
    covered += [(when.start, when.end) for when in moments]
    covered += list(counted.ranges)
    hinted = {token for _, start, end in lexicon.hints.find(tokens(text)) for token in range(start, end)}
    asking = focus(text)
    library = read[0].place.library
    found: dict[str, float] = {}
    for match in WORD.finditer(text.lower()):
        word, at = match[0], match.start()
        if len(word) < 3 or word in SMALL or word in COMMON or stem(word) in _ASKING or at in hinted:
            continue
        if any(start <= at < end for start, end in covered) or not any(s <= at < e for s, e in asking):
            continue
        rarity = library.rarity(word)
        if rarity >= _RARE:
            found.setdefault(text[at : match.end()], rarity)
    return (*dict.fromkeys(ids), *sorted(found, key=lambda word: (-found[word], word)))[:_MOST]
