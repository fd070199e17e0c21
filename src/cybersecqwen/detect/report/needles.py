"""The words that lookers are asked near, and the lines around them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from .anchors import Anchors
from .folding import Offsets
from .interface import Looker


def windows(anchors: Anchors, lookers: Sequence[Looker]) -> dict[int, list[tuple[int, int]]]:
    """For each looker, by its place in the list, the lines that it is asked about.

    Windows begin and end at line breaks; those that touch are one.
    """
    hits = _hits(anchors, tuple(looker.needles for looker in lookers))
    return {
        owner: lines_around(np.array(ends, dtype=np.intp), lookers[owner], anchors)
        for owner, ends in hits.items()
    }


def _hits(anchors: Anchors, needles: tuple[tuple[str, ...], ...]) -> dict[int, list[int]]:
    """The last characters of needles, ascending, for each looker.

    RE2 skips to the first needle of a group that overlaps. Where others begin inside that one, an
    automaton lists all that stand there.
    """
    known = _compiled(needles)
    hits: dict[int, list[int]] = defaultdict(list)
    low, longest, alone = anchors.low, known.longest, known.alone
    reached = 0
    for match in known.pattern.finditer(anchors.lowered):
        begin, end = match.span()
        single = alone.get(low[begin:end])
        if single and begin >= reached and not (single[1] and low.startswith(single[1], end)):
            for owner in single[0]:
                hits[owner].append(end - 1)
            reached = end
            continue
        # another needle in the text overlaps one that is found here, or is found itself
        begin, end = max(begin - longest, reached), min(end + longest, len(low))
        if begin >= end:
            continue
        # from further back than what is reached: a needle that ends behind it may begin before it
        offset = max(0, begin - longest)
        for last, needle in known.automaton.iter(low[offset:end]):  # a slice, for the automaton copies it
            if last + offset >= reached:
                for owner in known.owners[needle]:
                    hits[owner].append(last + offset)
        reached = end
    return hits


@dataclass(frozen=True, slots=True)
class _Compiled:
    """All needles, ready to be searched for."""

    pattern: Any
    """An alternation of them for RE2."""
    automaton: Any
    """Ends of all of them, overlapping or not, with their places in `owners`."""
    owners: list[list[int]]
    """The lookers that each belongs to."""
    alone: dict[str, tuple[list[int], tuple[str, ...]]]
    """The same for those in which no other stands, with what follows them where another begins inside."""
    longest: int
    """Characters of the longest."""


@cache
def _compiled(needles: tuple[tuple[str, ...], ...]) -> _Compiled:
    import ahocorasick
    import re2

    owners: dict[str, list[int]] = {}
    for owner, words in enumerate(needles):
        for word in words:
            owners.setdefault(word, []).append(owner)
    automaton = ahocorasick.Automaton()
    for index, word in enumerate(owners):
        automaton.add_word(word, index)
    automaton.make_automaton()
    options = re2.Options()
    options.max_mem = 64 << 20
    return _Compiled(
        pattern=re2.compile("|".join(re2.escape(word) for word in owners).encode(), options),
        automaton=automaton,
        owners=list(owners.values()),
        alone={
            word: (found, _continued(word, owners))
            for word, found in owners.items()
            if not any(other in word for other in owners if other != word)
        },
        longest=max(map(len, owners)),
    )


def _continued(word: str, others: Iterable[str]) -> tuple[str, ...]:
    """What stands behind a needle where another, or the same once more, begins inside it."""
    rests = [word[at:] for at in range(len(word))]
    found = {other.removeprefix(rest) for other in others for rest in rests if other.startswith(rest)}
    return tuple(sorted(found - {""}))


def lines_around(marks: Offsets, looker: Looker, anchors: Anchors) -> list[tuple[int, int]]:
    """Whole lines around some offsets, as many more as the looker wants, merged."""
    if not len(marks):
        return []
    breaks = anchors.line_breaks
    lines = np.searchsorted(breaks, marks)
    lines = lines[np.concatenate((np.ones(1, dtype=np.bool_), lines[1:] != lines[:-1]))]
    first = np.maximum(lines - looker.lines_before, 0)
    last = np.minimum(lines + looker.lines_after, len(breaks))
    apart = np.flatnonzero(first[1:] > last[:-1] + 1) + 1
    firsts = first[np.concatenate((np.zeros(1, dtype=np.intp), apart))]
    lasts = last[np.concatenate((apart - 1, np.array([len(last) - 1], dtype=np.intp)))]
    edges = np.concatenate((np.full(1, -1), breaks, np.full(1, anchors.size)))
    return list(zip((edges[firsts] + 1).tolist(), edges[lasts + 1].tolist(), strict=True))
