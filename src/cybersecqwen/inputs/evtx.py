"""EVTX, the binary log of Windows Vista and later, read by the `evtx` package in a process of its own.

The package is native code that is fed hostile bytes, so it runs in a child process with bounds on
memory and time (`evtx_worker.py`), one 64 KiB chunk at a time. Whatever happens to the child costs one
chunk: a new one goes on behind it. Chunks are found by their magic number, so a damaged file header
does not matter. Layout: https://github.com/libyal/libevtx/blob/main/documentation/Windows%20XML%20Event%20Log%20(EVTX).asciidoc
"""

from __future__ import annotations

import selectors
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from cybersecqwen.records import Damage, Limits

from .interface import Blob, RawRecord, Reader
from .json_values import parse, too_deep

FILE_MAGIC, CHUNK_MAGIC = b"ElfFile\x00", b"ElfChnk\x00"
HEADER, CHUNK = 4_096, 65_536
_FRAME = struct.Struct("<cQI")  # kind, number, length of what follows
_SECONDS = 20  # without a word from the child; a chunk takes it about a millisecond
_RESTARTS = 50


class EvtxReader(Reader):
    """Records as JSON mappings with their event record ids as numbers."""

    name = "evtx"

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`."""
        if head.startswith((FILE_MAGIC, CHUNK_MAGIC)):
            return 100
        return 95 if head[HEADER : HEADER + 8] == CHUNK_MAGIC else 0

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`. Offsets are those of the chunks; a damage covers the rest of its chunk."""
        with _seekable(blob, limits) as file:
            at, number, before = 0, 0, 0
            for _ in range(_RESTARTS):
                child = _Child(file, at, limits)
                with child:
                    for kind, value, payload in child.frames():
                        if kind == b"C":
                            at, before = value, number
                            continue
                        if kind == b"R":
                            number += 1
                        yield _record(blob, kind, number, at, value, payload, limits)
                if child.finished:
                    return
                # The chunk at `at` took the child along: say so and go on behind it.
                reason = f"The chunk cannot be parsed: {child.problem}."
                lost = max(_promised(file, at) - (number - before), 1)
                yield blob.damage(reason, record=number + 1, offset=at, format=self.name, records=lost)
                at = at + CHUNK if child.began else -1
                if at < 0:
                    return
            yield blob.damage(
                "Too many chunks cannot be parsed; the rest was left.", offset=at, format=self.name
            )


def _record(
    blob: Blob, kind: bytes, number: int, at: int, value: int, payload: bytes, limits: Limits
) -> RawRecord | Damage:
    if kind == b"E":
        reason = payload.decode("utf-8", "replace")[:300]
        return blob.damage(reason, record=number + 1, offset=at, format="evtx", records=max(value, 1))
    try:
        raw = parse(payload)
    except ValueError:
        raw = None
    if raw.__class__ is not dict:
        return blob.damage("The record gives no valid JSON.", record=number, offset=at, format="evtx")
    if too_deep(raw, limits.json_depth):
        reason = f"It nests deeper than {limits.json_depth} levels."
        return blob.damage(reason, record=number, offset=at, format="evtx")
    return number, at, raw


def _promised(file: IO[bytes], at: int) -> int:
    """How many records the header of the chunk at `at` promises; 0 where it makes no sense."""
    file.seek(at + 8)
    numbers = file.read(16)
    if len(numbers) < 16:
        return 0
    first, last = struct.unpack("<QQ", numbers)
    return int(last - first + 1) if 0 <= last - first < CHUNK // 24 else 0


def _seekable(blob: Blob, limits: Limits) -> IO[bytes]:
    """The bytes in a real file, because the child gets it as an open descriptor (and reads by position)."""
    if blob.file is not None:
        return blob.open()
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    with blob.open() as stream:
        size = 0
        while (block := stream.read(1 << 20)) and size <= limits.unpacked_bytes:
            size += spool.write(block)
    spool.seek(0)
    return spool


class _Child:
    """The worker process, reading from chunk offset `at` on."""

    def __init__(self, file: IO[bytes] | BinaryIO, at: int, limits: Limits) -> None:
        worker = Path(__file__).with_name("evtx_worker.py")
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(worker), str(at), str(limits.line_bytes)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._limits = limits
        self.finished = False
        """It said that it is through."""
        self.began = False
        """It began a chunk."""
        self.problem = ""

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()

    def frames(self) -> Iterator[tuple[bytes, int, bytes]]:
        """(kind, value, payload): C a chunk begins at value; R a record with id value; E an error."""
        assert self._process.stdout is not None
        output, buffer, at = self._process.stdout, b"", 0
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while selector.select(_SECONDS):
                block = output.read1(1 << 18)  # type: ignore[attr-defined]
                if not block:
                    self.problem = f"the parser ended with status {self._process.wait()}"
                    return
                buffer, at = buffer[at:] + block, 0
                while len(buffer) - at >= _FRAME.size:
                    kind, value, length = _FRAME.unpack_from(buffer, at)
                    if len(buffer) - at - _FRAME.size < length:
                        break
                    at += _FRAME.size
                    if kind == b"Z":
                        self.finished = True
                        return
                    self.began = self.began or kind == b"C"
                    yield kind, value, buffer[at : at + length]
                    at += length
        self.problem = f"the parser did not answer for {_SECONDS} s"
