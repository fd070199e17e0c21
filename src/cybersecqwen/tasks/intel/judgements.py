"""Key judgements: what follows from the records, with a word of probability and how sure that word is.

Words and ranges of probability are those of Intelligence Community Directive 203 (2015), part 6.e(2)(a).
Confidence is how good the basis is: one report that nobody else corroborates gives moderate at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cybersecqwen.records.intel import Intelligence, Judgement, Named, Place, Role, Tier
from cybersecqwen.specialists import Judgement as Attribution
from cybersecqwen.specialists import Ranked

from .merging import LASTING
from .wording import counted, listed

_SCALE = (
    (0.95, "almost certainly"),
    (0.80, "very likely"),
    (0.55, "likely"),
    (0.45, "roughly even chance"),
    (0.20, "unlikely"),
    (0.05, "very unlikely"),
    (0.0, "almost no chance"),
)
_IMPACT = (
    (("T1486",), "Data are encrypted for ransom", 0.9),
    (("T1485", "T1561", "T1488"), "Data or disks are destroyed", 0.85),
    (("T1041", "T1048", "T1567", "T1537", "T1020", "T1030"), "Data are taken out of the network", 0.8),
    (("T1496",), "Computing power is used for the attacker's own ends", 0.8),
)
_STATED, _NAMED, _UNNAMED = 0.95, 0.94, 0.79
"""Highest probability of an actor: that a sentence attributes it to, that is named, that is hardly or not."""
_PASSING = 0.79
"""Highest probability of an impact that one description tells of, and no technique written out."""
_HOSTILE = (Role.C2, Role.DELIVERY, Role.PAYLOAD, Role.EXFILTRATION)
_EVEN = 0.45
_BY_NAME = "named "
"""What the specialist's reason begins with where a group is named and no more."""
_ACTORS = 3
"""Actors of one picture that are judged."""
_PLACES = 5


def likelihood(probability: float) -> str:
    """The word for a probability."""
    return next(word for least, word in _SCALE if probability >= least)


def judgements(
    intel: Intelligence, attributions: Sequence[Attribution], names: dict[str, str]
) -> tuple[Judgement, ...]:
    """The key judgements, attribution first.

    Args:
        intel: What the reports hold.
        attributions: What the actor specialist says of each report.
        names: Identifier of a group to its name.
    """
    return (
        *_attribution(intel, attributions, names),
        *_exploitation(intel),
        *_impact(intel),
        *_infrastructure(intel),
    )


def believed(intel: Intelligence, attributions: Sequence[Attribution]) -> dict[str, list[Ranked]]:
    """Groups that are as likely as not behind a report at least, with what the specialist says of each.

    Those of most reports first, then the likeliest; a few where there are many. The specialist goes by names
    and techniques alone: one that the reports themselves deny is none, nor one that is named where nothing
    else tells of an attack, nor one for which nothing speaks but a mention in passing.
    """
    named = {one.id: one for one in intel.of_type("group") if one.id}
    answers: dict[str, list[Ranked]] = {}
    for one in attributions:
        if not one.answer or one.ranked[0].probability < _EVEN:
            continue
        if _may_be(intel, named.get(one.answer), one.ranked[0]):
            answers.setdefault(one.answer, []).append(one.ranked[0])

    def weight(group: str) -> tuple[int, float, str]:
        return -len(answers[group]), -max(one.probability for one in answers[group]), group

    return {group: answers[group] for group in sorted(answers, key=weight)[:_ACTORS]}


def _attribution(
    intel: Intelligence, attributions: Sequence[Attribution], names: dict[str, str]
) -> Iterator[Judgement]:
    groups = {one.id: one for one in intel.of_type("group") if one.id}
    for group, found in believed(intel, attributions).items():
        subject = groups.get(group)
        said = _sentences(intel, group)
        stated = said > 0 or (subject is not None and subject.tier is Tier.HIGH)
        named = subject is not None and subject.tier is not Tier.LOW
        most = _STATED if said else _NAMED if named else _UNNAMED
        many = len(intel.documents) > 1
        unnamed = f"{'the reports do' if many else 'the report does'} not name it"
        basis = [] if subject else [unnamed]
        basis += [reason for one in found for reason in one.reasons]
        basis += [f"attribution stated in {counted(said, 'sentence')}"] if said else []
        where = f" that {_share(intel, len(found))}" if many else ""
        yield Judgement(
            text=f"{names.get(group, group)} ({group}) is behind the activity{where}",
            likelihood=likelihood(min(max(one.probability for one in found), most)),
            confidence=_confidence(len(found), stated),
            basis=tuple(dict.fromkeys(basis))[:6],
            places=subject.places[:_PLACES] if subject else (),
        )


def _sentences(intel: Intelligence, group: str) -> int:
    """How many sentences attribute something to a group outright."""
    return sum(
        1
        for one in intel.relations
        if one.verb == "attributed-to" and one.target.id == group and one.tier is Tier.HIGH
    )


def _may_be(intel: Intelligence, group: Named | None, found: Ranked) -> bool:
    """Whether a group may be behind what the reports tell, by what they say of it where they name it."""
    told = not found.reasons or any(not reason.startswith(_BY_NAME) for reason in found.reasons)
    if group is None:  # pointed to by what it uses, or by the name of a campaign of its own
        campaigns = intel.of_type("campaign")
        return told or any(one.tier is not Tier.LOW and not one.facts.get("doubted") for one in campaigns)
    if group.facts.get("doubted") or not _acts(intel, group):
        return False
    return told or group.tier is not Tier.LOW


