"""Lists of numbers that are characters: 73,69,88 or 0x49,0x45,0x58, also joined by odd separators.

Single conversions ([char]73, Chr(73), String.fromCharCode(73)) are constants and belong to
`constants`; here stand the lists that a loop or byte array turns into text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .interface import Found, View

LEAST = 4
"""Shortest list that is tried."""

_NUMBER = r"(?:0[xX][0-9a-fA-F]{1,4}|[0-9]{1,7})(?![0-9A-Za-z])"
_LIST = re.compile(rf"(?<![\w.]){_NUMBER}(?:[\s,;&]{{1,4}}+{_NUMBER}){{3,}}+")
# other separators ("73z69z88z40"), but none that dates, versions, addresses and paths use
_ODD_LIST = re.compile(r"(?<![\w.])[0-9]{2,7}(?:[^0-9\s'\"().:/\\-]{1,2}+[0-9]{2,7}){3,}+")
_ITEM = re.compile(r"0[xX][0-9a-fA-F]+|[0-9]+")
_WORDS = ("char", "chr(", "chrw(", "byte", "bxor", "toint", "ascii", "getstring", "u8", "buffer")
_BASE = re.compile(r",\s{0,4}(2|8|16)\s{0,4}\)")


def find(view: View) -> Iterator[Found]:
    """Number lists in a text that speaks of characters or bytes; see `interface.Decoder`."""
    if not any(word in view.low for word in _WORDS):
        return
    base = _base(view.low)
    plain = False
    for match in _LIST.finditer(view.text):
        plain = True
        yield from _found(match.group(), match.start(), match.end(), base)
    if not plain:
        for match in _ODD_LIST.finditer(view.text):
            yield from _found(match.group(), match.start(), match.end(), base)


def _base(low: str) -> int:
    match = _BASE.search(low) if "toint" in low or "tobyte" in low or "parseint" in low else None
    return int(match[1]) if match else 10


def _found(stretch: str, start: int, end: int, base: int) -> Iterator[Found]:
    numbers = _numbers(stretch, base)
    if len(numbers) < LEAST or max(numbers) > 0x10FFFF:
        return
    if max(numbers) < 256:
        yield Found(data=bytes(numbers), how="char codes", start=start, end=end, sure=True)
    elif all(32 <= n < 0xD800 or n in (9, 10, 13) for n in numbers):
        yield Found(data="".join(map(chr, numbers)), how="char codes", start=start, end=end, sure=True)


def _numbers(stretch: str, base: int) -> list[int]:
    numbers: list[int] = []
    for item in _ITEM.findall(stretch):
        try:
            numbers.append(int(item, 16) if item[:2].lower() == "0x" else int(item, base))
        except ValueError:  # a digit that the base does not have
            return []
    return numbers
