"""ATT&CK techniques of a report: identifiers and names that it writes out, and what its sentences describe.

text ─technique_names→ identifiers, links to attack.mitre.org, official names where ATT&CK is spoken of
     ─described──────→ techniques that the specialist reads in its sentences
both ─merged─────────→ one `ReportedTechnique` each, in kill-chain order
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cybersecqwen.records.intel import Place, ReportedTechnique, Tier
from cybersecqwen.specialists.sentences import Span, sentences

from .described import MOST_CHARS, Described, described
from .interface import LONGEST_CONTEXT, Found
from .technique_names import Written, canonical, unknown, written
from .unwrap import unwrapped

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store
    from cybersecqwen.specialists.technique import TechniqueSpecialist

__all__ = ["find", "unknown"]

MOST_PLACES = 50
"""Places that are given for one technique."""
RULES = ("yara", "sigma", "suricata")
MOST_RULES = 200
"""Detection rules of one report that are left out of what is read."""
HIGH, MODERATE = 0.8, 0.55
"""Probabilities from which the tier of a described technique is high or moderate; below, it is low."""


@dataclass(kw_only=True)
class _Technique:
    """What was found about one technique so far."""

    named: list[tuple[int, int]] = field(default_factory=list)
    tier: Tier = Tier.LOW
    why: str = ""
    probability: float = 0.0
    described: list[tuple[int, int]] = field(default_factory=list)
    words: tuple[str, ...] = ()


def find(
    text: str,
    found: Found,
    place: Callable[[int, int], Place],
    store: Store,
    specialist: TechniqueSpecialist | None,
    domain: str = "",
) -> tuple[ReportedTechnique, ...]:
    """The techniques of a report, in kill-chain order.

    Args:
        text: The whole report; of 1,000,000 characters sentences are judged.
        found: All matches of the text; those of type attack count.
        place: Makes the `Place` of a stretch of text.
        store: Names, tactics and successors of revoked techniques.
        specialist: Reads the sentences; None to take only what is written out.
        domain: Matrix of ATT&CK that sentences are read for; "" to tell by the text.

    Raises:
        WeightsError: The specialist's weights are missing or damaged.
    """
    techniques: dict[str, _Technique] = {}
    for one in written(text, found, store):
        _add_written(techniques.setdefault(one.id, _Technique()), one)
    if specialist is not None:
        rules = [(one.start, one.end) for one in found if one.type in RULES][:MOST_RULES]
        for label, read in described(text, specialist, rules, domain).items():
            id = canonical(label, store)
            if id:
                _add_described(techniques.setdefault(id, _Technique()), read)
    named = any(one.named for one in techniques.values())  # a described one has its sentences already
    whole = sentences(unwrapped(text[:MOST_CHARS]), MOST_CHARS) if named else []
    starts = [start for start, _ in whole]
    made = [_record(id, one, text, (whole, starts), place, store) for id, one in techniques.items()]
    return tuple(sorted(made, key=lambda one: kill_chain(one.id, store)))


def kill_chain(id: str, store: Store) -> tuple[int, int, str]:
    """Order of a technique: matrix, place of its first tactic in the kill chain, identifier."""
    entity = store.get(id)
    domain = "enterprise"
    if entity is not None and entity.attributes.get("domains"):
        domain = str(entity.attributes["domains"][0])
    order = store.tactic_order(domain)
    at = [order.index(tactic) for tactic in store.tactics(id) if tactic in order]
    return ("enterprise", "mobile", "ics").index(domain), min(at, default=len(order)), id


def _add_written(technique: _Technique, one: Written) -> None:
    technique.named.append((one.start, one.end))
    if not technique.why or one.tier is Tier.HIGH:
        technique.why = technique.why if technique.tier is Tier.HIGH else one.why
        technique.tier = one.tier


def _add_described(technique: _Technique, read: Described) -> None:
    if read.probability > technique.probability:
        technique.probability, technique.words = read.probability, read.words
    technique.described += read.spans


def _record(
    id: str,
    one: _Technique,
    text: str,
    whole: tuple[Sequence[Span], Sequence[int]],
    place: Callable[[int, int], Place],
    store: Store,
) -> ReportedTechnique:
    entity = store.get(id)
    places = [*one.named[:MOST_PLACES], *sorted(set(one.described))][:MOST_PLACES]
    placed = tuple(place(a, b) for a, b in places)
    start, end = places[0]
    if one.named:
        start, end = _around(start, end, *whole)
    told = f"says {', '.join(_quoted(word) for word in one.words)}" if one.words else "its sentences"
    tier = one.tier if one.named else _tier(one.probability)
    return ReportedTechnique(
        id=id,
        name=entity.name if entity is not None else id,
        tactics=store.tactics(id),
        how="named" if one.named else "described",
        probability=1.0 if one.named else one.probability,
        tier=tier,
        places=placed,
        documents=tuple(dict.fromkeys(one.document for one in placed)),
        context=text[start : min(end, start + LONGEST_CONTEXT)],
        why=one.why if one.named else told,
    )


def _tier(probability: float) -> Tier:
    return Tier.HIGH if probability >= HIGH else Tier.MODERATE if probability >= MODERATE else Tier.LOW


def _around(start: int, end: int, spans: Sequence[Span], starts: Sequence[int]) -> tuple[int, int]:
    """The sentence around a stretch; from 200 characters before it where that sentence is long."""
    at = bisect_right(starts, start) - 1
    if at < 0 or spans[at][1] < end:
        return start, end
    first, last = spans[at]
    return (first if end - first <= LONGEST_CONTEXT else max(first, start - 200)), last


def _quoted(word: str) -> str:
    return f"“{word}”"
