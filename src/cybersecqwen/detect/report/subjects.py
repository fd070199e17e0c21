"""Which groups, software and campaigns a report is about, and which it only mentions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cybersecqwen.records.intel import Named, Place, Tier

from .attributing import Bearing, bearing
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

_USED = re.compile(
    r"\b(?:us(?:e|es|ed|ing)|deploy(?:s|ed|ing)?|drop(?:s|ped|ping)?|deliver(?:s|ed|ing)?|download(?:s|ed|ing)?"
    r"|install(?:s|ed|ing)?|execut(?:e|es|ed|ing)|leverag(?:e|es|ed|ing)|launch(?:es|ed|ing)?|load(?:s|ed|ing)?"
    r"|distribut(?:e|es|ed|ing)|infect(?:s|ed|ing)?|spread(?:s|ing)?|targets?|targeted|observed|identified)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Weight:
    tier: Tier
    why: str
    at: NameFound
    """The mention that decided."""
    attributed: bool = False
    """Whether a sentence says that the activity is its."""
    doubted: bool = False
    """Whether the report denies that, or takes it back."""


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
    said = [(one, *bearing(text, one)) for one in mentions[:LOOKED_AT]]
    first, group = mentions[0], mentions[0].type != "software"
    for one, how, words in said if group else ():
        if how is Bearing.ATTRIBUTED:
            why = f"“{_short(words)}” stands before it"
            return _Weight(tier=Tier.HIGH, why=why, at=one, attributed=True)
    plain = [one for one, how, _ in said if how in (Bearing.PLAIN, Bearing.ATTRIBUTED)] + [
        *mentions[LOOKED_AT:]
    ]
    doubted = _doubted(text, said, len(plain)) if group else None
    if doubted is not None:
        return doubted
    if not plain:
        at, _, words = said[0]
        return _Weight(tier=Tier.LOW, why=f"it is only compared with or spoken of: “{_short(words)}”", at=at)
    if plain[0].start < lead(text):
        return _Weight(tier=Tier.HIGH, why="it stands in the title or the first paragraph", at=plain[0])
    count = len(mentions)
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


def _doubted(text: str, said: Sequence[tuple[NameFound, Bearing, str]], plain: int) -> _Weight | None:
    """What follows where the report takes an attribution back, or denies one.

    A denial far down counts only where little else is said of the name: a long report on a group may say of
    one attack that it was somebody else's.
    """
    for one, how, _ in said:
        if how is Bearing.TAKEN_BACK:
            why = "the report tells that the activity was attributed to it before"
            return _Weight(tier=Tier.MODERATE, why=why, at=one, doubted=True)
    denied = [(one, words) for one, how, words in said if how is Bearing.DENIED]
    if denied and (denied[0][0].start < lead(text) or plain < OFTEN * len(denied)):
        at, words = denied[0]
        return _Weight(tier=Tier.LOW, why=f"the report denies it: “{_short(words)}”", at=at, doubted=True)
    return None


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
    if weight.attributed:
        facts["attributed"] = True
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
