"""Records under the names of Sigma as rows of a schema: what a mapped query is run on."""

from __future__ import annotations

import re
from typing import Any

from cybersecqwen.dialects.interface import Record

from .attempt import EVENT
from .taxonomy import Conditions, Home, Place
from .wordings import ALTERNATIVES

_SPELT = ("hive", "drive", "details", "pipe", "hive_kernel", "hexadecimal")
_JOINED = {
    "account": ("\\", ""),
    "path": ("\\", ""),
    "request": ("?", ""),
    "registry": ("\\", "hive"),
    "registry_short": ("\\", ""),
    "registry_kernel": ("\\", "hive_kernel"),
}
_DEVICE = re.compile(r"(?i)^[a-z]:\\")


def placed(record: Record, home: Home) -> dict[str, Any]:
    """The row of a home's table that holds what a record with Sigma's names says.

    What tells the home's records is set too, with the first of several values; what has no place is left out.
    """
    row: dict[str, Any] = {}
    told = home.conditions
    event = str(record.get(EVENT, ""))
    if home.events:
        told = (*told, *home.events.get(event, next(iter(home.events.values()))))
    for name, value in record.items():
        place = home.place(name)
        if place is not None and value is not None and (not home.events or name != EVENT):
            _put(row, place, value)
    for column, reading in home.reads.items():
        value = reading.constant or record.get(reading.field)
        if column not in row and value is not None:
            before, last = _cut(value)
            row[column] = before if reading.part else last if reading.name_alone else value
    for name, values in _unset(told, row):
        row[name] = values[0].replace("*", "x")
    return row


def _cut(path: Any) -> tuple[str, str]:
    """The folder and the name of a path; of one with both marks, Windows' counts."""
    before, _, last = str(path).rpartition("\\" if "\\" in str(path) else "/")
    return before, last


def _unset(conditions: Conditions, row: dict[str, Any]) -> Conditions:
    """Conditions that the row does not satisfy by a value of its own."""
    return tuple(
        (name, values)
        for name, values in conditions
        if str(row.get(name, "")).lower() not in {value.lower() for value in values}
    )


def _put(row: dict[str, Any], place: Place, value: Any) -> None:
    if isinstance(value, list) and place.by != "same":
        value = value[0] if value else ""
    if place.by in ("same", "either", "either_details"):
        numeric = place.by == "either_details" and len(place.columns) > 1
        text = _spelt("details", value) if place.by == "either_details" else value
        row[place.columns[1 if numeric and text != value else 0]] = text
    elif place.by == "values":
        row[place.columns[0]] = place.values.get(str(value).lower(), value)
    elif place.by == "hashes":
        for part in str(value).split(","):
            kind, mark, digits = part.partition("=")
            if mark and kind.lower() in place.values:
                row[place.values[kind.lower()]] = digits
    elif place.by == "file_name":
        row[place.columns[0]] = _cut(value)[1]
    elif place.by in _JOINED:
        _put_parts(row, place, str(value))
    elif place.by in _SPELT:
        row[place.columns[0]] = _spelt(place.by, value)


def _put_parts(row: dict[str, Any], place: Place, value: str) -> None:
    mark, spelt = _JOINED[place.by]
    if place.by == "path" and "\\" not in value:
        mark = "/"
    first, found, last = (str(_spelt(spelt, value)) if spelt else value).rpartition(mark)
    if not found:
        first, last = ("", value) if place.by == "account" else (value, "")
    row[place.columns[0]] = first
    row[place.columns[1]] = "" if last == "(Default)" else last


def _spelt(name: str, value: Any) -> Any:
    """A value as the schema spells it, in its own case where the spelling is the same."""
    if not isinstance(value, str):
        return value
    if name == "drive":
        return _DEVICE.sub(lambda _: "\\Device\\HarddiskVolume3\\", value)
    return ALTERNATIVES[name](value)[0]
