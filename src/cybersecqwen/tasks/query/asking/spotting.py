"""Everything in a question that has a meaning: values by their shape, programs, concepts, places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cybersecqwen.errors import LimitError

from .asked import Sure
from .library import Library
from .mentions import Kind, Mention, without_overlaps
from .networks import networks
from .people import named, phrases_in, without_words
from .programs import bare_programs, named_programs
from .shapes import shapes
from .vocabulary import Lexicon, Token

MOST = 200
"""Mentions of a question that is read: what comes of each is written, parsed again and run on examples."""


def mentions(text: str, found: Sequence[Token], lexicon: Lexicon, library: Library) -> list[Mention]:
    """All mentions, in the order of the text. Raises LimitError where they are too many."""
    phrases = phrases_in(found, lexicon)
    by_shape = list(without_words(shapes(text), phrases))
    everything = [
        *by_shape,
        *named_programs(text, found, lexicon),
        *named(text, phrases, library),
        *networks(text),
        *_places(found, text, lexicon),
        *bare_programs(text, lexicon, library),
        *_concepts(found, text, lexicon),
    ]
    if len(everything) > MOST * _RIVALS:
        raise _too_many(len(everything))
    kept = without_overlaps(map(_of_quoted_program, _unquoted(everything)))
    if len(kept) > MOST:
        raise _too_many(len(kept))
    return kept


_RIVALS = 10
"""Ways in which some words can be read, on average, before the best is kept."""


def _too_many(count: int) -> LimitError:
    return LimitError(
        f"A question names at most {MOST} values, this one about {count:,}.",
        hint="Ask about some of them at a time, or look for a long list with a lookup of your SIEM.",
    )


def _unquoted(everything: Sequence[Mention]) -> Iterator[Mention]:
    """Without texts in quotes that are the name of a program, or the words for a group of them."""
    programs = {(one.start, one.end) for one in everything if one.kind is Kind.PROGRAM}
    for one in everything:
        if one.kind is not Kind.TEXT or (one.start + 1, one.end - 1) not in programs:
            yield one


def _of_quoted_program(one: Mention) -> Mention:
    """A file that runs is a program, however it is written."""
    if (
        one.kind is Kind.FILE
        and one.values[0].rpartition(".")[2] in ("bat", "cmd")
        and one.values[0][0] != "."
    ):
        return replace(one, kind=Kind.PROGRAM)
    return one


def _places(found: Sequence[Token], text: str, lexicon: Lexicon) -> Iterator[Mention]:
    for name, start, end in lexicon.place_phrases.find(found):
        yield Mention(
            kind=Kind.PLACE, start=start, end=end, words=text[start:end], values=(name,), sure=Sure.KNOWN
        )


def _concepts(found: Sequence[Token], text: str, lexicon: Lexicon) -> Iterator[Mention]:
    best: dict[str, tuple[float, int, int]] = {}
    for name, start, end, weight in lexicon.phrases.weighed(found):
        if name not in best or weight > best[name][0]:
            best[name] = (weight, start, end)
    for name, (weight, start, end) in best.items():
        yield Mention(
            kind=Kind.CONCEPT,
            start=start,
            end=end,
            words=text[start:end],
            values=(name,),
            sure=Sure.KNOWN,
            weight=weight,
        )
