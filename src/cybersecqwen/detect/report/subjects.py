"""Which groups, software and campaigns a report is about, and which it only mentions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cybersecqwen.records.intel import Named, Place, Tier

from .interface import NameFound
from .surroundings import context, lead, sentence_around

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store
    from cybersecqwen.specialists.actor import ActorSpecialist

MOST_PLACES = 50
"""Places that are given for one name."""
OFTEN = 3
"""Mentions from which a name of its kind may be what a report is about."""
LOOKED_AT = 12
"""Mentions of one name whose sentences are read."""
_TYPES = ("group", "software", "campaign")
_ORDER = tuple(Tier)

_ATTRIBUTED = re.compile(
    r"\b(?:(?:we |is |are |was |were |be |been |can be |confidently )?attribut(?:ed|e|es|ing)\b.{0,80}?\bto"
    r"|operated by|(?:conducted|carried out|orchestrated|perpetrated|launched|developed|run) by"
    r"|(?:the )?work of|activity of)\s(?:the |a |an |an? \w+ )?[\"“'‘]?\Z",
    re.IGNORECASE | re.DOTALL,
)
_COMPARED = re.compile(
    r"\b(?:similar(?:ly)? to|similarit(?:y|ies) (?:to|with)|unlike|compared (?:to|with)|reminiscent of"
    r"|in contrast to|resembl(?:es|ing|ed)|overlaps? with|as seen (?:in|with)|like|just like|other"
    r" (?:groups|actors|families|malware|botnets|ransomware)\b.{0,30}"
    r"|(?:previously|formerly|historically) (?:used|seen|associated)\b.{0,40}"
    r"|(?:like|as|e\.g\.,?) in (?:the|a|an|its|their|our|that) (?:\w+ ){0,3}"
    r"(?:alerts?|advisor(?:y|ies)|reports?|cases?|attacks?|incidents?|campaigns?|warnings?) (?:\w+ )?"
    r"(?:regarding|about|on|of|by|concerning|from|involving)"
    r"|(?:cop(?:y|ies|ied|ying)|mimic(?:s|ked|king|ry)?|imitat\w+|impersonat\w+)(?: of)?"
    r"|not (?:to be confused with|related to)|competitors?\b.{0,20}|rivals?\b.{0,20})\s?"
    r"(?:the |that of )?[\"“'‘]?\Z",
    re.IGNORECASE | re.DOTALL,
)
_USED = re.compile(
    r"\b(?:us(?:e|es|ed|ing)|deploy(?:s|ed|ing)?|drop(?:s|ped|ping)?|deliver(?:s|ed|ing)?|download(?:s|ed|ing)?"
    r"|install(?:s|ed|ing)?|execut(?:e|es|ed|ing)|leverag(?:e|es|ed|ing)|launch(?:es|ed|ing)?|load(?:s|ed|ing)?"
    r"|distribut(?:e|es|ed|ing)|infect(?:s|ed|ing)?|spread(?:s|ing)?|targets?|targeted|observed|identified)\b",
    re.IGNORECASE,
)
_DOUBTED = re.compile(
    r"\b(?:(?P<once>originally|initially|at first)|wrongly|mistakenly|erroneously|incorrectly|falsely)"
    r" (?:been )?(?:linked|attributed|ascribed|connected|tied|credited) (?:\w+ )?to (?:the )?[\"“'‘]?\Z",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"[\"”'’]?(?: \w+)? in (?:a|an|our|the) (?:\w+ ){0,2}"
    r"(?:blog|post|blog ?post|report|article|paper|publication)\b"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Weight:
    tier: Tier
    why: str
    at: NameFound
    """The mention that decided."""
    doubted: bool = False
    """Whether the report takes back that the activity is its."""


def judge(
    text: str,
    names: Sequence[NameFound],
    place: Callable[[int, int], Place],
    store: Store,
    specialist: ActorSpecialist | None = None,
) -> tuple[Named, ...]:
    """One record for each group, software and campaign, surest and most frequent first within a type.

    Args:
        text: The whole report.
        names: What `names.find` gave; vulnerabilities are left out (`vulnerabilities.judge`).
        place: Makes the `Place` of a stretch of text.
        store: Aliases, kind and platforms of what it knows.
        specialist: Its answer makes a group central; None to go by the text alone.

    Raises:
        WeightsError: The specialist's manifest is missing or damaged.
    """
    things: dict[tuple[str, str], list[NameFound]] = {}
    for one in names:
        if one.type in _TYPES:
            things.setdefault((one.type, one.id or one.name.casefold()), []).append(one)
    answer = ""
    if specialist is not None and any(kind == "group" for kind, _ in things):
        answer = specialist.attribute(text).answer
    most = {kind: max(len(all) for (of, _), all in things.items() if of == kind) for kind, _ in things}
    made = []
    for (kind, _), mentions in things.items():
        weight = _weight(text, mentions, most[kind], answer)
        made.append(_named(text, kind, mentions, weight, place, store))
    return tuple(
        sorted(made, key=lambda one: (_TYPES.index(one.type), _ORDER.index(one.tier), -one.count, one.name))
    )


def _weight(text: str, mentions: Sequence[NameFound], most: int, answer: str) -> _Weight:
    first = mentions[0]
    doubted: NameFound | None = None
    for one in mentions[:LOOKED_AT]:
        before = text[sentence_around(text, one.start, one.end)[0] : one.start]
        taken_back = _DOUBTED.search(before[-160:])
        if taken_back is not None and (not taken_back["once"] or one.start < lead(text)):
            doubted = doubted or one
            continue
        said = _ATTRIBUTED.search(before[-160:])
        if said is not None and one.type != "software" and not _PUBLISHED.match(text, one.end, one.end + 80):
            return _Weight(tier=Tier.HIGH, why=f"“{_short(said.group())}” stands before it", at=one)
    if doubted is not None and doubted.type != "software":
        why = "the report tells that the activity was attributed to it before"
        return _Weight(tier=Tier.MODERATE, why=why, at=doubted, doubted=True)
    if first.start < lead(text):
        return _Weight(tier=Tier.HIGH, why="it stands in the title or the first paragraph", at=first)
    count = len(mentions)
    told: list[tuple[NameFound, str]] = []
    for one in mentions[:LOOKED_AT]:
        start, end = sentence_around(text, one.start, one.end)
        compared = _COMPARED.search(text[max(start, one.start - 100) : one.start])
        if compared is not None:
            told.append((one, compared.group()))
    if len(told) == min(count, LOOKED_AT):
        return _Weight(tier=Tier.LOW, why=f"it is only compared with: “{_short(told[0][1])}”", at=told[0][0])
    if first.id and first.id == answer:
        why = "the actor specialist takes it for the group behind what is reported"
        return _Weight(tier=Tier.HIGH, why=why, at=first)
    if count >= OFTEN and count == most:
        return _Weight(
            tier=Tier.HIGH, why=f"no other {first.type} is named as often ({count} times)", at=first
        )
    if count == 1:
        start, end = sentence_around(text, first.start, first.end)
        used = _USED.search(text, start, end)
        if used is None:
            return _Weight(tier=Tier.LOW, why="it is mentioned once", at=first)
        return _Weight(
            tier=Tier.MODERATE, why=f"it is named once, in a sentence with “{used.group()}”", at=first
        )
    return _Weight(tier=Tier.MODERATE, why=f"it is named {count} times", at=first)


def _named(
    text: str,
    type: str,
    mentions: Sequence[NameFound],
    weight: _Weight,
    place: Callable[[int, int], Place],
    store: Store,
) -> Named:
    first = mentions[0]
    entity = store.get(first.id) if first.id else None
    spelled = Counter(" ".join(one.text.split()) for one in mentions)
    facts: dict[str, Any] = {}
    if entity is not None:
        keys = ("aliases", "kind", "platforms", "first_seen", "last_seen")
        facts = {key: entity.attributes[key] for key in keys if entity.attributes.get(key)}
    else:
        facts = {"kind": kind} if (kind := first.facts.get("kind")) else {}
    if weight.doubted:
        facts["doubted"] = True
    told = dict.fromkeys(one.text for one in mentions if one.facts.get("stated"))
    if told:
        facts["told"] = {"aliases": list(told)}
    return Named(
        id=first.id,
        name=first.name,
        type=type,
        spelled=tuple(name for name, _ in spelled.most_common()),
        tier=weight.tier,
        why=weight.why,
        places=tuple(place(one.start, one.end) for one in mentions[:MOST_PLACES]),
        count=len(mentions),
        documents=(place(first.start, first.end).document,),
        context=context(text, weight.at.start, weight.at.end),
        url=entity.url if entity is not None else "",
        facts=facts,
    )


def _short(words: str) -> str:
    return " ".join(words.split())[:60].strip(" \"“'‘")
