"""The lines around the needles of lookers."""

from __future__ import annotations

from collections.abc import Sequence
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
    automaton, owners = _automaton(tuple(looker.needles for looker in lookers))
    if automaton is None:
        return {}
    hits: dict[int, list[int]] = {}
    for end, needle in automaton.iter(anchors.low):
        for owner in owners[needle]:
            hits.setdefault(owner, []).append(end)
    if not hits:
        return {}
    breaks = anchors.line_breaks
    return {
        owner: _windows(np.array(ends, dtype=np.intp), lookers[owner], breaks, anchors.size)
        for owner, ends in hits.items()
    }


@cache
def _automaton(needles: tuple[tuple[str, ...], ...]) -> tuple[Any, list[list[int]]]:
    """An Aho-Corasick automaton over all needles, and the lookers of each."""
    import ahocorasick

    owners: dict[str, list[int]] = {}
    for owner, words in enumerate(needles):
        for word in words:
            owners.setdefault(word, []).append(owner)
    if not owners:
        return None, []
    automaton = ahocorasick.Automaton()
    for index, word in enumerate(owners):
        automaton.add_word(word, index)
    automaton.make_automaton()
    return automaton, list(owners.values())


def _windows(ends: Offsets, looker: Looker, breaks: Offsets, size: int) -> list[tuple[int, int]]:
    """Whole lines around the last characters of needles, merged."""
    lines = np.searchsorted(breaks, ends)
    lines = lines[np.concatenate((np.ones(1, dtype=np.bool_), lines[1:] != lines[:-1]))]
    first = np.maximum(lines - looker.lines_before, 0)
    last = np.minimum(lines + looker.lines_after, len(breaks))
    apart = np.flatnonzero(first[1:] > last[:-1] + 1) + 1
    firsts = first[np.concatenate((np.zeros(1, dtype=np.intp), apart))]
    lasts = last[np.concatenate((apart - 1, np.array([len(last) - 1], dtype=np.intp)))]
    edges = np.concatenate((np.full(1, -1, dtype=np.intp), breaks, np.full(1, size, dtype=np.intp)))
    return list(zip((edges[firsts] + 1).tolist(), edges[lasts + 1].tolist(), strict=True))