def _acts(intel: Intelligence, group: Named) -> bool:
    """Whether reports that name a group tell of an attack: an attribution, a deed, malware, its traces."""
    if group.facts.get("attributed") or _sentences(intel, group.id):
        return True
    where = set(group.documents)
    return (
        any(one.source.id == group.id for one in intel.relations)
        or any(one.tier is not Tier.LOW and where.intersection(one.documents) for one in intel.techniques)
        or any(_is_malicious(one) and where.intersection(one.documents) for one in intel.of_type("software"))
        or _holds_hostile(intel, where)
    )


def _share(intel: Intelligence, reports: int) -> str:
    """As in "2 of the 3 reports describe"."""
    of = f"{reports:,} of the {len(intel.documents):,}"
    return f"{of} reports {'describes' if reports == 1 else 'describe'}"


def _exploitation(intel: Intelligence) -> Iterator[Judgement]:
    known = [one for one in intel.vulnerabilities if one.facts.get("kev")]
    if known:
        ransom = [one.id for one in known if one.facts.get("ransomware")]
        basis = [
            f"{one.id} is in CISA's catalogue since {one.facts.get('added', 'an unknown date')}"
            for one in known[:5]
        ]
        basis += [f"used in ransomware campaigns: {listed(ransom)}"] if ransom else []
        yield Judgement(
            text=f"Attackers exploit {listed([one.id for one in known])} on systems without the update",
            likelihood="almost certainly",
            confidence=Tier.HIGH,
            basis=tuple(basis),
            places=_first([place for one in known for place in one.places[:1]]),
        )
    rest = [
        one
        for one in intel.vulnerabilities
        if not one.facts.get("kev") and one.facts.get("exploited") is True
    ]
    if rest:
        yield Judgement(
            text=f"Attackers exploit {listed([one.id for one in rest])}",
            likelihood="likely",
            confidence=Tier.MODERATE,
            basis=("the text states it; the catalogue of known exploited vulnerabilities has no entry",),
            places=_first([place for one in rest for place in one.places[:1]]),
        )


def _impact(intel: Intelligence) -> Iterator[Judgement]:
    for wanted, text, most in _IMPACT:
        found = [
            one
            for one in intel.techniques
            if any(one.id == id or one.id.startswith(id + ".") for id in wanted) and one.tier is not Tier.LOW
        ]
        named = any(one.how == "named" for one in found)
        if not named:  # an article that explains how attackers work reports no attack
            found = [one for one in found if _is_of_attack(intel, one.documents)]
        if found:
            chance = most if named else min(most, max(one.probability for one in found))
            if not named and len(found) == 1:
                chance = min(chance, _PASSING)
            reports = len({document for one in found for document in one.documents})
            where = f", as {_share(intel, reports)}" if len(intel.documents) > 1 else ""
            yield Judgement(
                text=text + where,
                likelihood=likelihood(chance),
                confidence=_confidence(reports, named),
                basis=tuple(
                    f"{one.name} ({one.id}) is {'written out' if one.how == 'named' else 'described'}"
                    for one in found[:4]
                ),
                places=_first([place for one in found for place in one.places[:2]]),
            )


def _is_of_attack(intel: Intelligence, documents: Sequence[str]) -> bool:
    """Whether one of these reports is about an actor or malware, or gives an attacker's indicator."""
    where = set(documents)
    return any(
        _is_malicious(one) and where.intersection(one.documents)
        for one in intel.of_type("group", "campaign", "software")
    ) or _holds_hostile(intel, where)


def _is_malicious(one: Named) -> bool:
    """Whether a report is about it, and it is no tool of everybody's."""
    return one.tier is not Tier.LOW and not str(one.facts.get("kind", "")).endswith(("tool", "tools"))


def _holds_hostile(intel: Intelligence, where: set[str]) -> bool:
    """Whether one of these reports gives an attacker's indicator."""
    return any(
        one.role in (*_HOSTILE, Role.ATTACKER)
        and one.tier is not Tier.LOW
        and where.intersection(one.documents)
        for one in intel.usable
    )


def _infrastructure(intel: Intelligence) -> Iterator[Judgement]:
    """What two reports call hostile."""
    both = [
        one for one in intel.usable if one.role in _HOSTILE and one.type in LASTING and len(one.documents) > 1
    ]
    if both:
        yield Judgement(
            text=f"Reports describe connected activity: {counted(len(both), 'hostile indicator')} in common",
            likelihood="very likely" if len(both) > 2 else "likely",
            confidence=Tier.MODERATE,
            basis=tuple(
                dict.fromkeys(
                    f"{one.type} as {one.role.value} in {len(one.documents)} reports" for one in both
                )
            )[:5],
            places=_first([place for one in both for place in one.places[:2]]),
        )


def _confidence(reports: int, stated: bool) -> Tier:
    if reports > 1 and stated:
        return Tier.HIGH
    return Tier.MODERATE if stated or reports > 1 else Tier.LOW


def _first(places: Sequence[Place]) -> tuple[Place, ...]:
    return tuple(places[:_PLACES])
