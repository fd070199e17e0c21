"""The time that a line of plain text begins with, in the forms that programs write."""

from __future__ import annotations

import re
from collections.abc import Callable

from .logs.clock import Clock

_PLACES = 120  # characters in which a time is looked for
_PATIENCE = 100  # lines without the file's form, after which the other forms are not tried any more
_LATE = 1  # a time that begins later is not cut off: what stands before it belongs to the message
_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS = ("", *_NAMES.split())
_BEHIND = " \t]),:;-|"

_CLOCK = r"([0-9]{2}:[0-9]{2}):([0-6][0-9](?:[.,:][0-9]{1,9})?)"
_ZONE = r"(?: ?(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})(?![0-9]))?"
_ISO = re.compile(
    r"(?<![0-9A-Za-z.])([12][0-9]{3}[-/.][0-9]{2}[-/.][0-9]{2})(?:[T _:-]|, )([0-9]{2}[:.][0-9]{2})[:.]"
    r"([0-6][0-9](?:[.,:][0-9]{1,9})?)" + _ZONE
)
_WRITTEN = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?([A-Z][a-z]{2}) {1,2}([0-9]{1,2})(?: ([12][0-9]{3}))? "
    + _CLOCK
    + r"(?: ([12][0-9]{3})(?![0-9]))?"
)
_CLF = re.compile(r"([0-9]{2}/[A-Z][a-z]{2}/[12][0-9]{3}:[0-9]{2}:[0-9]{2}):([0-6][0-9]) ([+-][0-9]{4})")
_SHORT_YEAR = re.compile(r"(?<![0-9])([0-9]{2}[/-][0-9]{2}[/-][0-9]{2}) " + _CLOCK)
_PACKED = re.compile(
    r"(?<![0-9])(20[0-9]{2})([01][0-9])([0-3][0-9])[-T ]?"
    r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?::[0-9]{3}(?![0-9]))?"
)
_DIGITS = re.compile(r"([0-9]{2})([01][0-9])([0-3][0-9]) ([0-2][0-9])([0-5][0-9])([0-5][0-9])(?![0-9])")
_NO_YEAR = re.compile(r"(?<![0-9])([01][0-9])[-./]([0-3][0-9]) " + _CLOCK)
_EPOCH = re.compile(r"(?<![0-9.\w-])(1[0-9]{9})((?:[.,][0-9]{1,9})?)(?![0-9\w])")

Found = tuple[float | None, int, int]
"""Seconds since 1970 UTC, and where the time begins and ends in the line."""


class LeadingTime:
    """Finds the times of one file's lines; the form that was met last is tried first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._forms: list[Callable[[str], Found | None]] = [
            self._iso, self._written, self._clf, self._short_year, self._packed, self._digits, self._no_year,
            self._epoch,
        ]  # fmt: skip
        self._misses = 0

    def split(self, text: str) -> tuple[float | None, str]:
        """(time, the line without a time that it begins with)."""
        found = self._forms[0](text)
        if found is None:
            if self._misses >= _PATIENCE:
                return None, text
            found = self._other(text)
            if found is None:
                return None, text
        self._misses = 0
        time, start, end = found
        return time, text[end:].lstrip(_BEHIND) if start <= _LATE else text

    def _other(self, text: str) -> Found | None:
        for at, form in enumerate(self._forms):
            found = form(text)
            if found is not None:
                self._forms.insert(0, self._forms.pop(at))
                return found
        self._misses += 1
        return None

    def _iso(self, text: str) -> Found | None:
        found = _ISO.search(text, 0, _PLACES)
        if found is None:
            return None
        base = self._clock.iso(f"{found[1]} {found[2]}", found[4])
        return _plus(base, found[3]), found.start(), found.end()

    def _written(self, text: str) -> Found | None:
        found = _WRITTEN.search(text, 0, _PLACES)
        if found is None:
            return None
        year = found[3] or found[6]
        if year:
            base = self._clock.month_day(f"{found[1]} {found[2]} {year} {found[4]}")
        else:
            before = _EPOCH.search(
                text, 0, found.start()
            )  # tells the year, where a collector put it in front
            if before is not None:
                return float(before[1]), before.start(), before.end()
            base = self._clock.month_day(f"{found[1]} {found[2]} {found[4]}")
        return _plus(base, found[5]), found.start(), found.end()

    def _clf(self, text: str) -> Found | None:
        found = _CLF.search(text, 0, _PLACES)
        if found is None:
            return None
        return _plus(self._clock.clf(found[1], found[3]), found[2]), found.start(), found.end()

    def _short_year(self, text: str) -> Found | None:
        found = _SHORT_YEAR.search(text, 0, _PLACES)
        if found is None:
            return None
        base = self._clock.iso(f"20{found[1]} {found[2]}", None)
        return _plus(base, found[3]), found.start(), found.end()

    def _packed(self, text: str) -> Found | None:
        found = _PACKED.search(text, 0, _PLACES)
        if found is None:
            return None
        year, month, day, hour, minute, second = found.groups()
        base = self._clock.iso(f"{year}-{month}-{day} {hour:0>2}:{minute:0>2}", None)
        return _plus(base, second), found.start(), found.end()

    def _digits(self, text: str) -> Found | None:
        found = _DIGITS.match(text)
        if found is None:
            return None
        year, month, day, hour, minute, second = found.groups()
        return _plus(self._clock.iso(f"20{year}-{month}-{day} {hour}:{minute}", None), second), 0, found.end()

    def _no_year(self, text: str) -> Found | None:
        found = _NO_YEAR.search(text, 0, _PLACES)
        if found is None or not 1 <= int(found[1]) <= 12:
            return None
        base = self._clock.month_day(f"{_MONTHS[int(found[1])]} {found[2]} {found[3]}")
        return _plus(base, found[4]), found.start(), found.end()

    def _epoch(self, text: str) -> Found | None:
        found = _EPOCH.search(text, 0, _PLACES)
        if found is None:
            return None
        return float(found[1] + found[2].replace(",", ".")), found.start(), found.end()


def _plus(base: float | None, seconds: str) -> float | None:
    """A minute and the seconds, whose fraction may stand behind any mark."""
    if base is None:
        return None
    if len(seconds) <= 2:
        return base + int(seconds)
    return base + int(seconds[:2]) + float(f".{seconds[3:]}")
