"""Small hand-made records of threat reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.records.intel import (
    Dated,
    DocumentInfo,
    End,
    Named,
    Observable,
    Place,
    Relation,
    ReportedTechnique,
    Role,
    Target,
    Tier,
    Tlp,
)
from cybersecqwen.specialists import Judgement as Attribution
from cybersecqwen.specialists import Ranked


def at(document: str = "d1", start: int = 10) -> Place:
    return Place(document=document, start=start, end=start + 5, line=start)


def document(id: str = "d1", *, published: str = "", title: str = "", tlp: Tlp = Tlp.NONE) -> DocumentInfo:
    return DocumentInfo(
        id=id, path=f"{id}.txt", format="text", sha256=id, published=published, title=title, marking=tlp
    )


def seen(
    value: str,
    role: Role = Role.C2,
    tier: Tier = Tier.MODERATE,
    *,
    type: str = "domain",
    note: str = "",
    documents: tuple[str, ...] = ("d1",),
    count: int = 1,
    port: int = 0,
) -> Observable:
    places = tuple(at(one, 10 + number) for one in documents for number in range(count))
    return Observable(
        type=type,
        value=value,
        raw=value,
        role=role,
        tier=tier,
        why="",
        note=note,
        places=places,
        count=len(places),
        documents=documents,
        port=port,
    )


def named(
    name: str,
    id: str = "",
    type: str = "group",
    tier: Tier = Tier.HIGH,
    *,
    facts: Mapping[str, Any] | None = None,
    documents: tuple[str, ...] = ("d1",),
) -> Named:
    places = tuple(at(one) for one in documents)
    return Named(
        id=id, name=name, type=type, tier=tier, places=places, facts=facts or {}, documents=documents
    )


def cve(id: str, *, documents: tuple[str, ...] = ("d1",), **facts: object) -> Named:
    return named(id, id, "vulnerability", facts=facts, documents=documents)


def technique(
    id: str,
    name: str = "Some Technique",
    tactic: str = "execution",
    *,
    how: str = "named",
    tier: Tier = Tier.HIGH,
    probability: float = 1.0,
    documents: tuple[str, ...] = ("d1",),
) -> ReportedTechnique:
    places = tuple(at(one) for one in documents)
    return ReportedTechnique(
        id=id,
        name=name,
        tactics=(tactic,),
        how=how,
        tier=tier,
        probability=probability,
        places=places,
        documents=documents,
    )


def target(name: str, kind: str = "sector", tier: Tier = Tier.HIGH) -> Target:
    return Target(kind=kind, name=name, tier=tier, places=(at(),))


def dated(kind: str, date: str) -> Dated:
    return Dated(kind=kind, date=date, written=date, place=at())


def stated(source: Named, verb: str, aim: Named, tier: Tier = Tier.HIGH) -> Relation:
    ends = [End(type=one.type, id=one.id, value=one.name) for one in (source, aim)]
    return Relation(source=ends[0], verb=verb, target=ends[1], place=at(), sentence="", tier=tier)


def points_to(group: str, probability: float, *reasons: str) -> Attribution:
    return Attribution(ranked=(Ranked(label=group, probability=probability, reasons=reasons),))
