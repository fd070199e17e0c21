"""Streams that wait for more: a file that grows, with what takes its place, and a pipe."""

from __future__ import annotations

import io
import os
import select
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

Idle = Callable[[], None]

_REST = 1 << 16


class Growing(io.RawIOBase):
    """A stream that gives bytes as they come, calls `on_idle` while there are none, and ends at `stop`."""

    def __init__(self, prelude: bytes, stop: Event, on_idle: Idle | None, poll_s: float) -> None:
        """`prelude` is given first; `poll_s` is how long it waits between looks, in seconds."""
        super().__init__()
        self._prelude = prelude
        self._stop = stop
        self._on_idle = on_idle
        self._poll_s = poll_s
        self._given = 0
        self._last = 10
        self.starts: list[tuple[int, int]] = [(0, 0)]
        """(position in this stream, position in the file) from which on both count alike."""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Bytes as soon as there are any; 0 only when `stop` is set and all that was written is given."""
        while True:
            stopping = self._stop.is_set()  # asked first, so that what was written before it is still read
            if self._prelude:
                data, self._prelude = self._prelude[: len(buffer)], self._prelude[len(buffer) :]
            else:
                data = self._more(len(buffer), 0.0 if stopping else self._poll_s)
            if data:
                buffer[: len(data)] = data
                self._given += len(data)
                self._last = data[-1]
                return len(data)
            if stopping:
                return 0
            if self._on_idle is not None:
                self._on_idle()

    def first_line(self, most: int) -> bytes:
        """What comes until there is a line end in it, without taking it; at most about `most` bytes."""
        while len(self._prelude) < most and b"\n" not in self._prelude:
            stopping = self._stop.is_set()
            data = self._more(most, 0.0 if stopping else self._poll_s)
            self._prelude += data
            if not data:
                if stopping:
                    break
                if self._on_idle is not None:
                    self._on_idle()
        return self._prelude

    @abstractmethod
    def _more(self, most: int, wait_s: float) -> bytes:
        """At most so many bytes; none after waiting in vain."""


class GrowingFile(Growing):
    """A file, and after it the files that take its name.

    A file that is moved away is read to its end before the next one is begun; one that becomes shorter is
    read from its start again. A half line at the end of either is ended, so that it stays a line of its own.
    A file that was truncated and has grown past the old length between two looks cannot be told from one
    that only grew.
    """

    def __init__(
        self, path: Path, prelude: bytes, start: int, stop: Event, on_idle: Idle | None, poll_s: float
    ) -> None:
        """`start`: position in the file to begin at."""
        super().__init__(prelude, stop, on_idle, poll_s)
        self._path = path
        self._start = start
        self._file: io.FileIO | None = None
        self._inode = (0, 0)
        self._at = 0
        if prelude:
            self.starts.append((len(prelude), start))
        else:
            self.starts[0] = (0, start)

    def close(self) -> None:
        """Close the file that is open."""
        if self._file is not None:
            self._file.close()
            self._file = None
        super().close()

    def _more(self, most: int, wait_s: float) -> bytes:
        data = self._read(most)
        if not data and wait_s:
            self._stop.wait(wait_s)
        return data

    def _read(self, most: int) -> bytes:
        while self._file is not None or self._begin():
            assert self._file is not None
            try:
                data = self._file.read(most)
                size = os.fstat(self._file.fileno()).st_size if not data else 0
            except OSError:
                data, size = b"", 0  # a file that fails is taken for one that was truncated
            self._at += len(data)
            if not data:
                data = self._end() if size < self._at else self._moved()
            if data or self._file is not None:
                return data
        return b""

    def _begin(self) -> bool:
        """Open what bears the name now; False where nothing does."""
        try:
            file = open(self._path, "rb", buffering=0)  # noqa: PTH123, SIM115 - kept open over calls
            found = os.fstat(file.fileno())
            self._at = file.seek(min(self._start, found.st_size))
        except OSError:
            return False
        self._start = 0
        self._file, self._inode = file, (found.st_dev, found.st_ino)
        return True

    def _moved(self) -> bytes:
        """Go on to the next file where another one has the name."""
        try:
            found = self._path.stat()
        except OSError:
            return b""  # moved away, and no new one yet
        if (found.st_dev, found.st_ino) == self._inode:
            return b""
        assert self._file is not None
        rest = self._file.read(_REST)  # written between the last look and the move
        self._at += len(rest)
        return rest or self._end()

    def _end(self) -> bytes:
        """Leave the file: an end for its half line first."""
        if self._last != 10:
            return b"\n"
        assert self._file is not None
        self._file.close()
        self._file = None
        self.starts.append((self._given, 0))
        return b""


class GrowingPipe(Growing):
    """What a pipe gives, as it comes; it ends where the pipe does."""

    def __init__(self, pipe: BinaryIO, stop: Event, on_idle: Idle | None, poll_s: float) -> None:
        super().__init__(b"", stop, on_idle, poll_s)
        self._pipe = pipe

    def _more(self, most: int, wait_s: float) -> bytes:
        try:
            number = self._pipe.fileno()
        except (OSError, ValueError):  # a stream in memory
            return self._over(self._pipe.read(most))
        if not select.select([number], [], [], wait_s)[0]:
            return b""
        return self._over(os.read(number, most))

    def _over(self, data: bytes) -> bytes:
        if not data:
            self._stop = Event()  # the pipe has ended, which ends this stream and no other
            self._stop.set()
        return data
