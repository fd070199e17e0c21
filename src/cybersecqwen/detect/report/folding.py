"""Text as a reader sees it: full-width signs as ASCII, characters without width left out.

Reports take "evil。com", "１．２．３．４" or "ev<soft hyphen>il.com" from pages and PDF files, and
look-alikes are a way to hide from patterns. The folded text is what lookers read; `Folded.back` leads
offsets back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

# From: Unicode 16, general category Cf, and the variation selectors: characters that nobody sees
_INVISIBLE = (
    *(0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x206A),
    *range(0xFE00, 0xFE10),
)
# Stops that are only a dot between letters: elsewhere they end a sentence of Chinese or Japanese
_STOPS = (0x3002, 0xFF61)
_ALIKE = {
    0x2010: 0x2D,  # hyphen
    0x2011: 0x2D,  # non-breaking hyphen
    0x2024: 0x2E,  # one dot leader
    0xFE52: 0x2E,  # small full stop
    0xA789: 0x3A,  # modifier letter colon
    0x2236: 0x3A,  # ratio
    0x2044: 0x2F,  # fraction slash
    0x2215: 0x2F,  # division slash
    0x3000: 0x20,  # ideographic space
    # full-width letters, digits, and the signs that indicators hold; the others end them
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()},
    **{ord(sign) + 0xFEE0: ord(sign) for sign in "./:@[](){}-_\\%#=&+~$*"},
}

Codes = np.ndarray[tuple[int], np.dtype[np.uint32]]
Offsets = np.ndarray[tuple[int], np.dtype[np.intp]]


@dataclass(frozen=True, slots=True)
class Folded:
    """A text and the way back to the one that it was made of."""

    text: str
    hidden: Offsets | None
    """Where invisible characters stood, counted without those before them; None where there were none."""

    def back(self, offsets: Offsets) -> Offsets:
        """The offsets in the original of some characters."""
        return offsets if self.hidden is None else offsets + np.searchsorted(self.hidden, offsets, "right")


def code_points(text: str) -> Codes:
    """The characters of a text as numbers, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def folded(text: str) -> Folded:
    """The text as a reader sees it."""
    if text.isascii():
        return Folded(text, None)
    codes = code_points(text)
    foreign = np.flatnonzero(codes > 127)
    kinds = _kinds().take(codes[foreign], mode="clip")
    if not kinds.any():
        return Folded(text, None)
    foreign, kinds = foreign[kinds > 0], kinds[kinds > 0]
    codes = codes.copy()
    alike = foreign[kinds == 1]
    codes[alike] = _targets().take(codes[alike])
    stops = foreign[kinds == 3]
    stops = stops[(stops > 0) & (stops < len(codes) - 1)]
    codes[stops[_letters(codes[stops - 1]) & _letters(codes[stops + 1])]] = 0x2E
    hidden = foreign[kinds == 2]
    if len(hidden):
        codes = np.delete(codes, hidden)
    seen = codes.tobytes().decode("utf-32-le", "surrogatepass")
    return Folded(seen, hidden - np.arange(len(hidden)) if len(hidden) else None)


def _letters(codes: Codes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which are letters or digits of ASCII."""
    low = codes | 0x20
    return ((low >= 0x61) & (low <= 0x7A)) | ((codes >= 0x30) & (codes <= 0x39))


@cache
def _kinds() -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """0 for characters that stay, 1 for those with another meaning, 2 for invisible ones, 3 for stops."""
    table = np.zeros(0x10000, dtype=np.uint8)  # the last one stands for all beyond
    table[list(_ALIKE)] = 1
    table[list(_INVISIBLE)] = 2
    table[list(_STOPS)] = 3
    return table


@cache
def _targets() -> Codes:
    table = np.arange(0x10000, dtype=np.uint32)
    table[list(_ALIKE)] = list(_ALIKE.values())
    return table
