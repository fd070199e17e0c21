"""Every indicator of a text of any length, in time that grows with the text.

text ─folded→ text without disguise ─Anchors→ offsets at which each looker may find something
     ─lookers, in order of claiming→ Match … ─back→ offsets in the text

Finders are tried at those offsets only; lookers with needles get the lines around them. `scan_slowly` asks every
looker about the whole text instead, and finds the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from cybersecqwen.detect.text.matches import Match

from .anchors import Anchors
from .extractors import REPORT_EXTRACTORS
from .folding import Folded, folded
from .interface import Looker
from .needles import windows
from .shaped import ShapedLooker



def scan(text: str) -> tuple[Match, ...]:
    """Every indicator in a text, repetitions included, in order of appearance.

    Args:
        text: Any text; the time taken is linear in its length.

    Returns:
        Matches whose offsets are those of `text` and whose values derive from the text between them. Never
        raises.
    """
    seen = folded(text)
    low = lowered(seen.text)
    anchors = Anchors(seen.text)
    around = windows(anchors, low, lookers())
    found = _claimed(
        ((looker, _found(looker, seen.text, low, anchors, around.get(at, ()))) for at, looker in enumerate(lookers())),
        len(seen.text),
    )
    return _ordered(found, seen)


def scan_slowly(text: str) -> tuple[Match, ...]:
    """The same as `scan`, with every looker asked about the whole text: what tests compare it with."""
    seen = folded(text)
    low = lowered(seen.text)
    found = _claimed(((looker, looker.find(seen.text, low)) for looker in lookers()), len(seen.text))
    return _ordered(found, seen)


@cache
def lookers() -> tuple[Looker, ...]:
    """All lookers in the order in which they claim text."""
    return tuple(looker for _, looker in REPORT_EXTRACTORS)


def lowered(text: str) -> str:
    """The text in lower case, every character at its offset: those that would grow stay as they are."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return low


def _found(
    looker: Looker, text: str, low: str, anchors: Anchors, around: Iterable[tuple[int, int]]
) -> Iterator[Match]:
    """What one looker finds, candidates only."""
    if isinstance(looker, ShapedLooker):
        starts = looker.starts(anchors)
        if len(starts):
            yield from looker.find_at(text, low, starts.tolist())
    elif looker.needles:
        for start, end in around:
            for match in looker.find(text[start:end], low[start:end]):
                yield replace(match, start=match.start + start, end=match.end + start)
    else:
        yield from looker.find(text, low)


def _claimed(found: Iterable[tuple[Looker, Iterator[Match]]], size: int) -> list[Match]:
    """The matches that stand in no stretch which an earlier looker claims."""
    kept: list[Match] = []
    taken = bytearray(size)
    for _, matches in found:
        fresh = [match for match in matches if 1 not in taken[match.start : match.end]]
        kept += fresh
        for match in fresh:
            if match.claims:
                start, end = match.start, match.end
                taken[start:end] = b"\1" * (end - start)
    return kept


def _ordered(found: list[Match], seen: Folded) -> tuple[Match, ...]:
    """In order of appearance, with the offsets of the text as it was given."""
    found.sort(key=lambda match: (match.start, -match.end))
    back = seen.back
    if back is None:
        return tuple(found)
    starts = back[np.array([match.start for match in found], dtype=np.intp)]
    ends = back[np.array([match.end - 1 for match in found], dtype=np.intp)] + 1
    return tuple(
        replace(match, start=start, end=end)
        for match, start, end in zip(found, starts.tolist(), ends.tolist(), strict=True)
    )
