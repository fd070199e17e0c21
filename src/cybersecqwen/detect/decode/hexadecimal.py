r"""Hexadecimal bytes: contiguous runs, separated pairs, and \xNN strings that hold binary."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import plausible
from .interface import Found, View

BARE_DIGITS = 32
"""Shortest run that is tried where nothing announces hex: 16 bytes, see `plausible`."""

_RUN = re.compile(r"(?<![0-9A-Za-z])(?:0[xX])?([0-9a-fA-F]{8,}+)(?![0-9A-Za-z])")
_LONG = re.compile(rf"[0-9a-fA-F]{{{BARE_DIGITS}}}")
_PAIRS = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{2}(?:[ ,:;_.~|-]{1,2}+[0-9a-fA-F]{2}(?![0-9A-Za-z])){5,}+")
_ESCAPED = re.compile(r"(?:\\x[0-9a-fA-F]{2}){4,}+")
_SEPARATORS = re.compile(r"[^0-9a-fA-F]+")
_WORDS = ("xxd", "hex", "toint16", "toint32", "tobyte", "fromhex", ",16)", ", 16)")


def find(view: View) -> Iterator[Found]:
    """Hex stretches that could hold a text; see `interface.Decoder`."""
    named = any(word in view.low for word in _WORDS)
    least = 8 if "xxd" in view.low else 12 if named else BARE_DIGITS
    if "\\x" in view.low:
        for match in _ESCAPED.finditer(view.text):
            yield Found(
                data=bytes.fromhex(match.group().replace("\\x", "")),
                how="hex",
                start=match.start(),
                end=match.end(),
            )
    # without a look-behind the search for a long run is ten times faster
    for match in _RUN.finditer(view.text) if named or _LONG.search(view.text) else ():
        digits = match[1]
        if len(digits) >= least and len(digits) % 2 == 0:
            yield from _found(digits, match.start(), match.end(), named and not digits.isdigit())
    if named:
        for match in _PAIRS.finditer(view.text):
            yield from _found(_SEPARATORS.sub("", match.group()), match.start(), match.end(), named)


def _found(digits: str, start: int, end: int, named: bool) -> Iterator[Found]:
    if named or plausible.promising(bytes.fromhex(digits[:48])):
        yield Found(data=bytes.fromhex(digits), how="hex", start=start, end=end, sure=named)
