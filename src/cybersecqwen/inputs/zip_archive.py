"""ZIP archives: members by the central directory, or by their own headers where that is damaged.

Layout: APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (sections 4.3, 4.5).
Own code instead of `zipfile`, because that reads a whole directory into memory, gives nothing where the
directory is damaged, and loses the last block of a member with a wrong checksum.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from cybersecqwen.errors import LimitError
from cybersecqwen.records import Damage, Limits, Source

from .inflate import Member
from .interface import Blob, Budget, Unpacker
from .lines import BLOCK
from .spool import Spool

LOCAL, CENTRAL, END, END64, LOCATOR = (
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PK\x06\x06",
    b"PK\x06\x07",
)
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_METHODS = {0: 0, 8: -15}  # stored, deflate; to zlib's wbits
_ENCRYPTED, _STREAMED, _UTF8 = 0x1, 0x8, 0x800
_NOTHING = 2  # bytes of a folder: none, or a deflate stream that holds nothing
_MOST_KNOWN = 1 << 20
_MAGIC = b"PK\x05\x05"  # may stand behind the entries (4.3.13)
_FULL = 0xFFFFFFFF  # the value stands in the zip64 extra field


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    name: str
    flags: int
    method: int
    crc: int | None
    packed: int
    """Compressed bytes, or -1: until the deflate stream ends."""
    size: int
    at: int
    """Where its local header stands."""


class ZipUnpacker(Unpacker):
    """Members one after the other; stored and deflated ones."""

    name = "zip"

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`."""
        return 100 if head.startswith((LOCAL, END)) else 0

    def unpack(self, blob: Blob, limits: Limits, depth: int) -> Iterator[Blob | Damage]:
        """See `Unpacker.unpack`."""
        budget = blob.budget or Budget(limits)
        spool = None
        if blob.file is None:
            try:
                with blob.open() as stream:
                    spool = Spool(stream, max(budget.bytes, 0) + 1, "An archive inside an archive")
            except LimitError as error:
                yield blob.damage(error.message, format=self.name)
                return
        opener = blob.open if spool is None else spool.open
        try:
            yield from self._members(blob, opener, budget, limits)
        finally:
            if spool is not None:
                spool.close()

    def _members(
        self, blob: Blob, opener: Callable[[], BinaryIO], budget: Budget, limits: Limits
    ) -> Iterator[Blob | Damage]:
        with opener() as archive:
            for entry in _found(archive):
                if isinstance(entry, str):
                    yield blob.damage(entry, format=self.name)
                    continue
                if entry.name.endswith("/") and entry.size == 0 and 0 <= entry.packed <= _NOTHING:
                    continue  # a folder; what bears such a name and holds something is a file
                inner = _label(blob, entry.name)
                budget.members -= 1
                if budget.members < 0:
                    reason = f"The archive has more than {limits.members:,} members; the rest was left."
                    yield blob.damage(reason, format=self.name)
                    return
                problem = _unreadable(entry)
                if problem:
                    yield Damage(source=_source(blob, inner), reason=problem)
                    continue
                if budget.bytes < 0:
                    reason = f"The archive unpacks to more than {limits.unpacked_bytes:,} bytes."
                    yield Damage(source=_source(blob, inner), reason=reason)
                    return
                yield from _member(blob, inner, entry, opener, budget, limits)


def _member(
    blob: Blob,
    inner: str,
    entry: _Entry,
    opener: Callable[[], BinaryIO],
    budget: Budget,
    limits: Limits,
) -> Iterator[Blob | Damage]:
    problems: dict[str, None] = {}

    def open_member() -> BinaryIO:
        stream = opener()
        start = _data_start(stream, entry)
        if start < 0:
            stream.close()
            problems["Its header is damaged."] = None
            return io.BytesIO()
        stream.seek(start)
        member = Member(
            stream,
            wrap=_METHODS[entry.method],
            packed=entry.packed,
            crc=entry.crc,
            budget=budget,
            limits=limits,
            report=lambda reason: problems.setdefault(reason, None),
        )
        return io.BufferedReader(member, BLOCK)

    yield Blob(path=blob.path, member=inner, size=entry.size, opener=open_member, budget=budget)
    for reason in problems:
        yield Damage(source=_source(blob, inner), reason=reason)


def _label(blob: Blob, name: str) -> str:
    shown = "".join(char if char.isprintable() else "?" for char in name[:512])
    return f"{blob.member}!{shown}" if blob.member else shown


def _source(blob: Blob, member: str) -> Source:
    return Source(path=blob.path, member=member, format="zip")


def _unreadable(entry: _Entry) -> str:
    if entry.flags & _ENCRYPTED:
        return "It is encrypted; unpack it with its password first."
    if entry.method not in _METHODS:
        return (
            f"It is compressed with method {entry.method}, which is not supported (stored and deflate are)."
        )
    return ""


def _data_start(archive: BinaryIO, entry: _Entry) -> int:
    archive.seek(entry.at)
    header = archive.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != LOCAL:
        return -1
    name_size, extra_size = struct.unpack_from("<HH", header, 26)
    return int(entry.at + _LOCAL.size + name_size + extra_size)


def _found(archive: BinaryIO) -> Iterator[_Entry | str]:
    """Every entry, by the directory where it is sound; and a sentence on what is damaged."""
    directory = _directory(archive)
    if directory is None:
        yield "The directory of the archive is damaged; members were looked for one by one."
        yield from _carve(archive, {})
        return
    yield from directory.entries()
    if directory.sound():
        return
    reason = "The directory of the archive does not fit its end; members that it lacks were looked for."
    if directory.number:
        yield reason
    for entry in _carve(archive, directory.known) if directory.number <= _MOST_KNOWN else ():
        if not directory.number:  # an empty archive behind other bytes is none that lacks something
            directory.number = 1
            yield reason
        yield entry


