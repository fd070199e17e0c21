"""Bytes as text: by byte order mark, by what the document declares, else UTF-8, else code page 1252."""

from __future__ import annotations

import codecs

from cybersecqwen.inputs.lines import encoding_of

# What the Encoding Standard of WHATWG reads as Windows code pages, and what would not be text.
# From: https://encoding.spec.whatwg.org/#names-and-labels
_MEANT = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
}

_PYTHON = ("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape")
"""Text encodings of Python that are no character sets of documents."""


def text_of(data: bytes, declared: str = "") -> str:
    """The bytes as text; a damaged character becomes U+FFFD, and nothing else is changed."""
    codec, mark = encoding_of(data[:512])
    if mark or codec != "utf-8":
        return data[mark:].decode(codec, "replace")
    name = _known(declared)
    if name and name != "utf-8":
        return whole(data.decode(name, "replace"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A bound may have cut the last character; a few bad bytes in long UTF-8 are damage, not a code page.
        if error.start >= len(data) - 4 or name or _mostly_utf8(data):
            return data.decode("utf-8", "replace")
    return data.decode("cp1252", "replace")


def whole(text: str) -> str:
    """The text with U+FFFD for halves of surrogate pairs, which UTF-7 can spell and nothing can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _mostly_utf8(data: bytes) -> bool:
    """Whether there are more whole multi-byte characters than broken ones."""
    sample = data[:1_000_000].decode("utf-8", "replace")
    broken = sample.count("\ufffd")
    return sum(1 for char in sample if ord(char) > 127) - broken > 4 * broken


def _known(name: str) -> str:
    """Python's name of a text encoding, or ""."""
    name = name.strip().strip("\"'").lower()[:40]
    if not name.isascii():
        return ""
    name = _MEANT.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    # UTF-16 that is declared in ASCII bytes cannot be; "idna", "rot13" and their like are no character sets.
    if name.startswith(("utf-16", "utf-32")) or not found._is_text_encoding:
        return "utf-8"
    return "" if found.name in _PYTHON else found.name
