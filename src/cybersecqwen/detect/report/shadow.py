"""One byte a character, classes of characters, and arrays of offsets."""

from __future__ import annotations

from functools import cache

import numpy as np

from .folding import Offsets, code_points

Bytes = np.ndarray[tuple[int], np.dtype[np.uint8]]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]

WORD, OTHER, BLANK = 0xE9, 0x80, 0xA0
"""Bytes that stand for a letter, another character and a blank beyond ASCII."""
LIKE_ASCII = {0x017F: ord("s"), 0x212A: ord("k"), 0x0130: ord("i"), 0x0131: ord("i")}
"""Letters beyond ASCII that patterns which ignore case take for one of ASCII."""

_DIGITS = b"0123456789"
_WORD = _DIGITS + bytes(range(97, 123)) + bytes(range(65, 91)) + bytes([WORD]) + b"_"
_CLASSES = {
    "digit": _DIGITS,
    "hex": _DIGITS + b"abcdefABCDEF",
    "word": _WORD,
    "name": _WORD + b"-",
    "local": _WORD + b".+-",
    "file": _WORD + b"~+.-",
    "unix": _WORD + b".:/\\~-",
    "relative": _WORD + b".~$\\-",
    "unc": _WORD + b"\\",
    "device": b"\\?dD",
    "mark": b".:/\\-+@~%$_\n[({<",
    "open": b"[({<",
    "close": b">}]",
    "dot": b".dD",
    "dot begins": b". [({<\\",
    "at": b"@aA",
    "separator": b"/\\[]_)}",
    "digest": _WORD + b"+/",
    "scheme end": b"pPsS",
    "object": b"TtSGCMD",
    "no host": b"\\%$",
    "no bare host": _WORD + b"@.\\/%$:+-",
    "joint": b"-_",
    "coin": b"1348bB",
    "letter": _WORD[:62],
    **{letter: (letter + letter.upper()).encode() for letter in "ehprs"},
}


def shadow(text: str) -> bytes:
    """One byte a character: ASCII as it is, letters, blanks and others beyond it by their kind."""
    if text.isascii():
        return text.encode("ascii")
    codes = code_points(text)
    low = codes.astype(np.uint8)
    foreign = np.flatnonzero(codes > 127)
    points = codes[foreign]
    present = np.zeros(0x110000, dtype=np.bool_)
    present[points] = True
    kinds = np.full(0x110000, OTHER, dtype=np.uint8)
    for code in np.flatnonzero(present).tolist():
        character = chr(code)
        if code in LIKE_ASCII:
            kinds[code] = LIKE_ASCII[code]
        elif character.isalnum():
            kinds[code] = WORD
        elif character.isspace():
            kinds[code] = BLANK
    low[foreign] = kinds.take(points)
    return low.tobytes()


def mask(low: bytes, kind: str) -> Mask:
    """For each character, whether it belongs to a class."""
    return np.frombuffer(low.translate(table(kind).tobytes()), dtype=np.bool_)


@cache
def table(kind: str) -> Mask:
    """For each byte, whether it belongs to a class of characters."""
    members = np.zeros(256, dtype=np.bool_)
    members[list(_CLASSES[kind])] = True
    return members


def runs(members: Mask) -> tuple[Offsets, Offsets]:
    """Where runs of members begin and where they end, after the last one: from one search for changes."""
    if not len(members):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    edges = np.flatnonzero(members[1:] != members[:-1]) + 1
    first = np.zeros(int(members[0]), dtype=np.intp)
    last = np.full(int(members[-1]), len(members), dtype=np.intp)
    edges = np.concatenate((first, edges, last))
    return edges[0::2].copy(), edges[1::2].copy()


def union(*parts: Offsets) -> Offsets:
    """All offsets once, ascending."""
    joined = np.concatenate(parts)
    if len(joined) < 2:
        return joined
    joined.sort(kind="stable")  # parts that ascend are merged in linear time
    return joined.compress(first_of_each(joined))


def first_of_each(ascending: Offsets) -> Mask:
    """Which of some ascending offsets are no repetition of the one before."""
    fresh = np.empty(len(ascending), dtype=np.bool_)
    fresh[:1] = True
    np.not_equal(ascending[1:], ascending[:-1], out=fresh[1:])
    return fresh


def spaced(offsets: Offsets, distance: int) -> Offsets:
    """The first of three offsets in a row at a distance."""
    if len(offsets) < 3:
        return offsets[:0]
    near = np.diff(offsets) == distance
    first: Offsets = offsets[:-2][near[:-1] & near[1:]]
    return first


def within(offsets: Offsets, marks: Offsets, reach: int) -> Offsets:
    """The offsets that stand at most so many characters before a mark."""
    if not len(marks) or not len(offsets):
        return offsets[:0]
    following = np.searchsorted(marks, offsets, "right")
    near = following < len(marks)
    return offsets[near & (marks[np.minimum(following, len(marks) - 1)] - offsets <= reach)]
