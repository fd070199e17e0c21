"""Sections, groups and rows: how what threat reports hold is laid out, and how much of it is shown.

Texts are as the records have them: each format makes them safe to look at and defangs them.
"""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.records.intel import Intelligence, Place

from .detail import EVERYTHING
from .interface import Detail


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of a section."""

    lead: tuple[str, ...] = ()
    """Short cells before the body, as the section's `columns` name them."""
    body: str = ""
    note: str = ""
    """What explains the body."""
    quote: str = ""
    """The sentence of the report that it stands on; shown in full detail."""
    type: str = ""
    """Of an indicator: its body is a value and is defanged by its type."""
    grave: bool = False
    """Whether it stands out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Rows under a heading of their own."""

    heading: str
    rows: tuple[Row, ...]
    more: int = 0
    """Rows that are not shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of the page."""

    id: str
    heading: str
    columns: tuple[str, ...]
    """Names of the lead cells, of the body and of the note."""
    groups: tuple[Group, ...]
    remark: str = ""
    """Beside the heading."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IntelAmounts:
    """Upper bounds for one page."""

    indicators: int
    """Of one role."""
    apart: int
    names: int
    techniques: int
    """Of one tactic."""
    relations: int
    targets: int
    judgements: int
    shared: int
    documents: int
    quotes: bool = False
    """Whether the sentences are shown that things stand on."""


INTEL: dict[Detail, IntelAmounts] = {
    "brief": IntelAmounts(
        indicators=3,
        apart=0,
        names=5,
        techniques=0,
        relations=0,
        targets=0,
        judgements=3,
        shared=5,
        documents=3,
    ),
    "normal": IntelAmounts(
        indicators=12,
        apart=0,
        names=12,
        techniques=6,
        relations=10,
        targets=12,
        judgements=6,
        shared=15,
        documents=10,
    ),
    "full": IntelAmounts(
        indicators=EVERYTHING,
        apart=EVERYTHING,
        names=EVERYTHING,
        techniques=EVERYTHING,
        relations=EVERYTHING,
        targets=EVERYTHING,
        judgements=EVERYTHING,
        shared=EVERYTHING,
        documents=EVERYTHING,
        quotes=True,
    ),
}
"""By the name that --detail takes."""


def where(place: Place | None, intel: Intelligence) -> str:
    """As in "p. 3 l. 12", behind the document's id where there are several."""
    if place is None or not (place.page or place.line):
        return ""
    text = f"p. {place.page} l. {place.line}" if place.page else f"l. {place.line}"
    return f"{place.document} {text}" if len(intel.documents) > 1 else text
