"""Times as SPL writes them: earliest, latest, span."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from cybersecqwen.errors import UnsayableError

UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", ""), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
    **dict.fromkeys(("w", "week", "weeks"), 604800.0),
    **dict.fromkeys(("ms",), 0.001),
}
"""Seconds of a unit; months and longer have no fixed length.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/SearchTimeModifiers
"""

_LENGTH = re.compile(r"(\d*(?:\.\d+)?)([a-z]*)", re.IGNORECASE)
_RELATIVE = re.compile(r"([+-])(\d*[a-z]*)(?:@([a-z]+))?", re.IGNORECASE)
_SNAPS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds_in(text: str) -> float:
    """The length of a span: 1h, 5m, 30. Raises UnsayableError for months and for what is none."""
    found = _LENGTH.fullmatch(text.strip())
    unit = UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise UnsayableError(f"The length {text[:40]!r} is not one of weeks or less.", what="spans of months")
    return float(found[1] or 1) * unit


def span_text(seconds: float) -> str:
    """A length in the largest unit that it is a whole number of, hours at most."""
    for unit, size in (("h", 3600), ("m", 60), ("s", 1)):
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    if seconds * 1000 == int(seconds * 1000):
        return f"{int(seconds * 1000)}ms"
    raise UnsayableError("SPL has no words for a part of a millisecond.", what="short times")


def moment(text: str, now: float) -> float | None:
    """Seconds since 1970 UTC of a time modifier; None for `0`, all time. Raises UnsayableError for others."""
    text = text.strip()
    if text.lower() in ("now", "now()"):
        return now
    if text == "0":
        return None
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    found = _RELATIVE.fullmatch(text)
    if found is not None:
        at = now + (1 if found[1] == "+" else -1) * seconds_in(found[2] or "0s")
        return snapped(at, found[3].lower()) if found[3] else at
    if text.startswith("@"):
        return snapped(now, text[1:].lower())
    try:
        return datetime.strptime(text, "%m/%d/%Y:%H:%M:%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise UnsayableError(
            f"The time {text[:40]!r} is not understood.", what="this way to write a time"
        ) from None


def snapped(at: float, unit: str) -> float:
    """Rounded down to a unit, in UTC."""
    size = _SNAPS.get(unit) or _SNAPS.get(unit[:1] if UNITS.get(unit, 0) in _SNAPS.values() else "")
    if size is None:
        raise UnsayableError(f"A time is rounded to {unit[:20]!r}.", what="this way to write a time")
    return at - at % size


def ago(text: str) -> float | None:
    """Seconds before now of a modifier that says just that: -24h; None for any other."""
    found = _RELATIVE.fullmatch(text.strip())
    if found is None or found[1] != "-" or found[3]:
        return None
    return seconds_in(found[2] or "0s")
