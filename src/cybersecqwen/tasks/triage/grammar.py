"""Small grammar for sentences of ours: capitals, lists, numbers, moments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def span(first: float | None, last: float | None) -> str:
    """When, with a blank in front: " at 09:14:07 UTC on 2 March 2026"; empty where it is not known."""
    start, end = moment(first), moment(last)
    if start is None:
        return ""
    if end is None or (end - start).total_seconds() < 60:
        return f" at {start:%H:%M:%S} UTC on {day(start)}"
    if start.date() == end.date():
        return f" between {start:%H:%M} and {end:%H:%M} UTC on {day(start)}"
    return f" between {day(start)} and {day(end)}"


def moment(time: float | None) -> datetime | None:
    """A time, None where there is none that a calendar has."""
    if time is None:
        return None
    try:
        return datetime.fromtimestamp(time, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def day(when: datetime) -> str:
    """2 March 2026, whatever the locale."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def low(text: str) -> str:
    """The text with a small letter in front, where its first word is an ordinary one."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    keep = not first.isascii() or any(c.isupper() for c in first[1:]) or "." in first or "\\" in first
    if keep or first.lower().rstrip(",'s") in _PROPER or first in _PROPER_EXACT:
        return text
    return text[:1].lower() + text[1:]


_PROPER = frozenset(
    (
        *("microsoft", "windows", "office", "defender", "azure", "entra", "outlook", "word", "excel"),
        *("google", "okta", "kerberos", "linux", "unix", "sysmon", "java", "python", "apache"),
    )
)
_PROPER_EXACT = frozenset({"AWS", "COM", "WMI", "DNS", "SMB", "RDP", "LSASS"})


def capital(text: str) -> str:
    """A capital in front, except for names that are written small."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return text if "." in first or "\\" in first or "@" in first else text[:1].upper() + text[1:]


def full_stop(text: str) -> str:
    """The text with an end."""
    return text if text.rstrip().endswith((".", "!", "?")) else text.rstrip() + "."


def listed(items: Sequence[str], last: str = "and") -> str:
    """a, b and c."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


_WORDS = dict(
    enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
)


def number(count: int) -> str:
    """A count in words up to ten, in digits above."""
    return _WORDS.get(count, f"{count:,}")
