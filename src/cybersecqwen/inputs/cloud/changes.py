"""What a record says has changed: the two states that audit records keep side by side, compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cybersecqwen.records import Limits

from .flat import flatten
from .words import words

_SIDES = (
    ("preaction", "postaction"),
    ("old", "new"),
    ("oldvalue", "newvalue"),
    ("old_value", "new_value"),
    ("before", "after"),
    ("previous", "current"),
    ("previousvalue", "currentvalue"),
    ("previous_value", "new_value"),
    ("oldvalues", "newvalues"),
    ("from", "to"),
)
_BOUND = Limits(fields=200, value_chars=300, json_depth=12)
_DEPTH = 6


def changed(raw: Mapping[str, Any]) -> str:
    """Words such as "mfa enabled true to false; role viewer to owner"; "" where no two states are kept."""
    found: list[str] = []
    for name, old, new in _pairs(raw, "", 0):
        found += _difference(name, old, new)
        if len(found) > 60:
            break
    return "; ".join(dict.fromkeys(found))[:4000]


def _pairs(raw: Mapping[str, Any], name: str, depth: int) -> Iterator[tuple[str, Any, Any]]:
    lower = {str(key).lower(): value for key, value in list(raw.items())[:200]}
    for old, new in _SIDES:
        if old in lower and new in lower:
            label = next(
                (lower[k] for k in ("displayname", "name", "field", "key") if isinstance(lower.get(k), str)),
                name,
            )
            yield str(label), lower[old], lower[new]
            return
    if depth < _DEPTH:
        for key, value in list(raw.items())[:200]:
            inner = value if isinstance(value, (list, tuple)) else (value,)
            for item in inner[:50]:
                if isinstance(item, Mapping):
                    yield from _pairs(item, str(key), depth + 1)


def _difference(name: str, old: Any, new: Any) -> Iterator[str]:
    before, after = (flatten({name: side}, _BOUND) for side in (old, new))
    # A value that is JSON inside a string is opened by flatten; its own text would say it twice.
    opened = {path for path in (*before, *after) if any(p.startswith(f"{path}.") for p in (*before, *after))}
    for path in dict.fromkeys((*before, *after)):
        was, now = before.get(path, ""), after.get(path, "")
        if was != now and path not in opened:
            yield f"{words(path)} {words(was) or 'nothing'} to {words(now) or 'nothing'}"
