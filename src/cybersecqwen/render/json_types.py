"""JSON values of any shape, read as what is expected of them: what does not fit is left out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from cybersecqwen.records import Severity

from .wording import moment

LARGEST = (1 << 63) - 1
"""Numbers beyond it are cut to it: a page has no room for them, and text of them no bound."""


def as_text(value: object) -> str:
    """Text as it is, numbers in words, "" for everything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(max(-LARGEST, min(LARGEST, value)))
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    return ""


def as_count(value: object) -> int:
    """A whole number from 0; 0 for everything else."""
    if type(value) is int:
        return value if 0 <= value <= LARGEST else LARGEST if value > 0 else 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    if isinstance(value, float):
        return int(min(float(LARGEST), max(0.0, value))) if math.isfinite(value) else 0
    return max(0, min(LARGEST, value))


def as_number(value: object) -> float | None:
    """A finite number within what a double holds; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return float(max(-LARGEST, min(LARGEST, value)))
    return value if math.isfinite(value) else None


def as_time(value: object) -> float | None:
    """Seconds since 1970 that are a date between the years 1 and 9999; None for everything else."""
    number = as_number(value)
    return number if moment(number) is not None else None


def as_severity(value: object, otherwise: Severity = Severity.INFORMATIONAL) -> Severity:
    """A severity from its label or its number."""
    if isinstance(value, str):
        return next((one for one in Severity if one.label == value.strip().lower()), otherwise)
    if isinstance(value, int) and not isinstance(value, bool) and value in tuple(Severity):
        return Severity(value)
    return otherwise


def as_mapping(value: object) -> Mapping[str, Any]:
    """An object; an empty one for everything else. Keys that are no text are not looked at."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object, most: int) -> Sequence[Any]:
    """The first `most` items of an array; none for everything else."""
    if isinstance(value, list | tuple):
        return value[:most]
    return ()


def as_mappings(value: object, most: int) -> list[Mapping[str, Any]]:
    """The objects among the first `most` items of an array."""
    return [one for one in as_list(value, most) if isinstance(one, Mapping)]


def as_texts(value: object, most: int) -> tuple[str, ...]:
    """The texts (and numbers, in words) among the first `most` items; a lone text is one item."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(text for text in (as_text(one) for one in as_list(value, most)) if text)


def as_counts(value: object, most: int) -> tuple[int, ...]:
    """Whole numbers in their places; what is none counts 0."""
    return tuple(as_count(one) for one in as_list(value, most))


def as_tally(value: object, most: int) -> tuple[tuple[str, int], ...]:
    """Names with numbers, from an object or from pairs; a name alone counts 1."""
    if isinstance(value, Mapping):
        pairs: list[Any] = list(value.items())[:most]
    else:
        pairs = [one if isinstance(one, list | tuple) else (one, 1) for one in as_list(value, most)]
    named = ((as_text(one[0]), as_count(one[1]) if len(one) > 1 else 1) for one in pairs if one)
    return tuple((name, number) for name, number in named if name)
