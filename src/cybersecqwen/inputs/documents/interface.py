"""What reading a document gives: its text in reading order, and the way back to page and line.

    Blob ─DocumentReader→ Document (text, marks, blocks, links, facts about itself, damage)

A reader never raises for what stands in the bytes: what cannot be read becomes a `Damage` of the
document, and the rest is read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, NamedTuple

from cybersecqwen.inputs.interface import Blob
from cybersecqwen.records import Damage, Limits, Source

_BLOCK = 1 << 20
"""Characters that are searched for line breaks at once."""


class Mark(NamedTuple):
    """From this character on the text stands on this page and line."""

    start: int
    page: int
    """From 1; 0 in formats without pages."""
    line: int
    """From 1: of the page where there are pages, else of the file (HTML: of its source)."""


class Block(NamedTuple):
    """A stretch of text of one kind."""

    start: int
    end: int
    kind: str
    """title, heading, paragraph, item (of a list), row (of a table), code, quote, caption, header (of a
    message)."""


class Link(NamedTuple):
    """A link behind a stretch of text (HTML, PDF, DOCX, Markdown)."""

    start: int
    end: int
    target: str
    """As it is written there; bounded (2,048 characters)."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One document. Texts are bounded by `Limits`; everything in them is hostile."""

    source: Source
    """File and member; `format` is the reader's name."""
    text: str
    """In reading order. Paragraphs are parted by an empty line, rows of a table by a line break, and the
    cells of a row by a tab. Words that a line break cut are whole again, and so are defanged indicators."""
    marks: tuple[Mark, ...] = ()
    """In order of `start`. Empty where the text is the file itself: then lines are counted in it."""
    blocks: tuple[Block, ...] = ()
    """In order, without overlaps; () where the format tells nothing."""
    links: tuple[Link, ...] = ()
    title: str = ""
    publisher: str = ""
    """Host of the page's own address or name of the author, as the document says; "" where it does not."""
    published: str = ""
    """ISO 8601 date (YYYY-MM-DD) as the document says, or ""."""
    pages: int = 0
    """0 in formats without pages."""
    sha256: str = ""
    """Of the bytes that were read, in hexadecimal."""
    damage: tuple[Damage, ...] = field(default=())
    """What could not be read."""

    def place(self, offset: int) -> tuple[int, int]:
        """Page and line of a character; (0, line) in formats without pages."""
        if self.marks:
            at = bisect_right(self._starts, offset) - 1
            mark = self.marks[max(at, 0)]
            return mark.page, mark.line
        return 0, bisect_right(self._breaks, offset - 1) + 1

    @cached_property
    def _starts(self) -> array[int]:
        return array("q", (mark.start for mark in self.marks))

    @cached_property
    def _breaks(self) -> array[int]:
        # Eight bytes a line; a list of integers takes five times as much.
        return array("q", line_breaks(self.text))


def line_breaks(text: str) -> bytes:
    """Offsets of all line breaks, eight bytes each in the order of the machine."""
    import numpy as np

    parts = []
    for start in range(0, len(text), _BLOCK):
        block = text[start : start + _BLOCK].encode("utf-32-le", "surrogatepass")
        parts.append((np.flatnonzero(np.frombuffer(block, "<u4") == 10) + start).astype(np.int64))
    return np.concatenate(parts).tobytes() if parts else b""


class DocumentReader(ABC):
    """One document format; one file each in this folder, registered in `__init__.py`."""

    name: ClassVar[str]
    """Its name in the registry, and in `Source.format`."""

    @abstractmethod
    def recognise(self, head: bytes, name: str) -> int:
        """How sure it is, 0 (no) to 100 (a magic number), as `inputs.interface.Reader.recognise`."""

    @abstractmethod
    def read(self, blob: Blob, limits: Limits) -> Document:
        """The document; what cannot be read of it stands in `damage`.

        Raises:
            InputError: The file vanished or may not be read.
            LimitError: It is larger than the bounds of the whole file.
        """

    def inside(self, blob: Blob, limits: Limits, depth: int) -> tuple[Blob | Damage, ...]:
        """Files that it carries (attachments of a message); () for most formats."""
        del blob, limits, depth
        return ()
