"""How numbers, times and values stand in sentences, and how rare is how severe."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from cybersecqwen.records import Severity

_QUOTED = 80
_FLOOR = 1e-9


def quoted(value: str) -> str:
    """A value from a record in quotation marks, on one line, at most 80 characters."""
    flat = " ".join(value.split())
    flat = "".join(c if c.isprintable() else "·" for c in flat)
    return f"“{flat if len(flat) <= _QUOTED else flat[: _QUOTED - 1] + '…'}”"


def when(seconds: float | None) -> str:
    """A time in UTC to the second; "an unknown time" for None."""
    if seconds is None:
        return "an unknown time"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def span(days: float, *, by_time: bool = True) -> str:
    """A length of time, or of the input where its records have no times."""
    if not by_time:
        return "the input"
    if days < 2:
        return f"{days * 24:.1f} hours"
    return f"{days:.1f} days" if days < 20 else f"{days:,.0f} days"


def many(number: float, one: str, more: str = "") -> str:
    """A number with its noun: "1 host", "1,200 hosts"; "no" for zero."""
    shown = "no" if number == 0 else f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"
    return f"{shown} {one if number == 1 else more or one + 's'}"


def seldom(expected: float) -> str:
    """An expected number a day in words a reader can check: "about 0.02 a day"."""
    return f"{expected:.2g} a day"


def score(expected: float) -> float:
    """The negative decimal logarithm of an expected number a day; bounded at 9."""
    return -math.log10(min(max(expected, _FLOOR), 1e9))


def severity(expected: float) -> Severity:
    """How much a rare thing weighs by its rarity alone: what is new is seldom bad by itself."""
    return Severity.MEDIUM if expected <= 0.001 else Severity.LOW
