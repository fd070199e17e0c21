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
from cybersecqwen.specialists.sentences import sentences

from .gazetteer import skipped
from .interface import LONGEST_CONTEXT, Passage

MOST = 2_000
"""Dates of one text that are returned."""
_MOST_SENTENCES = 100_000

_NAMES = (
    "january february march april may june july august september october november december"
).split()
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)} | {
    name[:3]: number for number, name in enumerate(_NAMES, 1)
}
_MONTHS["sept"] = 9

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_YEAR = r"(?:19[89]|20[0-4])[0-9]"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_DATE = re.compile(
    r"(?<![\w/.:\\-])(?:"
    rf"(?P<iy>{_YEAR})[-/](?P<im>1[0-2]|0[1-9])(?:[-/](?P<id>{_DAY}))?(?![\w/-])"
    rf"|(?:(?P<part>early|mid|late|the (?:beginning|middle|end|start|first half|second half|summer|fall|spring|winter|first"
    r"|second|third|fourth|last) ?(?:quarter)? ?of|Q[1-4](?: of)?|H[12](?: of)?|spring|summer|autumn|fall|winter)[- \u2010-\u2015]{1,2}(?:of )?)?"
    rf"(?:(?P<d1>{_DAY})(?:st|nd|rd|th)?(?: of)? (?P<m1>{_MONTH}),? (?P<y1>{_YEAR})"
    rf"|(?P<m2>{_MONTH}) (?P<d2>{_DAY})(?:st|nd|rd|th)?,? (?P<y2>{_YEAR})"
    rf"|(?P<m3>{_MONTH}),?(?: of)? (?P<y3>{_YEAR})"
    rf"|(?P<m4>{_MONTH}) (?P<d4>{_DAY})(?:st|nd|rd|th)?(?![0-9:.]?[0-9])"
    rf"|(?P<d5>{_DAY})(?:st|nd|rd|th)? (?P<m5>{_MONTH})"
    rf"|(?P<y6>{_YEAR})(?! ?[-/.][0-9])"
    rf"|(?P<m7>{_MONTH}))(?![\w]|-(?!to\b)[\w])"
    r"|(?P<rel>(?:last|this|earlier this|later this|late last|early last|early this) (?:week|month|year)|yesterday"
    r"|(?:two|three|four|five|six|several|[1-9][0-9]?|a) (?:days?|weeks?|months?|years?) ago)(?!\w)"
    r")",
    re.IGNORECASE,
)
_MAY_BE = re.compile(rf"{_YEAR}|\b{_MONTH}\b|\bago\b|\b(?:last|this) (?:week|month|year)\b|yesterday", re.IGNORECASE)

_AT_LEAST = r"(?: at least| around| about| approximately| roughly| as early as| as far back as| the| on| in| circa| early| mid| late| April)*"
_SINCE = re.compile(
    rf"(?:\b(?:since|as early as|as far back as|dat(?:es|ing|ed) back to|going back to|goes back to|(?:start(?:ed|ing|s)?|beg[aiu]n(?:ning|s)?"
    rf"|commenc\w+)(?: \w+){{0,6}}? (?:in|on|from|around|at)|(?:from|began|begins|starting|started|beginning))"
    r"|\bfirst (?:\w+ ){0,2}?(?:observed|seen|spotted|discovered|identified|detected|reported|appeared|emerged|documented|surfaced|noticed"
    r"|publicly|came|active|became|encountered|recorded|uncovered|described|known|sighted|analy[sz]ed|used|deployed|advertised|released)"
    r"(?: \w+){0,7}? (?:in|on|around|by|during)"
    r"|\bfirst (?:seen|observed|sighting|appearance)\W{0,3}"
    r"|\b(?:emerged|surfaced|appeared)(?: \w+){0,5}? (?:in|on|around)"
    rf"|\bactive (?:\w+ )?(?:from|as of)){_AT_LEAST} ?\Z",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"(?:\b(?:until|till|up to|up until|through|ended|ending|as late as|as recently as|ceased|stopped)(?: at least| around| on| in| about| the)*"
    r"|\blast (?:seen|observed|active|detected|sighting|activity)(?: \w+){0,4}?(?: in| on|\W{0,2}))(?: early| mid| late)? ?\Z",
    re.IGNORECASE,
)
_ON = re.compile(
    r"\b(?:in|on|during|around|of|at|throughout|by|before|after|for)(?: about| around| approximately| the| early| mid| late|"
    r" (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?){0,3} ?\Z",
    re.IGNORECASE,
)
_OPENS = re.compile(r"\A\W{0,4}\Z")
_BETWEEN = re.compile(r"\bbetween(?: at least| about| around| approximately| early| mid| late)? ?\Z", re.IGNORECASE)
_RANGE = re.compile(
    r"\A ?(?:and|to|until|till|through|up to|-|\u2010|\u2011|\u2012|\u2013|\u2014)(?: at least| about| around| approximately| the)? ?\Z",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"\b(?:published|publication date|posted|original release date|release date|date of (?:issue|publication)|issued|report date|issue date"
    r"|date)(?: on| at)?\W{0,3}(?:\w{3,9}day,? )?\Z",
    re.IGNORECASE,
)
_NOT_PUBLISHED = re.compile(r"\b(?:updated|modified|they|group|actor)\b", re.IGNORECASE)
_FRONT = 3_000  # characters of a text in which "Date:" is the report's, not that of a rule or message in it
_PUBLISHED_LINE = 90  # characters before the date in which only little stands

