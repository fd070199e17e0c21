"""Dates and periods that a report gives for the activity, as precise as they are written.

A date counts where words before it say since when, until when or on what day something happened, and
the sentence is about the activity. Dates of copyright lines, of references, patches, releases of products and
of identifiers do not count. Quarters, seasons and "early", "mid-", "late" are as precise as their year or
month: "mid-2021" is 2021. Relative dates ("last month") count only where it is known when the report was
published.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from cybersecqwen.records.intel import Dated, Place

from . import date_words
from .gazetteer import sentences_of, skipped
from .interface import LONGEST_CONTEXT, Passage

MOST = 2_000
"""Dates of one text that are returned."""


class Found(NamedTuple):
    """One date that counts, judged."""

    kind: str
    date: str
    start: int
    end: int
    sentence: tuple[int, int]


def find(passage: Passage, published: str, place: Callable[[int, int], Place]) -> tuple[Dated, ...]:
    """Dates of the activity in order of appearance; at most `MOST`. Linear; never raises.

    Args:
        passage: The text; code is left out.
        published: ISO 8601 date of the report, or ""; relative dates and months without a year need it.
        place: Makes a place of offsets in the text.
    """
    text = passage.text
    records: list[Dated] = []
    for one in _found(passage, _day(published)):
        start, end = one.sentence
        records.append(
            Dated(
                kind=one.kind,
                date=one.date,
                written=text[one.start : one.end],
                place=place(one.start, one.end),
                context=text[start : min(end, start + LONGEST_CONTEXT)],
            )
        )
        if len(records) >= MOST:
            break
    return tuple(records)


def _found(passage: Passage, published: date | None) -> Iterator[Found]:
    text = passage.text
    code = skipped(passage)
    for start, end in sentences_of(text):
        while code and code[-1][1] <= start:
            code.pop()
        if code and code[-1][0] < end:
            continue
        if date_words.MAY_BE.search(text, start, end):
            yield from _in_sentence(text, (start, end), published)


def _in_sentence(text: str, span: tuple[int, int], published: date | None) -> Iterator[Found]:
    start, end = span
    sentence = text[start:end]
    matches = list(date_words.DATE.finditer(sentence))
    if not matches or date_words.REFERENCE.search(sentence):
        return
    active = date_words.ACTIVITY.search(sentence) is not None
    range_open = ""
    for index, match in enumerate(matches):
        before = sentence[max(0, match.start() - 100) : match.start()]
        following = matches[index + 1] if index + 1 < len(matches) else None
        previous_to = sentence[matches[index - 1].end() : match.start()] if index else ""
        value = _iso(match, published, following)
        written = (start + match.start(), start + match.end(), span)
        if range_open and date_words.RANGE.match(previous_to):
            range_open = ""
            if value:
                yield Found("until", value, *written)
            continue
        range_open = ""
        if not value or date_words.PRODUCT.search(before):
            continue
        if (
            match.start() < date_words.PUBLISHED_LINE
            and date_words.PUBLISHED.search(before)
            and len(before.split()) <= 8
            and _full(value)
        ):
            if not date_words.NOT_PUBLISHED.search(before) and (
                start < date_words.FRONT or not date_words.DATE_FIELD.search(before)
            ):
                yield Found("published", value, *written)
            continue
        to_next = sentence[match.end() : following.start()] if following else ""
        if (
            following
            and date_words.RANGE.match(to_next)
            and ("and" not in to_next or date_words.BETWEEN.search(before))
            and active
        ):
            range_open = "until"
            if not _off_topic(sentence, match, before):
                yield Found("since", value, *written)
            else:
                range_open = ""
            continue
        kind = _kind(before, active, sentence, match)
        if kind:
            yield Found(kind, value, *written)


def _kind(before: str, active: bool, sentence: str, match: re.Match[str]) -> str:
    """What the words before a date say of it; "" where it is not of the activity."""
    if not active or _off_topic(sentence, match, before):
        return ""
    if date_words.UNTIL.search(before):
        return "until"
    if date_words.SINCE.search(before):
        return "since"
    if match["rel"]:
        return "on"
    if date_words.ON.search(before):
        return "on"
    if (
        date_words.OPENS.match(before)
        and len(before) == match.start()
        and not date_words.TIME_AFTER.match(sentence, match.end())
    ):
        return "on" if match["y6"] is None and match["m7"] is None else ""
    return ""


def _off_topic(sentence: str, match: re.Match[str], before: str) -> bool:
    """Whether the words around a date are about a publication, a patch or the like."""
    if date_words.AUTHORITY_AFTER.match(sentence, match.end()):
        return True
    clause = re.split(r"[;,]\s|\(", before[-70:])[-1] if "," in before else before[-70:]
    after = re.split(r"[;,(]", sentence[match.end() : match.end() + 45])[0]
    near = f"{clause} | {after}"
    found = date_words.NOT_ACTIVITY.search(near)
    return found is not None and not re.search(r"\bfirst\b", clause, re.IGNORECASE)


def _iso(match: re.Match[str], published: date | None, following: re.Match[str] | None) -> str:
    """The date as ISO 8601, as precise as it is written; "" where it cannot be told or does not exist."""
    got = match.groupdict()
    if got["rel"]:
        return _relative(got["rel"].lower(), published)
    if got["iy"]:
        return _checked(got["iy"], int(got["im"]), got["id"])
    for number in "12345":
        month = got.get(f"m{number}")
        if month is None:
            continue
        day = got.get(f"d{number}")
        year = got.get(f"y{number}")
        if year is None:
            year = _year_of(_month(month), published, following)
        return _checked(year, _month(month), day) if year else ""
    if got["y6"]:
        return got["y6"]
    month = got["m7"]
    if month and month[0].isupper() and month.lower() not in ("may", "mar", "march"):
        year = _year_of(_month(month), published, following)
        return _checked(year, _month(month), None) if year else ""
    if month and month == "March" and following:
        year = _year_of(3, None, following)
        return _checked(year, 3, None) if year else ""
    return ""


def _year_of(month: int, published: date | None, following: re.Match[str] | None) -> str:
    """Year of a month that is written without one: that of the end of its range, else the last before."""
    if following is not None:
        gap = following.string[: following.start()]
        if re.search(r"(?:and|to|through|until|[-\u2010-\u2014]) ?\Z", gap[-10:]):
            year = following["y1"] or following["y2"] or following["y3"]
            if year:
                return str(year)
    if published is None:
        return ""
    return str(published.year if month <= published.month else published.year - 1)


def _relative(words: str, published: date | None) -> str:
    if published is None:
        return ""
    count = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "a": 1}
    first, _, rest = words.partition(" ")
    if words == "yesterday":
        return (published - timedelta(days=1)).isoformat()
    if words.endswith("ago"):
        number = count.get(first) or (int(first) if first.isdigit() else 0)
        if not number:
            return ""
        unit = rest.split()[0].rstrip("s")
        if unit == "year":
            return str(published.year - number)
        days = {"day": 1, "week": 7, "month": 30}[unit] * number
        then = published - timedelta(days=days)
        return then.isoformat() if unit == "day" else then.isoformat()[:7]
    back = "last" in words
    if words.endswith("year"):
        return str(published.year - back)
    if words.endswith("month"):
        then = published.replace(day=1) - timedelta(days=1) if back else published
        return then.isoformat()[:7]
    then = published - timedelta(days=7) if back else published
    return then.isoformat()[:7]


def _month(word: str) -> int:
    return date_words.MONTHS[word.rstrip(".").lower()]


def _checked(year: str, month: int, day: str | None) -> str:
    """An ISO 8601 date, or "" where the calendar has no such day."""
    try:
        known = date(int(year), month, int(day or 1))
    except ValueError:
        return ""
    return known.isoformat() if day else known.isoformat()[:7]


def _full(value: str) -> bool:
    return len(value) == len("YYYY-MM-DD")


def _day(published: str) -> date | None:
    try:
        return date.fromisoformat(published[:10])
    except ValueError:
        return None
