"""The dates that documents give themselves."""

from __future__ import annotations

import re
from datetime import date
from email.utils import parsedate_to_datetime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(?<!\d)(\d{4})[-/](\d\d)[-/](\d\d)(?!\d)")
_PLAIN = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)(?:\d{2}|\D|$)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})(?:[a-z]{2})?[ .-]{1,2}([A-Za-z]{3,9})\.?,?[ -](\d{4})(?!\d)")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:[a-z]{2})?,? (\d{4})(?!\d)")


def iso_date(text: str) -> str:
    """YYYY-MM-DD of the first date in a short text, or "".

    Knows ISO 8601, `D:YYYYMMDD…` of PDF, RFC 5322, "26 November 2026" and "November 26, 2026". Dates in
    figures alone with the day or month first are left: nobody can tell which is which.
    """
    text = text.strip()[:200]
    if match := _ISO.search(text) or _PLAIN.match(text):
        return _valid(match[1], match[2], match[3])
    if match := _DAY_FIRST.search(text):
        return _valid(match[3], _month(match[2]), match[1])
    if match := _MONTH_FIRST.search(text):
        return _valid(match[3], _month(match[1]), match[2])
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _month(word: str) -> int:
    key = word[:3].lower()
    return _MONTHS.index(key) + 1 if key in _MONTHS else 0


def _valid(year: str | int, month: str | int, day: str | int) -> str:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return ""
    return found.isoformat() if found.year >= 1970 else ""
