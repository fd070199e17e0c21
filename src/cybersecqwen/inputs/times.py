"""Times in every form that logs use, as seconds since 1970 UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

EARLIEST, LATEST = -2_208_988_800.0, 7_258_118_400.0
"""1900 and 2200: outside is no time of a log. Whatever is compared with both is no NaN either."""
_FILETIME_EPOCH = 11_644_473_600  # seconds from 1601 to 1970, [MS-DTYP] 2.3.3 FILETIME

_ISO = re.compile(
    r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ,_]{1,2}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?)?"
    r"\s{0,2}(Z|z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?\s*$"
)
_NUMBER = re.compile(r"[0-9]{1,23}(?:\.[0-9]{0,22})?")
_FORMATS = (
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a %b %d %H:%M:%S %Y",
    "%d %b %Y %H:%M:%S",
    "%b %d, %Y @ %H:%M:%S.%f",
    "%b %d, %Y %I:%M:%S %p",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S GMT",
)


def parse_time(value: Any) -> float | None:
    """Seconds since 1970 UTC, or None where it is not a time.

    Reads ISO 8601 with any separators, fractions and offsets (UTC where none is given), the usual
    written forms, epoch seconds, milli-, micro- and nanoseconds (told apart by size), and FILETIME.
    """
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _from_number(value)
    if isinstance(value, list) and len(value) == 1:
        return parse_time(value[0]) if not isinstance(value[0], list) else None
    if isinstance(value, dict):  # {"$date": …} of MongoDB exports, {"#attributes": {"SystemTime": …}}
        for key in ("$date", "SystemTime"):
            if isinstance(value.get(key), str | int | float):
                return parse_time(value[key])
    return None


def plain_time(value: Any) -> float | None:
    """A time that a reader has worked out; None for any other value that stands in its place.

    A record may have been given the key of such a time by its author.
    """
    return value if isinstance(value, float) and EARLIEST <= value <= LATEST else None


def _from_text(value: str) -> float | None:
    # The fast way: what Windows, Elastic and most others write. fromisoformat reads "…Z" since 3.11.
    if len(value) > 64:
        return None
    if value[4:5] == "-":
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            return _seconds(found)
    match = _ISO.match(value)
    if match is not None:
        return _from_match(match)
    stripped = value.strip()
    if _NUMBER.fullmatch(stripped) is not None:  # before 1970 no number is a time
        return _from_number(float(stripped)) if len(stripped) < 24 else None
    for form in _FORMATS:
        try:
            return _seconds(datetime.strptime(stripped, form))
        except ValueError:
            continue
    return None


def _from_match(match: re.Match[str]) -> float | None:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    micro = int((fraction or "0").ljust(6, "0")[:6])
    try:
        found = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro, UTC
        )
        if zone and zone[0] in "+-":
            hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > 3 else 0
            found -= timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
    except (ValueError, OverflowError):
        return None
    return _seconds(found)


def _seconds(found: datetime) -> float | None:
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    try:
        seconds = found.timestamp()
    except (OverflowError, ValueError):
        return None
    return seconds if EARLIEST <= seconds <= LATEST else None


def _from_number(value: float) -> float | None:
    """Epoch in s, ms, µs or ns, or FILETIME (100 ns since 1601), by magnitude.

    The ranges do not overlap for times between 1990 and 2100: FILETIME of today is 1.3e17, epoch
    nanoseconds 1.7e18, microseconds 1.7e15.
    """
    if not 1e8 <= value < 1e19:  # also refuses NaN; before 1973 it is a small number, not a time
        return None
    if value < 1e11:
        seconds = float(value)
    elif value < 1e14:
        seconds = value / 1e3
    elif value < 1e16:
        seconds = value / 1e6
    elif value < 4e17:
        seconds = value / 1e7 - _FILETIME_EPOCH
    else:
        seconds = value / 1e9
    return seconds if EARLIEST <= seconds <= LATEST else None
