"""Small parts that columns are put together from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .interface import Getter, Rows


def constant(value: Any) -> Getter:
    """The same value for every record."""
    return lambda rows: [value] * len(rows.raws)


def nothing(rows: Rows) -> list[Any]:
    """No value for any record."""
    return [None] * len(rows.raws)


def top(name: str) -> Getter:
    """A top-level key of the records."""

    def get(rows: Rows) -> list[Any]:
        if name not in rows.top_names:
            return [None] * len(rows.raws)
        return [raw.get(name) for raw in rows.raws]

    return get


def own(name: str) -> Getter:
    """A key of the event's own fields (`Rows.data`)."""

    def get(rows: Rows) -> list[Any]:
        if name not in rows.own_names:
            return [None] * len(rows.raws)
        return [data.get(name) for data in rows.data]

    return get


def path(name: str, *, inside: bool = False) -> Getter:
    """A dotted name: looked up as it is, then as a path through nested mappings and lists of them.

    `inside` looks in the events' own fields (`Rows.data`) instead of the whole records.
    """
    parts = name.split(".")
    beginnings = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}

    def get(rows: Rows) -> list[Any]:
        if beginnings.isdisjoint(rows.own_names if inside else rows.top_names):
            return [None] * len(rows.raws)
        whole = rows.data if inside else rows.raws
        return [raw[name] if name in raw else descend(raw, parts, 0) for raw in whole]

    return get


def descend(value: Any, parts: list[str], at: int) -> Any:
    """What stands at the end of a path; a list of what is found where it leads through lists.

    Keys may hold dots themselves: the shortest key that leads to a value is taken.
    """
    if at == len(parts):
        return value
    if isinstance(value, Mapping):
        key = ""
        for end in range(at, len(parts)):
            key = f"{key}.{parts[end]}" if key else parts[end]
            if key in value:
                found = descend(value[key], parts, end + 1)
                if found is not None:
                    return found
        return None
    if isinstance(value, list):
        several: list[Any] = []
        for item in value:
            if not isinstance(item, Mapping):
                continue
            found = descend(item, parts, at)
            if isinstance(found, list):
                several.extend(found)
            elif found is not None:
                several.append(found)
        return several or None
    return None


def first_of(*getters: Getter) -> Getter:
    """The first that has a value, record by record; later ones are asked only if some value is missing."""
    if len(getters) == 1:
        return getters[0]
    one, rest = getters[0], getters[1:]

    def get(rows: Rows) -> list[Any]:
        values = one(rows)
        for other in rest:
            if None not in values:
                break
            values = [
                there if value is None else value for value, there in zip(values, other(rows), strict=True)
            ]
        return values

    return get


def mapped(getter: Getter, change: Callable[[Any], Any]) -> Getter:
    """Each value changed by a function that takes any value and gives None where it cannot."""

    def get(rows: Rows) -> list[Any]:
        return [None if value is None else change(value) for value in getter(rows)]

    return get


def joined(getters: tuple[Getter, ...], change: Callable[..., Any]) -> Getter:
    """One value made from those of several columns."""

    def get(rows: Rows) -> list[Any]:
        return [change(*values) for values in zip(*(getter(rows) for getter in getters), strict=True)]

    return get
