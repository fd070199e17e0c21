"""What stands on a page of a PDF: segments of text, and the lines and table rows that they form."""

from __future__ import annotations

from dataclasses import dataclass, field


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


class TableRow(list[Segment]):
    """The first line of each cell of a table row; `below` has the others."""

    below: list[list[Segment]]
