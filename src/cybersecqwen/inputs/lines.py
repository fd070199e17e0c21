"""Lines of a stream, in any usual text encoding, with their byte offsets and a bound on their length."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from cybersecqwen.records import Limits

BLOCK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class TooLong(NamedTuple):
    """A line longer than the bound, which was passed over without being held in memory."""

    number: int
    """Of the line, from 1."""
    offset: int
    """Where it begins, or -1."""
    length: int
    """Bytes that were passed over."""


Line = tuple[int, int, bytes]
"""Number from 1, byte offset (-1 in recoded text), and the bytes without the line end."""


def encoding_of(head: bytes) -> tuple[str, int]:
    """(codec, length of the byte order mark): UTF-8 unless a mark or the zero bytes say otherwise."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, len(mark)
    sample = head[:512]
    even, odd = sample[::2], sample[1::2]
    if len(sample) < 4:
        return "utf-8", 0
    # ASCII characters in UTF-16 have every second byte zero.
    if odd.count(0) > 0.8 * len(odd) and even.count(0) < 0.2 * len(even):
        return "utf-16-le", 0
    if even.count(0) > 0.8 * len(even) and odd.count(0) < 0.2 * len(odd):
        return "utf-16-be", 0
    return "utf-8", 0


def as_utf8(head: bytes) -> bytes:
    """The first bytes of a file without byte order mark and in UTF-8, for recognising formats."""
    codec, mark = encoding_of(head)
    if codec == "utf-8":
        return head[mark:]
    return head[mark:].decode(codec, "ignore").encode("utf-8", "ignore")


class Recoded:
    """A stream of another encoding, read as UTF-8; damaged characters become U+FFFD."""

    def __init__(self, stream: BinaryIO, first: bytes, codec: str) -> None:
        self._stream = stream
        self._first = first
        self._decoder = codecs.getincrementaldecoder(codec)("replace")

    def read(self, size: int) -> bytes:
        """Some bytes, b"" at the end; `size` bounds what is read below, not what is given."""
        while True:
            raw, self._first = self._first or self._stream.read(size), b""
            found = self._decoder.decode(raw, final=not raw).encode("utf-8", "replace")
            if found or not raw:
                return found


def lines(stream: BinaryIO, limits: Limits, *, start: int = 0, end: int = -1) -> Iterator[Line | TooLong]:
    r"""Lines that begin at `start` or later and before `end` (-1: the end of the stream).

    The stream stands at `start`. A line ends with "\n"; a "\r" before it stays, which JSON does not mind.
    """
    source: BinaryIO | Recoded = stream
    block = stream.read(BLOCK)
    step = 1
    if start == 0:
        codec, mark = encoding_of(block)
        block, start = block[mark:], mark
        if codec != "utf-8":
            source = Recoded(stream, block, codec)
            block, start, step = source.read(BLOCK), -1, 0
    number, offset, bound = 0, start, limits.line_bytes
    carry = b""  # the line that the last block left unfinished
    while block:
        parts = (carry + block).split(b"\n") if carry else block.split(b"\n")
        carry = parts.pop()
        for line in parts:
            if 0 <= end <= offset:
                return
            number += 1
            if len(line) > bound:
                yield TooLong(number, offset, len(line))
            else:
                yield number, offset, line
            offset += (len(line) + 1) * step
        if 0 <= end <= offset:
            return
        if len(carry) > bound:
            number += 1
            length, carry = _pass_over(source, len(carry))
            yield TooLong(number, offset, length)
            offset += (length + 1) * step
        block = source.read(BLOCK)
        while block and len(carry) + len(block) < BLOCK and b"\n" not in block:
            more = source.read(BLOCK)  # pipes and archives give small pieces
            if not more:
                break
            block += more
    if carry:
        yield number + 1, offset, carry


def _pass_over(source: BinaryIO | Recoded, length: int) -> tuple[int, bytes]:
    """Read to the next line end: (bytes of the long line, what was read behind it)."""
    while block := source.read(BLOCK):
        at = block.find(b"\n")
        if at >= 0:
            return length + at, block[at + 1 :]
        length += len(block)
    return length, b""
