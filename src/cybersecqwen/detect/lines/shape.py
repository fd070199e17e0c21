"""Shapes of lines: every run of ASCII digits stands as one 0.

Lines that differ only in decimal numbers share a shape, so that most lines of a log are dealt with by one
look-up. Shapes of a whole batch are made at once, byte by byte in native code, without a loop over lines.
"""

from __future__ import annotations

from collections.abc import Sequence

WILD = "<*>"
"""Stands in a template for a parameter."""

WORD_CHARS = 512
"""A longer word is a parameter as a whole: encoded data, not a word."""

_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_ZERO = 0x30


def shapes_of(texts: Sequence[str], line_chars: int) -> list[bytes]:
    """The shape of each line in UTF-8; line ends inside a line become spaces.

    Of a line longer than `line_chars` characters only the words that fit are looked at; a parameter stands
    for the rest.
    """
    import numpy as np

    if not texts:
        return []
    if max(map(len, texts)) > line_chars:
        texts = [text if len(text) <= line_chars else cut(text, line_chars) for text in texts]
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1:
        joined = "\n".join([text.replace("\n", " ") for text in texts])
    raw = np.frombuffer(joined.encode("utf-8", "surrogatepass").translate(_ZEROS), dtype=np.uint8)
    if not len(raw):
        return [b""] * len(texts)
    zero = raw == _ZERO
    kept = np.ones(len(raw), dtype=np.bool_)
    np.logical_and(zero[1:], zero[:-1], out=kept[1:])
    np.logical_not(kept[1:], out=kept[1:])
    return raw[kept].tobytes().split(b"\n")


def cut(text: str, line_chars: int) -> str:
    """The words that fit whole, and a parameter for the rest, if there is more than space."""
    head = text[:line_chars]
    if text[line_chars:].isspace():
        return head
    words = head.rsplit(None, 1) if not head[-1:].isspace() and not text[line_chars].isspace() else [head, ""]
    return f"{words[0]} {WILD}" if len(words) == 2 else WILD


def words_of(shape: bytes, line_words: int) -> list[str]:
    """The words of a shape, at most `line_words`; a parameter stands for those beyond.

    Lone surrogates become U+FFFD, so that templates can always be written as UTF-8.
    """
    words = shape.decode("utf-8", "replace").split()
    if len(words) > line_words:
        words[line_words:] = [WILD]
    return words


def single_spaced(text: str) -> str:
    """A line as templates are compared with it: one space between words, no lone surrogates."""
    if not text.isascii():
        text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return " ".join(text.split())
