"""Where the boxes and lines of a drawn process tree go; the template only writes them down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cybersecqwen.records import Finding, ProcessNode

from .story import Row, marks

BOX_WIDTH, BOX_HEIGHT = 188, 62
COLUMN_GAP, ROW_GAP = 32, 16
MARGIN = 10
MIDDLE = 2 * (BOX_HEIGHT + ROW_GAP)
"""Up to this height a parent stands in the middle of its children; above, the page would be mostly air."""
DEEPEST = 24
"""Columns drawn; deeper processes stay in the last one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A drawn process, or a drawn count of hidden ones. Lengths are pixels."""

    x: int
    y: int
    node: ProcessNode | None
    """None where it stands for hidden processes."""
    flagged: bool
    """Whether a finding that speaks for an attack names it."""
    dots: tuple[tuple[int, str], ...]
    """Numbers of its findings on the page with their severity, "good" where one is ordinary."""
    hidden: int
    """How many processes it stands for, where `node` is None."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """A line from a parent to a child."""

    path: str
    """As the attribute d of an SVG path takes it."""
    flagged: bool
    """Whether both ends are flagged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeDrawing:
    """A drawn tree, left to right, parents level with their children."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


def draw_tree(
    rows: Sequence[Row], flagged: Sequence[bool], numbers: Mapping[str, tuple[int, Finding]]
) -> TreeDrawing:
    """The drawing of `rows` (parents before children), of which `flagged` says which to highlight."""
    tops = _tops(rows)
    boxes = [
        Box(
            x=MARGIN + min(row.depth, DEEPEST) * (BOX_WIDTH + COLUMN_GAP),
            y=top,
            node=row.node,
            flagged=hot,
            dots=_dots(row.node, numbers),
            hidden=row.hidden,
        )
        for row, top, hot in zip(rows, tops, flagged, strict=True)
    ]
    edges = [
        Edge(path=_curve(boxes[row.parent], box), flagged=box.flagged and boxes[row.parent].flagged)
        for row, box in zip(rows, boxes, strict=True)
        if row.parent >= 0
    ]
    return TreeDrawing(
        width=max((box.x for box in boxes), default=0) + BOX_WIDTH + MARGIN,
        height=max((box.y for box in boxes), default=0) + BOX_HEIGHT + MARGIN,
        boxes=tuple(boxes),
        edges=tuple(edges),
    )


def _dots(
    node: ProcessNode | None, numbers: Mapping[str, tuple[int, Finding]]
) -> tuple[tuple[int, str], ...]:
    found = [] if node is None else marks(node, numbers)
    return tuple((number, "good" if one.is_context else one.severity.label) for number, one in found)


def _tops(rows: Sequence[Row]) -> list[int]:
    """Leaves take a line each, from the top; a parent of few stands in their middle, of many by its first."""
    spread: list[list[int]] = [[] for _ in rows]
    tops = [0] * len(rows)
    leaf = 0
    parents = {row.parent for row in rows}
    for at, _ in enumerate(rows):
        if at not in parents:
            tops[at] = MARGIN + leaf * (BOX_HEIGHT + ROW_GAP)
            leaf += 1
    for at in range(len(rows) - 1, -1, -1):
        if spread[at]:
            low, high = min(spread[at]), max(spread[at])
            tops[at] = low if high - low > MIDDLE else (low + high) // 2
        if rows[at].parent >= 0:
            spread[rows[at].parent].append(tops[at])
    return tops


def _curve(parent: Box, child: Box) -> str:
    x1, y1 = parent.x + BOX_WIDTH, parent.y + BOX_HEIGHT // 2
    x2, y2 = child.x, child.y + BOX_HEIGHT // 2
    if x2 <= x1:  # in the last column, beyond which nothing is drawn
        return f"M{parent.x + 12} {parent.y + BOX_HEIGHT}V{child.y}"
    middle = (x1 + x2) // 2
    if abs(y2 - y1) > MIDDLE:  # a long way: straight down, with rounded corners
        turn = 8 if y2 > y1 else -8
        corner = f"Q{middle} {y1} {middle} {y1 + turn}V{y2 - turn}Q{middle} {y2} {middle + 8} {y2}"
        return f"M{x1} {y1}H{middle - 8}{corner}H{x2}"
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
