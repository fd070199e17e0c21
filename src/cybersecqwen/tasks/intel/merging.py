"""Several reports as one picture: the same thing stands there once, with the places of all."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
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
_TIERS = tuple(Tier)
Thing = TypeVar("Thing")


def surest(tiers: Iterable[Tier]) -> Tier:
    """The most certain of some."""
    return min(tiers, key=_TIERS.index)


def merge(parts: Sequence[Intelligence]) -> Intelligence:
    """One picture of several; of one it is that one."""
    if len(parts) == 1:
        return parts[0]
    indicators = _joined([one for part in parts for one in part.indicators], key_of, _same_indicator)
    return Intelligence(
        documents=tuple(one for part in parts for one in part.documents),
        marking=max((part.marking for part in parts), key=lambda one: one.rank, default=Tlp.NONE),
        indicators=tuple(sorted(indicators, key=lambda one: bool(one.note))),
        names=tuple(_ranked(_joined([one for part in parts for one in part.names], name_key, _same_name))),
        techniques=tuple(
            _joined([one for part in parts for one in part.techniques], lambda one: one.id, _same_technique)
        ),
        relations=tuple(
            _joined([one for part in parts for one in part.relations], _relation_key, _same_relation)
        ),
        targets=tuple(_joined([one for part in parts for one in part.targets], _target_key, _same_target)),
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
        Shared(kind="indicator", type=one.type, id="", value=one.value, documents=one.documents, rare=1.0)
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
    return tuple(sorted(found, key=lambda one: (-len(one.documents), -one.rare, one.kind, one.value)))


def _rare(id: str, users: int, store: Store) -> float:
    """How few groups and software use a thing: 1 for nobody known, 0 for all of them."""
    known = len(store.related(id, "uses", "in")) if id else 0
    return round(1 - math.log1p(known) / math.log1p(max(users, 1)), 2)


def _joined(
    things: Sequence[Thing], key: Callable[[Thing], Hashable], join: Callable[[Thing, Thing], Thing]
) -> list[Thing]:
    found: dict[Hashable, Thing] = {}
    for thing in things:
        known = found.get(key(thing))
        found[key(thing)] = thing if known is None else join(known, thing)
    return list(found.values())


def _places(*parts: Sequence[Place]) -> tuple[Place, ...]:
    """Places of several documents in turn, so that none is crowded out."""
    longest = max(map(len, parts), default=0)
    mixed = [part[at] for at in range(longest) for part in parts if at < len(part)]
    return tuple(dict.fromkeys(mixed))[:PLACES]


def _documents(a: Sequence[str], b: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*a, *b)))


def _same_indicator(a: Observable, b: Observable) -> Observable:
    """The surer role counts; what one report sets apart and another calls hostile is not set apart."""
    lead, other = sorted((a, b), key=lambda one: (_TIERS.index(one.tier), one.role is Role.UNKNOWN))
    note = "" if not (a.note and b.note) else lead.note
    if not note and lead.note and lead.tier is not Tier.LOW and other.tier is Tier.LOW:
        note = lead.note  # one says outright what it is; the other says nothing
    return replace(
        lead,
        note=note,
        places=_places(lead.places, other.places),
        count=a.count + b.count,
        documents=_documents(a.documents, b.documents),
        port=lead.port or other.port,
    )


def _same_name(a: Named, b: Named) -> Named:
    lead = a if _TIERS.index(a.tier) <= _TIERS.index(b.tier) else b
    return replace(
        lead,
        spelled=tuple(dict.fromkeys((*a.spelled, *b.spelled))),
        places=_places(a.places, b.places),
        count=a.count + b.count,
        documents=_documents(a.documents, b.documents),
        facts={**b.facts, **a.facts},
    )


def _ranked(names: list[Named]) -> list[Named]:
    types = {"group": 0, "campaign": 1, "software": 2, "vulnerability": 3}
    return sorted(
        names, key=lambda one: (types.get(one.type, 4), _TIERS.index(one.tier), -one.count, one.name)
    )


def _same_technique(a: ReportedTechnique, b: ReportedTechnique) -> ReportedTechnique:
    lead = min((a, b), key=lambda one: (one.how != "named", -one.probability))
    return replace(
        lead,
        tier=surest((a.tier, b.tier)),
        places=_places(a.places, b.places),
        documents=_documents(a.documents, b.documents),
    )


def _relation_key(one: Relation) -> tuple[str, ...]:
    source, target = one.source, one.target
    return source.type, source.id or source.value, one.verb, target.type, target.id or target.value


def _same_relation(a: Relation, b: Relation) -> Relation:
    return min((a, b), key=lambda one: _TIERS.index(one.tier))


def _target_key(one: Target) -> tuple[str, str]:
    return one.kind, one.name


def _same_target(a: Target, b: Target) -> Target:
    lead = a if _TIERS.index(a.tier) <= _TIERS.index(b.tier) else b
    return replace(
        lead,
        places=_places(a.places, b.places),
        count=a.count + b.count,
        documents=_documents(a.documents, b.documents),
    )
