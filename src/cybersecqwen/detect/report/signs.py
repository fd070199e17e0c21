"""The signs and names of a text that candidates stand at: one pass each, made when it is first asked for."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from .folding import Offsets
from .shadow import Bytes, Mask, first_of_each, mask, runs, shadow, table

_DOT, _COLON, _SLASH, _BACKSLASH, _DASH = b".:/\\-"


class Signs:
    """The passes over one text; each is made when it is first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        """What is searched."""
        self.bytes = shadow(text)
        """One byte a character: ASCII as it is, others by their kind."""
        self.lowered = self.bytes.lower()
        """The same in lower case."""
        self.low = self.lowered.decode("latin-1")
        """The text in lower case, each letter beyond ASCII as one and the same: for words of ASCII."""
        self._codes = np.frombuffer(self.bytes, dtype=np.uint8)
        self.size = len(self._codes)
        """Characters."""

    @cached_property
    def _marks(self) -> Offsets:
        """All signs that candidates stand at: found at once, they are a small part of the text."""
        return np.flatnonzero(mask(self.bytes, "mark"))

    @cached_property
    def _mark_bytes(self) -> Bytes:
        return self._codes[self._marks]

    def _where(self, code: int) -> Offsets:
        """Where a sign stands."""
        return self._marks.compress(self._mark_bytes == code)  # five times as fast as indexing with a mask

    @cached_property
    def _head_bytes(self) -> Bytes:
        """The first byte of each run of letters, digits and dashes."""
        return self._codes.take(self._name_starts)

    def _near(self, offsets: Offsets, kind: str) -> Mask:
        """Whether the characters at some offsets belong to a class; False outside the text."""
        return table(kind).take(self._at(offsets))

    def _at(self, offsets: Offsets) -> Bytes:
        """The bytes at some offsets; 0 outside the text."""
        if not self.size:
            return np.zeros(len(offsets), dtype=np.uint8)
        near = self._codes.take(offsets, mode="clip")
        near[(offsets < 0) | (offsets >= self.size)] = 0
        return near

    @cached_property
    def _name_runs(self) -> tuple[Offsets, Offsets]:
        return runs(mask(self.bytes, "name"))

    @property
    def _name_starts(self) -> Offsets:
        return self._name_runs[0]

    @cached_property
    def _name_lengths(self) -> Offsets:
        starts, ends = self._name_runs
        return ends - starts

    @cached_property
    def _before_names(self) -> Bytes:
        """The byte before each run of letters, digits and dashes; 0 at the beginning of the text."""
        starts = self._name_starts
        before = self._codes.take(starts - 1, mode="wrap")
        if len(starts) and not starts[0]:
            before[0] = 0
        return before

    def _wider_heads(self, kind: str, offsets: Offsets) -> Offsets:
        """The starts of the runs of a class that hold some offsets: a class of names and signs of `_marks`.

        Such a run begins with a name or a sign that none of the class stands before: no pass of its own.
        """
        names = self._name_starts.compress(~table(kind).take(self._before_names))
        signs = self._marks.compress(table(kind).take(self._mark_bytes))
        signs = signs.compress(~self._near(signs - 1, kind))
        heads = np.full(len(offsets), -1)
        for starts in (names, signs):
            if len(starts):
                place = np.searchsorted(starts, offsets, "right") - 1
                heads = np.maximum(heads, np.where(place < 0, -1, starts.take(place, mode="clip")))
        return heads.compress(first_of_each(heads))

    @cached_property
    def _dots(self) -> Offsets:
        """Dots between characters of names."""
        dots = self._where(_DOT)
        return dots.compress(self._near(dots - 1, "name") & self._near(dots + 1, "name"))

    @cached_property
    def _colons(self) -> Offsets:
        return self._where(_COLON)

    @cached_property
    def _slashes(self) -> Offsets:
        return self._where(_SLASH)

    @cached_property
    def _backslashes(self) -> Offsets:
        return self._where(_BACKSLASH)

    @cached_property
    def _dashes(self) -> Offsets:
        """Dashes between characters of names."""
        dashes = self._where(_DASH)
        return dashes.compress(self._near(dashes - 1, "hex") & self._near(dashes + 1, "hex"))

    @cached_property
    def _opening(self) -> Offsets:
        """Brackets that open."""
        return self._marks.compress(table("open").take(self._mark_bytes))

    @cached_property
    def line_breaks(self) -> Offsets:
        """Line feeds."""
        return self._where(10)

    def _opened(self, kind: str) -> Offsets:
        """Opening brackets before a character of a class, or a blank and one."""
        opening = self._opening
        blank = (self._at(opening + 1) == 32) & self._near(opening + 2, kind)
        found: Offsets = opening[self._near(opening + 1, kind) | blank]
        return found

    def words(self, word: str) -> Offsets:
        """Where names begin with a word of lower-case letters, in either case."""
        starts = self._name_starts
        for at, letter in enumerate(word):
            there = self._at(starts + at) if at else self._head_bytes
            starts = starts.compress((there | 0x20) == ord(letter))
        return starts


def heads_of(starts: Offsets, offsets: Offsets) -> Offsets:
    """The starts of the runs that hold the offsets, each once where offsets ascend."""
    if not len(starts) or not len(offsets):
        return offsets[:0]
    heads = starts.take(np.searchsorted(starts, offsets, "right") - 1)
    return heads.compress(first_of_each(heads))
