"""Vulnerabilities of a report: what the store knows of each CVE, and what the report itself states."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cybersecqwen.records.intel import Named, Place, Tier

from . import dismissed
from .interface import Found
from .surroundings import context, lead, sentence_around

if TYPE_CHECKING:
    from cybersecqwen.detect.text.matches import Match
    from cybersecqwen.knowledge.store import Store

MOST_PLACES = 50
"""Places that are given for one vulnerability."""
LOOKED_AT = 12
"""Places of one CVE whose sentences are read."""
OFTEN = 3
"""Mentions from which a report is about it."""
_FACTS = ("kev", "added", "due", "ransomware", "vendor", "product", "cvss", "vector", "cwe")
_ORDER = tuple(Tier)

# From: CVSS 3.1 §6 and 4.0 §7 (https://www.first.org/cvss/), vector strings
_VECTOR = re.compile(r"(?:CVSS:(?:3\.[01]|4\.0)/)?AV:[NALP](?:/[A-Z]{1,3}:[A-Z]{1,5}){5,30}(?![\w/])")
# A number right after "CVSS" that is a version of it is no score; possessive, so that it is not tried as one.
_VERSION = r"(?:[\s:]{0,2}(?:v|version )?(?:2(?:\.0)?|3(?:\.[01x])?|4(?:\.0)?)(?=[\s:)(,;]|\.(?![0-9])|\Z))?+"
_SCORE = re.compile(
    rf"\bCVSS{_VERSION}(?:\s|base|score|rating|severity|of|is|was|with|:|=|\(|\[|-|–|,|a){{0,12}}"
    r"(?P<score>10(?:\.0)?|[0-9]\.[0-9])(?![\w]|\.[0-9])",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\w.])(?P<score>10\.0|[0-9]\.[0-9])(?:/10)?(?![\w]|\.[0-9])")
_EXPLOITED = re.compile(
    r"\b(?:(?:actively |being |been |is |was |were |are |widely |mass[- ])(?:actively )?exploited"
    r"|exploited (?:by|in)|exploit(?:s|ing) (?:of )?(?:the |a |this |an )?|exploitation of|in[- ]the[- ]wild"
    r"|zero[- ]day|0[- ]day"
    r"|active(?:ly)? exploit\w{0,5})",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:could|can|may|might|would|if|potentially|successful(?:ly)?|before|no evidence|not (?:yet |been )?"
    r"|unaware of|never)\b(?:\W{1,3}\w{1,20}){0,5}?\W{1,3}exploit",
    re.IGNORECASE,
)


def judge(text: str, found: Found, place: Callable[[int, int], Place], store: Store) -> tuple[Named, ...]:
    """One record for each CVE, surest and most frequent first.

    facts: `known` (whether the store has it), `denied` where the report names it only to say that it was not
    used or affects nothing, from the store kev, added, due, ransomware, vendor, product,
    cvss, vector and cwe as far as it has them; `told` holds what the report states beside the CVE: cvss and
    vector where they stand in one sentence or row with it, exploited where it says so.
    """
    matches = sorted((one for one in found if one.type == "cve"), key=lambda one: one.start)
    starts = [one.start for one in matches]
    by_id: dict[str, list[Match]] = {}
    for one in matches:
        by_id.setdefault(one.value, []).append(one)
    denied = dismissed.find(text, matches)
    made = [
        _named(id, all, text, (matches, starts), place, store, denied.get(id, ""))
        for id, all in by_id.items()
    ]
    return tuple(sorted(made, key=lambda one: (_ORDER.index(one.tier), -one.count, one.id)))


def _named(
    id: str,
    mentions: Sequence[Match],
    text: str,
    every: tuple[Sequence[Match], Sequence[int]],
    place: Callable[[int, int], Place],
    store: Store,
    denied: str,
) -> Named:
    entity = store.get(id)
    if entity is not None and entity.type != "vulnerability":
        entity = None
    told: dict[str, Any] = {}
    exploited, at = "", mentions[0]
    for one in mentions[:LOOKED_AT]:
        start, end = sentence_around(text, one.start, one.end)
        for key, value in _stated(text, one, start, end, every).items():
            told.setdefault(key, value)
        said = _EXPLOITED.search(text, start, end)
        if said is not None and not (exploited or denied or _DENIED.search(text, start, end)):
            exploited, at = said.group().strip(), one
            told["exploited"] = True
    facts: dict[str, Any] = {"known": entity is not None}
    if entity is not None:
        facts |= {key: entity.attributes[key] for key in _FACTS if key in entity.attributes}
    if told:
        facts["told"] = told
    if denied:
        facts["denied"] = True
    tier, why = _tier(text, mentions, exploited, denied)
    return Named(
        id=id,
        name=entity.name if entity is not None else id,
        type="vulnerability",
        spelled=tuple(dict.fromkeys(text[one.start : one.end] for one in mentions)),
        tier=tier,
        why=why,
        places=tuple(place(one.start, one.end) for one in mentions[:MOST_PLACES]),
        count=len(mentions),
        documents=(place(mentions[0].start, mentions[0].end).document,),
        context=context(text, at.start, at.end),
        url=entity.url if entity is not None else "",
        facts=facts,
    )


def _tier(text: str, mentions: Sequence[Match], exploited: str, denied: str) -> tuple[Tier, str]:
    if denied:
        return Tier.LOW, f"the report says “{denied}” of it"
    if exploited:
        return Tier.HIGH, f"the report says “{exploited}” beside it"
    if mentions[0].start < lead(text):
        return Tier.HIGH, "it stands in the title or the first paragraph"
    if len(mentions) >= OFTEN:
        return Tier.HIGH, f"it is named {len(mentions)} times"
    if len(mentions) > 1:
        return Tier.MODERATE, f"it is named {len(mentions)} times"
    return Tier.LOW, "it is mentioned once"


def _stated(
    text: str, one: Match, start: int, end: int, every: tuple[Sequence[Match], Sequence[int]]
) -> dict[str, Any]:
    """CVSS score and vector that the sentence or row gives for this CVE and for no other."""
    matches, starts = every
    at = bisect_left(starts, one.start)
    others = [other for other in matches[max(0, at - 8) : at + 9] if other.value != one.value]
    after = min((other.start for other in others if one.end <= other.start < end), default=end)
    alone = not any(start <= other.start < end for other in others)
    first = start if alone else one.end
    found: dict[str, Any] = {}
    vector = _VECTOR.search(text, first, after)
    if vector is not None:
        found["vector"] = vector.group()
    score = _SCORE.search(text, first, after)
    if score is None and "\t" in text[start:end]:
        score = _BARE.search(text, one.end, after)  # a cell of a table
    if score is not None:
        found["cvss"] = float(score["score"])
    return found
