"""How many, by whom and in which order: what a question asks of several events together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import Op

from .times import NUMBER, UNIT, number_of, seconds_of

_MORE = {
    "more than": Op.GREATER, "over": Op.GREATER, "greater than": Op.GREATER, "above": Op.GREATER,
    "exceeding": Op.GREATER, "exceeds": Op.GREATER, "at least": Op.AT_LEAST, "no less than": Op.AT_LEAST,
    "no fewer than": Op.AT_LEAST, "minimum of": Op.AT_LEAST, "less than": Op.LESS, "fewer than": Op.LESS,
    "below": Op.LESS, "under": Op.LESS, "at most": Op.AT_MOST, "no more than": Op.AT_MOST,
    "up to": Op.AT_MOST, "exactly": Op.EQUALS, "not more than": Op.AT_MOST,
}  # fmt: skip
_FIELD = (
    r"(?:the )?(?:same )?(?:single |each |one |given )?([a-z]+(?:[ -](?:name|address|ip|"
    r"account|port|id|process|image|user|domain|type))?)"
)
_THRESHOLD = re.compile(
    rf"\b({'|'.join(sorted(map(re.escape, _MORE), key=len, reverse=True))}) ({NUMBER})"
    rf"( (?:different|distinct|unique))?(?: (?!{UNIT}\b)([a-z-]+))?(?: ([a-z-]+))?",
    re.IGNORECASE,
)
_OR_MORE = re.compile(
    rf"\b({NUMBER}) or more( (?:different|distinct|unique))? ([a-z-]+)(?: ([a-z-]+))?", re.IGNORECASE
)
_MANY = re.compile(
    r"\b(?:multiple|(?<!how )many|several|numerous|repeated|a (?:large|high) number of|brute[- ]?forc\w+)\b",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    rf"\b(?:within|in|inside|over|during)(?: a| an| the)?(?: (?:period|window|span|"
    rf"space) of| less than| under)? ({NUMBER})[ -]?({UNIT})"
    r"(?: (?:window|period|of each other|of it))?\b",
    re.IGNORECASE,
)
_GROUP = re.compile(
    rf"\b(?:per|by the same|by each|for each|for the same|grouped by|group by|for every|"
    rf"from the same|from a single|from one|on one|by one|on any one|on the same|by a single|on a single|"
    rf"broken down by|from each|on each|against the same|to the same) {_FIELD}"
    rf"(?: and (?:the same |each |per )?{_FIELD})?",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"^\s*(?:how many|count(?: of| the)?|the number of|number of|show (?:me )?the number of)\b", re.IGNORECASE
)
_TOP = re.compile(
    rf"\b(?:the )?(top|first|last|most (?:common|frequent)|least (?:common|frequent)|"
    rf"rarest)(?: ({NUMBER}))?\b(?! (?:{UNIT})\b)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    rf"\b(?:the )?({NUMBER}) (most (?:common|frequent)|least (?:common|frequent)|rarest)\b", re.IGNORECASE
)
_FOLLOWED = re.compile(
    r",?\s*\b(?:(?:and (?:is |are |was )?|which (?:is|are|was) )?(?:directly |soon |"
    r"shortly )?followed by|and then|, then|and (?:shortly |soon )?(?:after(?:wards?)?|"
    r"later)|"
    r"which then|then)\b(?: by)?,?\s*",
    re.IGNORECASE,
)
_EVENTS = frozenset(
    [
        "time",
        "times",
        "event",
        "events",
        "occurrence",
        "occurrences",
        "attempt",
        "attempts",
        "failure",
        "failures",
        "logon",
        "logons",
        "login",
        "logins",
        "record",
        "records",
        "request",
        "requests",
        "query",
        "queries",
        "connection",
        "connections",
        "failed",
        "successful",
        "error",
        "errors",
        "hit",
        "hits",
        "process",
        "processes",
        "deletion",
        "deletions",
        "file",
        "files",
        "alert",
        "alerts",
        "sign",
        "signin",
    ]
)
"""Words that count records; others after "different" name a field."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What is asked of several events together."""

    op: Op | None = None
    number: float = 0.0
    distinct: str = ""
    """Words for the field whose different values are counted; "" for records."""
    by: tuple[str, ...] = ()
    """Words for the fields that records must share."""
    within_s: float | None = None
    top: int = 0
    """How many of the greatest are asked for; 0 for all."""
    rarest: bool = False
    counts: bool = False
    """Whether a number is asked for without a bound."""
    ranges: tuple[tuple[int, int], ...] = ()
    """Places of the words that said so."""
    vague: str = ""
    """A word for many without a number: "multiple"."""


