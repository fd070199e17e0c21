"""Where in a text an indicator can begin at all, found in passes over one byte a character.

Each method gives ascending offsets: a superset of those at which the pattern of its looker can match, so that the
pattern is only tried there. All passes are linear.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any

import numpy as np

from cybersecqwen.detect.text.urls import SCHEMES

from .folding import code_points

Offsets = np.ndarray[tuple[int], np.dtype[np.intp]]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]

_WORD, _OTHER, _BLANK = 0xE9, 0x80, 0xA0
"""Bytes that stand for a letter, another character and a blank beyond ASCII."""
# Letters beyond ASCII that patterns which ignore case take for one of ASCII
_FOLDED_LETTERS = {0x017F: ord("s"), 0x212A: ord("k"), 0x0130: ord("i"), 0x0131: ord("i")}
_DOT, _COLON, _SLASH, _BACKSLASH, _DASH, _AT, _OPEN = b".:/\\-@["


class Anchors:
    """The passes over one text; each is made when it is first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        """What is searched."""
        self.bytes = _shadow(text)
        """One byte a character: ASCII as it is, others by their kind."""
        self._codes = np.frombuffer(self.bytes, dtype=np.uint8)
        self.size = len(self._codes)
        """Characters."""

    def literals(self, pattern: bytes) -> Offsets:
        """Where a pattern of RE2 without captures begins, case ignored."""
        found = [match.start() for match in _compiled(pattern).finditer(self.bytes)]
        return np.array(found, dtype=np.intp)

    @cached_property
    def _name(self) -> Mask:
        return _table("name").take(self._codes)

    @cached_property
    def _name_starts(self) -> Offsets:
        return _run_starts(self._name)

    @cached_property
    def _hex(self) -> Mask:
        return _table("hex").take(self._codes)

    @cached_property
    def _hex_starts(self) -> Offsets:
        return _run_starts(self._hex)

    @cached_property
    def _dots(self) -> Offsets:
        """Dots between characters of names."""
        dots = np.flatnonzero(self._codes == _DOT)
        dots = dots[(dots > 0) & (dots < self.size - 1)]
        return dots[self._name[dots - 1] & self._name[dots + 1]]

    @cached_property
    def _colons(self) -> Offsets:
        return np.flatnonzero(self._codes == _COLON)

    @cached_property
    def _backslashes(self) -> Offsets:
        return np.flatnonzero(self._codes == _BACKSLASH)

    def _at(self, offsets: Offsets) -> Any:
        """The bytes at some offsets; 0 outside the text."""
        inside = (offsets >= 0) & (offsets < self.size)
        return np.where(inside, self._codes.take(offsets, mode="clip"), 0) if self.size else offsets * 0

    def _is_name(self, offsets: Offsets) -> Mask:
        return _table("name").take(self._at(offsets))

    def _head(self, starts: Offsets, offsets: Offsets) -> Offsets:
        """The starts of the runs that hold the offsets."""
        if not len(starts) or not len(offsets):
            return offsets[:0]
        return starts[np.maximum(np.searchsorted(starts, offsets, "right") - 1, 0)]

    @cached_property
    def line_breaks(self) -> Offsets:
        """Line feeds."""
        return np.flatnonzero(self._codes == 10)

    @cached_property
    def dotted(self) -> Offsets:
        """First characters of names with a dot, written in any way, behind their first label."""
        plain = self._head(self._name_starts, self._dots - 1)
        plain = plain[~((self._at(plain - 1) == _DOT) & self._is_name(plain - 2))]
        marks = self.literals(rb"\[ ?\.|\.\]|[\[({<] ?(?:\.|dot)|\\\.")
        before = np.where(
            self._is_name(marks - 1), marks - 1, np.where(self._is_name(marks - 2), marks - 2, marks - 3)
        )
        before = before[self._is_name(before)]
        return _union(plain, self._head(self._name_starts, before))

    @cached_property
    def numbers(self) -> Offsets:
        """Dotted names that begin with a digit, and digits behind the dash of a range."""
        heads = self.dotted
        digit = _table("digit")
        heads = heads[digit.take(self._at(heads))]
        dashes = np.flatnonzero(self._codes == _DASH)
        dashes = dashes[digit.take(self._at(dashes - 1)) & digit.take(self._at(dashes + 1))]
        return _union(heads, dashes + 1)

    @cached_property
    def colon_pairs(self) -> Offsets:
        """Where IPv6 addresses can begin: before two colons with few characters between."""
        colons = self._colons
        first = colons[:-1][np.diff(colons) <= 7] if len(colons) > 1 else colons[:0]
        found = [first]
        for end in (first, first - 1):  # "[:]"
            run = end[_table("hex").take(self._at(end - 1))]
            starts = self._head(self._hex_starts, run - 1)
            found += [end, starts, starts - 1]
        found_all = _union(*found)
        return found_all[found_all >= 0]

    @cached_property
    def networks(self) -> Offsets:
        """Where networks can begin: addresses shortly before a slash and a digit."""
        slashes = np.flatnonzero(self._codes == _SLASH)
        digit = _table("digit").take(self._at(slashes + 1)) | (self._at(slashes - 1) == _OPEN)
        return _within(_union(self.numbers, self.colon_pairs), slashes[digit], 60)

    @cached_property
    def hardware(self) -> Offsets:
        """Where hardware addresses can begin: two signs in a row at the right distance."""
        dashes = np.flatnonzero(self._codes == _DASH)
        found = [_spaced(self._colons, 3) - 2, _spaced(dashes, 3) - 2]
        dots = self._dots
        found.append(dots[:-1][np.diff(dots) == 5] - 4 if len(dots) > 1 else dots[:0])
        all_found = _union(*found)
        return all_found[all_found >= 0]

    @cached_property
    def hashes(self) -> Offsets:
        """Runs of hexadecimal digits as long as a hash."""
        starts = self._hex_starts
        ends = _run_ends(self._hex)
        lengths = ends - starts
        return starts[(lengths == 32) | (lengths == 40) | (lengths == 64) | (lengths == 128)]

    @cached_property
    def file_names(self) -> Offsets:
        """First characters of runs that hold a dot, as names of files are written."""
        starts = _run_starts(_table("file").take(self._codes))
        dots = np.flatnonzero(self._codes == _DOT)
        dots = dots[_table("file").take(self._at(dots - 1)) & _table("word").take(self._at(dots + 1))]
        return _union(self._head(starts, dots))

    @cached_property
    def urls(self) -> Offsets:
        """Schemes with what follows them."""
        return self.literals(
            rb"(?:" + SCHEMES.encode() + rb")(?: ?\[ ?:// ?\]| :// |\[:/\]/|(?:\[:\]?|:\]|\(:\)|\{:\}|:)[\[/\\_]|__)"
        )

    @cached_property
    def emails(self) -> Offsets:
        """First characters of what stands before an at sign, written in any way."""
        marks = np.flatnonzero(self._codes == _AT)
        marks = _union(marks, self.literals(rb"[\[({<] ?(?:at|@)"))
        local = _table("local")
        before = np.where(local.take(self._at(marks - 1)), marks - 1, marks - 2)
        before = before[local.take(self._at(before))]
        return _union(self._head(_run_starts(local.take(self._codes)), before)) if len(before) else before

    @cached_property
    def windows(self) -> Offsets:
        """Drives, shares, variables and devices."""
        return self.literals(rb"[a-z]:\\|%[a-z]|\$env:|\\\\|\\device\\|\\\?\?\\")

    @cached_property
    def unix(self) -> Offsets:
        """Slashes and tildes at the beginning of a path."""
        slashes = np.flatnonzero(self._codes == _SLASH)
        first = slashes[_table("word").take(self._at(slashes + 1)) & ~_table("unix").take(self._at(slashes - 1))]
        homes = slashes[self._at(slashes - 1) == ord("~")] - 1
        return _union(first, homes)

    @cached_property
    def forward(self) -> Offsets:
        """Drives and variables before a slash."""
        colons = self._colons
        drives = colons[(self._at(colons + 1) == _SLASH) & (self._at(colons + 2) != _SLASH)] - 1
        return _union(drives[drives >= 0], self.literals(rb"%[a-z][^%/\\\s]{1,24}%/"))

    @cached_property
    def relative(self) -> Offsets:
        """Runs of names with a backslash in them, and what stands in brackets before one."""
        table = _table("relative")
        slashes = self._backslashes
        if not len(slashes):
            return slashes
        found = [self._head(_run_starts(table.take(self._codes)), slashes)]
        found.append(self.literals(rb"[<{\[][a-z_ ]{2,30}[>}\]]\\"))
        return _union(*found)

    @cached_property
    def registry(self) -> Offsets:
        """Hives."""
        return self.literals(rb"hk(?:lm|cu|u|cr|cc|ey_)|\\registry\\") if len(self._backslashes) else self._backslashes

    @cached_property
    def bare_keys(self) -> Offsets:
        """First parts of registry keys without a hive."""
        if not len(self._backslashes):
            return self._backslashes
        found = self.literals(rb"(?:software|system)\\")
        return _union(found, found[self._at(found - 1) == _BACKSLASH] - 1)

    @cached_property
    def pipes(self) -> Offsets:
        """Backslashes shortly before the word pipe."""
        slashes = self._backslashes
        if not len(slashes):
            return slashes
        first = slashes[~_table("unc").take(self._at(slashes - 1))]
        return _within(first, self.literals(rb"pipe\\"), 280)


