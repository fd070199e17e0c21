"""Which actions of the library answer the facts, and how well."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.playbook import Effect, Entity, Kind, Phase

from .action import ANY, DECLARE, HARDEN, HUNT, NO_ENDING, Action
from .environment import Environment
from .facts import Facts
from .hunting import hunts
from .library import Library

MOST: Mapping[Phase, tuple[int, int]] = {
    Phase.PREPARATION: (2, 2),
    Phase.IDENTIFICATION: (9, 3),
    Phase.CONTAINMENT: (7, 5),
    Phase.ERADICATION: (5, 1),
    Phase.RECOVERY: (4, 2),
    Phase.LESSONS: (1, 1),
}
"""Steps of a phase at most, with machines and with people, beside those of every incident."""
_WITHIN = 1.7
"""How much worse than the best of its phase a step may fit."""

_TECHNIQUE, _PARENT, _INCIDENT, _TACTIC, _ANY = 4.0, 3.5, 3.0, 1.5, 1.0
_ALWAYS = frozenset((DECLARE, HUNT, HARDEN))
_SEARCHABLE = 2.0
"""A search for what is named is worth more than what a technique usually brings."""
_LEAST = 1.0
"""What a score must reach; evidence that a chosen step would destroy is taken whatever its score."""
_FIRST_TACTICS = 3
"""Techniques whose tactics count; the others of a long report would make everything fit."""
_EVERYWHERE = frozenset((Kind.HOST, Kind.USER))
"""Kinds of which every incident here has some, though a report may name none."""
_IDLE = frozenset((Kind.HASH, Kind.PROCESS, Kind.SERVICE, Kind.TASK, Kind.REGISTRY))
"""Kinds of which a step says nothing where none is named."""
_VAGUE = frozenset((Kind.FILE, Kind.IP, Kind.DOMAIN, Kind.URL, Kind.EMAIL, Kind.PACKAGE, Kind.CVE))
"""Kinds of which a step says less where none is named."""
_UNNAMED = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """An action, why it was chosen, and how well it fits."""

    action: Action
    score: float
    matched: tuple[str, ...]
    """Techniques, tactics and types of incidents that it answers here."""


def choose(
    library: Library, facts: Facts, environment: Environment, store: Store
) -> tuple[tuple[Chosen, ...], int]:
    """The actions that answer the facts, in the order of the library; and how many more would."""
    wanted = _wanted(facts, store)
    fitting = [
        Chosen(action=action, score=score, matched=matched)
        for action in library.actions
        if _is_here(action, facts) and not any(one in wanted for one in action.not_for)
        for score, matched in (_score(action, wanted, facts, environment),)
        if score >= _LEAST or action.collects or ANY in matched
    ]
    kept = {one.action.id for one in fitting if ANY in one.matched or one.action.id in _ALWAYS}
    ranked = sorted((one for one in fitting if one.score >= _LEAST), key=lambda one: -one.score)
    for phase, most in MOST.items():
        for with_people, count in zip((False, True), most, strict=True):
            group = [one for one in ranked if one.action.phase is phase and _with_people(one) is with_people]
            near = [one.action.id for one in group if one.score >= group[0].score - _WITHIN]
            kept |= set([id for id in near if id not in kept][:count])
    kept |= _savers([one for one in fitting if one.action.id in kept], fitting)
    return tuple(one for one in fitting if one.action.id in kept), _left(fitting, kept)


def _with_people(one: Chosen) -> bool:
    return one.action.platforms == ("people",)


def _left(fitting: Sequence[Chosen], kept: set[str]) -> int:
    return sum(one.score >= _LEAST and one.action.id not in kept for one in fitting)


def _savers(chosen: Sequence[Chosen], fitting: Sequence[Chosen]) -> set[str]:
    """Actions that take the evidence which chosen ones destroy, where none of the chosen takes it."""
    found: dict[str, Chosen] = {one.action.id: one for one in chosen}
    added: set[str] = set()
    collectors = sorted((one for one in fitting if one.action.collects), key=lambda one: -one.score)
    for one in chosen:
        for evidence in one.action.destroys:
            ways = [
                c for c in collectors if evidence in c.action.collects and acts_alike(c.action, one.action)
            ]
            if ways and not any(way.action.id in found for way in ways):
                found[ways[0].action.id] = ways[0]
                added.add(ways[0].action.id)
    return added


def acts_alike(first: Action, second: Action) -> bool:
    """Whether both act on one kind of thing in one place."""
    kinds = set(first.acts_on) & set(second.acts_on)
    return bool(kinds) and bool(set(first.platforms) & set(second.platforms))


def _wanted(facts: Facts, store: Store) -> dict[str, float]:
    """What an action may answer → how much that says."""
    found: dict[str, float] = {ANY: _ANY}
    named = {tactic for id in facts.techniques[:_FIRST_TACTICS] for tactic in store.tactics(id)}
    found |= {id: _TACTIC for id, name in _tactics(store).items() if name in named}
    found |= dict.fromkeys(facts.incidents, _INCIDENT)
    for id in facts.techniques:
        found[id.partition(".")[0]] = _PARENT
    found |= dict.fromkeys(facts.techniques, _TECHNIQUE)
    return found


def _tactics(store: Store) -> dict[str, str]:
    """Tactics by their identifiers, those of all matrices, with the short names that techniques use."""
    return {id: name.lower().replace(" ", "-") for id, name in store.names("tactic").items()}


def _is_here(action: Action, facts: Facts) -> bool:
    """Whether it can be done where this happened, to something that is there."""
    places = set(action.platforms)
    if not places & {*facts.platforms, "people", *_implied(facts)}:
        return False
    if not action.acts_on or any(fits(action, one) for one in facts.entities):
        return True
    first = action.acts_on[0]
    if action.like or first in _IDLE:
        return False
    if facts.trigger in ("technique", "incident"):
        return True
    return first in _EVERYWHERE and facts.happened_here and not places & {"code"}


def fits(action: Action, entity: Entity) -> bool:
    """Whether a thing is of the kind that a step is made for, and named as the action wants it."""
    if not action.acts_on or entity.kind is not action.acts_on[0]:
        return False
    name = re.split(r"[\\/]", entity.value.lower())[-1]
    return not action.like or any(
        "." not in name if ending == NO_ENDING else name.endswith(ending) for ending in action.like
    )


def _implied(facts: Facts) -> frozenset[str]:
    """Places that every incident on computers reaches: the network, and the directory of Windows."""
    have = set(facts.platforms)
    if have <= {"code"}:
        return frozenset()
    return frozenset(("network", "ad")) if "windows" in have else frozenset(("network",))


def _score(
    action: Action, wanted: Mapping[str, float], facts: Facts, environment: Environment
) -> tuple[float, tuple[str, ...]]:
    matched = tuple(one for one in action.answers if one in wanted)
    if not matched:
        return 0.0, ()
    if matched == (ANY,) and action.acts_on and not facts.of(action.acts_on[0]):
        return 0.0, ()
    weights = sorted((wanted[one] for one in matched), reverse=True)
    score = weights[0] + 0.2 * min(4, len(weights) - 1)
    score += {0: 1.2, 1: 0.6, 2: 0.0, 3: -0.8}[action.urgency]
    hunt = hunts().get(action.query)
    if hunt is not None and hunt.kinds and all(facts.of(kind) for kind in hunt.kinds):
        score += _SEARCHABLE
    first = action.acts_on[0] if action.acts_on else None
    if first in _VAGUE and not action.collects and not facts.of(first):
        score -= _UNNAMED
    named = [kind for kind in action.acts_on if any(one.kind is kind for one in facts.entities)]
    score += 0.5 * len(named) / max(1, len(action.acts_on))
    if environment.given and action.needs:
        score += 0.3 if action.needs in environment.tools else -0.5
    return score, matched


def is_volatile(action: Action) -> bool:
    """Whether it takes evidence that does not wait (RFC 3227, section 2.1)."""
    return action.effect is Effect.COLLECT and any(one.rank <= _LAST_VOLATILE for one in action.collects)


_LAST_VOLATILE = 3
"""Memory, state of the network, processes, sessions."""
