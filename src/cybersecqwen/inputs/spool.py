"""Bytes that can only be read once, kept so that they can be read again."""

from __future__ import annotations

import io
import tempfile
from typing import IO, Any, BinaryIO

from cybersecqwen.errors import LimitError

from .lines import BLOCK

_IN_MEMORY = 16 << 20


class Spool:
    """What a stream holds, in memory or (over 16 MiB) in a nameless temporary file."""

    def __init__(self, stream: BinaryIO, most: int, what: str) -> None:
        """Read the stream to its end; raises LimitError where it holds more than `most` bytes."""
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self.size = 0
        """Bytes held."""
        while block := stream.read(BLOCK):
            self.size += self._file.write(block)
            if self.size > most:
                self.close()
                raise LimitError(f"{what} holds more than {most:,} bytes.")

    def open(self) -> BinaryIO:
        """A new buffered stream at the first byte, with a position of its own."""
        return io.BufferedReader(_View(self._file, self.size), BLOCK)

    def close(self) -> None:
        """Give the memory or the file back; streams opened before are dead."""
        self._file.close()


class Again:
    """A stream from its beginning on, of which the first bytes have been read already."""

    def __init__(self, head: bytes, rest: BinaryIO, most: int, what: str) -> None:
        """Reading more than `most` bytes of it raises LimitError, which names it as `what`."""
        self._head, self._rest = head, rest
        self._most, self._what = most, what

    def open(self) -> BinaryIO:
        """The buffered stream; it can be had once."""
        head, self._head = self._head, b""
        return io.BufferedReader(_Joined(head, self._rest, self._most, self._what), BLOCK)


class _Joined(io.RawIOBase):
    """Bytes, then a stream, which is left open."""

    def __init__(self, head: bytes, rest: BinaryIO, most: int, what: str) -> None:
        super().__init__()
        self._head, self._rest = head, rest
        self._most, self._what = most, what
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._head or self._rest.read1(len(buffer))  # type: ignore[attr-defined]
        size = min(len(data), len(buffer))
        buffer[:size] = data[:size]
        self._head = data[size:]
        self._given += size
        if self._given > self._most:
            raise LimitError(f"{self._what} holds more than {self._most:,} bytes.")
        return size


class _View(io.RawIOBase):
    def __init__(self, file: IO[bytes], size: int) -> None:
        super().__init__()
        self._file = file
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = (0, self._at, self._size)[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._at)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
