"""When: the time that a question is limited to, and the hours of the day that it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.query import Span
from cybersecqwen.errors import UnsayableError

_UNITS = {
    "second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "m": 60, "hour": 3_600, "hr": 3_600, "h": 3_600,
    "day": 86_400, "d": 86_400, "week": 604_800, "w": 604_800, "month": 2_592_000, "quarter": 7_776_000,
    "year": 31_536_000, "fortnight": 1_209_600,
}  # fmt: skip
"""Seconds of a unit; a month is 30 days."""
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "couple": 2, "few": 3,
    "sixty": 60, "ninety": 90, "half": 0.5, "once": 1, "twice": 2, "thrice": 3, "dozen": 12, "hundred": 100,
}  # fmt: skip
_MOMENT_S = 60.0
"""How long a moment is that a question names: clocks are read to the minute."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
NUMBER = rf"(?:\d{{1,7}}(?:\.\d{{1,3}})?|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
UNIT = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|quarters?|years?|fortnights?|[smhdw])"
)
_MONTH = rf"(?:{'|'.join(_MONTHS)}|{'|'.join(m[:3] for m in _MONTHS)})"
_CLOCK = r"(?:\d{1,2}:\d{2}(?::\d{2})?\s*(?:am|pm)?|\d{1,2}\s*(?:am|pm))"
_DATE = (
    rf"(?:\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?(?:Z| ?UTC)?)?|"
    rf"\d{{1,2}}\.\d{{1,2}}\.\d{{4}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}\.?(?:,? \d{{4}})?|"
    rf"{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|"
    rf"(?:last |this )?(?:{'|'.join(_DAYS)})|yesterday|today|midnight|noon|now)(?:,? (?:at )?{_CLOCK})?"
)
_PATTERNS = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("between", rf"\b(?:between|from) ({_DATE}) (?:and|to|until|till|through) ({_DATE})(?!\w)"),
        ("hours",
            r"\b(?:outside|not (?:during|in|within)|after|beyond) (?:of )?(?:normal |regular |"
            r"usual )?(?:office|business|working|work) (?:hours|time)\b"),
        ("inside",
            r"\b(?:during|within|in) (?:normal |regular |usual )?(?:office|business|working|"
            r"work) hours\b"),
        ("clock", rf"\b(?:between|from) ({_CLOCK}) (?:and|to|until|till) ({_CLOCK})(?!\w)"),
        ("night", r"\b(?:at night|overnight|during the night|at night-?time)\b"),
        ("last",
            rf"\b(?:(?:in|within|over|during|for|from) )?(?:the )?(?:last|past|previous|"
            rf"preceding|latest) (?:({NUMBER}) ?(?:of )?)?({UNIT})\b"),
        ("ago", rf"\bsince ({NUMBER}) ({UNIT}) ago\b"),
        ("recent", rf"\b(?:not older than|newer than|younger than) ({NUMBER}) ({UNIT})\b"),
        ("since", rf"\b(?:since|after|starting|beginning|from) ({_DATE})(?: on(?:wards?)?)?(?!\w)"),
        ("before", rf"\b(?:before|until|till|up to|prior to) ({_DATE})(?!\w)"),
        ("on", rf"\b(?:on |during )?({_DATE})(?!\w)"),
        ("this", r"\bthis (week|month|year|morning|hour)\b"),
        ("last24", r"\b(\d{1,4})\s?(h|hrs?|d)\b(?= (?:window|period|look-?back))"),
    )
)  # fmt: skip