@cache
def _compiled(pattern: bytes) -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return re2.compile(pattern, options)


@cache
def _table(kind: str) -> Any:
    """For each byte, whether it belongs to a class of characters."""
    digits = b"0123456789"
    letters = bytes(range(97, 123)) + bytes(range(65, 91)) + bytes([_WORD])
    word = digits + letters + b"_"
    members = {
        "digit": digits,
        "hex": digits + b"abcdefABCDEF",
        "word": word,
        "name": word + b"-",
        "local": word + b".+-",
        "file": word + b"~+.-",
        "unix": word + b".:/\\~-",
        "relative": word + b".~$\\-",
        "unc": word + b"\\",
    }[kind]
    table = np.zeros(256, dtype=np.bool_)
    table[list(members)] = True
    return table


def _shadow(text: str) -> bytes:
    """One byte a character, see `Anchors.bytes`."""
    if text.isascii():
        return text.encode("ascii")
    codes = code_points(text)
    present = np.zeros(0x110000, dtype=np.bool_)
    present[codes] = True
    table = np.full(0x110000, _OTHER, dtype=np.uint8)
    table[:128] = np.arange(128)
    for code in np.flatnonzero(present[128:]) + 128:
        character = chr(code)
        if code in _FOLDED_LETTERS:
            table[code] = _FOLDED_LETTERS[int(code)]
        elif character.isalnum():
            table[code] = _WORD
        elif character.isspace():
            table[code] = _BLANK
    return bytes(table.take(codes).tobytes())


