"""From pieces of text on a page to lines in reading order: rows, columns, cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from .pdf_columns import parts
from .pdf_content import Run
from .pdf_rules import Rules, cells, is_row
from .pdf_segments import Line, Segment, TableRow

_SPACE = 0.17
_APART = 0.9
_NARROW = 0.5
"""Ems of a gap in front of a place where many segments begin."""
_STOP = 4
"""Segments behind a gap that make a place where columns or cells begin."""
_FEWEST = 5
"""Rows from which on there may be columns."""
_MOST_COLUMNS = 4
_ANCHORS = 400


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
        # A number of a footnote stands higher, beside letters that are larger.
        near = 0.4 if 0.75 * size < run.size < 1.33 * size else 0.5
        if rows and base - run.y < near * max(size, run.size):
            rows[-1].append(run)
            if run.size > 1.33 * size:
                base = run.y
            if run.size > size:
                size = run.size
        else:
            rows.append([run])
            base, size = run.y, run.size
    found = [_segments(row, rules, frozenset()) for row in rows]
    # Where others begin behind a gap, a narrow gap is one between columns or cells as well.
    starts = Counter(round(segment.x0) for row in found for segment in row[1:])
    stops = frozenset(x for x, count in starts.items() if count >= _STOP)
    return [_segments(row, rules, stops) for row in rows] if stops else found


def _segments(row: list[Run], rules: Rules, stops: frozenset[int]) -> list[Segment]:
    row.sort(key=lambda run: run.x0)
    found: list[Segment] = []
    for x0, x1, y, size, text, mono, bold, _ in row:
        last = found[-1] if found else None
        if last is not None:
            gap = x0 - last.x1
            em = max(size, last.size)
            if text.strip() == last.text.strip() and abs(x0 - last.x0) < 0.2 * em:
                continue  # printed twice to look bold
            apart = _NARROW if round(x0) in stops else _APART
            if -0.6 * em < gap < apart * em and not rules.parted(last.x1, x0, y + 0.3 * size):
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


def _cells(segments: Sequence[Segment], columns: Sequence[int]) -> TableRow:
    by_column: dict[int, list[Segment]] = {}
    for segment, column in zip(segments, columns, strict=True):
        by_column.setdefault(column, []).append(segment)
    for cell in by_column.values():
        cell.sort(key=lambda segment: (-segment.y, segment.x0))
    row = TableRow(cell[0] for cell in by_column.values())
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
    stretches = parts(rows) if columns < _MOST_COLUMNS and len(rows) >= _FEWEST else None
    if stretches is None:
        return _plain(rows, found, region) if rows else region + 1
    for left, right in stretches:
        if right:
            region = _split(left, found, region, columns + 1)
            region = _split(right, found, region, columns + 1)
        else:
            region = _plain(left, found, region)
    return region


def _plain(rows: Sequence[list[Segment]], found: list[Line], region: int) -> int:
    left = min(row[0].x0 for row in rows)
    right = max(max(segment.x1 for segment in row) for row in rows)
    _emit(rows, found, left, right, region)
    return region + 1


def _emit(rows: Sequence[list[Segment]], found: list[Line], left: float, right: float, region: int) -> None:
    for row in rows:
        top = max(row, key=lambda segment: segment.size)
        table = isinstance(row, TableRow)
        found.append(Line(row, top.y, top.size, left, right, region, int(table)))
        if isinstance(row, TableRow):
            found += [Line(one, one[0].y, one[0].size, left, right, region, 2) for one in row.below]