_WEEKDAY = re.compile(
    rf"\b(?:(?:on|at|during|over|only|not on) (?:the |a )?week-?(?:ends?|days?)"
    rf"|(?:on |every )(?:{'|'.join(_DAYS)})s\b|every (?:{'|'.join(_DAYS)}))\b",
    re.IGNORECASE,
)
"""Days of every week, not one day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """A time that the question names."""

    start: int
    end: int
    words: str
    span: Span | None = None
    test: Expression | None = None
    """Of hours of the day: what holds for the moment of a record, in the field `time`."""
    note: str = ""
    """What was taken for granted, one sentence."""


def times(text: str, now: float, field: str) -> list[When]:
    """Every time that the text names, in order; of those that share words the first kind that fits.

    Hours of the day become tests on `field`, in UTC. Raises UnsayableError for days of the week.
    """
    day = _WEEKDAY.search(text)
    if day is not None:
        # The parts of a time in Sigma are minute, hour, day, week, month and year.
        raise UnsayableError(
            f"Days of the week cannot be asked for ({day[0].strip()!r}): no part of a time in "
            "Sigma tells them.",
            what="days of the week",
            hint="Name dates (since 2026-11-21), or hours of the day (outside working hours).",
        )
    found: list[When] = []
    for name, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < one.end and match.end() > one.start for one in found):
                continue
            made = _when(name, match, now, field)
            if made is not None:
                found.append(made)
    return sorted(found, key=lambda one: one.start)


def seconds_of(number: str | None, unit: str) -> float:
    """A length of time in seconds: ("2", "hours") gives 7,200."""
    low = unit.lower()
    factor = _UNITS.get(low) or _UNITS.get(low.rstrip("s")) or _UNITS[low[:1]]
    return number_of(number or "1") * factor


def number_of(text: str) -> float:
    """A number in digits or as a word."""
    low = text.lower()
    return float(_NUMBERS[low]) if low in _NUMBERS else float(low)


def _when(name: str, match: re.Match[str], now: float, field: str) -> When | None:
    place = {"start": match.start(), "end": match.end(), "words": match[0].strip()}
    if name in ("hours", "inside", "clock", "night"):
        return _hours(name, match, place, field)
    if name in ("last", "ago", "recent", "last24"):
        seconds = seconds_of(match[1], match[2])
        return When(**place, span=Span(last_s=seconds)) if 0 < seconds < 1e10 else None  # type: ignore[arg-type]
    if name == "this":
        return When(**place, span=Span(start=_start_of(match[1].lower(), now)))  # type: ignore[arg-type]
    days = [_day(text, now) for text in match.groups()]
    if any(day is None for day in days) or not days:
        return None
    (start, end), note = days[0], "Times are read as UTC."  # type: ignore[misc]
    if name == "between":
        last = days[1][1]  # type: ignore[index]
        if last <= start:
            return None
        return When(**place, span=Span(start=start, end=last), note=note)  # type: ignore[arg-type]
    if name == "since":
        return When(**place, span=Span(start=start), note=note)  # type: ignore[arg-type]
    if name == "before":
        return When(**place, span=Span(end=start), note=note)  # type: ignore[arg-type]
    if start == end == now:
        # "can now sign in": the word alone says nothing about when.
        return None
    # A moment without length would leave no record: what is meant is its minute.
    end = max(end, start + _MOMENT_S)
    return When(**place, span=Span(start=start, end=end), note=note)  # type: ignore[arg-type]


def _day(text: str, now: float) -> tuple[float, float] | None:
    """First and last second (the latter excluded) of a day or a moment."""
    low = text.lower().strip()
    clock = re.search(rf"(?:,? (?:at )?)({_CLOCK})$", low)
    bare = low[: clock.start()] if clock else low
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if bare == "now":
        return now, now
    try:
        moment, length = _date(bare, today)
    except (ValueError, OverflowError):
        return None
    if moment is None:
        return None
    if clock:
        moment += timedelta(minutes=_minutes(clock[1]))
        length = timedelta(0)
    start = moment.timestamp()
    return start, start + length.total_seconds()


def _date(text: str, today: datetime) -> tuple[datetime | None, timedelta]:
    day = timedelta(days=1)
    if text in ("today", "midnight"):
        return today, day
    if text == "noon":
        return today + timedelta(hours=12), timedelta(0)
    if text == "yesterday":
        return today - day, day
    name = text.removeprefix("last ").removeprefix("this ")
    if name in _DAYS:
        back = (today.weekday() - _DAYS.index(name)) % 7
        return today - timedelta(days=back or 7 * text.startswith("last ")), day
    if re.match(r"\d{4}-", text):
        exact = "t" in text or " " in text
        moment = datetime.fromisoformat(text.removesuffix("utc").strip().removesuffix("z"))
        return moment.replace(tzinfo=UTC), timedelta(0) if exact else day
    if re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{4}", text):
        return datetime.strptime(text, "%d.%m.%Y").replace(tzinfo=UTC), day
    return _written(text, today), day


def _written(text: str, today: datetime) -> datetime | None:
    """The day that "3 May" or "May 3rd, 2024" names; without a year the last such day."""
    month = re.search(_MONTH, text)
    number = re.search(r"\b\d{1,2}(?!\d)", text)
    year = re.search(r"\b\d{4}\b", text)
    if not month or not number:
        return None
    at = next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(month[0][:3]))
    made = datetime(int(year[0]) if year else today.year, at, int(number[0]), tzinfo=UTC)
    return made.replace(year=made.year - 1) if not year and made > today else made


def _start_of(unit: str, now: float) -> float:
    moment = datetime.fromtimestamp(now, UTC).replace(minute=0, second=0, microsecond=0)
    if unit == "hour":
        return moment.timestamp()
    moment = moment.replace(hour=0)
    if unit == "week":
        moment -= timedelta(days=moment.weekday())
    elif unit == "month":
        moment = moment.replace(day=1)
    elif unit == "year":
        moment = moment.replace(day=1, month=1)
    return moment.timestamp()


def _minutes(clock: str) -> int:
    match = re.match(r"(\d{1,2})(?::(\d{2}))?(?::\d{2})?\s*(am|pm)?", clock, re.IGNORECASE)
    assert match is not None  # it fits the pattern of a clock
    hour = int(match[1]) % 12 + 12 * (match[3].lower() == "pm") if match[3] else int(match[1])
    return hour * 60 + int(match[2] or 0)


def _hours(name: str, match: re.Match[str], place: dict[str, object], field: str) -> When | None:
    if name == "clock":
        start, end = _minutes(match[1]) // 60, -(-_minutes(match[2]) // 60)
        inside, note = _between(field, start, end), "Hours of the day are read as UTC, whole hours."
    elif name == "night":
        inside, note = _between(field, 22, 6), "Night is read as 22:00 to 06:00 UTC."
    else:
        inside, note = _between(field, 8, 18), "Office hours are read as 08:00 to 18:00 UTC, every day."
    test: Expression = Not(inside) if name == "hours" else inside
    return When(**place, test=test, note=note)  # type: ignore[arg-type]


def _between(field: str, start: int, end: int) -> Expression:
    late = Test(field, Op.AT_LEAST, (str(start),), False, "hour")
    early = Test(field, Op.LESS, (str(end),), False, "hour")
    return And((late, early)) if start < end else Or((late, early))
