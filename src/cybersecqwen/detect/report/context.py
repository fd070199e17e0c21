"""Where an indicator stands: its sentence, row or item, and the headings above it.

`specialists.sentences` leaves out what says nothing alone (a bare address on a line) and cuts at every line
break; here every character belongs to a unit, and a wrapped line goes on in the next.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from .interface import LONGEST_CONTEXT, Passage

LONGEST_HEADING = 100
"""Characters of a line that may be a heading where the format names none."""
WRAPPED = 56
"""Characters from which on a line without an end of sentence goes on in the next one."""
SHORT_LINE = 40
"""Characters of a line that is taken for a heading even behind one that seems to go on."""

_END = re.compile(r"[.!?][\"'”’)\]]{0,3}(?=\s)")
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|Inc|Ltd|Corp|Mr|Dr|No|Fig|Figs|U\.S|St|cf|al)|\b[A-Z])\.\Z")
_ITEM = re.compile(r"\s{0,12}(?:[-*+•·▪◦‣–—●○►»]|\[?[0-9]{1,3}[.)\]]|\([a-z0-9]{1,2}\)|[a-z]\))\s")
_MARKUP = re.compile(r"\s{0,3}(?:#{1,6}\s|={3,}|-{3,}\s*\Z)")
_TITLED = re.compile(r"[\s#*_\"'(\[“0-9.]{0,12}[^\W\d_]")
_FRONT = re.compile(r"[a-z]{1,20}:\s")
_FIELD = re.compile(r"[A-Za-z][\w -]{0,24}:\s")
_BORDER = re.compile(r"[\s+|=:-]{1,600}\Z")
_FIGURES = ("Figure ", "Fig.", "FIGURE ", "Image ", "Screenshot")
_FINAL = (".", ";", ",", "!", "?", '"', "”")


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """A heading, or a line that looks like one or leads a list in ("C2 servers:")."""

    start: int
    end: int
    named: bool
    """Whether the format says that it is one."""


@dataclass(kw_only=True, slots=True)
class Layout:
    """A passage cut into units; made once for a text."""

    starts: list[int] = field(default_factory=list)
    """First character of each unit, ascending."""
    ends: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    """sentence, item, row, code or heading."""
    headings: list[Heading] = field(default_factory=list)
    """In order."""
    tables: list[int] = field(default_factory=list)
    """For each unit the number of the first row of its table; -1 outside tables."""

    _reached: int = 0

    @classmethod
    def of(cls, passage: Passage) -> Layout:
        """Every character that is not blank lies in exactly one unit. Linear."""
        layout, text = cls(), passage.text
        for start, end, kind in _pieces(passage):
            if kind == "title":  # it tells about the report, not about a list in it
                layout._unit(start, end, "heading")
            elif kind in ("heading", "caption"):
                layout._heading(text, start, end, named=True)
            elif kind == "row":
                layout._unit(start, end, "row")
            elif kind == "code":
                for a, b in _lines(text, start, end):
                    layout._unit(a, b, "code")
            elif kind:
                layout._sentences(text, start, end, "item" if kind == "item" else "sentence")
                layout._leads(text, start, end)
            else:
                layout._plain(text, start, end)
        return layout

    def at(self, offset: int) -> int:
        """Number of the unit that a character lies in, or of the one before it; -1 where there is none."""
        return bisect_right(self.starts, offset) - 1

    def _unit(self, start: int, end: int, kind: str) -> None:
        first = -1
        if kind == "row":
            first = len(self.starts)
            if self.kinds and self.kinds[-1] == "row" and start - max(self.ends[-1], self._reached) <= 2:
                first = self.tables[-1]
        self.starts.append(start)
        self.ends.append(end)
        self.kinds.append(kind)
        self.tables.append(first)

    def _heading(self, text: str, start: int, end: int, *, named: bool) -> None:
        self._unit(start, end, "heading")
        if not text.startswith(_FIGURES, start):  # a caption stands below its figure, and above a table
            self.headings.append(Heading(start=start, end=min(end, start + LONGEST_CONTEXT), named=named))

    def _leads(self, text: str, start: int, end: int) -> None:
        """A paragraph that ends in a colon stands over the list after it, with its last sentence."""
        if text[start:end].rstrip().endswith(":") and self.starts:
            self.headings.append(Heading(start=self.starts[-1], end=end, named=False))

    def _sentences(self, text: str, start: int, end: int, kind: str) -> None:
        at = start
        for match in _END.finditer(text, start, end):
            stop = match.end()
            if match[0][0] == "." and _SHORT.search(text, max(start, match.start() - 6), match.start() + 1):
                continue
            self._unit(at, stop, kind)
            at = stop
            while at < end and text[at].isspace():
                at += 1
        if at < end:
            self._unit(at, end, kind)

    def _plain(self, text: str, start: int, end: int) -> None:
        """Lines of a text without marks: headings, items and rows are told by their look."""
        held = -1  # start of a paragraph that may go on
        last, gap = start, True
        for a, b in _lines(text, start, end):
            line = text[a:b]
            gap = text.count("\n", last, a) > 1 or a == start
            if held >= 0 and (gap or not _goes_on(text[max(held, last - 200) : last], line)):
                self._paragraph(text, held, last)
                held = -1
            last = b
            if held >= 0:
                continue
            if _BORDER.match(line) and self.kinds and self.kinds[-1] == "row":
                self._reached = b  # a rule between rows
            elif "\t" in line or line.count("|") > 1:
                self._unit(a, b, "row")
            elif _ITEM.match(line):
                self._sentences(text, a, b, "item")
            elif _is_heading(line):
                self._heading(text, a, b, named=bool(_MARKUP.match(line)))
            else:
                held = a
        if held >= 0:
            self._paragraph(text, held, last)

    def _paragraph(self, text: str, start: int, end: int) -> None:
        self._sentences(text, start, end, "sentence")
        self._leads(text, start, end)


def sentence_at(text: str, layout: Layout, start: int, end: int) -> tuple[int, int]:
    """The sentence, table row, list item or heading around a stretch, at most 400 characters of it.

    Args:
        text: Of a passage.
        layout: Of that whole passage.
        start: First character of the stretch.
        end: After its last one.

    Returns:
        Start and end; the stretch lies in between unless it is longer than 400 characters itself.
    """
    if not layout.starts:  # nothing but blanks
        return start, min(end, start + LONGEST_CONTEXT)
    at = max(layout.at(start), 0)
    return _bounded(text, min(layout.starts[at], start), max(layout.ends[at], end), start, end)


def _bounded(text: str, a: int, b: int, start: int, end: int) -> tuple[int, int]:
    """At most `LONGEST_CONTEXT` of a unit, around the stretch, cut at blanks."""
    if b - a > LONGEST_CONTEXT:
        room = max(LONGEST_CONTEXT - (end - start), 0)
        left = min(start - a, max(room * 2 // 3, room - (b - end)))
        a = start - left
        b = min(b, a + LONGEST_CONTEXT)
        if left and not text[a - 1 : a].isspace():
            blank = text.find(" ", a, start)
            a = blank + 1 if blank >= 0 else a
        if b > end and b < len(text) and not text[b].isspace():
            blank = text.rfind(" ", end, b)
            b = blank if blank >= 0 else b
    while a < start and text[a].isspace():
        a += 1
    while b > end and text[b - 1].isspace():
        b -= 1
    return a, b


def _pieces(passage: Passage) -> Iterator[tuple[int, int, str]]:
    """The blocks, and with kind "" what lies between them."""
    at, size = 0, len(passage.text)
    for start, end, kind in passage.blocks:
        start, end = max(start, at), min(end, size)
        if start >= end:
            continue
        if not passage.text[at:start].isspace() and at < start:
            yield at, start, ""
        yield start, end, kind
        at = end
    if at < size:
        yield at, size, ""


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Lines that are not blank, without their breaks."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if stop > start and not text[start:stop].isspace():
            yield start, stop - (text[stop - 1] == "\r")
        start = stop + 1


def _goes_on(before: str, line: str) -> bool:
    """Whether a line ends in the middle of a sentence that the next one goes on with."""
    tail = before.rpartition("\n")[2].rstrip()
    if len(tail) < WRAPPED or tail.endswith((".", ":", ";", "!", "?")) or _ITEM.match(line):
        return False
    if _FIELD.match(line):
        return False
    if len(line.strip()) <= SHORT_LINE and line[:1].isupper() and _is_heading(line):
        return False
    return "\t" not in line and " " in tail[-WRAPPED:]


def _is_heading(line: str) -> bool:
    short = line.strip()
    if _MARKUP.match(line):
        return True
    if (
        not 2 < len(short) <= LONGEST_HEADING
        or short.endswith(_FINAL)
        or not _TITLED.match(short)
        or _FRONT.match(short)
    ):
        return False
    if "://" in short or "[" in short or "\\" in short or short.count(" ") > 11:
        return False
    # an address, a file name, a hash: what a list holds, not what stands above it
    return short.endswith(":") or not ("." in short.strip(".") or (len(short) > 28 and " " not in short))