def counted(text: str) -> Counted:
    """What the text asks of several events together; nothing where it asks for single ones."""
    ranges: list[tuple[int, int]] = []
    op, number, distinct = _threshold(text, ranges)
    by: list[str] = []
    for match in _GROUP.finditer(text):
        by += [part.lower() for part in match.groups() if part]
        ranges.append(match.span())
    top, rarest = _top(text, ranges, by)
    found = _COUNT.match(text)
    if found:
        ranges.append(found.span())
        following = _WORDS.match(text, found.end())
        if following and following[1].lower() not in _EVENTS:
            distinct = distinct or following[1].lower()
    within = None
    if op is not None or by or _FOLLOWED.search(text):
        window = _WITHIN.search(text)
        if window:
            within = seconds_of(window[1], window[2])
            ranges.append(window.span())
    many = _MANY.search(text)
    return Counted(
        op=op,
        number=number,
        distinct=distinct,
        by=tuple(dict.fromkeys(by)),
        within_s=within,
        top=top,
        rarest=rarest,
        counts=found is not None,
        ranges=tuple(sorted(ranges)),
        vague=many[0] if many else "",
    )


def _threshold(text: str, ranges: list[tuple[int, int]]) -> tuple[Op | None, float, str]:
    match = _THRESHOLD.search(text)
    if match and not re.match(rf"\s*(?:{UNIT})\b", text[match.end(2) :], re.IGNORECASE):
        ranges.append((match.start(), match.end(3) if match[3] else match.end(2)))
        return _MORE[match[1].lower()], number_of(match[2]), _distinct(match[3], match[4], match[5])
    match = _OR_MORE.search(text)
    if match:
        ranges.append((match.start(), match.start(3)))
        return Op.AT_LEAST, number_of(match[1]), _distinct(match[2], match[3], match[4])
    return None, 0.0, ""


def _distinct(different: str | None, first: str | None, second: str | None) -> str:
    if not different or not first:
        return ""
    words = [word.lower() for word in (first, second) if word]
    return " ".join(words)


_WORDS = re.compile(r"\s*(?:different |distinct |unique )?([a-z]+)", re.IGNORECASE)


def _top(text: str, ranges: list[tuple[int, int]], by: list[str]) -> tuple[int, bool]:
    before = _NUMBERED.search(text)
    if before:
        following = _WORDS.match(text, before.end())
        if following and following[1].lower() not in _EVENTS:
            by.append(text[following.start(1) :].partition(" of ")[0].strip().lower()[:40])
        ranges.append(before.span())
        return int(number_of(before[1])), before[2].lower().startswith(("least", "rarest"))
    match = _TOP.search(text)
    if not match or (match[1].lower() in ("first", "last") and not match[2]):
        return 0, False
    if match[1].lower() == "top" and not match[2]:
        return 0, False
    following = _WORDS.match(text, match.end())
    if following and following[1].lower() not in _EVENTS:
        by.append(following[1].lower())
        ranges.append((match.start(), following.end()))
    else:
        ranges.append(match.span())
    rarest = match[1].lower().startswith(("least", "rarest"))
    return int(number_of(match[2])) if match[2] else 10, rarest


def stages(text: str) -> list[tuple[int, int]]:
    """Places of the parts of a sequence; one for a question that asks for none."""
    cuts = [match.span() for match in _FOLLOWED.finditer(text)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    found = [(start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip(" ,.")]
    return found[:6] if len(found) > 1 else [(0, len(text))]