_ACTIVITY = re.compile(
    r"\b(?:attack\w*|campaigns?|observ\w+|target\w*|exploit\w*|compromis\w+|discover\w+|infect\w*|deliver\w*|malicious|actors?|ransom\w*|malware"
    r"|phish\w*|intrusion\w*|breach\w*|operations?|operat\w+|active|activity|activities|botnet|backdoor\w*|trojan|loader|espionage|distribut\w+|victims?|deploy\w*"
    r"|first seen|last seen|detect\w+|spotted|incidents?|stole\w*|leak\w*|hack\w*|threat\w*|adversar\w+|spam|wiper\w*|encrypt\w+|register\w+|compiled"
    r"|groups?|emerged|used|using|access\w*|infrastructure|C2|variant|samples?|stealer|implant)\b",
    re.IGNORECASE,
)
_NOT_ACTIVITY = re.compile(
    r"\b(?:patch\w*|hotfix\w*|fixed|fixes|copyright|all rights|retrieved|accessed on|last (?:updated|modified|reviewed|revised)|updated|revis\w+"
    r"|releas(?:ed?|ing)|publish\w*|public(?:ly)? disclos\w*|disclos\w+|announc\w+|reveal\w+|(?:by|from) (?:CISA|(?:the )?FBI|NSA|US-CERT)|advisory|advisories|blog ?posts?|blogs?|article|whitepaper|indict\w*|sanction\w*"
    r"|arrest\w*|presented|conference|webinar|report(?:ed)? (?:by|on|from)|wrote|written in|described in|documented by|born|founded"
    r"|end[- ]of[- ](?:life|support)|deprecat\w+|subscrib\w+|read more|mitigat\w+|added to|version|vulnerabilit(?:y|ies) (?:was|were)|reported)\b|©|\(c\)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\A\s{0,4}(?:\[[0-9]{1,3}\]|[0-9]{1,3}\.\s+[A-Z][\w.,& ]{0,60}[,.:]\s*[\"“']|©|copyright)|https?://", re.IGNORECASE)
_PRODUCT = re.compile(
    r"\b(?:Windows|Server|Office|Exchange|Visual Studio|SharePoint|Studio|SQL|Word|Excel|Outlook|CVE|MS|KB|RFC|ISO|Acrobat|Reader|AutoCAD"
    r"|Dynamics|Project|Access|Patch Tuesday[, ]?|ICD|Top|Report|Conference|DEF CON|Black Hat|Olympics|Cup|Election) ?\Z"
)
_TIME_AFTER = re.compile(r"[T ][0-9]{1,2}:[0-9]{2}")


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
    for start, end in sentences(text, _MOST_SENTENCES):
        while code and code[0][1] <= start:
            code.pop(0)
        if code and code[0][0] < end:
            continue
        if _MAY_BE.search(text, start, end):
            yield from _in_sentence(text, (start, end), published)


def _in_sentence(text: str, span: tuple[int, int], published: date | None) -> Iterator[Found]:
    start, end = span
    sentence = text[start:end]
    matches = list(_DATE.finditer(sentence))
    if not matches or _REFERENCE.search(sentence):
        return
    active = _ACTIVITY.search(sentence) is not None
    range_open = ""
    for index, match in enumerate(matches):
        before = sentence[max(0, match.start() - 100) : match.start()]
        following = matches[index + 1] if index + 1 < len(matches) else None
        previous_to = sentence[matches[index - 1].end() : match.start()] if index else ""
        value = _iso(match, published, following)
        written = (start + match.start(), start + match.end(), span)
        if range_open and _RANGE.match(previous_to):
            range_open = ""
            if value:
                yield Found("until", value, *written)
            continue
        range_open = ""
        if not value or _PRODUCT.search(before):
            continue
        if match.start() < _PUBLISHED_LINE and _PUBLISHED.search(before) and len(before.split()) <= 8 and _full(value):
            if not _NOT_PUBLISHED.search(before) and (start < _FRONT or "date:" not in before.lower()):
                yield Found("published", value, *written)
            continue
        to_next = sentence[match.end() : following.start()] if following else ""
        if following and _RANGE.match(to_next) and ("and" not in to_next or _BETWEEN.search(before)) and active:
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
    if _UNTIL.search(before):
        return "until"
    if _SINCE.search(before):
        return "since"
    if match["rel"]:
        return "on"
    if _ON.search(before):
        return "on"
    if _OPENS.match(before) and len(before) == match.start() and not _TIME_AFTER.match(sentence, match.end()):
        return "on" if match["y6"] is None and match["m7"] is None else ""
    return ""


def _off_topic(sentence: str, match: re.Match[str], before: str) -> bool:
    """Whether the words around a date are about a publication, a patch or the like."""
    clause = re.split(r"[;,]\s|\(", before[-70:])[-1] if "," in before else before[-70:]
    after = re.split(r"[;,(]", sentence[match.end() : match.end() + 45])[0]
    near = f"{clause} | {after}"
    found = _NOT_ACTIVITY.search(near)
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
    return _MONTHS[word.rstrip(".").lower()]


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
