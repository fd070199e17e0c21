"""Which actions of the library answer the facts, and how well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.playbook import Effect, Kind, Phase

from .action import ANY, Action
from .environment import Environment
from .facts import Facts
from .library import Library

MOST: Mapping[Phase, int] = {
    Phase.PREPARATION: 4,
    Phase.IDENTIFICATION: 11,
    Phase.CONTAINMENT: 8,
    Phase.ERADICATION: 8,
    Phase.RECOVERY: 6,
    Phase.LESSONS: 4,
}
"""Steps of a phase at most: a page that is followed at night is short. What is left out is counted."""

_TECHNIQUE, _PARENT, _INCIDENT, _TACTIC, _ANY = 4.0, 3.5, 3.0, 1.5, 1.0
_FIRST_TACTICS = 3
"""Techniques whose tactics count; the others of a long report would make everything fit."""
_GENERAL = frozenset((Kind.HOST, Kind.USER, Kind.APPLICATION))
"""Kinds of which a step may be made though nobody named one: every incident has them."""


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
        if _is_here(action, facts)
        for score, matched in (_score(action, wanted, facts, environment),)
        if score >= 1
    ]
    kept: set[str] = set()
    for phase in Phase:
        ranked = sorted((one for one in fitting if one.action.phase is phase), key=lambda one: -one.score)
        kept |= {one.action.id for one in ranked[: MOST[phase]]}
    return tuple(one for one in fitting if one.action.id in kept), len(fitting) - len(kept)


def _wanted(facts: Facts, store: Store) -> dict[str, float]:
    """What an action may answer → how much that says."""
    found: dict[str, float] = {ANY: _ANY}
    order = {name: id for id, name in _tactic_ids(store).items()}
    for id in facts.techniques[:_FIRST_TACTICS]:
        found |= {order[name]: _TACTIC for name in store.tactics(id) if name in order}
    found |= dict.fromkeys(facts.incidents, _INCIDENT)
    for id in facts.techniques:
        found[id.partition(".")[0]] = _PARENT
    found |= dict.fromkeys(facts.techniques, _TECHNIQUE)
    return found


def _tactic_ids(store: Store) -> dict[str, str]:
    """Tactics by their identifiers, with the short names that techniques use."""
    return {id: name.lower().replace(" ", "-") for id, name in store.names("tactic").items()}


def _is_here(action: Action, facts: Facts) -> bool:
    """Whether it can be done where this happened, to something that is there."""
    places = set(action.platforms)
    if not places & {*facts.platforms, "people", *_implied(facts)}:
        return False
    if not action.acts_on or facts.trigger in ("technique", "incident"):
        return True
    first = action.acts_on[0]
    if first in _GENERAL and not (places & {"code"}):
        return any(one.kind is first for one in facts.entities) or first is not Kind.APPLICATION
    return any(one.kind is first for one in facts.entities)


def _implied(facts: Facts) -> frozenset[str]:
    """Places that every incident on computers reaches: the network, and the directory of Windows."""
    have = set(facts.platforms)
    if have <= {"code"}:
        return frozenset()
    return frozenset(("network", "ad")) if "windows" in have else frozenset(("network",))


def _score(
    action: Action, wanted: Mapping[str, float], facts: Facts, environment: Environment
) -> tuple[float, tuple[str, ...]]:
    if any(one in wanted and one != ANY for one in action.not_for):
        return 0.0, ()
    matched = tuple(one for one in action.answers if one in wanted)
    if not matched:
        return 0.0, ()
    weights = sorted((wanted[one] for one in matched), reverse=True)
    score = weights[0] + 0.2 * min(4, len(weights) - 1)
    score += 0.6 if action.urgency == 1 else -0.3 if action.urgency == 3 else 0.0
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
