"""Records as tables: columns with one type each, values as engines hold them.

A mapping inside a record becomes columns with dotted names, a list its JSON: that is what a flat table holds.
Names that differ in case alone are one column, as SQL has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.dialects.evaluating import seconds_of
from cybersecqwen.dialects.interface import Record
from cybersecqwen.errors import LimitError

Kind = Literal["text", "whole", "number", "bool", "time", "dynamic"]
"""What a column holds; "dynamic" is JSON."""

_DEEPEST = 20
_MOST_COLUMNS = 1_900
"""SQLite takes 2,000."""
_WHOLE = 1 << 63
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    kind: Kind
    values: tuple[Any, ...]
    """One a record: text, int, float, bool, seconds since 1970, or None."""


def columns_of(
    records: Sequence[Record],
    wanted: Iterable[str],
    types: Mapping[str, str],
    time_column: str,
    *,
    every: bool = True,
    flat: bool = True,
    mixed: bool = False,
) -> list[Column]:
    """The columns of records, and those that a query asks for, which may be empty.

    Those that it does not ask for are left out unless it wants every one. Unless they are to be flat, a
    column with mappings or lists in it is JSON. Where they may be mixed, whole numbers and fractions stand as
    they are in one column of numbers. Raises LimitError where there are more than a table takes.
    """
    gathered = _Gathered(len(records), wanted, every=every, flat=flat)
    for number, record in enumerate(records):
        gathered.add(number, record)
    names, found = gathered.names, gathered.found
    given = {name.lower(): kind for name, kind in types.items()}
    given[time_column.lower()] = "time"
    make = _column if flat else _dynamic
    return [make(name, found[key], given.get(key, ""), mixed) for key, name in names.items()]


class _Gathered:
    """The values of records by column. Which names of a record are wanted is found out once for its keys."""

    def __init__(self, count: int, wanted: Iterable[str], *, every: bool, flat: bool) -> None:
        self.names = {name.lower(): name for name in wanted}
        self.found: dict[str, list[Any]] = {key: [None] * count for key in self.names}
        self._count = count
        self._every = every
        self._flat = flat
        self._shapes: dict[tuple[str, ...], list[str]] = {}

    def add(self, number: int, record: Record) -> None:
        """The values of one record."""
        shape = tuple(record)
        chosen = self._shapes.get(shape)
        if chosen is None:
            chosen = self._shapes[shape] = [name for name in shape if self._is_wanted(name.lower())]
        for name in chosen:
            value = record[name]
            if value is None:
                continue
            if value.__class__ is dict and self._flat:
                for path, inner in _flat(value, f"{name}.", 1):
                    self._put(number, path, inner)
            else:
                self._put(number, name, value)

    def _is_wanted(self, key: str) -> bool:
        """Whether a column is asked for, or a path that begins there."""
        return self._every or key in self.found or any(one.startswith(f"{key}.") for one in self.names)

    def _put(self, number: int, name: str, value: Any) -> None:
        key = name.lower()
        values = self.found.get(key)
        if values is None:
            if not self._every:
                return
            self.names[key] = name
            values = self.found[key] = [None] * self._count
            if len(self.names) > _MOST_COLUMNS:
                raise LimitError(f"The records have more than {_MOST_COLUMNS:,} columns.")
        if values[number] is None:
            values[number] = value


def _flat(record: Mapping[str, Any], before: str, depth: int) -> Iterable[tuple[str, Any]]:
    for name, value in record.items():
        if value.__class__ is dict and depth < _DEEPEST:
            yield from _flat(value, f"{before}{name}.", depth + 1)
        elif value is not None:
            yield (f"{before}{name}" if before else name), value


def _column(name: str, values: list[Any], given: str, mixed: bool) -> Column:
    if given == "time":
        times = [None if value is None else seconds_of(value) for value in values]
        if all((one is None) is (value is None) for one, value in zip(times, values, strict=True)):
            return Column(name=name, kind="time", values=tuple(times))
    classes = {value.__class__ for value in values}
    classes.discard(type(None))
    if not classes:
        # What a column without values holds is what the schema says, lest it cannot be compared.
        return Column(name=name, kind=_EMPTY.get(given, "text"), values=tuple(values))
    if classes == {bool}:
        return Column(name=name, kind="bool", values=tuple(values))
    if classes and classes <= {int, float}:
        return _numbers(name, values, given, mixed)
    return Column(name=name, kind="text", values=tuple(map(_text, values)))


_EMPTY: dict[str, Kind] = {"number": "number", "bool": "bool"}


def _dynamic(name: str, values: list[Any], given: str, mixed: bool) -> Column:
    if given != "dynamic" and not any(value.__class__ in (list, tuple, dict) for value in values):
        return _column(name, values, given, mixed)
    made = tuple(None if value is None else _json(value) for value in values)
    return Column(name=name, kind="dynamic", values=made)


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError):
        return orjson.dumps(_SURROGATE.sub("\ufffd", str(value))).decode()


def _numbers(name: str, values: list[Any], given: str, mixed: bool) -> Column:
    """Whole numbers, fractions, or where both stand together text: as text 5 must not become 5.0.

    An engine in which they may be mixed makes no 5.0 of 5.
    """
    whole = [int(value) if _is_whole(value) else value for value in values]
    fractions = {value.__class__ is float for value in whole if value is not None}
    if any(value.__class__ is int and not -_WHOLE <= value < _WHOLE for value in whole):
        return Column(name=name, kind="text", values=tuple(map(_text, values)))
    if fractions == {False}:
        return Column(name=name, kind="whole", values=tuple(whole))
    if mixed:
        return Column(name=name, kind="number", values=tuple(whole))
    if fractions == {True} or given == "number":
        made = tuple(None if value is None else float(value) for value in values)
        return Column(name=name, kind="number", values=made)
    return Column(name=name, kind="text", values=tuple(map(_text, values)))


def _is_whole(value: Any) -> bool:
    return value.__class__ is float and value.is_integer() and abs(value) < 1e15


def _text(value: Any) -> str | None:
    if value.__class__ is str:
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if value is None:
        return None
    if isinstance(value, list | tuple | dict):
        try:
            return orjson.dumps(value).decode()
        except (TypeError, ValueError):
            return _SURROGATE.sub("\ufffd", str(value))
    try:
        return _SURROGATE.sub("\ufffd", text_of(value))
    except ValueError:  # numbers of thousands of digits
        return ""
