"""How much of a report each level of detail shows. What is left out is always counted on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from .interface import Detail

T = TypeVar("T")

EVERYTHING = 1_000_000
"""More than any report holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Amounts:
    """Upper bounds for one page."""

    listed: int
    """Incidents in the table at the top."""
    incidents: int
    """Incidents told in full."""
    processes: int
    """Processes of one tree."""
    siblings: int
    """Processes without findings under one parent."""
    findings: int
    """Findings of one incident that raise the score, and as many that lower it."""
    evidence: int
    """Quotes for one finding."""
    chars: int
    """Characters of one quoted value or command."""
    indicators: int
    """Indicators of one incident."""
    steps: int
    """Next steps of one incident."""
    everything: bool = False
    """Whether explanations, provenance and ordinary processes are shown as well."""


AMOUNTS: dict[Detail, Amounts] = {
    "brief": Amounts(
        listed=5,
        incidents=1,
        processes=0,
        siblings=0,
        findings=3,
        evidence=0,
        chars=120,
        indicators=3,
        steps=2,
    ),
    "normal": Amounts(
        listed=20,
        incidents=3,
        processes=24,
        siblings=5,
        findings=8,
        evidence=2,
        chars=280,
        indicators=10,
        steps=6,
    ),
    "full": Amounts(
        listed=EVERYTHING,
        incidents=EVERYTHING,
        processes=EVERYTHING,
        siblings=EVERYTHING,
        findings=EVERYTHING,
        evidence=EVERYTHING,
        chars=EVERYTHING,
        indicators=EVERYTHING,
        steps=EVERYTHING,
        everything=True,
    ),
}
"""By the name that --detail takes."""


def first(items: Sequence[T], limit: int) -> tuple[Sequence[T], int]:
    """The first `limit` items and how many follow them; one left over is shown rather than counted."""
    if len(items) <= limit + (1 if limit else 0):
        return items, 0
    return items[:limit], len(items) - limit