def _run_starts(mask: Mask) -> Offsets:
    """Where runs of members begin."""
    if not len(mask):
        return np.zeros(0, dtype=np.intp)
    starts = np.flatnonzero(mask[1:] & ~mask[:-1]) + 1
    return np.concatenate((np.zeros(1, dtype=np.intp), starts)) if mask[0] else starts


def _run_ends(mask: Mask) -> Offsets:
    """Where runs of members end, after the last one."""
    if not len(mask):
        return np.zeros(0, dtype=np.intp)
    ends = np.flatnonzero(mask[:-1] & ~mask[1:]) + 1
    return np.concatenate((ends, np.array([len(mask)], dtype=np.intp))) if mask[-1] else ends


def _union(*parts: Offsets) -> Offsets:
    """All offsets once, ascending."""
    joined = np.concatenate(parts)
    if len(parts) > 1:
        joined.sort()
    if len(joined) < 2:
        return joined
    return joined[np.concatenate((np.ones(1, dtype=np.bool_), joined[1:] != joined[:-1]))]


def _spaced(offsets: Offsets, distance: int) -> Offsets:
    """The first of three offsets in a row at a distance."""
    if len(offsets) < 3:
        return offsets[:0]
    near = np.diff(offsets) == distance
    return offsets[:-2][near[:-1] & near[1:]]


def _within(offsets: Offsets, marks: Offsets, reach: int) -> Offsets:
    """The offsets that stand at most so many characters before a mark."""
    if not len(marks) or not len(offsets):
        return offsets[:0]
    following = np.searchsorted(marks, offsets, "right")
    near = following < len(marks)
    return offsets[near & (marks[np.minimum(following, len(marks) - 1)] - offsets <= reach)]
