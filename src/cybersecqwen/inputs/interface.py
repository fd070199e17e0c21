"""Two families: readers know containers of records, unpackers know containers of files.

    Blob ─Unpacker→ Blob … ─Reader→ RawRecord | Damage ─Shape (shapes.py)→ Event

Readers and unpackers never raise for what stands in the bytes: whatever they cannot read becomes a
`Damage` with its place, and reading goes on behind it where the format allows. They raise only
`InputError` (the file vanished or may not be read) and `LimitError` (a bound of the whole file).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from cybersecqwen.records import Damage, Limits, Source

RawRecord = tuple[int, int, dict[str, Any]]
"""Record number from 1, byte offset in the unpacked file (-1 where the format has none), and the
parsed mapping. A plain tuple, because millions a minute are made of them."""

HEAD_BYTES = 65_536
"""How much of a file `recognise` gets to see."""


class Budget:
    """What one archive named by the user may still unpack, everything nested in it included."""

    def __init__(self, limits: Limits) -> None:
        self.bytes = limits.unpacked_bytes
        """Bytes left."""
        self.members = limits.members
        """Members left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """A source of bytes that can be opened again and again: a file, or a member of an archive."""

    path: str
    """The file as the user named it, or "-" for standard input."""
    member: str = ""
    """Path inside archives, outer to inner, joined by "!"; a label, never used as a path."""
    size: int = -1
    """Bytes when unpacked, or -1 where only reading tells."""
    opener: Callable[[], BinaryIO]
    """Gives a new stream at the first byte. Streams of members count against the archive's bounds."""
    file: Path | None = None
    """The real file, where the bytes lie unpacked on disk and can be mapped or opened by others."""
    budget: Budget | None = None
    """What the archive around it may still unpack; None outside archives."""

    @property
    def name(self) -> str:
        """The innermost file name, for error messages and for telling formats apart."""
        last = (self.member or self.path).replace("\\", "/").rpartition("!")[2]
        return last.rpartition("/")[2]

    def open(self) -> BinaryIO:
        """A new stream at the first byte; the caller closes it."""
        return self.opener()

    def source(self, record: int = 0, offset: int = -1, *, format: str = "") -> Source:
        """The place of a record in this blob."""
        return Source(path=self.path, member=self.member, record=record, offset=offset, format=format)

    def damage(
        self, reason: str, *, record: int = 0, offset: int = -1, format: str = "", records: int = 1
    ) -> Damage:
        """A part of this blob that could not be read."""
        return Damage(source=self.source(record, offset, format=format), reason=reason, records=records)


class Reader(ABC):
    """One container format of records: EVTX, JSON lines, CSV, …; one file each in this folder."""

    name: ClassVar[str]
    """Its name in the registry, and in `Source.format`."""
    by_line: ClassVar[bool] = False
    """True where records are read from a stream line by line, so that a growing file can be followed."""
    splittable: ClassVar[bool] = False
    """True where a line is read without knowing the lines before it, so that files can be read in parts."""

    @abstractmethod
    def recognise(self, head: bytes, name: str) -> int:
        """How sure it is, 0 (no) to 100 (a magic number), from the first `HEAD_BYTES` of the file.

        Content decides; the file name (`Blob.name`) only breaks ties by a few points. It must be
        quick and must not raise on any bytes.
        """

    @abstractmethod
    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """Give every record in order, and a `Damage` for each stretch that could not be read."""


class Unpacker(ABC):
    """One container format of files: zip, gz; one file each in this folder."""

    name: ClassVar[str]
    """Its name in the registry."""

    @abstractmethod
    def recognise(self, head: bytes, name: str) -> int:
        """As `Reader.recognise`."""

    @abstractmethod
    def unpack(self, blob: Blob, limits: Limits, depth: int) -> Iterator[Blob | Damage]:
        """Give every file inside, one after the other; each is readable until the next is asked for.

        `depth` is 1 for an archive named by the user, 2 for one inside it, and so on. Damage found while
        a member is read (a wrong checksum, a bound) comes right behind its blob.
        """
