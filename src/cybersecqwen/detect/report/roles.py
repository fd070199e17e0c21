"""The role of each indicator of a report, from the words around it.

Every occurrence is judged by its own sentence, row or item (`cues`), by the headings above it, and by what
marks a link to read on (`references`). The occurrences vote. Where they part, a role of the attack outweighs
a harmless one. What a sentence orders its reader to do is no statement about an indicator: cues in it do
not count. Neither does the header of the message that carries a report: it names who sent it to whom.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cybersecqwen.detect.text.matches import Match
from cybersecqwen.records.intel import Role, Tier

from . import defaults
from .cues import Evidence
from .evidence import Reading
from .interface import Found, Passage, RoleOf

MOST_OCCURRENCES = 24
"""Occurrences of one indicator that vote; the first ones."""
HIGH = 2.6
"""Score from which a role is said outright, where nothing comes near it."""
MODERATE = 1.0
"""Score from which the context speaks for a role."""

HARMLESS = frozenset({Role.VICTIM, Role.LEGITIMATE, Role.REFERENCE})
"""Roles that set an indicator apart."""

_CARRIED = RoleOf(
    role=Role.REFERENCE,
    tier=Tier.HIGH,
    why="it stands only in the header of the message that carries the report",
)

_ROLES = {
    "c2": Role.C2,
    "delivery": Role.DELIVERY,
    "payload": Role.PAYLOAD,
    "exfiltration": Role.EXFILTRATION,
    "artefact": Role.ARTEFACT,
    "attacker": Role.ATTACKER,
    "victim": Role.VICTIM,
    "legitimate": Role.LEGITIMATE,
    "reference": Role.REFERENCE,
    "listed": Role.ATTACKER,
}


@dataclass(slots=True)
class _Vote:
    """What speaks for one role."""

    best: float = 0.0
    rest: float = 0.0
    plain: bool = False
    """Whether the best evidence says it outright."""
    why: str = ""

    @property
    def total(self) -> float:
        return self.best + min(self.rest * 0.25, self.best * 0.5)


def assign(passage: Passage, found: Found, reading: Reading | None = None) -> dict[tuple[str, str], RoleOf]:
    """The role of every indicator of a passage.

    Args:
        passage: The text with its blocks and links.
        found: Its matches in order of appearance.
        reading: The same made ready before, where it is at hand.

    Returns:
        (type, value) → role; every indicator has one, `Role.UNKNOWN` where nothing tells. Never raises.
    """
    reading = reading or Reading(passage, found)
    carrier = _headers(passage)
    places: dict[tuple[str, str], list[Match]] = {}
    for match in found:
        some = places.setdefault((match.type, match.value), [])
        if len(some) < MOST_OCCURRENCES and not _is_inside(match.start, carrier):
            some.append(match)
    return {
        key: _role(key, some, reading) if some else defaults.fixed(key[0]) or _CARRIED
        for key, some in places.items()
    }


def _headers(passage: Passage) -> list[tuple[int, int]]:
    """Fields of the message that carries the report, in order; its subject speaks of what is reported."""
    return sorted(
        (start, end)
        for start, end, kind in passage.blocks
        if kind == "header" and not passage.text[start : start + 8].lower().startswith("subject:")
    )


def _is_inside(at: int, spans: list[tuple[int, int]]) -> bool:
    found = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return found >= 0 and at < spans[found][1]


def _role(key: tuple[str, str], some: list[Match], reading: Reading) -> RoleOf:
    kind, value = key
    fixed = defaults.fixed(kind)
    if fixed is not None:
        return fixed
    votes: dict[Role, _Vote] = {}
    for match in some:
        _count(votes, _by_role(key, bool(match.note), reading.of(match)))
    _count(votes, {role: (one, one.score) for role, one in _priors(kind, value, some)})
    if defaults.may_be_ordinary(kind, value) and not any(reading.hostile.around(match) for match in some):
        left = votes.get(Role.ARTEFACT)
        if left is not None and not left.plain:  # any program "writes to" files of its own
            del votes[Role.ARTEFACT]
        return _decide(votes, defaults.ORDINARY)
    return _decide(votes, defaults.fallback(kind, value, some[0].note))


def _priors(kind: str, value: str, some: list[Match]) -> Iterable[tuple[Role, Evidence]]:
    for one in defaults.priors(kind, value, some[0].note):
        yield _ROLES[one.role], one


def _by_role(
    key: tuple[str, str], noted: bool, evidence: Iterable[Evidence]
) -> dict[Role, tuple[Evidence, float]]:
    """For each role that a type can have the best evidence of one occurrence.

    What the operating system runs ("executes it with rundll32.exe") is rarely a payload itself.
    """
    best: dict[Role, tuple[Evidence, float]] = {}
    for one in evidence:
        fitted, share = defaults.fitted(*key, one)
        if not fitted:
            continue
        role, score = _ROLES[fitted], one.score * share * (0.6 if noted and fitted == "payload" else 1.0)
        if role not in best or best[role][1] < score:
            best[role] = (one, score)
    return best


def _count(votes: dict[Role, _Vote], best: Mapping[Role, tuple[Evidence, float]]) -> None:
    for role, (one, score) in best.items():
        vote = votes.setdefault(role, _Vote())
        if score > vote.best:
            vote.rest += vote.best
            vote.best, vote.plain, vote.why = score, one.plain, one.why
        else:
            vote.rest += score


def _decide(votes: dict[Role, _Vote], fallback: RoleOf) -> RoleOf:
    if not votes:
        return fallback
    order = sorted(votes, key=lambda role: -votes[role].total)
    first = order[0]
    if first in HARMLESS:  # what one place calls an attacker's is not made harmless by another
        outright = (r for r in order if r not in HARMLESS and votes[r].plain and votes[r].total >= HIGH)
        first = next((r for r in outright if votes[r].total * 1.35 >= votes[first].total), first)
    vote = votes[first]
    total = vote.total
    second = max((votes[role].total for role in order if role is not first), default=0.0)
    if total < 0.5 or (total < MODERATE and fallback.tier is not Tier.LOW):
        return fallback
    if vote.plain and total >= HIGH and total >= 1.25 * second:
        tier = Tier.HIGH
    elif total >= MODERATE and total >= 1.05 * second:
        tier = Tier.MODERATE
    else:
        tier = Tier.LOW
    return RoleOf(role=first, tier=tier, why=vote.why)
