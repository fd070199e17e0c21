"""Lines of a stream, in any usual text encoding, with their byte offsets and a bound on their length."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from cybersecqwen.records import Limits

BLOCK = 1 << 18
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
"""Number from 1, byte offset (-1 in recoded text), and the bytes with the line end."""


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


class Recoded(io.RawIOBase):
    """A stream of another encoding, read as UTF-8; damaged characters become U+FFFD."""

    def __init__(self, stream: BinaryIO, codec: str) -> None:
        super().__init__()
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(codec)("replace")
        self._ready = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase.readinto`."""
        read = getattr(self._stream, "read1", self._stream.read)  # what is there, where more is waited for
        while not self._ready:
            raw = read(BLOCK)
            self._ready = self._decoder.decode(raw, final=not raw).encode("utf-8", "replace")
            if not raw and not self._ready:
                return 0
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def lines(stream: BinaryIO, limits: Limits, *, start: int = 0, end: int = -1) -> Iterator[Line | TooLong]:
    r"""Lines that begin at `start` or later and before `end` (-1: the end of the stream).

    The stream is buffered and stands at `start`. Line ends ("\n") are part of the bytes. UTF-16 and
    UTF-32 are recoded to UTF-8, and their offsets are -1.
    """
    bound, offset, step = limits.line_bytes, start, 1
    if start == 0:
        codec, offset = _past_mark(stream)
        if codec != "utf-8":
            stream = io.BufferedReader(Recoded(stream, codec), BLOCK)
            offset, step = -1, 0
    readline, number, most = stream.readline, 0, bound + 1
    # NOTE: readline with a bound is the fastest way there is in Python: 30 % faster than splitting
    # blocks, 25 % faster than slices of a mapped file (597 MB of JSON lines).
    while line := readline(most):
        if 0 <= end <= offset:
            return
        number += 1
        size = len(line)
        if size > bound and line[-1] != 10:
            size += _pass_over(stream)
            yield TooLong(number, offset, size)
        else:
            yield number, offset, line
        offset += size * step


def decoded(stream: BinaryIO) -> BinaryIO:
    """The stream as UTF-8 without byte order mark."""
    codec, _ = _past_mark(stream)
    return stream if codec == "utf-8" else io.BufferedReader(Recoded(stream, codec), BLOCK)


def _past_mark(stream: BinaryIO) -> tuple[str, int]:
    """Find the encoding and leave the stream behind its mark: (codec, offset)."""
    peek = getattr(stream, "peek", None)
    head = bytes(peek(512)) if peek is not None else b""
    codec, mark = encoding_of(head)
    stream.read(mark)
    return codec, mark


def _pass_over(stream: BinaryIO) -> int:
    """Read to the next line end; the number of bytes."""
    length = 0
    while piece := stream.readline(BLOCK):
        length += len(piece)
        if piece[-1] == 10:
            break
    return length
