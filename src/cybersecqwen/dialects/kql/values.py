"""Values as a query computes with them, and conversions between their types.

Text, whole and decimal numbers, truth values, None for null, lists and mappings stand for themselves; moments
and lengths of time are numbers of their own kind, in seconds. A column that a record lacks is null, and null
compares with text as the empty text does, since columns of type string are never null.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import orjson

from cybersecqwen.errors import LimitError

from .literals import duration_of, moment_of, number_from

_MOST_PARTS = 200_000
_MOST = 1_000_000
"""Characters of a text that is made or read as JSON."""


class Moment(float):
    """A moment: seconds since 1970 UTC."""

    __slots__ = ()


class Lapse(float):
    """A length of time in seconds."""

    __slots__ = ()


def text(value: Any) -> str:
    """A value as text; null is empty."""
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[no-any-return]
    if value is None:
        return ""
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is Moment:
        return moment_as_text(value)
    if kind is Lapse:
        return lapse_as_text(value)
    if kind is float:
        return str(int(value)) + ".0" if value.is_integer() and abs(value) < 1e15 else str(value)
    _bound(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError):
        return str(value)


def _bound(value: Any) -> None:
    """Raises LimitError for a value with too many parts: one that holds another twice grows fast."""
    waiting, left = [value], _MOST_PARTS
    while waiting:
        one = waiting.pop()
        left -= 1
        if left < 0:
            raise LimitError(f"A value has more than {_MOST_PARTS:,} parts.")
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)


def moment_as_text(value: float) -> str:
    """2024-01-02T03:04:05.0000000Z."""
    try:
        found = datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return ""
    return f"{found:%Y-%m-%dT%H:%M:%S}.{found.microsecond:06d}0Z"


def lapse_as_text(value: float) -> str:
    """1.02:03:04, days only where there are any."""
    if not math.isfinite(value):
        return ""
    ticks = round(abs(value) * 1e7)
    whole, fraction = divmod(ticks, 10_000_000)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    start = f"{days}." if days else ""
    end = f".{fraction:07d}" if fraction else ""
    return f"{'-' if value < 0 else ''}{start}{hours:02d}:{minutes:02d}:{seconds:02d}{end}"


def number(value: Any) -> int | float | None:
    """A value as a number; None for what is none."""
    kind = value.__class__
    if kind is int or kind is float or kind is Moment or kind is Lapse:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return int(value)
    if kind is str:
        return number_from(value.strip())
    return None


def whole(value: Any) -> int | None:
    """A value as a whole number; None for what is none."""
    found = number(value)
    if found is None or found != found or abs(found) == float("inf"):
        return None
    return int(found)


def real(value: Any) -> float | None:
    """A value as a decimal number; None for what is none."""
    found = number(value)
    try:
        return None if found is None else float(found)
    except OverflowError:
        return None


def truth(value: Any) -> bool | None:
    """A value as a truth value; None for what is none."""
    if isinstance(value, bool):
        return value
    if value.__class__ is str:
        lowered = value.strip().lower()
        return True if lowered == "true" else False if lowered == "false" else None
    found = number(value)
    return None if found is None else found != 0


def moment(value: Any) -> Moment | None:
    """A value as a moment; None for what is none."""
    kind = value.__class__
    if kind is Moment:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is float:
        return Moment(value) if math.isfinite(value) else None
    if kind is str:
        found = moment_of(value)
        return None if found is None else Moment(found)
    return None


def lapse(value: Any) -> Lapse | None:
    """A value as a length of time; None for what is none."""
    kind = value.__class__
    if kind is Lapse:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is float:
        return Lapse(value)
    if kind is str:
        found = duration_of(value)
        return None if found is None else Lapse(found)
    return None


def parsed(value: Any) -> Any:
    """A value with parts of a text that is JSON; other values, and texts that are none, as they are."""
    if value.__class__ is not str:
        return value
    if not value or len(value) > _MOST:
        return value or None
    if value[0] in '{["-0123456789tfn \t\n':
        try:
            return orjson.loads(value)
        except (orjson.JSONDecodeError, UnicodeEncodeError):
            return value
    return value


def part(value: Any, name: str) -> Any:
    """What stands under a name in a value; null where nothing does."""
    if value.__class__ is str and value[:1] == "{":
        value = parsed(value)
    return value.get(name) if isinstance(value, dict) else None


def element(value: Any, at: Any) -> Any:
    """What stands at a number, or under a name, in a value; null where nothing does."""
    if value.__class__ is str and value[:1] in ("{", "["):
        value = parsed(value)
    if isinstance(value, dict):
        return value.get(text(at))
    if isinstance(value, list | tuple) and at.__class__ is int and -len(value) <= at < len(value):
        return value[at]
    return None


def key(value: Any) -> Any:
    """What two values have in common that are in one group: null and the empty text are one."""
    kind = value.__class__
    if kind is str:
        return value
    if value is None:
        return ""
    if kind is bool:
        return (kind, value)
    if kind is list or kind is dict or kind is tuple:
        return (list, text(value))
    return value


CONVERSIONS: dict[str, Any] = {
    "string": text,
    "int": whole,
    "long": whole,
    "real": real,
    "double": real,
    "decimal": real,
    "bool": truth,
    "boolean": truth,
    "datetime": moment,
    "date": moment,
    "timespan": lapse,
    "time": lapse,
    "dynamic": parsed,
    "object": parsed,
    "guid": text,
}
"""Name of a type to what makes a value of it."""
