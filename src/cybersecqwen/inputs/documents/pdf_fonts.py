"""What the codes of a PDF font mean and how wide they are (ISO 32000-2, 9.5 to 9.10)."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_MOST_CODES = 70_000
_LIGATURES = {
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st",
}  # fmt: skip
"""A ligature is a matter of the typeface; the word has letters."""
_PAIR = re.compile(rb"<([0-9A-Fa-f\s]{0,64})>\s{0,32}<([0-9A-Fa-f\s]{0,1024})>")
_RANGE = re.compile(
    rb"<([0-9A-Fa-f]{1,8})>\s{0,32}<([0-9A-Fa-f]{1,8})>\s{0,32}(?:<([0-9A-Fa-f\s]{0,1024})>|\[([^\]]{0,1000000})\])"
)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]{0,1024})>")
_MONO = re.compile(r"mono|courier|consolas|menlo|typewriter|fixed|inconsolata|code", re.I)
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.I)


class Font:
    """Decodes strings shown in one font."""

    def __init__(self, font: Mapping[str, Any]) -> None:
        name = str(value_of(font, "/BaseFont") or "")[:200]
        self.mono = _MONO.search(name) is not None
        """Its characters are all of one width, by its name."""
        self.bold = _BOLD.search(name) is not None
        """It is bold, by its name."""
        self.wide = value_of(font, "/Subtype") == "/Type0"
        """Its codes have two bytes."""
        self.scale = 0.001
        """Ems in a unit of its widths."""
        self._chars: dict[int, str] = {}
        self._widths: dict[int, float] = {}
        self._default = 500.0
        stream = value_of(font, "/ToUnicode")
        data = getattr(stream, "get_data", None)
        mapping = to_unicode(data()) if data is not None else {}
        if self.wide:
            self._composite(font, mapping)
        else:
            self._simple(font, mapping, name)
        self._text = [self._chars.get(code, "\ufffd") for code in range(256)] if not self.wide else []
        self._advance = (
            [self._widths.get(code, self._default) for code in range(256)] if not self.wide else []
        )

    def decode(self, data: bytes) -> tuple[str, float, int]:
        """(text, width in ems, number of codes) of a string."""
        if not self.wide:
            text, advance = self._text, self._advance
            return (
                "".join([text[code] for code in data]),
                sum([advance[code] for code in data]) * self.scale,
                len(data),
            )
        count = len(data) // 2
        codes = struct.unpack(f">{count}H", data[: count * 2])
        chars, widths, default = self._chars, self._widths, self._default
        return (
            "".join([chars.get(code, "\ufffd") for code in codes]),
            sum([widths.get(code, default) for code in codes]) * self.scale,
            count,
        )

    def _simple(self, font: Mapping[str, Any], mapping: dict[int, str], name: str) -> None:
        self._chars = encoding_of(font, name)
        self._chars.update(mapping)
        descriptor = _dict(value_of(font, "/FontDescriptor"))
        self._default = _number(value_of(descriptor, "/MissingWidth"), 0.0)
        widths = value_of(font, "/Widths")
        if isinstance(widths, list):
            first = int(_number(value_of(font, "/FirstChar"), 0))
            for at, width in enumerate(widths[:256]):
                self._widths[first + at] = _number(_plain(width), 0.0)
            if not any(self._widths.values()):
                self._widths, self._default = {}, 500.0
        else:
            self._core(name)
        matrix = value_of(font, "/FontMatrix")
        if value_of(font, "/Subtype") == "/Type3" and isinstance(matrix, list) and matrix:
            self.scale = abs(_number(_plain(matrix[0]), 0.001)) or 0.001

    def _core(self, name: str) -> None:
        """Widths of the 14 fonts that every reader has; half an em for others."""
        self._default = 600.0 if self.mono else 500.0
        found = _core_widths(name.lstrip("/").rpartition("+")[2])
        if found:
            self._default = found.get("default", 556)
            self._widths = {code: found.get(char, self._default) for code, char in self._chars.items()}

    def _composite(self, font: Mapping[str, Any], mapping: dict[int, str]) -> None:
        below = value_of(font, "/DescendantFonts")
        cid = _dict(_plain(below[0])) if isinstance(below, list) and below else {}
        self._default = _number(value_of(cid, "/DW"), 1_000.0)
        self._chars = mapping
        encoding = str(value_of(font, "/Encoding") or "")
        if not mapping and ("UCS2" in encoding or "UTF16" in encoding):
            self._chars = {code: chr(code) for code in range(0x20, 0xD800)}
        widths = value_of(cid, "/W")
        if not isinstance(widths, list):
            return
        at = 0
        while at + 1 < len(widths) and len(self._widths) < _MOST_CODES:
            first, second = int(_number(_plain(widths[at]), 0)), _plain(widths[at + 1])
            if isinstance(second, list):
                for number, width in enumerate(second[:_MOST_CODES]):
                    self._widths[first + number] = _number(_plain(width), self._default)
                at += 2
            elif at + 2 < len(widths):
                last, width = int(_number(second, 0)), _number(_plain(widths[at + 2]), self._default)
                for code in range(first, min(last, first + _MOST_CODES - len(self._widths)) + 1):
                    self._widths[code] = width
                at += 3
            else:
                return


def to_unicode(data: bytes) -> dict[int, str]:
    """Code → text of a ToUnicode CMap; what cannot be read of it is left out."""
    found: dict[int, str] = {}
    at = 0
    while len(found) < _MOST_CODES:
        char, span = data.find(b"beginbfchar", at), data.find(b"beginbfrange", at)
        if char < 0 and span < 0:
            break
        is_char = span < 0 or 0 <= char < span
        start = char if is_char else span
        end = data.find(b"endbf", start)
        end = len(data) if end < 0 else end
        if is_char:
            for match in _PAIR.finditer(data, start, end):
                code = _code(match[1])
                if code >= 0:
                    found[code] = _utf16(match[2])
        else:
            for match in _RANGE.finditer(data, start, end):
                _spread(found, match)
        at = end + 5
    return found


def _spread(found: dict[int, str], match: re.Match[bytes]) -> None:
    first, last = int(match[1], 16), int(match[2], 16)
    if match[4] is not None:
        for number, one in enumerate(_HEX.findall(match[4])):
            if number > last - first or len(found) >= _MOST_CODES:
                return
            found[first + number] = _utf16(one)
        return
    text = _utf16(match[3])
    if not text:
        return
    for code in range(first, min(last, first + _MOST_CODES - len(found)) + 1):
        after = ord(text[-1]) + code - first
        if 0xD800 <= after < 0xE000 or after > 0x10FFFF:  # a half of a surrogate pair, or nothing at all
            return
        found[code] = text[:-1] + chr(after).translate(_LIGATURES)


def _code(raw: bytes) -> int:
    digits = b"".join(raw.split())
    return int(digits, 16) if 0 < len(digits) <= 8 else -1


def _utf16(raw: bytes) -> str:
    digits = b"".join(raw.split())
    if len(digits) == 2:
        digits = b"00" + digits
    try:
        text = bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")
    except ValueError:
        return ""
    return text.translate(_LIGATURES).replace("\x00", "")


def encoding_of(font: Mapping[str, Any], name: str) -> dict[int, str]:
    """Code → text of a simple font by its /Encoding."""
    encoding = value_of(font, "/Encoding")
    base, differences = "", None
    if isinstance(encoding, str):
        base = encoding
    else:
        found = _dict(encoding)
        base, differences = str(value_of(found, "/BaseEncoding") or ""), value_of(found, "/Differences")
    if not base:
        plain = name.lstrip("/").rpartition("+")[2]
        base = f"/{plain}" if plain in ("Symbol", "ZapfDingbats") else "/StandardEncoding"
    chars = dict(_base(base))
    if isinstance(differences, list):
        glyphs, code = _glyphs(), 0
        for one in differences[:_MOST_CODES]:
            one = _plain(one)
            if isinstance(one, str):
                chars[code] = _glyph(one, glyphs)
                code += 1
            elif isinstance(one, int | float):
                code = int(one)
    return {code: text.translate(_LIGATURES) for code, text in chars.items() if 0 <= code < 256 and text}


def _glyph(name: str, glyphs: Mapping[str, str]) -> str:
    found = glyphs.get(name) or glyphs.get(name.partition(".")[0])
    if found:
        return found
    match = re.match(r"/(?:uni([0-9A-F]{4})|u([0-9A-F]{4,6}))", name)
    if match:
        number = int(match[1] or match[2], 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else ""
    return name[1:] if len(name) == 2 else ""


@lru_cache(maxsize=8)
def _base(name: str) -> Mapping[int, str]:
    """A base encoding: from pypdf's tables, or the code page that comes nearest should these move."""
    try:
        from pypdf._codecs import charset_encoding

        table = charset_encoding.get(name) or charset_encoding["/StandardEncoding"]
        return {code: char for code, char in enumerate(table) if char and char != "\x00"}
    except (ImportError, KeyError):
        codec = "mac_roman" if name == "/MacRomanEncoding" else "cp1252"
        return {code: bytes((code,)).decode(codec, "ignore") for code in range(32, 256)}


