"""The flow of a playbook as a drawing: bands from top to bottom, three lanes where people work at once.

A band is one drawing of at most `ROWS` rows, so that it is printed on one page. Lines enter a band at its
upper edge where they left the one above it, so that bands under each other are one drawing.

    plain      looks, takes evidence or changes      yes → box, no → around it
    octagon    cannot be undone                      diamond: somebody decides
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rich.cells import cell_len

from cybersecqwen.records.playbook import LANES, Effect, Step

from .page import fitted
from .playbook_layout import LANE_NAMES, counted_minutes, effect_words

WIDTH = 1000
"""Units of the drawing from left to right; a unit is a pixel on a page of that width."""
ROWS = 11
"""Rows of a band: a page of A4 holds them."""
_COLUMNS = (10, 343, 676)
_CELL, _BOX, _PITCH = 314, 60, 86
_AXIS = 24
"""From the left edge of a cell to the line through it."""
_DIAMOND = 70
"""Room that a decision takes before its box."""
_AROUND, _TURN = 66, 76
"""Below the upper edge of a row: where the line around a box runs, and the one to the next row."""
_LETTER, _SMALL = 7.6, 7.0
"""Width of a cell of text in units, wide letters considered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowNode:
    """A step in the drawing."""

    number: int
    x: int
    """Of the box."""
    y: int
    outline: str
    """Path of the box: octagonal for what cannot be undone."""
    kind: str
    """"observe", "collect", "change" or "destroy"."""
    lines: tuple[str, ...]
    """Of its title, shown text already."""
    under: str
    title: str
    diamond: str = ""
    """Path of the decision before it; "" for none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowBand:
    """A part of the flow."""

    heading: str
    height: int
    lanes: tuple[tuple[int, str], ...]
    """Where the lanes are named, and how."""
    nodes: tuple[FlowNode, ...]
    edges: tuple[str, ...]
    """Paths of the lines, arrowheads among them."""
    dots: tuple[tuple[int, int], ...] = ()
    """Where it all begins and ends."""


Numbered = tuple[int, Step]
Show = Callable[[str], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """What goes into one band."""

    heading: str
    lanes: tuple[str, ...]
    """Lanes whose lines go through it; () for steps that stand alone."""
    steps: tuple[Numbered, ...]


def draw_flow(steps: Sequence[Step], show: Show) -> tuple[FlowBand, ...]:
    """The bands in order; `show` makes text of the input fit to be seen."""
    parts = list(_parts(steps))
    bands: list[FlowBand] = []
    leaving = [_COLUMNS[0] + _AXIS]
    for part in parts:
        band, leaving = _band(part, leaving, show)
        bands.append(band)
    if bands:
        start = (_COLUMNS[0] + _AXIS, 7)
        bands[0] = replace(bands[0], dots=(start,))
        ends = tuple((x, bands[-1].height - 7) for x in leaving)
        bands[-1] = replace(bands[-1], dots=(*bands[-1].dots, *ends))
    return tuple(bands)


def _parts(steps: Sequence[Step]) -> Iterator[_Part]:
    """Bands of one phase each, of lanes or of steps that stand alone, none higher than a page."""
    numbered = list(enumerate(steps, 1))
    for in_lanes, block in groupby(numbered, key=lambda one: one[1].lane in LANES):
        some = list(block)
        used = {step.lane for _, step in some}
        lanes = tuple(lane for lane in LANES if lane in used) if in_lanes else ()
        for phase, group in groupby(some, key=lambda one: one[1].phase):
            own = tuple(group)
            heading = phase.value.capitalize()
            for at, piece in enumerate(_pieces(own, lanes)):
                yield _Part(heading=heading + (" (goes on)" if at else ""), lanes=lanes, steps=piece)


def _pieces(steps: tuple[Numbered, ...], lanes: Sequence[str]) -> Iterator[tuple[Numbered, ...]]:
    if not lanes:
        size = ROWS * len(_COLUMNS)
        yield from (steps[at : at + size] for at in range(0, len(steps), size))
        return
    columns = [[one for one in steps if one[1].lane == lane] for lane in lanes]
    for at in range(0, max(map(len, columns)), ROWS):
        yield tuple(one for column in columns for one in column[at : at + ROWS])


def _band(part: _Part, entering: Sequence[int], show: Show) -> tuple[FlowBand, list[int]]:
    top = 68 if part.lanes else 50
    draw = _lanes if part.lanes else _rows
    nodes, edges, inside, leaving, height = draw(part, top, show)
    return (
        FlowBand(
            heading=part.heading,
            height=height,
            lanes=tuple((_COLUMNS[LANES.index(one)], f"{one}: who {LANE_NAMES[one]}") for one in part.lanes),
            nodes=tuple(nodes),
            edges=(*_bus(entering, inside), *edges),
        ),
        leaving,
    )


def _bus(above: Sequence[int], below: Sequence[int]) -> Iterator[str]:
    """From the lines that come in to those that go on: a bar where they are not the same."""
    if list(above) == list(below):
        yield from (f"M{x} 0V14" for x in above)
        return
    yield from (f"M{x} 0V14" for x in above)
    xs = (*above, *below)
    yield f"M{min(xs)} 14H{max(xs)}"


Drawn = tuple[list[FlowNode], list[str], list[int], list[int], int]
"""Nodes, paths, where lines come in, where they leave, and the height."""


def _down_to(path: str, x: int, y: int) -> str:
    """A line that comes down onto something."""
    return f"{path}V{y}M{x - 4} {y - 6}l4 6 4-6"


def _right_to(path: str, x: int, y: int) -> str:
    """A line that comes from the left."""
    return f"{path}H{x}M{x - 6} {y - 4}l6 4-6 4"


def _lanes(part: _Part, top: int, show: Show) -> Drawn:
    nodes: list[FlowNode] = []
    edges: list[str] = []
    columns = {lane: [one for one in part.steps if one[1].lane == lane] for lane in part.lanes}
    height = top + max(map(len, columns.values())) * _PITCH
    axes = []
    for lane, own in columns.items():
        x = _COLUMNS[LANES.index(lane)]
        axis = x + _AXIS
        axes.append(axis)
        above = 14
        for row, one in enumerate(own):
            y = top + row * _PITCH
            node = _node(one, x, y, show)
            nodes.append(node)
            edges.append(_down_to(f"M{axis} {above}", axis, y + (_BOX // 2 - 24 if node.diamond else 0)))
            above = _down(node, axis, y, edges)
        edges.append(f"M{axis} {above}V{height}")
    return nodes, edges, axes, axes, height


def _down(node: FlowNode, axis: int, y: int, edges: list[str]) -> int:
    """Lines of a node whose next stands under it; returns where the line downwards begins."""
    if not node.diamond:
        return y + _BOX
    edges.append(_right_to(f"M{axis + 24} {y + _BOX // 2}", node.x, y + _BOX // 2))
    edges.append(f"M{node.x + _AXIS} {y + _BOX}V{y + _TURN - 4}H{axis}")
    return y + _BOX // 2 + 24


def _rows(part: _Part, top: int, show: Show) -> Drawn:
    nodes: list[FlowNode] = []
    edges: list[str] = []
    last = len(part.steps) - 1
    leaving = first = _COLUMNS[0] + _AXIS
    height = top + -(-len(part.steps) // len(_COLUMNS)) * _PITCH
    for at, one in enumerate(part.steps):
        row, column = divmod(at, len(_COLUMNS))
        x, y = _COLUMNS[column], top + row * _PITCH
        node = _node(one, x, y, show)
        nodes.append(node)
        if at == 0:
            edges.append(_down_to(f"M{first} 14", first, y + (_BOX // 2 - 24 if node.diamond else 0)))
        if at == last:
            leaving = x + _AXIS
            edges.append(f"M{leaving} {_down(node, leaving, y, edges)}V{height}")
        else:
            edges += _onward(node, column, y)
    return nodes, edges, [first], [leaving], height


def _onward(node: FlowNode, column: int, y: int) -> Iterator[str]:
    """Lines of a node whose next stands to its right, or first in the next row."""
    x, middle = _COLUMNS[column], y + _BOX // 2
    right = x + _CELL
    if node.diamond:
        yield _right_to(f"M{x + _AXIS + 24} {middle}", node.x, middle)
    around = f"M{x + _AXIS} {middle + 24}V"
    if column < len(_COLUMNS) - 1:
        yield _right_to(f"M{right} {middle}", _COLUMNS[column + 1], middle)
        if node.diamond:
            yield f"{around}{y + _AROUND}H{right + 9}V{middle}"
        return
    yield _right_to(f"M{right} {middle}h5V{y + _TURN}H3V{middle + _PITCH}", _COLUMNS[0], middle + _PITCH)
    if node.diamond:
        yield f"{around}{y + _TURN}"


def _node(one: Numbered, x: int, y: int, show: Show) -> FlowNode:
    number, step = one
    final = effect_words(step) == "cannot be undone"
    left = x + _DIAMOND if step.approval else x
    width = _CELL - (left - x)
    kind = "destroy" if final else Effect(step.effect).value
    title = show(step.title[:1000])
    minutes = counted_minutes(step.minutes)
    under = f"Cannot be undone · {minutes}" if final else f"{step.role.value} · {minutes}"
    middle = x + _AXIS, y + _BOX // 2
    return FlowNode(
        number=number,
        x=left,
        y=y,
        outline=_outline(kind, left, y, width),
        kind=kind,
        lines=_lines(title, int((width - 46) / _LETTER)),
        under=fitted(under, int((width - 46) / _SMALL)).rstrip(),
        title=title[:300],
        diamond=f"M{middle[0]} {middle[1] - 24}l24 24-24 24-24-24z" if step.approval else "",
    )


def _outline(kind: str, x: int, y: int, width: int) -> str:
    if kind == "destroy":
        return (
            f"M{x + 14} {y}H{x + width - 14}L{x + width} {y + 14}V{y + _BOX - 14}L{x + width - 14} {y + _BOX}"
            f"H{x + 14}L{x} {y + _BOX - 14}V{y + 14}z"
        )
    r = 26 if kind == "collect" else 6
    return (
        f"M{x + r} {y}H{x + width - r}a{r} {r} 0 0 1 {r} {r}V{y + _BOX - r}a{r} {r} 0 0 1-{r} {r}"
        f"H{x + r}a{r} {r} 0 0 1-{r}-{r}V{y + r}a{r} {r} 0 0 1 {r}-{r}z"
    )


def _lines(text: str, room: int) -> tuple[str, ...]:
    """Two lines at most, cut between words where there are any."""
    if cell_len(text) <= room:
        return (text,)
    head = ""
    for word in text.split(" "):
        if cell_len(f"{head} {word}") > room:
            break
        head = f"{head} {word}".strip()
    if not head:
        head = fitted(text, room).rstrip("…").rstrip()
    return head, fitted(text[len(head) :].strip(), room).rstrip()
