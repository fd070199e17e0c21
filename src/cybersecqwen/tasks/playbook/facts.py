"""What a playbook is made from: techniques, things that are named, kinds of incidents, where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Problem
from cybersecqwen.records.playbook import Basis, Entity, Kind

from .incidents import incident_type

MOST_TECHNIQUES = 2_000
"""Names of techniques that are looked up; ATT&CK has fewer."""
_TOLD = 20
"""Names of no technique that are told one by one."""
MOST_OF_A_KIND = 20
"""Things of one kind that are taken from a report; the rest is counted."""

PLATFORMS_OF_ATTACK: Mapping[str, tuple[str, ...]] = {
    "Windows": ("windows",),
    "Linux": ("linux",),
    "macOS": ("macos",),
    "ESXi": ("linux",),
    "Network Devices": ("network",),
    "IaaS": ("aws", "azure", "gcp"),
    "SaaS": ("saas",),
    "Office Suite": ("email", "saas"),
    "Identity Provider": ("entra", "okta"),
    "Containers": ("kubernetes",),
    "PRE": ("network", "email"),
}
"""Platforms as ATT&CK names them (version 18) → those of the library."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known, whichever way it came in."""

    trigger: str
    """"technique", "report", "finding" or "incident"."""
    name: str
    """Of the playbook."""
    about: str
    """What it answers, one sentence."""
    severity: int
    """1 to 100."""
    techniques: tuple[str, ...] = ()
    """Active ones of the store, most certain first."""
    incidents: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    platforms: tuple[str, ...] = ()
    """Of the library."""
    evidence: Mapping[str, tuple[Basis, ...]] = field(default_factory=dict)
    """Technique to the findings that named it."""
    findings: tuple[Basis, ...] = ()
    """All findings, strongest first."""
    happened_here: bool = True
    """False for what others report: nothing of it is known to be on our hosts."""
    marking: str = ""
    created: str = ""
    """RFC 3339; "" where the facts have no time."""
    problems: tuple[Problem, ...] = ()

    def of(self, kind: Kind) -> tuple[Entity, ...]:
        """The things of one kind."""
        return tuple(one for one in self.entities if one.kind is kind)


def known_techniques(ids: Iterable[str], store: Store) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The techniques that the store knows, revoked ones by their successor; and what it does not know."""
    found: dict[str, None] = {}
    problems: list[Problem] = []
    named = list(dict.fromkeys(ids))
    for id in named[:MOST_TECHNIQUES]:
        resolved = store.resolve(id)
        now = resolved.successor or (resolved.entity.id if resolved.entity is not None else "")
        entity = store.get(now) if now else None
        if entity is None or entity.type != "technique":
            problems.append(
                Problem(
                    stage="knowledge", message=f"{id[:40]!r} is no technique of the store.", subject=id[:40]
                )
            )
            continue
        found[entity.id] = None
    more = len(problems[_TOLD:]) + len(named[MOST_TECHNIQUES:])
    if more:
        message = f"{more:,} more names of techniques are none of the store, or too many to be looked up."
        problems[_TOLD:] = [Problem(stage="knowledge", message=message, count=more)]
    return tuple(found), tuple(problems)


def platforms_of(techniques: Iterable[str], store: Store) -> tuple[str, ...]:
    """The library's platforms that techniques are used on, those of the first technique first."""
    found: dict[str, None] = {}
    for id in techniques:
        entity = store.get(id)
        for name in entity.attributes.get("platforms", ()) if entity is not None else ():
            found |= dict.fromkeys(PLATFORMS_OF_ATTACK.get(name, ()))
    return tuple(found)


def platforms_of_types(ids: Iterable[str]) -> tuple[str, ...]:
    """The library's platforms that types of incidents usually happen on."""
    types = (incident_type(id) for id in ids)
    return tuple(dict.fromkeys(name for one in types if one is not None for name in one.platforms))


def distinct(entities: Iterable[Entity]) -> tuple[tuple[Entity, ...], int]:
    """Each thing once, at most `MOST_OF_A_KIND` of a kind; and how many were left out."""
    kept: dict[tuple[Kind, str], Entity] = {}
    counts: dict[Kind, int] = {}
    left = 0
    for one in entities:
        key = (one.kind, one.value.casefold())
        if not one.value or key in kept:
            continue
        if counts.get(one.kind, 0) >= MOST_OF_A_KIND:
            left += 1
            continue
        counts[one.kind] = counts.get(one.kind, 0) + 1
        kept[key] = one
    return tuple(kept.values()), left
