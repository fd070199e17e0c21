"""`Intelligence` as JSON types and back; what comes back may come from a file that others wrote.

The keys are the names of the records' fields, so a record and its JSON cannot drift apart.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from . import intel
from .intel import Intelligence

MOST = 200_000
"""Items read of any list."""
CHARS = 100_000
"""Characters read of any text."""
_DEPTH = 12


def to_json(value: Any) -> Any:
    """A record of `records.intel` as JSON types."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: to_json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_json(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(inner) for inner in value]
    return value


def from_json(value: object) -> Intelligence:
    """The records that a JSON value describes; parts of another type are left out.

    Raises ValueError where the value is no object at all.
    """
    if not isinstance(value, Mapping):
        raise ValueError("it is no object")
    made = _record(Intelligence, value, 0)
    assert isinstance(made, Intelligence)
    return made


class _Missing(Exception):
    """A part without which a record says nothing is not there."""


def _record(kind: Any, value: Mapping[Any, Any], depth: int) -> Any:
    if depth > _DEPTH:
        raise _Missing
    hints = _hints(kind)
    given: dict[str, Any] = {}
    for one in fields(kind):
        try:
            given[one.name] = _value(hints[one.name], value[one.name], depth + 1)
        except (KeyError, _Missing):
            if _needed(one):
                raise _Missing from None
    return kind(**given)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, vars(intel))


def _needed(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _value(kind: Any, value: Any, depth: int) -> Any:
    origin = get_origin(kind)
    if origin is tuple:
        return _items(get_args(kind)[0], value, depth)
    if origin in (Union, types.UnionType):
        inner = [one for one in get_args(kind) if one is not type(None)]
        return None if value is None else _value(inner[0], value, depth)
    if origin is not None:  # Mapping[str, Any]
        return _plain(value, 0) if isinstance(value, Mapping) else {}
    if is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(value, Mapping):
            raise _Missing
        return _record(kind, value, depth)
    return _simple(kind, value)


def _simple(kind: Any, value: Any) -> Any:
    if issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            raise _Missing from None
    if kind is str and isinstance(value, str):
        return value[:CHARS]
    if kind is int and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53:
        return value
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool) and value == value:
        return float(value)
    raise _Missing


def _items(kind: Any, value: Any, depth: int) -> tuple[Any, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise _Missing
    found = []
    for one in value[:MOST]:
        try:
            found.append(_value(kind, one, depth))
        except _Missing:
            continue
    return tuple(found)


def _plain(value: Any, depth: int) -> Any:
    """JSON types alone, bounded."""
    if isinstance(value, Mapping) and depth < 3:
        return {str(key)[:200]: _plain(inner, depth + 1) for key, inner in list(value.items())[:200]}
    if isinstance(value, (list, tuple)) and depth < 3:
        return [_plain(inner, depth + 1) for inner in value[:1000]]
    if isinstance(value, str):
        return value[:CHARS]
    return value if isinstance(value, bool | int | float) or value is None else None
