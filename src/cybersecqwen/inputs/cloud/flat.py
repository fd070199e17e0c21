"""A nested record as dotted names and text, bounded in every direction.

`{"a": {"b": [1, 2]}}` becomes `{"a.b": "1; 2"}`. Lists do not number their members: a signal that
looks for `0.0.0.0/0` in a rule's ranges need not know which place it stands in. Pairs such as
`{"Name": "ForwardTo", "Value": "x@y"}` become fields of their own (`parameters.ForwardTo`), and JSON
that travels inside a string (Azure's and Microsoft 365's habit) is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.records import Limits

_PAIRS = (
    ("name", "value"),
    ("key", "value"),
    ("name", "newvalue"),
    ("displayname", "newvalue"),
    ("key", "valuestring"),
    ("name", "new"),
    ("name", "boolvalue"),
    ("name", "multivalue"),
    ("name", "intvalue"),
)
_PAIR_KEYS = frozenset({"name", "key", "displayname"})
_JOINED = 8_192
"""Characters of members of a list that are joined; the time for it grows with the square."""
_OPENED = 3
"""How many layers of JSON inside strings are opened."""


def flatten(raw: Mapping[str, Any], limits: Limits) -> dict[str, str]:
    """Dotted names to text, at most `limits.fields` of `limits.value_chars` characters each.

    Null and empty values are left out; what lies deeper than `limits.json_depth` becomes "…".
    """
    out: dict[str, str] = {}
    _walk(raw, "", limits, out, 0, 0)
    return out


def _walk(value: Any, path: str, limits: Limits, out: dict[str, str], depth: int, opened: int) -> None:
    if isinstance(value, dict):
        if depth >= limits.json_depth:
            _put(out, path, "…", limits)
            return
        for key, inner in value.items():
            name = str(key)
            _walk(inner, f"{path}.{name}" if path else name, limits, out, depth + 1, opened)
    elif isinstance(value, (list, tuple)):
        if depth >= limits.json_depth:
            _put(out, path, "…", limits)
            return
        for inner in value:
            _walk_item(inner, path, limits, out, depth + 1, opened)
    else:
        text = scalar(value)
        if not text:
            return
        _put(out, path, text, limits)
        inner = _open(text, opened)
        if inner is not None:
            _walk(inner, path, limits, out, depth + 1, opened + 1)


def _walk_item(item: Any, path: str, limits: Limits, out: dict[str, str], depth: int, opened: int) -> None:
    if isinstance(item, dict):
        pair = _pair(item)
        if pair is not None:
            name, value, old = pair
            _walk(value, f"{path}.{name}", limits, out, depth + 1, opened)
            if old is not None:
                _walk(old, f"{path}.{name}.old", limits, out, depth + 1, opened)
            return
    _walk(item, path, limits, out, depth, opened)


def _pair(item: Mapping[str, Any]) -> tuple[str, Any, Any] | None:
    """(name, value, old value) of a name-and-value member, else None."""
    if len(item) > 6:
        return None
    lower = {str(key).lower(): value for key, value in item.items()}
    for name_key, value_key in _PAIRS:
        name = lower.get(name_key)
        if value_key in lower and isinstance(name, str) and 0 < len(name) <= 120:
            return name, lower[value_key], lower.get("oldvalue", lower.get("old"))
    return None


def _put(out: dict[str, str], path: str, text: str, limits: Limits) -> None:
    before = out.get(path)
    if before is None:
        if len(out) < limits.fields:
            out[path] = text[: limits.value_chars]
    elif len(before) < _JOINED and text not in before:
        out[path] = f"{before}; {text if len(before) + len(text) < _JOINED else '…'}"[: limits.value_chars]


def _open(text: str, opened: int) -> Any:
    """The JSON object or array that a string holds, or None."""
    if opened >= _OPENED or len(text) < 8 or text[0] not in "{[" or text[-1] not in "}]":
        return None
    import orjson

    try:
        return orjson.loads(text)
    except ValueError:  # orjson.JSONDecodeError; also for lone surrogates
        return None


def scalar(value: Any) -> str:
    """Text of a JSON scalar: "true", "5", "x"; "" for null."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, (int, float)):
        return _number(value)
    return str(value)


def _number(value: float) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    try:
        return str(value)
    except ValueError:  # integers beyond sys.set_int_max_str_digits
        return "…"


def dig(raw: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, also where a key itself holds dots; None where there is none."""
    if path in raw:
        return raw[path]
    here: Any = raw
    for part in path.split("."):
        if isinstance(here, (list, tuple)):
            here = here[0] if here else None
        if not isinstance(here, dict):
            return None
        here = here.get(part)
    return here


def first(raw: Mapping[str, Any], paths: tuple[str, ...]) -> str:
    """Text of the first path that holds a scalar, or a list of scalars; "" where none does."""
    for path in paths:
        value = dig(raw, path)
        if isinstance(value, (list, tuple)):
            value = next((v for v in value if not isinstance(v, (dict, list, tuple))), None)
        if isinstance(value, dict):
            continue
        text = scalar(value)
        if text:
            return text
    return ""


def respell(raw: Mapping[str, Any], names: tuple[str, ...]) -> Mapping[str, Any]:
    """The record with the vendor's own spelling of its top-level names; lakes write all in lower case."""
    spelling = {name.lower(): name for name in names}
    return {spelling.get(str(key).lower(), str(key)): value for key, value in raw.items()}
