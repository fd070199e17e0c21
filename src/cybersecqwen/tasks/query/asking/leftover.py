"""Words of the question that carry meaning and became nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from cybersecqwen.detect.sigma.model import Expression, Test

from .catalogue import canonical, event_words
from .counts import Counted
from .exclusions import Hosts
from .focusing import focus
from .library import text_of
from .mentions import Kind, Mention
from .stretch import Reading
from .times import When
from .vocabulary import WORD, Lexicon, tokens
from .weighing import is_default
from .words import COMMON, SMALL, stem, word_list

_IDS = (Kind.TECHNIQUE, Kind.VULNERABILITY)
_MOST = 8
_RARE = 3.0
"""Nats above which a word says something of its own."""
_JOINING = word_list("joining")
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
    ranges = [(host.start, host.end) for host, _, _ in hosts]
    ranges += [(when.start, when.end) for when in moments]
    ranges += [*counted.ranges, *counted.heads]
    covered = [*((start, end, _anything) for start, end in ranges), *_covered(text, read, lexicon)]
    unused = list(_unused(read, lexicon))
    used = {p.mention for one in read for p in one.adapted.placed}
    ids = [m.words for one in read for m in one.found if m.kind in _IDS and m not in used]
    asking = focus(text)
    library = read[0].place.library
    told = {stem(word) for one in read for near in one.adapted.rules for word in _words(text_of(near.rule))}
    found: dict[str, float] = {}
    written = [match.span() for match in _WRITTEN.finditer(text)]
    for match in WORD.finditer(text.lower()):
        word, at = match[0], match.start()
        if any(start <= at < end and is_said(word) for start, end, is_said in covered):
            told.add(stem(word))
            continue
        if any(first <= at < last for first, last in written):
            continue  # listed whole
        if text.startswith("'t", match.end()) or word == "did":
            continue  # "isn't", "did not": the "not" is read
        joined = word in _TELLING or (word not in _JOINING and _is_joined(text, at, match.end()))
        common = len(word) < 3 or word in COMMON or stem(word) in _ASKING
        if (
            (word in SMALL and word not in _TELLING)
            or (common and not joined)
            or not any(s <= at < e for s, e in asking)
        ):
            continue
        rarity = library.rarity(word)
        lost = any(start <= at < end and is_said(word) for start, end, is_said in unused)
        if rarity >= _RARE or lost or joined:
            found.setdefault(text[at : match.end()], rarity)
    for at, last in written:
        placed = any(start <= at < end and is_said is _anything for start, end, is_said in covered)
        if not placed and any(s <= at < e for s, e in asking):
            found[text[at:last]] = library.rarity(text[at:last])
    kept = [word for word in found if stem(word.lower()) not in told]
    return (*dict.fromkeys(ids), *sorted(kept, key=lambda word: (-found[word], word)))[:_MOST]


_WRITTEN = re.compile(r"(?<![\w.])[A-Za-z0-9]{1,40}(?:_[A-Za-z0-9]{1,40}){1,10}(?![\w.])")
"""What is written as one word, though its parts are common: "PROCESS_ALL_ACCESS"."""


def _is_joined(text: str, start: int, end: int) -> bool:
    """Whether a word alone is what a "by", "with" or "and" adds, however common: "with user and /add"."""
    return bool(_JOINS.search(text, max(0, start - _LOOK), start)) and bool(_ENDS.match(text, end))


_JOINS = re.compile(r"(?:\b(?:by|with|without|and|or)|,) $", re.IGNORECASE)
_TELLING = frozenset(("no", "neither", "different", "distinct"))
"""Small words without which a question says something else."""
_ENDS = re.compile(
    r"\s*(?:$|[,.;)]|/|-|(?:and|or|but|with|without|on|in|at|for|not|within|during)\b)", re.IGNORECASE
)
_LOOK = 10


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def _anything(word: str) -> bool:
    del word
    return True


_Covered = tuple[int, int, Callable[[str], bool]]
"""A part of the text, and which of its words became something."""


def _covered(text: str, read: Sequence[Reading], lexicon: Lexicon) -> Iterator[_Covered]:
    """What became a condition or told the logsource; what only could have become one is no such part."""
    found = tokens(text)
    for one in read:
        made = [p.expression for p in (*one.wanted, *one.unwanted, *one.adapted.placed)]
        for placed in (*one.wanted, *one.unwanted, *one.adapted.placed):
            mention = placed.mention
            if mention.kind is not Kind.CONCEPT:
                yield mention.start, mention.end, _anything
            elif mention.values == ("",) and mention.words and isinstance(placed.expression, Test):
                yield mention.start, mention.end, _is_of(event_words(one.place.key, placed.expression.values))
        for mention in one.found:
            if mention.kind in _IDS:
                yield mention.start, mention.end, _anything
            elif mention.kind is Kind.CONCEPT and _is_used(mention, one, made, lexicon):
                yield mention.start, mention.end, _is_one_of(lexicon.phrases.words(mention.values[0]))
        for phrases, wanted in (
            (lexicon.hints, one.place.key),
            (lexicon.products, one.place.logsource.product),
        ):
            said = _is_one_of(phrases.words(wanted))
            yield from ((start, end, said) for name, start, end in phrases.find(found) if name == wanted)


def _unused(read: Sequence[Reading], lexicon: Lexicon) -> Iterator[_Covered]:
    """Concepts for which this query has no place: their words are missed, however common."""
    for one in read:
        made = [p.expression for p in (*one.wanted, *one.unwanted, *one.adapted.placed)]
        for mention in one.found:
            if mention.kind is Kind.CONCEPT and not is_default(mention):
                concept = lexicon.concepts[mention.values[0]]
                if concept.tests and not _is_used(mention, one, made, lexicon):
                    yield mention.start, mention.end, _is_one_of(lexicon.phrases.words(mention.values[0]))


def _is_used(one: Mention, read: Reading, made: Sequence[Expression], lexicon: Lexicon) -> bool:
    """Whether a concept is part of the query, or has nothing to add but where to look."""
    concept = lexicon.concepts[one.values[0]]
    tests = concept.tests.get(read.place.key, ())
    return all(test in made for test in tests) if tests else concept.leads.get(read.place.key, 0.0) > 0


def _is_one_of(stems: frozenset[str]) -> Callable[[str], bool]:
    return lambda word: stem(word) in stems


def _is_of(words: frozenset[str]) -> Callable[[str], bool]:
    return lambda word: not canonical(word).isdisjoint(words)
