"""Every indicator of a text of any length, in time that grows with the text.

text ─folded→ text without disguise ─Anchors→ offsets at which each looker may find something
     ─lookers, in order of claiming→ Match … ─back→ offsets in the text

Finders are tried at those offsets only; lookers with needles get the lines around them. `scan_slowly` asks
every looker about the whole text instead, and finds the same.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from operator import attrgetter

import numpy as np

from cybersecqwen.detect.text.matches import Match

from .anchors import Anchors
from .extractors import REPORT_EXTRACTORS
from .folding import Folded, Offsets, folded
from .interface import Looker
from .needles import lines_around, windows
from .rule_spans import forget, remember
from .shaped import LinedLooker, ShapedLooker


def scan(text: str) -> tuple[Match, ...]:
    """Every indicator in a text, repetitions included, in order of appearance.

    Args:
        text: Any text; the time taken is linear in its length.

    Returns:
        Matches whose offsets are those of `text` and whose values derive from the text between them. Never
        raises.
    """
    with _uncollected():
        try:
            return _scan(text)
        finally:
            forget()


def _scan(text: str) -> tuple[Match, ...]:
    seen = folded(text)
    anchors = Anchors(seen.text)
    claims = Claims(anchors.size)
    around = windows(anchors, lookers())
    low, shaped = "", False
    for at, looker in enumerate(lookers()):
        if isinstance(looker, ShapedLooker):
            if not shaped:  # the lookers for rules come before all of these
                shaped = True
                remember(anchors.text, claims.kept)
            starts = claims.free(looker.starts(anchors))
            if starts:
                claims.add(looker.find_at(anchors.text, anchors.low, starts))
        elif isinstance(looker, LinedLooker):
            claims.add(in_windows(looker, anchors.text, lines_around(looker.marks(anchors), looker, anchors)))
        elif looker.needles:
            claims.add(in_windows(looker, anchors.text, around.get(at, ())))
        else:
            low = low or lowered(anchors.text)
            claims.add(looker.find(anchors.text, low))
    return ordered(claims.kept, seen)


def scan_slowly(text: str) -> tuple[Match, ...]:
    """The same as `scan`, with every looker asked about the whole text: what tests compare it with."""
    seen = folded(text)
    low = lowered(seen.text)
    claims = Claims(len(low))
    everywhere = np.arange(len(low), dtype=np.intp)
    for looker in lookers():
        if isinstance(looker, ShapedLooker):
            claims.add(looker.find_at(seen.text, low, claims.free(everywhere)))
        else:
            claims.add(looker.find(seen.text, low))
    return ordered(claims.kept, seen)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: there are none, and each would go through all matches found so far."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


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


def in_windows(looker: Looker, text: str, around: Iterable[tuple[int, int]]) -> Iterator[Match]:
    """What a looker with needles finds in the lines around them."""
    for start, end in around:
        window = text[start:end]
        for match in looker.find(window, lowered(window) if looker.reads_low else window):
            yield _moved(match, match.start + start, match.end + start)


class Claims:
    """What was found so far, and which stretches are claimed."""

    def __init__(self, size: int) -> None:
        self.kept: list[Match] = []
        """Matches in no stretch that an earlier looker claims."""
        self._taken = bytearray(size)

    def free(self, starts: Offsets) -> list[int]:
        """Those of some offsets that no looker claims: no match begins at another."""
        if not len(starts):
            return []
        taken = np.frombuffer(self._taken, dtype=np.uint8)
        free: list[int] = starts[taken[starts] == 0].tolist()
        return free

    def add(self, found: Iterable[Match]) -> None:
        """Keeps the matches of one looker; its own may overlap."""
        taken = self._taken
        claimed = taken.find
        fresh = [match for match in found if claimed(1, match.start, match.end) < 0]
        self.kept += fresh
        for match in fresh:
            if match.claims:
                start, end = match.start, match.end
                taken[start:end] = _ONES[: end - start] if end - start <= _LONG else b"\1" * (end - start)


_LONG = 512
_ONES = b"\1" * _LONG


def ordered(found: list[Match], seen: Folded) -> tuple[Match, ...]:
    """In order of appearance, with the offsets of the text as it was given."""
    found.sort(key=attrgetter("start"))
    starts = np.array([match.start for match in found], dtype=np.intp)
    for at in np.flatnonzero(starts[1:] == starts[:-1]).tolist():
        # the longer first: few begin together, and a sort by both would compare all twice
        place = at
        while place >= 0 and found[place].start == found[at + 1].start:
            if found[place].end >= found[place + 1].end:
                break
            found[place], found[place + 1] = found[place + 1], found[place]
            place -= 1
    if seen.hidden is None:
        return tuple(found)
    starts = seen.back(starts)
    ends = seen.back(np.array([match.end - 1 for match in found], dtype=np.intp)) + 1
    return tuple(
        match if start == match.start and end == match.end else _moved(match, start, end)
        for match, start, end in zip(found, starts.tolist(), ends.tolist(), strict=True)
    )


def _moved(match: Match, start: int, end: int) -> Match:
    """The match at other offsets."""
    return Match(
        type=match.type,
        value=match.value,
        start=start,
        end=end,
        note=match.note,
        claims=match.claims,
        port=match.port,
    )
