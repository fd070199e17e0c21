"""The order of steps: what must come first does, and everything else stands where it is most use.

    evidence that does not wait → containment → evidence that keeps → eradication → recovery

Held on the same thing: evidence is taken before a step that destroys it, and evidence that does not wait
before any step that changes anything (RFC 3227, section 2.1; NIST SP 800-86, section 5.2). Evidence that
takes long and keeps waits for the containment, so that nobody images a disk while an attacker goes on.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from cybersecqwen.errors import RuleError
from cybersecqwen.records.playbook import Effect, Phase

from .action import DECLARE, Action
from .choosing import Chosen, acts_alike, is_volatile

_LONG = 20
"""Minutes from which on evidence that keeps waits for the containment."""


def ordered(chosen: Sequence[Chosen]) -> tuple[tuple[Chosen, Phase, tuple[int, ...]], ...]:
    """The actions in their order, each with its phase and the places of those that it must follow.

    Raises RuleError where actions ask for a circle, which tests rule out for those of the package.
    """
    phases = [phase_of(one.action) for one in chosen]
    before = [
        [
            other
            for other in range(len(chosen))
            if other != one and must_precede(chosen[other].action, chosen[one].action)
        ]
        for one in range(len(chosen))
    ]
    # A step that must come first moves into the phase of the one that waits for it, never the other way.
    moved = True
    while moved:
        moved = False
        for one, earlier in enumerate(before):
            rank = phases[one].rank
            for other in earlier:
                if phases[other] is not phases[one] and phases[other].rank > rank:
                    phases[other], moved = phases[one], True
    after: list[list[int]] = [[] for _ in chosen]
    for one, earlier in enumerate(before):
        for other in earlier:
            after[other].append(one)
    waiting = [len(earlier) for earlier in before]
    ready = [(*_key(chosen[one], phases[one]), one) for one in range(len(chosen)) if not waiting[one]]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        *_, one = heapq.heappop(ready)
        order.append(one)
        for later in after[one]:
            waiting[later] -= 1
            if not waiting[later]:
                heapq.heappush(ready, (*_key(chosen[later], phases[later]), later))
    if len(order) != len(chosen):
        some = next(one.action.id for at, one in enumerate(chosen) if at not in order)
        raise RuleError(
            f"The action {some} must come before another that must come before it.",
            hint="Each of them destroys evidence that the other takes.",
        )
    place = {one: at for at, one in enumerate(order)}
    return tuple((chosen[one], phases[one], tuple(sorted(place[o] for o in before[one]))) for one in order)


def _key(one: Chosen, phase: Phase) -> tuple[int, int, int, int, float, str]:
    """Phase; evidence that does not wait, the most volatile first; urgency; how well it fits."""
    late = _keeps(one.action)
    rank = -1 if one.action.id == DECLARE else phase.rank
    volatile = is_volatile(one.action)
    urgency = 0 if volatile else one.action.urgency
    volatility = min(kind.rank for kind in one.action.collects) if volatile else 0
    return rank, 1 if late else 0, urgency, volatility, -one.score, one.action.id


def phase_of(action: Action) -> Phase:
    """Where it stands: long evidence that keeps is taken when the attacker has been stopped.

    What everything waits for, and what cannot wait for anything, opens the playbook.
    """
    if action.id == DECLARE or not action.urgency:
        return Phase.PREPARATION
    if _keeps(action) and action.phase.rank < Phase.CONTAINMENT.rank:
        return Phase.CONTAINMENT
    return action.phase


def _keeps(action: Action) -> bool:
    return action.effect is Effect.COLLECT and not is_volatile(action) and action.minutes >= _LONG


def must_precede(first: Action, second: Action) -> bool:
    """Whether the first must be done before the second, on the same kind of thing."""
    if first.effect is not Effect.COLLECT or not acts_alike(first, second):
        return False
    if set(first.collects) & set(second.destroys):
        return True
    changes = second.effect.rank >= Effect.CHANGE.rank and second.phase.rank >= Phase.CONTAINMENT.rank
    return changes and is_volatile(first)
