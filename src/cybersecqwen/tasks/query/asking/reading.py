"""From the words of a question to a query: the order in which everything is looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cybersecqwen.detect.sigma.model import Not
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.query import ANYTHING

from . import counts, guard, times
from .answering import answer
from .asked import Asked, NotAQuestion
from .lengths import lengths
from .library import Library
from .mentions import Kind
from .references import references
from .stretch import Reading, reading
from .vocabulary import lexicon

if TYPE_CHECKING:
    from cybersecqwen.knowledge import Store

_LEAST = 0.25
"""Nearness below which a rule says nothing about the question."""


def read_question(
    text: str, *, library: Library, store: Store | None, now: float, own: Schema | None = None
) -> Asked:
    """What a question asks, in Sigma's names.

    Args:
        text: The question, in English.
        library: Rules to learn from.
        store: Facts about techniques and vulnerabilities that the question names; None for none.
        now: Seconds since 1970 UTC that "now" means.
        own: The schema that the asker has imported, whose fields the question may name; None for none.

    Raises:
        NotAQuestion: It asks for nothing that events could answer, or only for what a query must not do.
        LimitError: It is longer than is read.
        UnknownNameError: It compares a field that its records have not.
        UnsayableError: It bounds a length, or a number in a sequence, that no query can.
    """
    cleared = guard.without_orders(guard.cleaned(text))
    whole, words = cleared.text, lexicon()
    moments = [_left_out(one, whole) for one in times.times(whole, now, "time")]
    links = references(whole)
    plain = _blanked(whole, links)
    counted = counts.counted(_blanked(plain, [(one.start, one.end) for one in lengths(plain)]))
    bare = _blanked(plain, [(one.start, one.end) for one in moments])
    bare = _blanked(bare, counted.ranges)
    fields = tuple(one for one in (*counted.by, counted.distinct) if one)
    parts = counts.stages(bare)
    read = [reading(_only(bare, start, end), library, words, own, fields) for start, end in parts]
    if not any(one.expression is not None or _is_asked_back(one) for one in read) and not _about_events(read):
        raise NotAQuestion("The question names nothing that events could show.")
    notes = (*cleared.notes, *(f"{whole[s:e]} is read as a reference and not looked for." for s, e in links))
    return answer(guard.cleaned(text), bare, read, moments, counted, notes, words, store)


def _left_out(one: times.When, text: str) -> times.When:
    """A time of the day with the "not" before it: "not at night"."""
    before = _NOT.search(text, max(0, one.start - _LOOK), one.start)
    if before is None or one.test is None:
        return one
    words = text[before.start() : one.end]
    return replace(one, start=before.start(), words=words, test=Not(one.test))


_NOT = re.compile(r"\b(?:but )?not $", re.IGNORECASE)
_LOOK = 10


def _blanked(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """The text with blanks where the ranges are, so that places stay what they are."""
    for start, end in ranges:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _only(text: str, start: int, end: int) -> str:
    return " " * start + text[start:end]


def _is_asked_back(one: Reading) -> bool:
    """Whether all that is known is that something would be wrong."""
    return one.place.logsource == ANYTHING


def _about_events(read: Sequence[Reading]) -> bool:
    """Whether rules are near, or words speak of something that happens."""
    return any(
        (one.near and one.near[0].score >= _LEAST) or any(m.kind is Kind.CONCEPT for m in one.found)
        for one in read
    )
