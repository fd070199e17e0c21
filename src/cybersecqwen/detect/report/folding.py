"""Text as a reader sees it: full-width signs as ASCII, characters without width left out.

Reports take "evil。com", "１．２．３．４" or "ev<soft hyphen>il.com" from pages and PDF files, and look-alikes are a
way to hide from patterns. The folded text is what lookers read; `Folded.back` leads its offsets back.
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
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},  # full-width forms of ASCII
}

Codes = np.ndarray[tuple[int], np.dtype[np.uint32]]


@dataclass(frozen=True, slots=True)
class Folded:
    """A text and the way back to the one that it was made of."""

    text: str
    back: np.ndarray[tuple[int], np.dtype[np.intp]] | None
    """Offset in the original for each character; None where offsets are the same."""


def code_points(text: str) -> Codes:
    """The characters of a text as numbers, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def folded(text: str) -> Folded:
    """The text as a reader sees it."""
    if text.isascii():
        return Folded(text, None)
    codes = code_points(text)
    kinds = _kinds().take(np.minimum(codes, 0xFFFF))
    if not kinds.any():
        return Folded(text, None)
    mapped = np.where(kinds == 1, _targets().take(np.minimum(codes, 0xFFFF)), codes).astype(np.uint32)
    stops = np.flatnonzero(kinds == 3)
    stops = stops[(stops > 0) & (stops < len(codes) - 1)]
    between = _letters(mapped[stops - 1]) & _letters(mapped[stops + 1]) if len(stops) else stops
    mapped[stops[between.astype(bool)]] = 0x2E
    back = None
    if (kinds == 2).any():
        back = np.flatnonzero(kinds != 2)
        mapped = mapped[back]
    return Folded(mapped.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass"), back)


def _letters(codes: Codes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which are letters or digits of ASCII."""
    low = codes | 0x20
    return ((low >= 0x61) & (low <= 0x7A)) | ((codes >= 0x30) & (codes <= 0x39))


@cache
def _kinds() -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """0 for characters that stay, 1 for those with another meaning, 2 for invisible ones, 3 for stops."""
    table = np.zeros(0x10000, dtype=np.uint8)
    table[list(_ALIKE)] = 1
    table[list(_INVISIBLE)] = 2
    table[list(_STOPS)] = 3
    return table


@cache
def _targets() -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    table = np.arange(0x10000, dtype=np.uint32)
    table[list(_ALIKE)] = list(_ALIKE.values())
    return table
