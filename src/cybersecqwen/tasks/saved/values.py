"""Values of a report that others may have written: what does not fit is left out, nothing raises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Severity

CHARS = 2_000
"""Characters kept of any text."""


def text(value: object, most: int = CHARS) -> str:
    """Text, cut; "" for everything else."""
    return value[:most] if isinstance(value, str) else ""


def line(value: object, most: int = CHARS) -> str:
    """Text on one line, cut: what cannot be seen, or turns the way of reading, becomes a sign for that."""
    shown = "".join(
        one if one.isprintable() or one.isspace() else "\N{REPLACEMENT CHARACTER}"
        for one in text(value, most)
    )
    return " ".join(shown.split())


def texts(value: object, most: int) -> tuple[str, ...]:
    """The texts among the first items of a list."""
    return tuple(one[:CHARS] for one in items(value, most) if isinstance(one, str) and one)


def items(value: object, most: int) -> Sequence[Any]:
    """The first items of a list; none for everything else."""
    return value[:most] if isinstance(value, list) else ()


def mapping(value: object) -> Mapping[str, Any]:
    """An object; an empty one for everything else."""
    return value if isinstance(value, dict) else {}


def mappings(value: object, most: int) -> list[Mapping[str, Any]]:
    """The objects among the first items of a list."""
    return [one for one in items(value, most) if isinstance(one, dict)]


def count(value: object) -> int:
    """A whole number from 1; 1 for everything else."""
    return value if type(value) is int and 1 <= value < 1 << 53 else 1


def number(value: object) -> float:
    """A number; 0 for everything else."""
    return float(value) if type(value) in (int, float) and -1e9 < value < 1e9 else 0.0  # type: ignore[arg-type, operator]


def severity(value: object) -> Severity:
    """By its name; informational for everything else."""
    return next((one for one in Severity if one.label == value), Severity.INFORMATIONAL)


def time(value: object) -> float | None:
    """Seconds since 1970 UTC, of a date as reports write it; None for everything else."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return parse_time(value)
    return None
