r"""Character escapes of C, JavaScript, Python and shells: \x69, \u0069, \151."""

from __future__ import annotations

import re

from .interface import Cleaned, View

LEAST = 3
"""Fewest escapes that count as disguise: ordinary paths hold an occasional \\x64 or \\u0041."""

_HEX = re.compile(r"\\x([0-9a-fA-F]{2})")
_UNICODE = re.compile(r"\\u(?:\{([0-9a-fA-F]{1,5})\}|([0-9a-fA-F]{4}))|`u\{([0-9a-fA-F]{1,5})\}")
_OCTAL = re.compile(r"\\0?([0-3][0-7]{2})")


def clean(view: View) -> Cleaned | None:
    """Replace escapes of printable characters; see `interface.Cleaner`."""
    if "\\" not in view.text and "`u{" not in view.text:
        return None
    text = view.text
    if "\\x" in text:
        text = _replaced(_HEX, text, 16)
    if "\\u" in text or "`u{" in text:
        text = _replaced(_UNICODE, text, 16)
    if "\\1" in text or "\\0" in text:
        text = _replaced(_OCTAL, text, 8)
    return Cleaned(text=text, how="character escapes") if text != view.text else None


def _replaced(pattern: re.Pattern[str], text: str, base: int) -> str:
    if sum(1 for _ in zip(range(LEAST), pattern.finditer(text), strict=False)) < LEAST:
        return text

    def character(match: re.Match[str]) -> str:
        code = int(next(filter(None, match.groups())), base)
        shown = code in (9, 10, 13) or (32 <= code < 0xD800 and chr(code).isprintable())
        return chr(code) if shown else match.group()

    return pattern.sub(character, text)
