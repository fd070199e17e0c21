"""What a record says has changed: the two states that audit records keep side by side, compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
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
_PAIRS = 40


def changed(raw: Mapping[str, Any]) -> str:
    """Words such as "mfa enabled true to false; role viewer to owner"; "" where no two states are kept."""
    found: list[str] = []
    for name, old, new in islice(_pairs(raw, "", 0), _PAIRS):
        found += _difference(name, old, new)
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
                if isinstance(item, dict):
                    yield from _pairs(item, str(key), depth + 1)


def _difference(name: str, old: Any, new: Any) -> Iterator[str]:
    before, after = (flatten({name: side}, _BOUND) for side in (old, new))
    for path in dict.fromkeys((*before, *after)):
        was, now = before.get(path, ""), after.get(path, "")
        # JSON inside a string was opened by flatten: its own text would say the same twice.
        if was != now and (was or now)[0] not in "{[":
            yield f"{words(path)} {words(was) or 'nothing'} to {words(now) or 'nothing'}"
