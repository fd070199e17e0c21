"""Unpacking deflate streams under bounds, giving all that a damaged one still holds."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

from cybersecqwen.records import Limits

from .interface import Budget

_STEP = 1 << 16
_FREE = 16 << 20  # the ratio is not looked at before this much has been unpacked (records.Limits.ratio)


class Member(io.RawIOBase):
    """A readable stream of one compressed member. It never raises: it ends, and `report` hears why.

    `wrap` is zlib's wbits: -15 for the raw deflate of zip, 31 for gzip, 0 for stored bytes.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        wrap: int,
        packed: int,
        crc: int | None,
        budget: Budget,
        limits: Limits,
        report: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._stream = stream
        self._wrap = wrap
        self._left = packed  # compressed bytes that belong to the member, or -1: to the end
        self._crc = crc
        self._budget = budget
        self._limits = limits
        self._report = report
        self._engine = zlib.decompressobj(wrap) if wrap else None
        self._pending = b""  # compressed bytes read and not yet unpacked
        self._ready = b""
        self._seen, self._given, self._sum = 0, 0, 0
        self._broken = ""
        self._over = False  # the compressed stream is through
        self._ended = False  # nothing more will be given

    def readable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Close the compressed stream too; it belongs to this member alone."""
        if not self.closed:
            self._stream.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase.readinto`."""
        while not self._ready and not self._ended:
            self._ready = self._step()
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _step(self) -> bytes:
        try:
            data = self._inflate()
        except OSError as error:
            return self._end(f"It cannot be read after {self._given:,} bytes ({error.strerror or error}).")
        self._given += len(data)
        self._budget.bytes -= len(data)
        if self._budget.bytes < 0:
            return self._end(f"The archive unpacks to more than {self._limits.unpacked_bytes:,} bytes.")
        if self._given > _FREE and self._given > self._limits.ratio * max(self._seen, 1):
            return self._end(f"It unpacks to more than {self._limits.ratio} times its size.")
        self._sum = zlib.crc32(data, self._sum) if self._crc is not None else 0
        if self._over:
            self._finish()
        return data

    def _inflate(self) -> bytes:
        if not self._pending:
            self._pending = self._compressed()
            if not self._pending:
                held = self._engine.decompress(b"", _STEP) if self._engine is not None else b""
                self._over = not held
                return held
        if self._engine is None:
            stored, self._pending = self._pending, b""
            return stored
        data, before = b"", self._engine.copy()
        try:
            data = self._engine.decompress(self._pending, _STEP)
        except zlib.error as error:
            self._broken = f"It is damaged ({error})."
            self._over = True
            return _salvage(before, self._pending)
        self._pending = self._engine.unconsumed_tail
        if self._engine.eof:
            rest = self._engine.unused_data
            self._engine, self._pending = self._next(rest)
        return data

    def _next(self, rest: bytes) -> tuple[Any, bytes]:
        """Gzip files may hold several members, and zeros behind them (RFC 1952, 2.2)."""
        if self._wrap == 31:
            rest = rest.lstrip(b"\x00") or self._compressed().lstrip(b"\x00")
            if rest.startswith(b"\x1f") or rest == b"":
                if rest:
                    return zlib.decompressobj(31), rest
            else:
                self._report(f"{len(rest):,} bytes or more behind the end are not gzip.")
        self._over = True
        return self._engine, b""

    def _compressed(self) -> bytes:
        size = _STEP if self._left < 0 else min(_STEP, self._left)
        data = self._stream.read(size) if size else b""
        self._seen += len(data)
        if self._left > 0:
            self._left -= len(data)
        return data

    def _finish(self) -> None:
        self._ended = True
        cut = self._left > 0 if self._engine is None else not self._engine.eof
        if self._broken:
            self._report(f"{self._broken} {self._given:,} bytes were read.")
        elif cut:
            self._report(f"It is cut off after {self._given:,} bytes.")
        elif self._crc is not None and self._sum != self._crc:
            self._report("Its checksum does not fit: some of what was read may be wrong.")

    def _end(self, reason: str) -> bytes:
        self._ended = True
        self._report(reason)
        return b""


def _salvage(engine: Any, pending: bytes) -> bytes:
    """What unpacks before the damage: the same bytes once more, one by one."""
    found = bytearray()
    for at in range(len(pending)):
        try:
            found += engine.decompress(pending[at : at + 1], _STEP)
        except zlib.error:
            break
    return bytes(found)
