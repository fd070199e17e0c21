"""From the lines of a PDF's pages to paragraphs, lists, tables and code, in one text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .building import Builder
from .joining import Vocabulary
from .pdf_cuts import ends_hash
from .pdf_edges import LONG, cell_cuts, cell_edges, cut_lines, is_full, is_justified, known_words, set_edges
from .pdf_segments import Line, Segment
from .pdf_tables import Placing, aligned, below, rows_of

_BULLET = re.compile(r"(?:[•●▪■◦‣∙·○➢➤►✓\uf0b7\uf0a7]|[-–*]|o|\(?(?:\d{1,3}|[a-zA-Z])[.)])(?=\s)")
_LONE_BULLET = re.compile(
    r"[•●▪■◦‣∙·○➢➤►✓\uf0b7\uf0a7–*-]|\(?(?:\d{1,3}|[a-z])[.)]|\d{1,2}(?:\.\d{1,2}){0,3}\.?"
)
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}\.?\s{1,4}\S")
_SENTENCE_END = (".", "!", "?", ":", ".”", '."', ".)")


@dataclass(slots=True)
class Placed:
    """Where a piece of a line came to stand in the text."""

    start: int
    end: int
    y: float
    size: float
    anchors: list[tuple[int, float]]
    """(character, x) as `Segment.anchors`."""


class Flow:
    """Takes the pages in order; `builder` has the text when it is through."""

    def __init__(
        self, builder: Builder, pages: Mapping[int, Sequence[Line]], left: Mapping[int, set[int]]
    ) -> None:
        self.builder = builder
        self.placed: dict[int, list[Placed]] = {}
        """By page."""
        self._lines = [
            Placing(line, page, number, "")
            for page in sorted(pages)
            for number, line in enumerate(pages[page], 1)
            if number - 1 not in left.get(page, ())
        ]
        self._words = Vocabulary(" ".join(s.text for s in one.line.segments) for one in self._lines)
        sizes: Counter[float] = Counter()
        for one in self._lines:
            sizes[one.line.size] += len(one.line.text)
        self._body = sizes.most_common(1)[0][0] if sizes else 10.0
        self._lead = self._leading()
        self._kinds()
        set_edges(self._lines)
        self._known = known_words(self._lines)
        self._cuts = cut_lines(self._lines, self._known)
        self._start = -1
        self._title = max((one.line.size for one in self._lines if one.page == min(pages)), default=0.0)
        self._titled = False

    def run(self) -> None:
        """Build the text."""
        at = 0
        while at < len(self._lines) and not self.builder.full:
            one = self._lines[at]
            at = self._table(at) if one.kind == "row" else self._block(at)

    def _leading(self) -> float:
        """Line spacing in sizes: the middle of what lies between lines that follow each other."""
        found = sorted(
            (before.line.y - line.line.y) / line.line.size
            for before, line in zip(self._lines, self._lines[1:], strict=False)
            if before.page == line.page
            and before.line.region == line.line.region
            and before.line.size == line.line.size == self._body
            and 0.8 < (before.line.y - line.line.y) / max(line.line.size, 1) < 2.5
        )
        return found[len(found) // 3] if found else 1.2

    def _kinds(self) -> None:
        many = [self._cells(one.line) for one in self._lines]
        for at, one in enumerate(self._lines):
            line = one.line
            first = line.segments[0]
            if line.table:
                one.kind = "row"
                continue
            if many[at]:
                near = any(
                    0 <= other < len(many)
                    and many[other]
                    and self._lines[other].page == one.page
                    and aligned(line, self._lines[other].line)
                    for other in (at - 1, at + 1, at - 2, at + 2)
                )
                gap = max(b.x0 - a.x1 for a, b in zip(line.segments, line.segments[1:], strict=False))
                if near or (gap > 2.0 * line.size and not is_justified(self._lines, at)):
                    one.kind = "row"
                    continue
            text = first.text
            if all(segment.mono for segment in line.segments):
                one.kind = "code"
            elif _BULLET.match(text) or (len(line.segments) > 1 and _LONE_BULLET.fullmatch(text)):
                one.kind = "item"
            elif line.size > self._body * 1.15 or (self._is_bold_heading(line)):
                one.kind = "heading"
            else:
                one.kind = "paragraph"

    def _is_bold_heading(self, line: Line) -> bool:
        text = line.text
        return (
            all(segment.bold for segment in line.segments)
            and len(text) < 120
            and line.size >= self._body * 0.98
            and not text.endswith((".", ",", ";"))
        )

    def _cells(self, line: Line) -> bool:
        """Whether a line may be a row: several segments, the first more than a bullet or a number."""
        if len(line.segments) < 2:
            return False
        return len(line.segments) > 2 or not _LONE_BULLET.fullmatch(line.segments[0].text)

    def _block(self, at: int) -> int:
        """The block that begins with this line; the index behind it."""
        first = self._lines[at]
        kind = first.kind
        if kind == "heading" and not self._titled and first.page == self._lines[0].page:
            self._titled = first.line.size >= self._title * 0.98 and self._title > self._body * 1.15
            kind = "title" if self._titled else kind
        start = self.builder.begin(kind)
        before: Placing | None = None
        glue = ""
        while at < len(self._lines):
            one = self._lines[at]
            if before is not None:
                joined = self._glue(at, before, one, first)
                if joined is None:
                    break
                glue = joined
            dropped = 0
            if glue == "-":
                glue, dropped = "", 1
            self._place(one, glue, dropped)
            before = one
            at += 1
        self.builder.end(start)
        return at

    def _glue(self, at: int, before: Placing, one: Placing, first: Placing) -> str | None:
        """What stands before a line of a block, as `_relation` says it."""
        if at - 1 in self._cuts:
            return ""
        after = one.line.segments[0].text
        joined = self._relation(before, one, first, after)
        if joined == "" and at - 2 in self._cuts and ends_hash(before.line.segments[-1].text, after):
            return "\n"  # what was cut ends here; the next hash is another one
        return joined

    def _relation(self, before: Placing, one: Placing, first: Placing, after: str) -> str | None:
        """What stands between two lines of a block; "-": the hyphen goes, None: a new one begins."""
        old, new = before.line, one.line
        if one.kind != first.kind and not (first.kind == "item" and one.kind == "paragraph"):
            return None
        if one.kind == "item" or abs(new.size - old.size) > 0.12 * old.size:
            return None
        same = before.page == one.page and old.region == new.region
        step = old.y - new.y if same else 0.0
        if same and not 0 < step < max(self._lead * 1.3, 1.35) * max(old.size, new.size):
            return None
        if first.kind == "code":
            return "\n" if same else None
        full = is_full(before, new)
        if first.kind == "heading":
            large = first.line.size > self._body * 1.15
            return " " if same and (full or large) else None
        if same:
            if self._ends(before, one, first, full=full, step=step):
                return None
        elif not full or not _continues(old.segments[-1].text, after):
            return None
        if not full:
            return "\n"
        text = old.segments[-1].text
        alone = (
            len(old.segments) == 1 and " " not in text and old.segments[0].x1 >= before.edge - 1.2 * old.size
        )
        glue = self._words.join(text, after, alone=alone)
        if glue == " " and len(after.split(None, 1)[0]) > LONG:
            return "\n"
        return "-" if glue is None else glue

    def _ends(self, before: Placing, one: Placing, first: Placing, *, full: bool, step: float) -> bool:
        """Whether a block ends between two lines that stand one below the other."""
        old, new = before.line, one.line
        sentence = old.segments[-1].text.endswith(_SENTENCE_END)
        x = new.segments[0].x0
        if first.kind == "paragraph":
            if x - old.segments[0].x0 > 0.8 * new.size and before is not first and sentence:
                return True
            return not full and sentence and step > self._lead * 1.12 * new.size
        return not full and x <= first.line.segments[0].x0 + 0.2 * new.size

    def _place(self, one: Placing, glue: str, dropped: int) -> None:
        builder = self.builder
        if dropped:
            builder.drop_last()
        if glue:
            builder.glue(glue)
        for number, segment in enumerate(one.line.segments):
            if number:
                builder.add(" ", one.page, one.number)
            self._put(segment, one.page, one.number)

    def _put(self, segment: Segment, page: int, number: int) -> None:
        start = self.builder.size
        self.builder.add(segment.text, page, number)
        self.placed.setdefault(page, []).append(
            Placed(start, self.builder.size, segment.y, segment.size, segment.anchors)
        )

    def _table(self, at: int) -> int:
        """Rows from this one on; the index behind them."""
        end = at
        while end < len(self._lines) and self._lines[end].page == self._lines[at].page:
            one = self._lines[end]
            if one.kind != "row" and not (end > at and self._goes_on(self._lines[end - 1], one)):
                break
            end += 1
        group = at + 1
        edges = cell_edges(self._lines[at:end])
        for row in rows_of(self._lines[at:end], self._lead):
            self._row(row, edges, group)
        return end

    def _goes_on(self, before: Placing, one: Placing) -> bool:
        """Whether a line with one segment goes on with a cell of the row before it."""
        step = before.line.y - one.line.y
        if before.line.region != one.line.region or not 0 < step < 1.3 * self._lead * one.line.size:
            return False
        if len(one.line.segments) != 1:
            return False
        below = one.line.segments[0]
        if any(self._cut(above, below) for above in before.line.segments):
            return True
        columns = before.line.segments[1:] or before.line.segments
        return (
            one.kind in ("paragraph", "code")
            and any(abs(above.x0 - below.x0) < 4 for above in columns)
            and below.x1 < one.line.right - 20
        )

    def _cut(self, upper: Segment, lower: Segment) -> bool:
        """Whether the indicator in a cell surely goes on below it."""
        return abs(upper.x0 - lower.x0) < 4 and self._words.join(upper.text, lower.text) == ""

    def _row(self, row: list[Placing], edges: Mapping[int, float], group: int) -> None:
        """One row; `edges` tells by where a cell begins how far its column reaches."""
        first = row[0].line
        start = self.builder.begin("row", group=group)
        rest = [list(one.line.segments) for one in row[1:]]
        label = "\n".join(one.line.text for one in row)
        for column, segment in enumerate(first.segments):
            if column:
                self.builder.glue("\t")
            cell = [(row[0], segment)]
            for one, segments in zip(row[1:], rest, strict=True):
                for lower in [s for s in segments if below(s, first.segments, column)]:
                    segments.remove(lower)
                    cell.append((one, lower))
            lines = [lower for _, lower in cell]
            edge = max(edges.get(round(one.x0 / 3), 0.0) for one in lines)
            cut = cell_cuts(lines, edge, self._known, label, sure=first.table == 1)
            for at, (one, lower) in enumerate(cell):
                if at and at - 1 not in cut:
                    above = lines[at - 1].text
                    glue = self._words.join(above, lower.text, alone=" " not in above)
                    if glue == "" and at - 2 in cut and ends_hash(above, lower.text):
                        glue = "\n"
                    if glue is None:
                        self.builder.drop_last()
                    elif glue:
                        self.builder.glue(" ")
                self._put(lower, one.page, one.number)
        self.builder.end(start)


def _continues(text: str, after: str) -> bool:
    """Whether a paragraph goes on in the next column or on the next page."""
    if text.endswith(("-", "[.]", "[")):
        return True
    return after[:1].isalnum() and (after[:1].islower() or not text.endswith(_SENTENCE_END))
