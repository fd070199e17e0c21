"""Values of literals: as text for the tests of the middle, as numbers, as lengths of time and moments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from .tree import Array, Call, Duration, Dynamic, Expr, Name, Number, Sign, Text, Truth, Typed

_UNITS = {
    "d": 86_400.0,
    "h": 3_600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "micro": 1e-6,
    "nano": 1e-9,
    "tick": 1e-7,
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)\Z")
_CLOCK = re.compile(r"(-)?(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,7})?))?\Z")
_LONGEST_NUMBER = 60


def seconds_of_unit(unit: str) -> float | None:
    """How long a unit is: "d", "days", "min", "ms", "ticks" ...; None for what is none."""
    for name, seconds in (("micro", 1e-6), ("nano", 1e-9), ("tick", 1e-7), ("milli", 1e-3), ("min", 60.0)):
        if unit.startswith(name):
            return seconds
    return _UNITS.get(unit) or (_UNITS.get(unit[:1]) if unit[:1] in "dhs" else None)


def duration_of(text: str) -> float | None:
    """Seconds of a length of time: "1d", "2.5h", "1.02:03:04"; None for what is none."""
    text = text.strip().lower()
    found = _DURATION.match(text)
    if found:
        unit = seconds_of_unit(found[2])
        return None if unit is None else float(found[1]) * unit
    clock = _CLOCK.match(text)
    if clock:
        sign, days, hours, minutes, seconds = clock.groups()
        whole = int(days or 0) * 86_400 + int(hours) * 3_600 + int(minutes) * 60 + float(seconds or 0)
        return -whole if sign else whole
    return float(text) * 86_400 if text.isdecimal() and len(text) < 10 else None


def duration_text(seconds: float) -> str:
    """A length of time in the largest unit that makes it whole."""
    for unit in ("d", "h", "m", "s", "ms"):
        count = seconds / _UNITS[unit]
        if count >= 1 and abs(count - round(count)) < 1e-9:
            return f"{round(count)}{unit}"
    return f"{round(seconds / 1e-7)}tick"


def moment_of(text: str) -> float | None:
    """Seconds since 1970 UTC of a moment as text; None for what is none."""
    text = text.strip().rstrip("Zz").strip()
    if not text or len(text) > 40:
        return None
    text = re.sub(r"(\.\d{6})\d+", r"\1", text)
    for form in (None, "%m/%d/%Y", "%m/%d/%Y %H:%M:%S", "%Y-%m", "%Y"):
        try:
            found = datetime.fromisoformat(text) if form is None else datetime.strptime(text, form)
        except ValueError:
            continue
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    return None


def moment_text(seconds: float) -> str:
    """A moment for datetime(...)."""
    found = datetime.fromtimestamp(seconds, UTC)
    return (
        found.strftime("%Y-%m-%dT%H:%M:%S") + (f".{found.microsecond:06d}" if found.microsecond else "") + "Z"
    )


def number_of(tree: Expr) -> float | int | None:
    """A literal number; None for anything else."""
    if isinstance(tree, Sign):
        inner = number_of(tree.inner)
        return None if inner is None else -inner if tree.sign == "-" else inner
    if isinstance(tree, Typed) and tree.type in ("int", "long", "real", "decimal"):
        return number_from(tree.text)
    return number_from(tree.text) if isinstance(tree, Number) else None


def number_from(text: str) -> float | int | None:
    """A number as text; None for what is none, or is too long to be one."""
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        return int(text, 16) if text[:2].lower() == "0x" else int(text)
    except ValueError:
        pass
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None


def text_of(tree: Expr) -> str | None:
    """A literal as the text that tests of the middle compare; None for what has none."""
    if isinstance(tree, Text):
        return tree.value
    if isinstance(tree, Truth):
        return "true" if tree.value else "false"
    if isinstance(tree, Typed) and tree.type == "guid":
        return tree.text
    number = number_of(tree)
    if number is None:
        return None
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        number = int(number)
    return str(number)


def values_of(items: tuple[Expr, ...], lets: Mapping[str, Expr]) -> tuple[Expr, ...] | None:
    """The literals of a list, of lists in it and of lists that are named; None where another thing is in."""
    found: list[Expr] = []
    for item in items:
        known = lets.get(item.text, item) if isinstance(item, Name) else item
        if isinstance(known, Dynamic):
            if not isinstance(known.value, Array):
                return None
            found += known.value.items
        elif isinstance(known, Call) and known.name == "pack_array":
            found += known.arguments
        elif text_of(known) is not None:
            found.append(known)
        else:
            return None
    return tuple(found) if all(text_of(one) is not None for one in found) else None


def span_of(tree: Expr) -> float | None:
    """Seconds of a literal length of time; None for anything else."""
    if isinstance(tree, Duration):
        return duration_of(tree.text)
    if isinstance(tree, Typed) and tree.type == "timespan":
        return duration_of(tree.text)
    if isinstance(tree, Sign) and tree.sign == "-":
        inner = span_of(tree.inner)
        return None if inner is None else -inner
    return None
