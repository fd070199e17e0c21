"""The words of a PDF content stream (ISO 32000-2, 7.2 and 7.3)."""

from __future__ import annotations

import re

TOKEN = re.compile(
    rb"(?:[\x00\t\n\x0c\r ]++|%[^\r\n]*+)*+(?:"
    rb"([+-]?(?:\d++\.?+\d*+|\.\d++)-?\d*+)"  # 1: number
    rb"|(\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+\))*+\))"  # 2: string
    rb"|<([0-9A-Fa-f\s]*+)>"  # 3: hexadecimal string
    rb"|(/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*+)"  # 4: name
    rb"|([A-Za-z'\"][A-Za-z0-9*]*+)"  # 5: operator
    rb"|(\[|\]|<<|>>)"  # 6
    rb"|(\()"  # 7: a string that nests deeper, or never ends
    rb"|[^\x00\t\n\x0c\r ])",
    re.S,
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\r\n])|(.))", re.S)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_BRACKET = re.compile(rb"\\.|[()]", re.S)
END_OF_IMAGE = re.compile(rb"[\s]EI(?=[\s]|$)")


def end_of_string(data: bytes, start: int) -> int:
    """Where a string that begins at `start` ends, however deep its parentheses nest; -1 for never."""
    depth = 0
    for match in _BRACKET.finditer(data, start):
        if match[0] == b"(":
            depth += 1
        elif match[0] == b")":
            depth -= 1
            if not depth:
                return match.end()
    return -1


def number(raw: bytes) -> float:
    """A number; 0 for what some producers write instead ("1-2")."""
    try:
        return float(raw)
    except ValueError:
        return 0.0  # "1-2", as some producers write


def string(raw: bytes) -> bytes:
    """Bytes of a string in parentheses, escapes resolved."""
    inner = raw[1:-1]
    return _ESCAPE.sub(_unescaped, inner) if b"\\" in inner else inner


def _unescaped(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes((int(match[1], 8) & 0xFF,))
    return b"" if match[2] else _ESCAPES.get(match[3], match[3])


def hexadecimal(raw: bytes) -> bytes:
    """Bytes of a string in hexadecimal digits."""
    digits = b"".join(raw.split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
