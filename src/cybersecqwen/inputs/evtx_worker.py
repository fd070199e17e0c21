"""The process that parses EVTX chunks: file on standard input, frames on standard output.

Run by `evtx.py` as a script in isolated mode; imports nothing of this package, so that it starts fast.
A frame is a kind (C chunk, R record, E error, Z end), a number and a payload; see `evtx._Child.frames`.
"""

from __future__ import annotations

import io
import os
import struct
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

HEADER, CHUNK = 4_096, 65_536
MAGIC = b"ElfChnk\x00"
RECORD, FIRST = b"**\x00\x00", 512  # magic of a record; where the first one stands in its chunk
FRAME = struct.Struct("<cQI")
MEMORY = 2 << 30
ERRORS_PER_CHUNK = 64


def main(argv: list[str]) -> None:
    """Parse the chunks from offset argv[1] on (0: from the first); records over argv[2] bytes are errors."""
    _bound_memory()
    start, bound = int(argv[1]), int(argv[2])
    out = sys.stdout.buffer
    for offset, chunk in chunks(0, start):
        out.write(FRAME.pack(b"C", offset, 0))
        out.flush()  # should this chunk end the process, the parent knows which one it was
        for kind, number, payload in records(chunk, bound):
            out.write(FRAME.pack(kind, number, len(payload)))
            out.write(payload)
        out.flush()
    out.write(FRAME.pack(b"Z", 0, 0))
    out.flush()


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent still bounds the time
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        # A bound that stands already and is lower cannot be raised, and need not be.
        before = resource.getrlimit(kind)[1]
        bound = most if before == resource.RLIM_INFINITY else min(most, before)
        resource.setrlimit(kind, (bound, bound))


def chunks(descriptor: int, start: int) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of every chunk: on the 64 KiB grid of a sound file, elsewhere by its magic."""
    size = os.fstat(descriptor).st_size
    first = 0 if os.pread(descriptor, 8, 0) == MAGIC else HEADER
    at = start or first
    while at + 512 <= size:
        chunk = os.pread(descriptor, CHUNK, at)
        yield at, chunk
        at += CHUNK


def records(chunk: bytes, bound: int) -> Iterator[tuple[bytes, int, bytes]]:
    """The records of a chunk, then one error with the number of those that its header promises more."""
    if not chunk.strip(b"\x00"):
        return  # space allocated and never used: files grow by many chunks at a time
    if not chunk.startswith(MAGIC):
        yield b"E", 1, b"The chunk has no chunk header."
        return
    low, high = struct.unpack_from("<QQ", chunk, 8)
    promised = high - low + 1 if 0 <= high - low < CHUNK // 24 else 0
    given, problems = 0, []
    for kind, number, payload in _parse(chunk):
        if kind == b"R" and len(payload) > bound:
            problems.append(f"The record gives {len(payload):,} bytes of JSON; the bound is {bound:,}.")
        elif kind == b"R":
            given += 1
            yield kind, number, payload
        else:
            problems.append(payload.decode("utf-8", "replace"))
    missing = max(promised - given, 0)
    if problems:
        yield b"E", max(missing, 1), problems[0].encode()
    elif missing:
        yield b"E", missing, b"The chunk header promises more records than can be found."


def _parse(chunk: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    from evtx import PyEvtxParser

    try:
        found = PyEvtxParser(_file_of(mended(chunk)), number_of_threads=1).records_json()
    except BaseException as error:  # a Rust panic is a BaseException
        yield b"E", 1, _words(error)
        return
    failures = 0
    while failures < ERRORS_PER_CHUNK:
        try:
            record: Any = next(found)
        except StopIteration:
            return
        except BaseException as error:
            failures += 1
            yield b"E", 1, _words(error)
        else:
            yield b"R", int(record["event_record_id"]), record["data"].encode("utf-8", "replace")


def mended(chunk: bytes) -> bytes:
    """The chunk with each unreadable stretch between two records made one record that fails alone.

    The parser goes from record to record by their sizes, so one bad size would cost all that follow.
    Positions stay as they are: names and templates are found by their offset in the chunk.
    """
    end = min(struct.unpack_from("<I", chunk, 48)[0], len(chunk))  # of the last record
    end = end if end > FIRST else len(chunk)
    whole, at = bytearray(chunk), FIRST
    while at < end:
        size = _size_at(chunk, at)
        if size:
            at += size
            continue
        after = chunk.find(RECORD, at + 4)
        while 0 <= after < end and not _size_at(chunk, after):
            after = chunk.find(RECORD, after + 4)
        if not 0 <= after < end or after - at < 28:
            break
        struct.pack_into("<4sI", whole, at, RECORD, after - at)
        struct.pack_into("<I", whole, after - 4, after - at)
        at = after
    return bytes(whole)


def _size_at(chunk: bytes, at: int) -> int:
    """Size of the record that begins here, or 0 where none does: it stands at both ends of a record."""
    if chunk[at : at + 4] != RECORD or at + 28 > len(chunk):
        return 0
    size: int = struct.unpack_from("<I", chunk, at + 4)[0]
    if not 28 <= size <= len(chunk) - at:
        return 0
    return size if chunk[at + size - 4 : at + size] == chunk[at + 4 : at + 8] else 0


def _words(error: BaseException) -> bytes:
    text = " ".join(str(error).split())
    return (text[:240] or type(error).__name__).encode("utf-8", "replace")


def _file_of(chunk: bytes) -> BinaryIO:
    """A file with a header of its own and this one chunk."""
    header = bytearray(HEADER)
    # Magic; first and last chunk; next record; header size; version 3.1; header block size; chunks.
    struct.pack_into("<8sQQQIHHHH", header, 0, b"ElfFile\x00", 0, 0, 1, 128, 1, 3, HEADER, 1)
    return io.BytesIO(bytes(header) + chunk.ljust(CHUNK, b"\x00"))


if __name__ == "__main__":
    main(sys.argv)
