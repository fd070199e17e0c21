"""From pieces of text on a page to lines in reading order: rows, columns, cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .pdf_content import Run
from .pdf_rules import Rules, cells, is_row

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
    table: int = 0
    """1: the first line of a table row that lines around it part from others; 2: a further line of it."""

    @property
    def text(self) -> str:
        """Its text, cells parted by tabs."""
        return "\t".join(segment.text for segment in self.segments)


class _Row(list[Segment]):
    """The first line of each cell of a table row; `below` has the others."""

    below: list[list[Segment]]


def lines_of(runs: Iterable[Run], rules: Rules | None = None) -> list[Line]:
    """The lines of a page; text that runs in another direction than most comes last.

    `rules` are the lines drawn on it, ready: what stands between two of them is a row of a table.
    """
    by_turn: dict[int, list[Run]] = {}
    for run in runs:
        by_turn.setdefault(run.turn, []).append(run)
    found: list[Line] = []
    for turn, group in sorted(by_turn.items(), key=lambda item: -sum(len(run.text) for run in item[1])):
        if turn or rules is None:
            rows = _rows([_upright(run) for run in group] if turn else group, Rules())
        else:
            rows = _tabled(_rows(group, rules), rules)
        found += _ordered(rows, len(found) and found[-1].region + 1)
    return found


def _upright(run: Run) -> Run:
    """The run as it stands when the page is turned so that it can be read."""
    length = run.x1 - run.x0
    x, y = {1: (run.y, -run.x0), 2: (-run.x0, -run.y), 3: (-run.y, run.x0)}[run.turn]
    return run._replace(x0=x, x1=x + length, y=y, turn=0)


def _rows(runs: list[Run], rules: Rules) -> list[list[Segment]]:
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
    return [_segments(row, rules) for row in rows]


def _segments(row: list[Run], rules: Rules) -> list[Segment]:
    row.sort(key=lambda run: run.x0)
    found: list[Segment] = []
    for x0, x1, y, size, text, mono, bold, _ in row:
        last = found[-1] if found else None
        if last is not None:
            gap = x0 - last.x1
            em = max(size, last.size)
            if text.strip() == last.text.strip() and abs(x0 - last.x0) < 0.2 * em:
                continue  # printed twice to look bold
            if -0.6 * em < gap < _APART * em and not rules.parted(last.x1, x0, y + 0.3 * size):
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


def _tabled(rows: list[list[Segment]], rules: Rules) -> list[list[Segment]]:
    """The rows, those between two rules in several columns put together to rows of a table."""
    if len(rules.across) < 2:
        return rows
    bands: dict[tuple[float, float], list[Segment]] = {}
    for row in rows:
        for segment in row:
            band = rules.band((segment.x0 + segment.x1) / 2, segment.y + 0.2 * segment.size)
            if band is not None:
                bands.setdefault(band, []).append(segment)
    tables: list[list[Segment]] = []
    taken: set[int] = set()
    for (below, above), segments in bands.items():
        segments.sort(key=lambda segment: (segment.x0, -segment.y))
        columns = cells([(segment.x0, segment.x1) for segment in segments])
        lines = max(columns.count(column) for column in set(columns))
        middle = (below + above) / 2
        verticals = rules.columns(middle, segments[0].x0, max(segment.x1 for segment in segments))
        if is_row(lines, columns[-1] + 1, verticals):
            tables.append(_cells(segments, columns))
            taken.update(map(id, segments))
    if not tables:
        return rows
    rest = [[segment for segment in row if id(segment) not in taken] for row in rows]
    return sorted([row for row in rest if row] + tables, key=lambda row: -max(segment.y for segment in row))


def _cells(segments: Sequence[Segment], columns: Sequence[int]) -> _Row:
    by_column: dict[int, list[Segment]] = {}
    for segment, column in zip(segments, columns, strict=True):
        by_column.setdefault(column, []).append(segment)
    for cell in by_column.values():
        cell.sort(key=lambda segment: (-segment.y, segment.x0))
    row = _Row(cell[0] for cell in by_column.values())
    later = sorted((s for cell in by_column.values() for s in cell[1:]), key=lambda s: (-s.y, s.x0))
    row.below = []
    for segment in later:
        if row.below and abs(row.below[-1][0].y - segment.y) < 0.4 * segment.size:
            row.below[-1].append(segment)
        else:
            row.below.append([segment])
    return row


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
            _emit(rows, found, left, right, region)
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
        crossing = len(before) + len(behind) < len(row)
        if isinstance(row, _Row):  # it stays in one piece
            crossing = len(before) < len(row) and len(behind) < len(row)
            before, behind = (row, []) if before else ([], row)
        if crossing:
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
    _emit(rows, found, left, right, region)
    return region + 1


def _emit(rows: Sequence[list[Segment]], found: list[Line], left: float, right: float, region: int) -> None:
    for row in rows:
        top = max(row, key=lambda segment: segment.size)
        table = isinstance(row, _Row)
        found.append(Line(row, top.y, top.size, left, right, region, int(table)))
        if isinstance(row, _Row):
            found += [Line(one, one[0].y, one[0].size, left, right, region, 2) for one in row.below]


def _gutter(rows: Sequence[list[Segment]]) -> float | None:
    """Where the left column of two ends, or None where there are no columns of running text."""
    starts: dict[int, int] = {}
    for row in rows:
        for segment in row:
            key = round(segment.x0 / 3)
            starts[key] = starts.get(key, 0) + 1
    segments = [segment for row in rows if not isinstance(row, _Row) for segment in row]
    if not segments:
        return None
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
    """Whether the nearest of these columns is running text: most of its lines fill it, and hold words."""
    starts: dict[int, int] = {}
    for segment in segments:
        key = round(segment.x0 / 3)
        starts[key] = starts.get(key, 0) + 1
    most = max(starts, key=lambda key: (starts[key], -key)) * 3
    column = [segment for segment in segments if abs(segment.x0 - most) <= 6]
    width = max(s.x1 for s in column) - min(s.x0 for s in column)
    if width < 60 or len(column) < _GUTTER_LINES:
        return False
    fills = sorted((s.x1 - s.x0) / width for s in column)
    words = sorted(s.text.count(" ") for s in column)
    return fills[len(fills) // 2] >= _FILL and words[len(words) // 2] >= 2
