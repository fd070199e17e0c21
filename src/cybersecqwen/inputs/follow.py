"""Following a growing file or a pipe, for the formats that are read line by line.

    blob, reader = open_followed("auth.log", limits, stop=event, on_idle=show)
    for record in reader.read(blob, limits): …

The readers know nothing of it: to them it is a stream whose next line takes its time.
"""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import BinaryIO

from cybersecqwen.errors import InputError
from cybersecqwen.records import Damage, Limits

from .growing import Growing, GrowingFile, GrowingPipe, Idle
from .interface import HEAD_BYTES, Blob, RawRecord, Reader
from .jsonl import JsonLinesReader
from .lines import BLOCK
from .text import TextReader

_POLL_S = 0.25
_LIKELY = 75
_HEADED = frozenset(("csv", "zeek", "w3c"))
"""Readers that need the first lines to understand the later ones."""


def open_followed(
    path: str,
    limits: Limits,
    *,
    stop: Event,
    on_idle: Idle | None = None,
    from_end: bool = False,
    poll_s: float = _POLL_S,
    stdin: BinaryIO | None = None,
) -> tuple[Blob, Reader]:
    """A file (or "-", standard input) and its reader, which waits at the end of what is there.

    `on_idle` is called about every `poll_s` seconds while nothing comes; setting `stop` ends the reading
    after what has been written. With `from_end`, what stands in the file now is passed over. Waits until
    there is a first line to tell the format by; where `stop` is set before, nothing is read. The blob can be
    opened once. Raises InputError where the path is missing or no file, and for formats that are not read
    line by line.
    """
    del limits  # the readers get them
    if path == "-":
        pipe = GrowingPipe(stdin or sys.stdin.buffer, stop, on_idle, poll_s)
        reader = _reader(path, pipe.first_line(HEAD_BYTES))
        return _blob(path, pipe), _Following(reader, pipe)
    file = _checked(path)
    growing = GrowingFile(file, b"", 0, stop, on_idle, poll_s)
    head = growing.first_line(HEAD_BYTES)
    if not head and stop.is_set():  # nothing has come all the while, and nothing will be read
        return _blob(path, growing), _Following(TextReader(), growing)
    reader = _reader(path, head)
    if from_end:
        growing.close()
        start = _last_line_end(file)
        prelude = _prelude(reader.name, head[:start])
        growing = GrowingFile(file, prelude, start, stop, on_idle, poll_s)
    return _blob(path, growing), _Following(reader, growing)


def _blob(path: str, stream: Growing) -> Blob:
    # Without `file`: what is written while it is followed is not older than the file is now (clock.py).
    return Blob(path=path, opener=lambda: io.BufferedReader(stream, BLOCK))


class _Following(Reader):
    """A reader whose offsets are those in the file that bears the name when the record is written."""

    by_line = True

    def __init__(self, inner: Reader, stream: Growing) -> None:
        self.name = inner.name  # type: ignore[misc]
        self._inner = inner
        self._stream = stream

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`."""
        return self._inner.recognise(head, name)

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`; record numbers go on through rotation."""
        starts = self._stream.starts
        for found in self._inner.read(blob, limits):
            if isinstance(found, Damage):
                offset = _in_file(starts, found.source.offset)
                yield replace(found, source=replace(found.source, offset=offset))
            else:
                number, offset, raw = found
                yield number, _in_file(starts, offset), raw


def _in_file(starts: list[tuple[int, int]], offset: int) -> int:
    """Position in the file for one in the stream; -1 stays."""
    if offset < 0:
        return offset
    for begun, position in reversed(starts):
        if begun <= offset:
            return offset - begun + position
    return offset


def _checked(path: str) -> Path:
    file = Path(path)
    try:
        mode = file.stat().st_mode
        with file.open("rb") if stat.S_ISREG(mode) else io.BytesIO():
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be followed: {reason}.", hint="Check the path.") from error
    if not stat.S_ISREG(mode):
        hint = "A pipe is followed as standard input: - with < in front of its name."
        raise InputError(f"{path} is not a file and cannot be followed.", hint=hint)
    return file


def _reader(path: str, head: bytes) -> Reader:
    from .open import format_of

    if not head:
        raise InputError(f"{path} is empty, so its format cannot be told.")
    name = path.rpartition("/")[2]
    found = format_of(head, name)
    if isinstance(found, Reader):
        if found.by_line:
            return found
        # One object alone is a document; as the first line of a file that grows it is more likely a line.
        other = JsonLinesReader()
        if other.recognise(head, name) >= _LIKELY:
            return other
    what = f"is read as {found.name}, which" if found is not None else "has no known format, which"
    raise InputError(
        f"{path} {what} cannot be followed.",
        hint="Only formats of one record a line can; see docs/inputs.md.",
    )


def _last_line_end(file: Path) -> int:
    """Where the last complete line ends."""
    with file.open("rb") as stream:
        at = stream.seek(0, 2)
        while at > 0:
            begin = max(at - BLOCK, 0)
            stream.seek(begin)
            found = stream.read(at - begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            at = begin
    return 0


def _prelude(name: str, head: bytes) -> bytes:
    """The lines of names at the start of a table."""
    if name not in _HEADED:
        return b""
    lines = head.splitlines(keepends=True)
    if name == "csv":
        return b"".join(lines[:1])
    return b"".join(line for line in lines if line.startswith(b"#"))