@lru_cache(maxsize=1)
def _glyphs() -> Mapping[str, str]:
    try:
        from pypdf._codecs import adobe_glyphs
    except ImportError:
        return {}
    return adobe_glyphs if isinstance(adobe_glyphs, dict) else {}


@lru_cache(maxsize=32)
def _core_widths(name: str) -> dict[str, float]:
    try:
        from pypdf._codecs.core_font_metrics import CORE_FONT_METRICS
    except ImportError:
        return {}
    alias = (
        name.replace("Arial", "Helvetica")
        .replace("TimesNewRoman", "Times")
        .replace(",", "-")
        .replace("PSMT", "")
        .replace("MT", "")
    )
    if alias == "Times":
        alias = "Times-Roman"
    found = CORE_FONT_METRICS.get(name) or CORE_FONT_METRICS.get(alias)
    return dict(found.character_widths) if found is not None else {}


def value_of(mapping: Mapping[str, Any], key: str) -> Any:
    """The object under a key, references followed; None where it is missing."""
    return _plain(mapping.get(key))


def _plain(value: Any) -> Any:
    """The object behind a reference."""
    return value.get_object() if hasattr(value, "get_object") else value


def _dict(value: Any) -> Mapping[str, Any]:
    value = _plain(value)
    return value if isinstance(value, dict) else {}


def _number(value: Any, default: float) -> float:
    value = _plain(value)
    if isinstance(value, int | float) and abs(value) < 1e7:
        return float(value)
    return default
