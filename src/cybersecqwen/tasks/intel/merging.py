"""Several reports as one picture: the same thing stands there once, with the places of all."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from itertools import islice, zip_longest
from typing import TypeVar

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.intel import (
    Intelligence,
    Named,
    Observable,
    Place,
    Relation,
    ReportedTechnique,
    Role,
    Shared,
    Target,
    Tier,
    Tlp,
)

PLACES = 50
"""Places that are kept of one thing."""
LASTING = frozenset({"ipv4", "ipv6", "domain", "url", "email", "md5", "sha1", "sha256", "sha512"})
"""Types of indicators that two activities do not have by chance, as they have names of files."""
_BY_CHANCE = 0.5
_TIERS = tuple(Tier)
Thing = TypeVar("Thing")
Sure = TypeVar("Sure", Named, Relation, Target)


def surest(tiers: Iterable[Tier]) -> Tier:
    """The most certain of some."""
    return min(tiers, key=_TIERS.index)


def merge(parts: Sequence[Intelligence]) -> Intelligence:
    """One picture of several; of one it is that one."""
    if len(parts) == 1:
        return parts[0]
    indicators = _joined((one for part in parts for one in part.indicators), key_of, _same_indicator)
    return Intelligence(
        documents=tuple(one for part in parts for one in part.documents),
        marking=max((part.marking for part in parts), key=lambda one: one.rank, default=Tlp.NONE),
        indicators=tuple(sorted(indicators, key=lambda one: bool(one.note))),
        names=tuple(_ranked(_joined((one for part in parts for one in part.names), name_key, _same_name))),
        techniques=tuple(
            _joined((one for part in parts for one in part.techniques), lambda one: one.id, _same_technique)
        ),
        relations=tuple(
            _joined((one for part in parts for one in part.relations), _relation_key, _first_sure)
        ),
        targets=tuple(_joined((one for part in parts for one in part.targets), _target_key, _same_target)),
        dates=tuple(one for part in parts for one in part.dates),
    )


def in_order(techniques: Iterable[ReportedTechnique], store: Store) -> tuple[ReportedTechnique, ...]:
    """Techniques along the kill chain; within a tactic the surest first."""
    order = {tactic: at for at, tactic in enumerate(store.tactic_order())}
    last = len(order)

    def place(one: ReportedTechnique) -> tuple[int, int, float, str]:
        first = min((order.get(tactic, last) for tactic in one.tactics), default=last)
        return first, _TIERS.index(one.tier), -one.probability, one.id

    return tuple(sorted(techniques, key=place))


def key_of(one: Observable) -> tuple[str, str]:
    """What makes two indicators the same."""
    return one.type, one.value


def name_key(one: Named) -> tuple[str, str]:
    """What makes two names the same."""
    return one.type, one.id or one.name.casefold()


def shared(picture: Intelligence, store: Store) -> tuple[Shared, ...]:
    """What two or more documents have in common, the most telling first."""
    found = [
        Shared(
            kind="indicator",
            type=one.type,
            id="",
            value=one.value,
            documents=one.documents,
            rare=1.0 if one.type in LASTING else _BY_CHANCE,
        )
        for one in picture.usable
        if len(one.documents) > 1 and one.role not in (Role.VULNERABILITY, Role.TECHNIQUE)
    ]
    users = {*store.names("group"), *store.names("software")}
    things = [(one.type, one.id, one.name, one.documents) for one in picture.names]
    things += [("technique", one.id, one.name, one.documents) for one in picture.techniques]
    for kind, id, name, documents in things:
        if len(documents) > 1:
            rare = _rare(id, len(users), store)
            found.append(Shared(kind=kind, type="", id=id, value=name, documents=documents, rare=rare))
    return tuple(sorted(found, key=lambda one: (-one.rare, -len(one.documents), one.kind, one.value)))


def _rare(id: str, users: int, store: Store) -> float:
    """How few groups and software use a thing: 1 for nobody known, 0 for all of them."""
    known = len(store.related(id, "uses", "in")) if id else 0
    return round(1 - math.log1p(known) / math.log1p(max(users, 1)), 2)


def _joined(
    things: Iterable[Thing], key: Callable[[Thing], Hashable], join: Callable[[Sequence[Thing]], Thing]
) -> list[Thing]:
    """Each thing once, in the order in which they first come."""
    found: dict[Hashable, list[Thing]] = {}
    for thing in things:
        found.setdefault(key(thing), []).append(thing)
    return [same[0] if len(same) == 1 else join(same) for same in found.values()]


def _places(parts: Sequence[Sequence[Place]]) -> tuple[Place, ...]:
    """Places of several documents in turn, so that none is crowded out."""
    turns = (place for turn in zip_longest(*parts) for place in turn if place is not None)
    return tuple(islice(dict.fromkeys(turns), PLACES))


def _documents(parts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id for part in parts for id in part))


def _first_sure(same: Sequence[Sure]) -> Sure:
    return min(same, key=lambda one: _TIERS.index(one.tier))


def _same_indicator(same: Sequence[Observable]) -> Observable:
    """The surest role counts.

    What one report sets apart and another calls hostile is not set apart, unless the first says outright
    what it is and the other has nothing but the mention.
    """
    apart = [one for one in same if one.note]
    told = [one for one in same if not one.note]
    if apart and told:
        bare = all(one.tier is Tier.LOW for one in told)
        lead = apart if bare and any(one.tier is not Tier.LOW for one in apart) else told
    else:
        lead = apart or told
    first = min(lead, key=lambda one: (_TIERS.index(one.tier), one.role is Role.UNKNOWN))
    return replace(
        first,
        places=_places([one.places for one in same]),
        count=sum(one.count for one in same),
        documents=_documents(one.documents for one in same),
        port=first.port or next((one.port for one in same if one.port), 0),
    )


def _same_name(same: Sequence[Named]) -> Named:
    facts = {key: value for one in reversed(same) for key, value in one.facts.items()}
    if any(one.facts.get("exploited") for one in same):
        facts["exploited"] = True
    if any(one.tier is not Tier.LOW and not one.facts.get("doubted") for one in same):
        facts.pop("doubted", None)  # what one report denies and another is about is open
    if not all(one.facts.get("denied") for one in same):
        facts.pop("denied", None)
    return replace(
        _first_sure(same),
        spelled=tuple(dict.fromkeys(word for one in same for word in one.spelled)),
        places=_places([one.places for one in same]),
        count=sum(one.count for one in same),
        documents=_documents(one.documents for one in same),
        facts=facts,
    )


def _ranked(names: list[Named]) -> list[Named]:
    types = {"group": 0, "campaign": 1, "software": 2, "vulnerability": 3}
    return sorted(
        names, key=lambda one: (types.get(one.type, 4), _TIERS.index(one.tier), -one.count, one.name)
    )


def _same_technique(same: Sequence[ReportedTechnique]) -> ReportedTechnique:
    return replace(
        min(same, key=lambda one: (one.how != "named", -one.probability)),
        tier=surest(one.tier for one in same),
        places=_places([one.places for one in same]),
        documents=_documents(one.documents for one in same),
    )


def _relation_key(one: Relation) -> tuple[str, ...]:
    source, target = one.source, one.target
    return source.type, source.id or source.value, one.verb, target.type, target.id or target.value


def _target_key(one: Target) -> tuple[str, str]:
    return one.kind, one.name


def _same_target(same: Sequence[Target]) -> Target:
    return replace(
        _first_sure(same),
        places=_places([one.places for one in same]),
        count=sum(one.count for one in same),
        documents=_documents(one.documents for one in same),
    )
