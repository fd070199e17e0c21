"""How a score adds up, as bars that begin where the one before ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cybersecqwen.records import Finding, Incident

WIDTH = 420
SHOWN = 14
"""Bars for findings; the others are added into one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One addend. Lengths are pixels from the left of the drawing."""

    label: str
    number: int
    """Of the finding on the page; 0 for what is no finding."""
    points: float
    x: float
    width: float
    tone: str
    """"bad", "good", or "total"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreDrawing:
    """The addends in order, the total last; empty where a number is not finite."""

    steps: tuple[Step, ...]
    zero: float
    """Where nought stands."""
    width: int = WIDTH


def draw_score(incident: Incident, numbered: Sequence[tuple[int, Finding]]) -> ScoreDrawing:
    """The way from the starting point over the findings to the score of `incident`.

    What the weights of the findings do not explain (the starting point, and what findings of one
    group share) is one bar, so that the bars always add up to the score.
    """
    parts = [(finding.title, number, finding.weight) for number, finding in numbered]
    rest = incident.score - sum(weight for _, _, weight in parts)
    if not math.isfinite(rest) or not parts:
        return ScoreDrawing(steps=(), zero=0)
    if len(parts) > SHOWN + 1:
        tail = sum(weight for _, _, weight in parts[SHOWN:])
        parts = [*parts[:SHOWN], (f"{len(parts) - SHOWN} more findings", 0, tail)]
    if abs(rest) >= 0.05:
        parts.insert(0, ("Starting point, and what overlapping findings share", 0, rest))
    sums = [0.0]
    for _, _, weight in parts:
        sums.append(sums[-1] + weight)
    low, high = min(sums), max(sums)
    unit = (WIDTH - 8) / max(high - low, 0.1)
    place = [4 + (one - low) * unit for one in sums]
    steps = [
        _step(label, number, weight, place[at], place[at + 1], "good" if weight < 0 else "bad")
        for at, (label, number, weight) in enumerate(parts)
    ]
    zero = 4 - low * unit
    steps.append(_step("Score", 0, incident.score, zero, place[-1], "total"))
    return ScoreDrawing(steps=tuple(steps), zero=round(zero, 1))


def _step(label: str, number: int, points: float, begin: float, end: float, tone: str) -> Step:
    x, width = min(begin, end), max(2.0, abs(end - begin))
    return Step(label=label, number=number, points=points, x=round(x, 1), width=round(width, 1), tone=tone)
