"""From pieces of text on a page to lines in reading order: rows, columns, cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .pdf_content import Run

_SPACE = 0.17
_APART = 0.9
_GUTTER_LINES = 5
"""Lines on both sides from which on a gap may part columns."""
_FILL = 0.65
"""Share of a column's width that its middle line fills; a table's cells fill less."""
_MOST_COLUMNS = 4
_ANCHORS = 400


@dataclass(slots=True)
class Segment:
    """Text without a wide gap."""

    x0: float
    x1: float
    y: float
    size: float
    text: str
    mono: bool
    bold: bool
    anchors: list[tuple[int, float]] = field(default_factory=list)
    """(character, x): the beginnings and ends of the pieces that it was made of."""


@dataclass(slots=True)
class Line:
    """What stands on one base line of one column."""

    segments: list[Segment]
    y: float
    size: float
    left: float
    """Edge of its column."""
    right: float
    region: int = 0
    """Number of the column on the page; lines of another one do not go on from it."""

    @property
    def text(self) -> str:
        """Its text, cells parted by tabs."""
        return "\t".join(segment.text for segment in self.segments)


def lines_of(runs: Iterable[Run]) -> list[Line]:
    """The lines of a page; text that runs in another direction than most comes last."""
    by_turn: dict[int, list[Run]] = {}
    for run in runs:
        by_turn.setdefault(run.turn, []).append(run)
    found: list[Line] = []
    for turn, group in sorted(by_turn.items(), key=lambda item: -sum(len(run.text) for run in item[1])):
        rows = _rows([_upright(run) for run in group] if turn else group)
        found += _ordered(rows, len(found) and found[-1].region + 1)
    return found


def _upright(run: Run) -> Run:
    """The run as it stands when the page is turned so that it can be read."""
    length = run.x1 - run.x0
    x, y = {1: (run.y, -run.x0), 2: (-run.x0, -run.y), 3: (-run.y, run.x0)}[run.turn]
    return run._replace(x0=x, x1=x + length, y=y, turn=0)


def _rows(runs: list[Run]) -> list[list[Segment]]:
    """Segments by base line, from the top; those of a row from the left."""
    rows: list[list[Run]] = []
    base = size = 0.0
    for run in sorted(runs, key=lambda run: (-run.y, run.x0)):
        if rows and base - run.y < 0.4 * max(size, run.size):
            rows[-1].append(run)
            if run.size > size:
                size = run.size
        else:
            rows.append([run])
            base, size = run.y, run.size
    return [_segments(row) for row in rows]


def _segments(row: list[Run]) -> list[Segment]:
    row.sort(key=lambda run: run.x0)
    found: list[Segment] = []
    for x0, x1, y, size, text, mono, bold, _ in row:
        last = found[-1] if found else None
        if last is not None:
            gap = x0 - last.x1
            em = max(size, last.size)
            if text.strip() == last.text.strip() and abs(x0 - last.x0) < 0.2 * em:
                continue  # printed twice to look bold
            if -0.6 * em < gap < _APART * em:
                spaced = gap > _SPACE * em and last.text[-1] != " " and text[0] != " "
                last.text += f" {text}" if spaced else text
                last.x1 = max(last.x1, x1)
                if len(last.anchors) < _ANCHORS:
                    last.anchors += ((len(last.text) - len(text), x0), (len(last.text), x1))
                if size > last.size:
                    last.size, last.y = size, y
                last.mono = last.mono and mono
                last.bold = last.bold and bold
                continue
        found.append(Segment(x0, x1, y, size, text, mono, bold, [(0, x0), (len(text), x1)]))
    kept = []
    for segment in found:
        stripped = segment.text.strip()
        if stripped:
            lead = len(segment.text) - len(segment.text.lstrip())
            segment.x0 += (segment.x1 - segment.x0) * lead / max(len(segment.text), 1)
            segment.text = " ".join(stripped.split()) if not segment.mono else stripped
            if lead:
                segment.anchors = [(max(at - lead, 0), x) for at, x in segment.anchors]
            kept.append(segment)
    return kept


def _ordered(rows: Sequence[list[Segment]], region: int) -> list[Line]:
    """The rows as lines, columns one after the other."""
    rows = [row for row in rows if row]
    found: list[Line] = []
    _split(rows, found, region, 1)
    return found


def _split(rows: Sequence[list[Segment]], found: list[Line], region: int, columns: int) -> int:
    """Add the lines of these rows; the number of the next region."""
    gutter = _gutter(rows) if columns < _MOST_COLUMNS and len(rows) >= _GUTTER_LINES else None
    if gutter is None:
        if rows:
            left = min(row[0].x0 for row in rows)
            right = max(max(segment.x1 for segment in row) for row in rows)
            for row in rows:
                top = max(row, key=lambda segment: segment.size)
                found.append(Line(row, top.y, top.size, left, right, region))
        return region + 1
    one: list[list[Segment]] = []
    two: list[list[Segment]] = []
    across: list[list[Segment]] = []

    def flush() -> None:
        nonlocal region, one, two, across
        if across:
            region = _plain(across, found, region)
            across = []
        if one or two:
            region = _split(one, found, region, columns + 1)
            region = _split(two, found, region, columns + 1)
            one, two = [], []

    for row in rows:
        before = [segment for segment in row if segment.x1 <= gutter + 1]
        behind = [segment for segment in row if segment.x0 >= gutter - 1]
        if len(before) + len(behind) < len(row):
            if one or two:
                flush()
            across.append(row)
        else:
            if across:
                flush()
            if before:
                one.append(before)
            if behind:
                two.append(behind)
    flush()
    return region


def _plain(rows: Sequence[list[Segment]], found: list[Line], region: int) -> int:
    left = min(row[0].x0 for row in rows)
    right = max(max(segment.x1 for segment in row) for row in rows)
    for row in rows:
        top = max(row, key=lambda segment: segment.size)
        found.append(Line(row, top.y, top.size, left, right, region))
    return region + 1


def _gutter(rows: Sequence[list[Segment]]) -> float | None:
    """Where the left column of two ends, or None where there are no columns of running text."""
    starts: dict[int, int] = {}
    for row in rows:
        for segment in row:
            key = round(segment.x0 / 3)
            starts[key] = starts.get(key, 0) + 1
    segments = [segment for row in rows for segment in row]
    left = min(segment.x0 for segment in segments)
    for key, count in sorted(starts.items(), key=lambda item: (-item[1], item[0]))[:8]:
        if count < _GUTTER_LINES:
            break
        x = key * 3 - 3
        if x <= left + 40:
            continue
        before = [segment for segment in segments if segment.x1 <= x]
        behind = [segment for segment in segments if segment.x0 >= x]
        if len(before) < _GUTTER_LINES or len(behind) < _GUTTER_LINES:
            continue
        crossing = len(segments) - len(before) - len(behind)
        if crossing > (len(before) + len(behind)) * 0.5:
            continue
        if _running(before) and _running(behind):
            # The columns stand beside each other: their heights overlap.
            low, high = min(s.y for s in behind), max(s.y for s in behind)
            beside = sum(1 for s in before if low - 2 <= s.y <= high + 2)
            if beside >= _GUTTER_LINES - 1:
                return float(x)
    return None


def _running(segments: Sequence[Segment]) -> bool:
    """Whether these are the lines of a column of running text: most fill it, and few stand in one row."""
    left, right = min(s.x0 for s in segments), max(s.x1 for s in segments)
    width = right - left
    if width < 60:
        return False
    fills = sorted((s.x1 - s.x0) / width for s in segments)
    words = sorted(s.text.count(" ") for s in segments)
    return fills[len(fills) // 2] >= _FILL and words[len(words) // 2] >= 2
