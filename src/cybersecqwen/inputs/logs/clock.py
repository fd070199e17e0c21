"""Times of log lines, as seconds since 1970 UTC: worked out once a minute of the log, then added to.

Lines come in order of time, so the part of a time in front of its seconds is nearly always the one that
came before. The memo is bounded, because a clock in a hostile file may run anywhere.
"""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime, timedelta

from cybersecqwen.inputs.interface import Blob

_MOST = 4_096
_DAY_S = 86_400.0
_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS = {name: at + 1 for at, name in enumerate(_NAMES.split())}
_UNKNOWN = -1.0e300  # a number, so that the fast path needs no second look at the memo


class Clock:
    """Reads the times of one file; each method takes the text in front of the seconds.

    They give None where the text names no time ("Feb 30"); adding the seconds is left to the caller.
    """

    def __init__(self, latest: float | None) -> None:
        """`latest`: seconds since 1970 which a time without a year is not later than; None for tomorrow."""
        self._latest = latest
        self._memo: dict[str, float] = {}

    def month_day(self, minute: str) -> float | None:
        """Of "Jun 14 15:16", "Jun  4 15:16" or "Jun 14 2005 15:16", in UTC; a missing year is worked out."""
        found = self._memo.get(minute)
        if found is None:
            found = self._keep(minute, self._from_month_day(minute))
        return found if found > _UNKNOWN else None

    def iso(self, minute: str, zone: str | None) -> float | None:
        """Of "2024-01-02T03:04" (any separators) with "Z", "+01:00", "+0100" or nothing for UTC."""
        key = f"{minute}{zone}"
        found = self._memo.get(key)
        if found is None:
            found = self._keep(key, _from_iso(minute, zone or ""))
        return found if found > _UNKNOWN else None

    def clf(self, minute: str, zone: str) -> float | None:
        """Of "10/Oct/2000:13:55" with "-0700"."""
        key = f"{minute}{zone}"
        found = self._memo.get(key)
        if found is None:
            month = _MONTHS.get(minute[3:6], 0)
            iso = f"{minute[7:11]}-{month:02}-{minute[:2]} {minute[12:]}"
            found = self._keep(key, _from_iso(iso, zone))
        return found if found > _UNKNOWN else None

    def _keep(self, key: str, value: float | None) -> float:
        if len(self._memo) >= _MOST:
            self._memo.clear()
        return self._memo.setdefault(key, _UNKNOWN if value is None else value)

    def _from_month_day(self, minute: str) -> float | None:
        parts = minute.split()
        month = _MONTHS.get(parts[0], 0)
        clock = parts[-1]
        if len(parts) == 4:
            return _from_iso(f"{parts[2]}-{month:02}-{int(parts[1]):02} {clock}", "")
        latest = time.time() + _DAY_S if self._latest is None else self._latest
        year = datetime.fromtimestamp(latest, UTC).year
        for candidate in range(year + 1, year - 5, -1):  # back over one 29 February
            found = _from_iso(f"{candidate}-{month:02}-{int(parts[1]):02} {clock}", "")
            if found is not None and found <= latest:
                return found
        return None


def _from_iso(minute: str, zone: str) -> float | None:
    """Of "YYYY-MM-DD?hh:mm" with any separators."""
    try:
        found = datetime(
            int(minute[:4]), int(minute[5:7]), int(minute[8:10]), int(minute[11:13]), int(minute[14:16]),
            tzinfo=UTC,
        )  # fmt: skip
        if zone[:1] in ("+", "-"):
            away = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
            found = found + away if zone[0] == "-" else found - away
        return found.timestamp()
    except (ValueError, OverflowError):
        return None


def clock_for(blob: Blob) -> Clock:
    """A clock for the lines of a blob: nothing in it is later than a day after it was last written to.

    A day, because zones are not told. Where there is no file (archives, standard input) it is the present.
    """
    if blob.file is not None:
        with contextlib.suppress(OSError):
            return Clock(min(max(blob.file.stat().st_mtime, 0.0), 4.0e9) + _DAY_S)
    return Clock(None)
