"""Zstandard files, of one or several frames (RFC 8878)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from cybersecqwen.records import Damage, Limits

from .interface import Blob, Budget, Unpacker
from .lines import BLOCK

_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = tuple(bytes((low, 0x2A, 0x4D, 0x18)) for low in range(0x50, 0x60))
_PIECE = 1_024  # compressed bytes at a time: a block of four bytes may stand for 128 KiB, so at most 32 MiB
_WINDOW = 1 << 27  # the most that zstd itself unpacks without being asked to (--ultra, --long=27)
_FREE = 16 << 20  # the ratio is not looked at before this much has been unpacked


class ZstdUnpacker(Unpacker):
    """The one file inside, under the archive's name without its ending."""

    name = "zst"

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`: the magic number of a frame, or of one to be skipped."""
        if head.startswith(_MAGIC):
            return 100
        return 90 if head.startswith(_SKIPPABLE) else 0

    def unpack(self, blob: Blob, limits: Limits, depth: int) -> Iterator[Blob | Damage]:
        """See `Unpacker.unpack`."""
        budget = blob.budget or Budget(limits)
        problems: dict[str, None] = {}

        def open_member() -> BinaryIO:
            frames = _Frames(blob.open(), budget, limits, lambda reason: problems.setdefault(reason, None))
            return io.BufferedReader(frames, BLOCK)

        label = blob.name[:-4] if blob.name.lower().endswith(".zst") and len(blob.name) > 4 else blob.name
        inner = f"{blob.member}!{label}" if blob.member else label
        yield Blob(path=blob.path, member=inner, opener=open_member, budget=budget)
        source = blob.source(format=self.name)
        for reason in problems:
            yield Damage(source=source, reason=reason)


class _Frames(io.RawIOBase):
    """A readable stream of all frames. It never raises: it ends, and `report` hears why."""

    def __init__(
        self, stream: BinaryIO, budget: Budget, limits: Limits, report: Callable[[str], None]
    ) -> None:
        super().__init__()
        import zstandard

        self._stream = stream
        self._budget = budget
        self._limits = limits
        self._report = report
        self._error = zstandard.ZstdError
        self._context = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        self._engine: Any = None  # of the frame that is open
        self._pending = b""
        self._ready = memoryview(b"")
        self._seen, self._given = 0, 0
        self._ended = False

    def readable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Close the compressed stream too; it belongs to this one alone."""
        if not self.closed:
            self._stream.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase.readinto`."""
        while not self._ready and not self._ended:
            self._ready = memoryview(self._step())
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _step(self) -> bytes:
        try:
            piece = self._pending[:_PIECE] or self._next_piece()
        except OSError as error:
            return self._end(f"It cannot be read after {self._given:,} bytes ({error.strerror or error}).")
        self._pending = self._pending[len(piece) :]
        if not piece:
            cut = self._engine is not None
            return self._end(f"It is cut off after {self._given:,} bytes." if cut else "")
        if self._engine is None:
            if self._given and not (piece + self._pending).startswith((_MAGIC, *_SKIPPABLE)):
                return self._end(f"{len(piece):,} bytes or more behind the end are not zstd.")
            self._engine = self._context.decompressobj()
        try:
            data: bytes = self._engine.decompress(piece)
        except self._error as error:
            return self._end(f"It is damaged ({error}). {self._given:,} bytes were read.")
        if self._engine.eof:
            self._pending = self._engine.unused_data + self._pending
            self._engine = None
        return self._counted(data)

    def _next_piece(self) -> bytes:
        self._pending = self._stream.read(BLOCK)
        self._seen += len(self._pending)
        return self._pending[:_PIECE]

    def _counted(self, data: bytes) -> bytes:
        self._given += len(data)
        self._budget.bytes -= len(data)
        if self._budget.bytes < 0:
            return self._end(f"The archive unpacks to more than {self._limits.unpacked_bytes:,} bytes.")
        if self._given > _FREE and self._given > self._limits.ratio * max(self._seen, 1):
            return self._end(f"It unpacks to more than {self._limits.ratio} times its size.")
        return data

    def _end(self, reason: str) -> bytes:
        self._ended = True
        if reason:
            self._report(reason)
        return b""
