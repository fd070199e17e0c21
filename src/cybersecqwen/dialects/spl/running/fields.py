"""Values of rows: how a field is got, and what a value is as text, as a number, as several values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cybersecqwen.detect.sigma.values import number_of, texts_of
from cybersecqwen.dialects.evaluating import seconds_of, value_at
from cybersecqwen.dialects.evaluating import whole_text as _whole
from cybersecqwen.dialects.interface import Record
from cybersecqwen.errors import LimitError

Row = dict[str, Any]
Get = Callable[[Record], Any]
"""A value of a row; None where there is none."""

INDEX = "\0index"
"""Under which a row remembers the table that it comes from."""


def getter(name: str, time_field: str = "") -> Get:
    """How the value of a field is got from a row."""
    if name == "_time":
        return lambda row: _time(row, time_field)
    if name == "_raw":
        return lambda row: row.get("_raw") or whole_text(row)
    if name == "index":
        return lambda row: row.get("index") or row.get(INDEX)
    if "." not in name and "{" not in name:
        return lambda row: row.get(name)
    path = name.replace("{}", "")

    def get(row: Record) -> Any:
        value = row.get(name)
        return value_at(row, path) if value is None else value

    return get


def _time(row: Record, time_field: str) -> Any:
    value = row.get("_time")
    if value is None and time_field:
        value = value_at(row, time_field)
    if value.__class__ in (int, float) or not str(value).endswith("Z"):
        return value
    seconds = seconds_of(value)
    return value if seconds is None else seconds


def whole_text(row: Record) -> str:
    """The text of an event: what it was read from, else its values, one below the other."""
    raw = row.get("_raw")
    if raw.__class__ is str:
        return str(raw)
    return _whole({name: value for name, value in row.items() if name != INDEX})


def several(value: Any) -> list[Any]:
    """A value as several: none for null, one for a single one."""
    if value is None:
        return []
    return list(value) if value.__class__ in (list, tuple) else [value]


MOST_VALUES = 100_000
"""Values that a field of a row may have."""
LONGEST = 10_000_000
"""Characters that a text may have that a search puts together."""


def packed(values: list[Any]) -> Any:
    """Several values as a value: null for none, and one alone. Raises LimitError for too many."""
    if len(values) > MOST_VALUES:
        raise LimitError(f"A field gets more than {MOST_VALUES:,} values.")
    return None if not values else values[0] if len(values) == 1 else values


def bounded(made: str) -> str:
    """A text that was put together. Raises LimitError where it is too long."""
    if len(made) > LONGEST:
        raise LimitError(f"A text gets longer than {LONGEST:,} characters.")
    return made


def text(value: Any) -> str | None:
    """A value as text; of several the first; null for null."""
    if value.__class__ is str:
        return str(value)
    found = texts_of(value)
    return found[0] if found else None


def number(value: Any) -> Any:
    """A value as a number; null for what is none."""
    if value.__class__ in (int, float):
        return value
    if value.__class__ in (list, tuple):
        return number(value[0]) if value else None
    if value is None or value is True or value is False or isinstance(value, Mapping):
        return None
    found = number_of(str(value))
    if found is None:
        return None
    return int(found) if found.is_integer() and abs(found) < 1e15 else found