def _directory(archive: BinaryIO) -> _Directory | None:
    """The central directory; None where there is none that begins as it should."""
    size = archive.seek(0, io.SEEK_END)
    tail_at = max(size - 65_557, 0)  # the end record is 22 bytes, its comment at most 65,535
    archive.seek(tail_at)
    tail = archive.read(65_557)
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < 22:
        return None
    count, length, start = struct.unpack_from("<HII", tail, at + 10)
    base = tail_at + at - length - start  # bytes that stand before the archive, as in self-extracting ones
    if _FULL in (length, start) or count == 0xFFFF:
        found = _directory64(archive, tail_at + at)
        if found is None:
            return None
        count, length, start = found
        base = 0
    first = base + start
    directory = _Directory(archive, first, base, count, length, empty=tail_at + at == 0)
    if not 0 <= first < size:
        return directory if count == 0 else None
    archive.seek(first)
    return directory if count == 0 or archive.read(4) == CENTRAL else None


def _directory64(archive: BinaryIO, end_at: int) -> tuple[int, int, int] | None:
    """(entries, bytes, start) from the zip64 end record, by its locator in front of the end record."""
    archive.seek(max(end_at - 20, 0))
    locator = archive.read(20)
    if locator[:4] != LOCATOR or len(locator) < 20:
        return None
    archive.seek(struct.unpack_from("<Q", locator, 8)[0] & (1 << 62) - 1)
    record = archive.read(56)
    if record[:4] != END64 or len(record) < 56:
        return None
    count, length, start = struct.unpack_from("<QQQ", record, 32)
    return count, length & (1 << 62) - 1, start & (1 << 62) - 1


class _Directory:
    """A central directory, which may hold other entries than the end of the archive says."""

    def __init__(
        self, archive: BinaryIO, first: int, base: int, count: int, length: int, *, empty: bool
    ) -> None:
        self._archive, self._at, self._base = archive, first, base
        self._count, self._end, self._empty = count, first + length, empty
        self.number = 0
        """Entries read."""
        self.known: dict[int, int] = {}
        """Where their local headers stand, and how many bytes each of the members has there."""

    def entries(self) -> Iterator[_Entry]:
        """Every entry, as many as there are by the count or by the bytes."""
        archive = self._archive
        while self.number < self._count or self._at < self._end:
            archive.seek(self._at)
            header = archive.read(_CENTRAL.size)
            if len(header) < _CENTRAL.size or header[:4] != CENTRAL:
                return
            values = _CENTRAL.unpack(header)
            flags, method, crc, packed, size = values[3], values[4], values[7], values[8], values[9]
            name_size, extra_size, comment_size, start = values[10], values[11], values[12], values[16]
            name, extra = archive.read(name_size), archive.read(extra_size)
            self._at += _CENTRAL.size + name_size + extra_size + comment_size
            self.number += 1
            size, packed, start = _zip64(extra, size, packed, start)
            at = max(self._base + start, 0) & (1 << 62) - 1
            if self.number <= _MOST_KNOWN:
                self.known[at] = packed
            yield _Entry(
                name=_name(name, flags),
                flags=flags,
                method=method,
                crc=crc,
                packed=packed,
                size=size,
                at=at,
            )

    def sound(self) -> bool:
        """Whether these were as many entries, and bytes, as the end of the archive says."""
        if self.number == 0 and self._count == 0:
            return self._empty
        if (self.number - self._count) & 0xFFFF:  # some write more than 65,535 without zip64
            return False
        self._archive.seek(self._at)
        return self._at == self._end or self._archive.read(4) == _MAGIC


def _zip64(extra: bytes, *values: int) -> tuple[int, ...]:
    """The values, those that are full replaced from the zip64 extra field in their order (4.5.3)."""
    if _FULL not in values:
        return values
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            words = iter(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            return tuple(next(words, value) if value == _FULL else value for value in values)
        at += 4 + length
    return values


def _name(raw: bytes, flags: int) -> str:
    if flags & _UTF8:
        return raw.decode("utf-8", "replace")
    return raw.decode("utf-8" if raw.isascii() else "cp437", "replace")


def _carve(archive: BinaryIO, known: Mapping[int, int]) -> Iterator[_Entry]:
    """Entries by their local headers, wherever these stand, but for those that are known."""
    at = 0
    while True:
        at = _find(archive, LOCAL, at)
        if at < 0:
            return
        archive.seek(at)
        header = archive.read(_LOCAL.size)
        if len(header) < _LOCAL.size:
            return
        _, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _LOCAL.unpack(header)
        name, extra = archive.read(name_size), archive.read(extra_size)
        if (length := known.get(at)) is not None:
            at += _LOCAL.size + name_size + extra_size + length
            continue
        streamed = bool(flags & _STREAMED) and not packed
        size, packed = _zip64(extra, size, packed)
        yield _Entry(
            name=_name(name, flags),
            flags=flags,
            method=method,
            crc=None if streamed else crc,
            packed=-1 if streamed else packed,
            size=-1 if streamed else size,
            at=at,
        )
        at += _LOCAL.size + name_size + extra_size + (0 if streamed else packed)


def _find(archive: BinaryIO, mark: bytes, at: int) -> int:
    archive.seek(at)
    carry = b""
    while block := archive.read(BLOCK):
        found = (carry + block).find(mark)
        if found >= 0:
            return at - len(carry) + found
        at += len(block)
        carry = (carry + block)[-len(mark) + 1 :]
    return -1
