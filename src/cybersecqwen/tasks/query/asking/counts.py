"""How many, by whom and in which order: what a question asks of several events together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import Op

from .times import NUMBER, UNIT, number_of, seconds_of
from .words import word_list

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
    rf"\b({'|'.join(sorted(map(re.escape, _MORE), key=len, reverse=True))}) (?:an? )?((?!an?\b){NUMBER})"
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
    rf"broken down by|from each|on each|against the same|to the same) (?!{UNIT}\b){_FIELD}"
    rf"(?: and (?:(?:on|by|from|for|to|per) )?(?:the same |each |per )?{_FIELD})?",
    re.IGNORECASE,
)
_COUNTED_FOR = word_list("counted_for")
_PLURALS = {word for word in _COUNTED_FOR if word.endswith("s")} - {"process", "address"} | {"people"}
_NOUN = rf"(?:{'|'.join(sorted(_COUNTED_FOR, key=len, reverse=True))})"
_SIDE = r"(?:(?:source|client|destination|target|remote) )?(?:ip )?"
_QUALIFIED = rf"{_SIDE}{_NOUN}"
_PLURAL = rf"(?:{'|'.join(sorted(_PLURALS, key=len, reverse=True))})"
_HEAD = re.compile(
    rf"(?:^\W*(?:(?:find|show|list|give|get|display|report|detect|alert on|look for|which|what|all"
    rf"|any|every|the|me|us) ){{0,4}}(?P<first>{_SIDE}{_PLURAL})\b"
    rf"|\b(?P<whose>{_QUALIFIED}) (?:with|who|that|which|having|whose|where|from which|from where|on which)\b"
    rf"|\b(?:an?|any|one|single|some|each|every|which|what) (?P<subject>{_QUALIFIED})"
    r" (?:has|had|made|ran|sent|\w+(?:s|ed))\b)",
    re.IGNORECASE,
)
"""What is counted for: "hosts with", "accounts that", "when a host makes"."""
_BY = re.compile(
    rf"\bby (?P<first>(?!{_PLURAL}\b){_QUALIFIED})(?: and (?:by )?(?P<second>(?!{_PLURAL}\b){_QUALIFIED}))?"
    r"(?=\s*(?:$|[,.;]|(?:in|within|over|since|during|on)\b))",
    re.IGNORECASE,
)
"""A group without an article, where something is counted: "how many logons by user"."""
_RELATIVE = re.compile(r" (?:with|who|that|which|having|whose|where)\b", re.IGNORECASE)
_ANY_NOUN = re.compile(rf"\b{_QUALIFIED}\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.;!?]\s")
_EACH_UNIT = re.compile(r"\b(?:per|each|every|an?) (second|minute|hour|day|week)\b", re.IGNORECASE)
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
    bound: tuple[int, int] = (0, 0)
    """Place of the words for the number."""
    heads: tuple[tuple[int, int], ...] = ()
    """Places of the words that say what is counted, and for what: they may say what happens as well."""
    vague: str = ""
    """A word for many without a number: "multiple"."""
    more: tuple[str, ...] = ()
    """Further bounds, of which a query has only the first."""
    perhaps_for: tuple[int, int] = (0, 0)
    """Place of a word that the number may be counted for, where nothing says it."""


def counted(text: str) -> Counted:
    """What the text asks of several events together; nothing where it asks for single ones."""
    ranges: list[tuple[int, int]] = []
    bounds = list(_bounds(text))
    op, number, distinct, at = bounds[0] if bounds else (None, 0.0, "", (0, 0))
    things = _things(text, at[1]) if distinct else (0, 0)
    if bounds:
        ranges.append(at)
    by: list[str] = []
    for match in _GROUP.finditer(text):
        by += [part.lower() for part in match.groups() if part]
        ranges.append(match.span())
    group = _BY.search(text) if not by and (bounds or _COUNT.match(text)) else None
    if group:
        by += [part.lower() for part in group.groups() if part]
        ranges.append(group.span())
    head = _head(text, at[0], grouped=bool(by)) if bounds else (0, 0)
    perhaps_for = _noun_before(text, at[0]) if bounds and head == (0, 0) and not by else (0, 0)
    if head != (0, 0):
        by.insert(0, _singular(text[slice(*head)]))
    top, rarest = _top(text, ranges, by)
    found = _COUNT.match(text)
    if found:
        ranges.append(found.span())
        following = _WORDS.match(text, found.end())
        if following and following[1].lower() not in _EVENTS and not _is_whose(text, following):
            distinct = distinct or following[1].lower()
            things = things if things != (0, 0) else following.span()
    within = None
    if op is not None or by or _FOLLOWED.search(text):
        window = _WITHIN.search(text)
        if window:
            within = seconds_of(window[1], window[2])
            ranges.append(window.span())
        elif bounds and (each := _EACH_UNIT.search(text, at[1])):
            within = seconds_of("1", each[1])
            ranges.append(each.span())
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
        more=tuple(text[slice(*span)].strip() for *_, span in bounds[1:]),
        bound=at,
        heads=tuple(place for place in (head, things) if place != (0, 0)),
        perhaps_for=perhaps_for,
    )


def _bounds(text: str) -> Iterator[tuple[Op, float, str, tuple[int, int]]]:
    """Every bound on a number: how it is compared, the number, what is to be different, its place."""
    found = []
    for match in _THRESHOLD.finditer(text):
        if not re.match(rf"\s*(?:{UNIT})\b", text[match.end(2) :], re.IGNORECASE):
            span = (match.start(), match.end(3) if match[3] else match.end(2))
            bound = (_MORE[match[1].lower()], number_of(match[2]))
            found.append((*bound, _distinct(match[3], match[4], match[5]), span))
    for match in _OR_MORE.finditer(text):
        span = (match.start(), match.start(3))
        found.append((Op.AT_LEAST, number_of(match[1]), _distinct(match[2], match[3], match[4]), span))
    found.sort(key=lambda one: one[3])
    yield from found


def _things(text: str, start: int) -> tuple[int, int]:
    """Place of the words for what is counted once each, behind the number."""
    found = _COUNTED.match(text, start)
    return found.span("said") if found else (0, 0)


def _head(text: str, bound: int, *, grouped: bool) -> tuple[int, int]:
    """Place of what is counted for before a bound in its sentence; (0, 0) for none.

    Where a group is said as well, only what a bound is said of: "users who", not "processes started".
    """
    start = max((match.end() for match in _SENTENCE.finditer(text, 0, bound)), default=0)
    for match in _HEAD.finditer(text, start, bound):
        name = match.lastgroup or "first"
        if not grouped or (name == "whose" or _RELATIVE.match(text, match.end(name))):
            return match.span(name)
    return 0, 0


def _noun_before(text: str, bound: int) -> tuple[int, int]:
    """Place of the last word before a bound that it may be counted for; (0, 0) for none."""
    start = max((match.end() for match in _SENTENCE.finditer(text, 0, bound)), default=0)
    return next((m.span() for m in reversed(list(_ANY_NOUN.finditer(text, start, bound)))), (0, 0))


def _is_whose(text: str, word: re.Match[str]) -> bool:
    """Whether a word only says whose events are counted: "user logoffs", not "users" or "user accounts"."""
    second = _WORDS.match(text, word.end())
    known = word[1].lower() in _COUNTED_FOR and word[1].lower() not in _PLURALS
    return known and second is not None and second[1].lower() not in _COUNTED_FOR


def _singular(words: str) -> str:
    """What is counted for as one of them: "source ip" of "source IPs"."""
    last = words.lower().split()
    word = last[-1]
    if word in ("people", "persons"):
        word = "person"
    elif word.endswith("ies"):
        word = f"{word[:-3]}y"
    elif word.endswith("sses"):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return " ".join((*last[:-1], word))


def _distinct(different: str | None, first: str | None, second: str | None) -> str:
    words = [word.lower() for word in (first, second) if word]
    if different:
        return " ".join(words)
    # "More than 3 hosts" are different ones: only what happens can be counted by its records.
    things = _THINGS.match(" ".join(words))
    return things[0] if things else ""


_THINGS = re.compile(
    rf"{_SIDE}(?:users|accounts|people|hosts|computers|machines|devices|servers|workstations|endpoints|ips|"
    r"addresses|domains|ports)\b",
)
_COUNTED = re.compile(r"\s*(?P<said>(?:[a-z-]+(?<!s) )?[a-z-]+)", re.IGNORECASE)
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
