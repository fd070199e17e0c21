"""Putting the text of a document together, with its blocks, links and the way back to page and line."""

from __future__ import annotations

from cybersecqwen.records import Limits

from .interface import Block, Link, Mark

TARGET_CHARS = 2_048
"""Characters kept of a link's target."""
MOST_LINKS = 100_000
"""Links kept of one document."""


class Builder:
    """Blocks one after the other: rows, items of a list and lines of code by a line break, others by two."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.document_chars
        self._parts: list[str] = []
        self._last: tuple[int, int] | None = None
        self._kind = ""
        self._group = 0
        self.size = 0
        """Characters so far."""
        self.full = False
        """The bound is reached; what comes after is left."""
        self.marks: list[Mark] = []
        self.blocks: list[Block] = []
        self.links: list[Link] = []

    def begin(self, kind: str, *, group: int = 0) -> int:
        """Begin a block; where it starts. Rows and items of one `group` follow each other closely."""
        if self.blocks or self.size:
            close = kind == self._kind and kind in ("row", "item", "header") and group == self._group
            self._put("\n" if close else "\n\n")
        self._kind, self._group = kind, group
        return self.size

    def add(self, text: str, page: int, line: int) -> None:
        """Text that stands on one line of the document."""
        if not text:
            return
        if self._last != (page, line) and not self.full:
            self._last = (page, line)
            if self.marks and self.marks[-1].start == self.size:
                self.marks.pop()
            self.marks.append(Mark(self.size, page, line))
        self._put(text)

    def glue(self, text: str) -> None:
        """What stands between two pieces; it belongs to the place of the first."""
        self._put(text)

    def drop_last(self) -> None:
        """Take the last character back: a hyphen that was only there because the line ended."""
        if self._parts and not self.full and len(self._parts[-1]) > 1:
            self._parts[-1] = self._parts[-1][:-1]
            self.size -= 1

    def end(self, start: int) -> None:
        """End the block that began at `start`; an empty one never was."""
        if self.size > start:
            self.blocks.append(Block(start, self.size, self._kind))
        elif self._parts and self._parts[-1] in ("\n", "\n\n") and not self.full:
            self.size -= len(self._parts.pop())

    def link(self, start: int, end: int, target: str) -> None:
        """A link behind a stretch of what was added."""
        target = target.strip()[:TARGET_CHARS]
        end = min(end, self.size)
        if target and start < end and len(self.links) < MOST_LINKS:
            self.links.append(Link(start, end, target))

    def text(self) -> str:
        """All of it."""
        return "".join(self._parts)

    def _put(self, text: str) -> None:
        room = self._most - self.size
        if len(text) > room:
            self.full = True
            text = text[: max(room, 0)]
        if text:
            self._parts.append(text)
            self.size += len(text)
