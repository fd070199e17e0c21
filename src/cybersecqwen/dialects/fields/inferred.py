"""Types of fields from the values that sample events have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from typing import Any

_DEEPEST = 20
_MOST_PARTS = 2_000
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?")
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?")


def inferred(event: Map[str, Any], fields: dict[str, str]) -> None:
    """Add the fields of an event, those of nested ones by dotted names, to those that are known."""
    stack: list[tuple[str, Any, int]] = [(str(name), value, 1) for name, value in event.items()]
    seen = 0
    while stack:
        name, value, depth = stack.pop()
        seen += 1
        if seen > _MOST_PARTS * 10 or not name:
            continue
        if isinstance(value, Map) and depth < _DEEPEST:
            if not value:
                _put(fields, name, "dynamic")
            stack += [(f"{name}.{inner}", one, depth + 1) for inner, one in value.items()]
        elif isinstance(value, list) and any(isinstance(one, Map) for one in value) and depth < _DEEPEST:
            # Elements stand in the place of their list, as search engines flatten them.
            stack += [(name, one, depth + 1) for one in value[:_MOST_PARTS] if isinstance(one, Map)]
        elif isinstance(value, list):
            for one in value[:_MOST_PARTS] or [None]:
                _put(fields, name, type_of(one))
        else:
            _put(fields, name, type_of(value))


def _put(fields: dict[str, str], name: str, kind: str) -> None:
    before = fields.get(name)
    if before is None or before == "":
        fields[name] = kind or "text"
    elif kind and kind != before:
        fields[name] = "text"


def type_of(value: Any) -> str:
    """text, number, time or bool; "" for nothing, dynamic for what has parts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "time" if _TIME.fullmatch(value[:40]) else "text"
    return "dynamic"


def type_of_text(values: Iterable[str]) -> str:
    """The type that all the cells of a column have; text where they differ or there are none."""
    kinds = {
        "bool"
        if value.lower() in ("true", "false")
        else "number"
        if _NUMBER.fullmatch(value)
        else "time"
        if _TIME.fullmatch(value[:40])
        else "text"
        for value in values
    }
    return kinds.pop() if len(kinds) == 1 else "text"
