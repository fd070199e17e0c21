"""How far the columns of a PDF reach, and which of their lines go on in the next with nothing between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from .pdf_cuts import Piece, cuts, may_be_cut, piece
from .pdf_segments import Line, Segment
from .pdf_tables import Placing

LONG = 25
"""Characters of a word from which on the line before it is no measure of anything."""
_CUT = ("-", "\u2010", "\xad", "[.]", "[", "[.")
"""Ends of lines that stand in the middle of a word."""
_FEWEST = 8
"""Lines from which on some of them may be left out of account."""
_PROSE = 2
"""Spaces in a line from which on it is prose: it ends where its column does."""
_WINDOW = 400
"""Lines without a space that are looked at together."""


def known_words(lines: Sequence[Placing]) -> Callable[[str], bool]:
    """Says of a word in lower case whether the lines have it twice or more; counted once it is asked."""
    count: Counter[str] = Counter()

    def known(word: str) -> bool:
        if not count:
            for one in lines:
                for segment in one.line.segments:
                    count.update(part.strip(".,;:()\"'") for part in segment.text.lower().split())
                if len(count) > 500_000:
                    break
            count[""] += 1
        return count[word] > 1

    return known


def cut_lines(lines: Sequence[Placing], known: Callable[[str], bool]) -> set[int]:
    """Indexes of lines that end inside a hash, path or address which the next line goes on with."""
    proses = _proses(lines)
    found: set[int] = set()
    at = 0
    while at + 1 < len(lines):
        one = lines[at]
        if (
            one.kind == "row"
            or not may_be_cut(one.line.segments[-1].text)
            or not _follows(one, lines[at + 1])
        ):
            at += 1
            continue
        first = max(at - 3, 0)
        while not all(_follows(lines[k], lines[k + 1]) for k in range(first, at)):
            first += 1
        end = at + 1
        while end + 1 < len(lines) and end - at < _WINDOW and _follows(lines[end], lines[end + 1]):
            if len(lines[end].line.segments) > 1 or " " in lines[end].line.segments[0].text:
                break
            end += 1
        label = "\n".join(other.line.text for other in lines[first:at])
        pieces = [_piece(lines, number, proses) for number in range(at, end + 1)]
        inside = cuts(pieces, known, label)
        found |= {at + number for number in inside}
        # What follows the last cut may be cut again. Without one, none begins at any of these lines, unless
        # there are more of them than were looked at: then the later half of them may go on.
        at += max(inside) + 1 if inside else end - at if end - at < _WINDOW else _WINDOW // 2
    return found


def set_edges(lines: Sequence[Placing]) -> None:
    """Tell each line where its column ends: the farthest end of a line of its size there.

    One or two lines that reach farther than running text do (a header, a number on the right, an address
    that found no room) do not count.
    """
    groups: dict[tuple[int, int, float], list[Placing]] = {}
    for one in lines:
        groups.setdefault((one.page, one.line.region, round(one.line.size, 1)), []).append(one)
    for group in groups.values():
        ends = sorted(((one.line.segments[-1].x1, one) for one in group), key=lambda end: -end[0])
        left = min(one.line.segments[0].x0 for one in group)
        edge = ends[0][0]
        for beyond in (1, 2):
            if len(group) < _FEWEST + beyond:
                break
            reach = ends[beyond][0]
            if ends[beyond - 1][0] - reach > 0.08 * (reach - left):
                near = [one for end, one in ends[beyond:] if end > reach - 0.2 * (reach - left)]
                prose = sum(1 for one in near if _is_prose(one))
                if 2 * prose >= len(group) - beyond:
                    edge = reach
        for one in group:
            one.edge = max(edge, one.line.segments[-1].x1)


def _is_prose(one: Placing) -> bool:
    return one.kind != "row" and one.line.segments[-1].text.count(" ") >= _PROSE


def _proses(lines: Sequence[Placing]) -> Mapping[tuple[int, int, float], float]:
    """(page, region, edge) → how far prose reaches."""
    found: dict[tuple[int, int, float], float] = {}
    for one in lines:
        if _is_prose(one):
            key = one.page, one.line.region, one.edge
            found[key] = max(found.get(key, 0.0), one.line.segments[-1].x1)
    return found


def _piece(lines: Sequence[Placing], at: int, proses: Mapping[tuple[int, int, float], float]) -> Piece:
    one = lines[at]
    line = one.line
    reach = proses.get((one.page, line.region, one.edge), 0.0)
    sure = reach > one.edge - 0.2 * (one.edge - line.left)
    far = at + 1 < len(lines) and (lines[at + 1].page, lines[at + 1].line.region) != (one.page, line.region)
    return piece(line.segments[-1], one.edge, sure=sure, far=far)


def _follows(one: Placing, after: Placing) -> bool:
    """Whether a line is the next of the same text."""
    if after.kind in ("row", "item") or len(after.line.segments) > 1 or one.kind == "row":
        return False
    old, new = one.line, after.line
    if abs(old.size - new.size) > 0.1 or old.segments[-1].mono != new.segments[0].mono:
        return False
    if one.page != after.page or old.region != new.region:
        return True
    return 0 < old.y - new.y < 1.9 * old.size


def cell_cuts(
    pieces: Sequence[Segment], edge: float, known: Callable[[str], bool], label: str, *, sure: bool
) -> set[int]:
    """Indexes of a cell's lines that go on in the next with nothing between."""
    if len(pieces) < 2 or not any(may_be_cut(one.text) for one in pieces[:-1]):
        return set()
    return cuts([piece(one, edge, sure=sure) for one in pieces], known, label)


def cell_edges(lines: Sequence[Placing]) -> dict[int, float]:
    """Where cells begin (in 3 points) → where the longest of them ends."""
    found: dict[int, float] = {}
    for one in lines:
        for segment in one.line.segments:
            key = round(segment.x0 / 3)
            found[key] = max(found.get(key, 0.0), segment.x1)
    return found


def is_full(before: Placing, new: Line) -> bool:
    """Whether the next line's first word would not have found room at the end of this one."""
    old = before.line
    end = old.segments[-1]
    if end.text.endswith(_CUT) and end.x1 > old.left + 0.7 * (before.edge - old.left):
        return True
    segment = new.segments[0]
    word = segment.text.split(None, 1)[0]
    width = (segment.x1 - segment.x0) * len(word) / max(len(segment.text), 1)
    return end.x1 + 0.25 * old.size + width > before.edge - 0.3 * old.size


def is_justified(lines: Sequence[Placing], at: int) -> bool:
    """Whether a line has wide gaps because it fills its column and the next word found no room."""
    one = lines[at]
    if at + 1 >= len(lines) or len(one.line.segments) > 3 or one.line.region == 0:
        return False
    after = lines[at + 1]
    old, new = one.line, after.line
    return (
        after.page == one.page
        and old.region == new.region
        and 0 < old.y - new.y < 1.4 * old.size
        and len(new.segments) == 1
        and abs(new.segments[0].x0 - old.left) < 2
        and abs(old.segments[0].x0 - old.left) < 2
        and old.segments[-1].x1 > old.right - 1
        and (len(old.segments[-1].text) > LONG or len(new.segments[0].text.split(None, 1)[0]) > LONG)
    )
