"""Getting text out of parsed JSON of any form: bounded, flat, and never raising."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cybersecqwen.records import Limits

_CUT = " …[cut]"


def text(value: Any, limits: Limits) -> str:
    """Any JSON value as text of at most `limits.value_chars` characters.

    None is "", booleans are "true" and "false" as in JSON, numbers are decimal, a list of one is that
    one; other lists and mappings are JSON.
    """
    if value.__class__ is str:
        found: str = value
    elif value is None:
        return ""
    elif value is True or value is False:
        return "true" if value else "false"
    elif isinstance(value, int | float | str):
        found = _number(value)
    elif isinstance(value, list | tuple) and len(value) == 1:
        return text(value[0], limits) if not isinstance(value[0], list | tuple) else _json(value, limits)
    else:
        return _json(value, limits)
    if len(found) > limits.value_chars:
        return found[: limits.value_chars - len(_CUT)] + _CUT
    return found


def dig(raw: Any, dotted: str) -> Any:
    """The value at "a.b.c", whether the keys are nested, dotted, or partly both; None where absent."""
    if not isinstance(raw, Mapping):
        return None
    if dotted in raw:
        return raw[dotted]
    at = dotted.find(".")
    while at > 0:
        below = raw.get(dotted[:at])
        if isinstance(below, Mapping):
            found = dig(below, dotted[at + 1 :])
            if found is not None:
                return found
        at = dotted.find(".", at + 1)
    return None


def first(raw: Any, names: Iterable[str], limits: Limits) -> str:
    """The text of the first of the dotted `names` that has one, or ""."""
    for name in names:
        value = dig(raw, name)
        if value is not None:
            found = text(value, limits)
            if found:
                return found
    return ""


def flatten(raw: Mapping[str, Any], limits: Limits, *, prefix: str = "") -> dict[str, str]:
    """All leaves as dotted names to text; empty ones left out, at most `limits.fields` of them.

    Lists of plain values are joined as JSON; so are mappings below `limits.json_depth`.
    """
    found: dict[str, str] = {}
    stack: list[tuple[str, Any, int]] = [(prefix, raw, 0)]
    while stack and len(found) < limits.fields:
        name, value, depth = stack.pop()
        if isinstance(value, Mapping) and depth < limits.json_depth:
            below = [(f"{name}.{key}" if name else str(key), item, depth + 1) for key, item in value.items()]
            stack.extend(reversed(below))
        elif name:
            leaf = text(value, limits)
            if leaf:
                found.setdefault(name, leaf)
    return found


def _number(value: Any) -> str:
    try:
        return str(value)
    except ValueError:  # int → str is bounded to 4,300 digits (CVE-2020-10735)
        return hex(value)


def _json(value: Any, limits: Limits) -> str:
    import orjson

    try:
        found = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str).decode()
    except (orjson.JSONEncodeError, RecursionError, ValueError):
        return ""
    return found if len(found) <= limits.value_chars else found[: limits.value_chars - len(_CUT)] + _CUT
