"""How much of a report on logs each level of detail shows. What is left out is always counted on the page."""

from __future__ import annotations

from dataclasses import dataclass

from .detail import EVERYTHING
from .interface import Detail


@dataclass(frozen=True, kw_only=True, slots=True)
class LogAmounts:
    """Upper bounds for one page."""

    detections: int
    anomalies: int
    events: int
    """Events shown under one detection."""
    lines: int
    """Lines quoted for one anomaly."""
    timelines: int
    """Entities whose timeline is told."""
    moments: int
    """Findings on one timeline."""
    entities: int
    templates: int
    problems: int
    unsupported: int
    """Unsupported rules listed by name; above it only their reasons are counted."""
    everything: bool = False
    """Whether descriptions, authors and what is ordinary are shown as well."""


_FULL = LogAmounts(
    detections=EVERYTHING,
    anomalies=EVERYTHING,
    events=EVERYTHING,
    lines=EVERYTHING,
    timelines=EVERYTHING,
    moments=EVERYTHING,
    entities=EVERYTHING,
    templates=EVERYTHING,
    problems=EVERYTHING,
    unsupported=EVERYTHING,
    everything=True,
)
PAGE: dict[Detail, LogAmounts] = {
    "brief": LogAmounts(
        detections=5,
        anomalies=3,
        events=0,
        lines=0,
        timelines=0,
        moments=0,
        entities=0,
        templates=0,
        problems=2,
        unsupported=0,
    ),
    "normal": LogAmounts(
        detections=12,
        anomalies=6,
        events=0,
        lines=0,
        timelines=3,
        moments=5,
        entities=6,
        templates=3,
        problems=5,
        unsupported=0,
    ),
    "full": _FULL,
}
"""For a window and for a ticket, by the name that --detail takes."""

BROWSER: dict[Detail, LogAmounts] = {
    "brief": LogAmounts(
        detections=12,
        anomalies=8,
        events=1,
        lines=1,
        timelines=3,
        moments=8,
        entities=8,
        templates=6,
        problems=10,
        unsupported=0,
    ),
    "normal": LogAmounts(
        detections=200,
        anomalies=100,
        events=3,
        lines=3,
        timelines=12,
        moments=40,
        entities=12,
        templates=25,
        problems=50,
        unsupported=50,
    ),
    "full": _FULL,
}
"""For a browser: a page that scrolls and folds holds more than a window."""
