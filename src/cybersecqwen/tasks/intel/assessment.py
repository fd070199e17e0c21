"""The skeleton of the assessment: who, what, how, since when, whom, what to do; every line computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.intel import (
    Intelligence,
    Named,
    Place,
    ReportedTechnique,
    Role,
    Statement,
    Target,
    Tier,
)

from .actions import actions, since
from .merging import surest
from .wording import agree, called, counted, listed, reports

_SURE = (Tier.HIGH, Tier.MODERATE)
_PLACES = 5
_ROLES = (Role.C2, Role.DELIVERY, Role.PAYLOAD, Role.EXFILTRATION, Role.ATTACKER, Role.ARTEFACT)


def statements(intel: Intelligence, store: Store, origins: Sequence[str] = ()) -> tuple[Statement, ...]:
    """The lines, in the order in which an analyst asks; a question without an answer says so."""
    return (
        _who(intel, origins),
        *_what(intel),
        _how(intel, store),
        _since(intel),
        _whom(intel),
        *_do(intel),
    )


def _who(intel: Intelligence, origins: Sequence[str]) -> Statement:
    groups = intel.of_type("group")
    sure = [one for one in groups if one.tier in _SURE]
    from_where = f" {_origin(origins)}" if origins else ""
    if sure:
        unknown = [one for one in sure if not one.id]
        text = f"{reports(intel)} {agree(intel, 'is', 'are')} about {listed([called(one) for one in sure])}."
        if unknown:
            text += f" The store has no entry for {listed([called(one) for one in unknown])}."
        return _line("who", text + from_where, sure)
    if groups:
        named = f"{agree(intel, 'mentions', 'mention')} {listed([called(one) for one in groups])}"
        text = f"{reports(intel)} {named}, and {agree(intel, 'says', 'say')} of none that it is behind this."
        return _line("who", text + from_where, groups, Tier.LOW)
    return Statement(
        question="who",
        text=f"{reports(intel)} {agree(intel, 'names', 'name')} no actor.{from_where}",
        tier=Tier.LOW,
    )


def _origin(origins: Sequence[str]) -> str:
    return f"The activity is tied to {listed(origins)}."


def _what(intel: Intelligence) -> Iterator[Statement]:
    software = [one for one in intel.of_type("software") if one.tier in _SURE]
    campaigns = [one for one in intel.of_type("campaign") if one.tier in _SURE]
    vulnerable = intel.of_type("vulnerability")
    if campaigns:
        yield _line("what", f"The campaign is {listed([called(one) for one in campaigns])}.", campaigns)
    if software:
        kinds = "malware and tools" if len(software) > 1 else "malware or tool"
        yield _line(
            "what",
            f"{counted(len(software), kinds, kinds)} used: {listed([called(one) for one in software], 6)}.",
            software,
        )
    if vulnerable:
        known = [one for one in vulnerable if one.facts.get("kev")]
        text = f"Vulnerabilities: {listed([one.id for one in vulnerable], 6)}."
        if known:
            some = "All are" if len(vulnerable) > 1 else "It is"
            share = some if len(known) == len(vulnerable) else counted(len(known), "is", "are")
            text += f" {share} known to be exploited (KEV)."
        yield _line("what", text, vulnerable)
    usable = [one for one in intel.usable if one.role in _ROLES]
    if usable:
        by_role: dict[Role, int] = {}
        for one in usable:
            by_role[one.role] = by_role.get(one.role, 0) + 1
        parts = [f"{count:,} {role.value}" for role, count in sorted(by_role.items(), key=lambda x: -x[1])]
        apart = sum(1 for one in intel.indicators if one.note)
        text = f"{counted(len(usable), 'indicator')} of the attacker: {listed(parts, 6)}."
        if apart:
            text += f" {counted(apart, 'more is', 'more are')} set apart with the reason."
        yield Statement(
            question="what",
            text=text,
            places=tuple(one.places[0] for one in usable[:_PLACES] if one.places),
            tier=surest(one.tier for one in usable),
        )
    if not (software or campaigns or vulnerable or usable):
        text = f"{reports(intel)} {agree(intel, 'names', 'name')} no malware, vulnerability or indicator."
        yield Statement(question="what", text=text, tier=Tier.LOW)


def _how(intel: Intelligence, store: Store) -> Statement:
    sure = [one for one in intel.techniques if one.tier in _SURE]
    told = sure or list(intel.techniques)
    if not told:
        text = f"{reports(intel)} {agree(intel, 'describes', 'describe')} no technique of ATT&CK."
        return Statement(question="how", text=text, tier=Tier.LOW)
    stages = [(tactic.replace("-", " "), names) for tactic, names in _stages(told, store)]
    shown = [f"{tactic} by {listed(names, 2)}" for tactic, names in stages[:6]]
    more = f"; {counted(len(stages) - 6, 'more tactic')}" if len(stages) > 6 else ""
    text = f"{counted(len(told), 'technique')}: {'; '.join(shown)}{more}."
    places = tuple(one.places[0] for one in told[:_PLACES] if one.places)
    return Statement(question="how", text=text, places=places, tier=surest(one.tier for one in told))


def _stages(told: Sequence[ReportedTechnique], store: Store) -> list[tuple[str, list[str]]]:
    """Tactics along the kill chain, each with the techniques that have it as their first."""
    order = {tactic: at for at, tactic in enumerate(store.tactic_order())}
    found: dict[str, list[str]] = {}
    for one in told:
        if one.tactics:
            found.setdefault(one.tactics[0], []).append(f"{one.name} ({one.id})")
    return sorted(found.items(), key=lambda item: order.get(item[0], len(order)))


def _since(intel: Intelligence) -> Statement:
    began = since(intel)
    ended = max((one.date for one in intel.dates if one.kind in ("until", "on")), default="")
    published = max((one.published for one in intel.documents), default="")
    places = tuple(one.place for one in intel.dates if one.date in (began, ended))[:_PLACES]
    told = f" It was published on {published}." if published and len(intel.documents) == 1 else ""
    if began:
        until = f", last seen {ended}" if ended > began else ""
        return Statement(
            question="since when",
            text=f"Active since {began}{until}.{told}",
            places=places,
            tier=Tier.MODERATE,
        )
    text = f"{reports(intel)} {agree(intel, 'gives', 'give')} no date for the activity.{told}"
    return Statement(question="since when", text=text, tier=Tier.LOW)


def _whom(intel: Intelligence) -> Statement:
    stated = [one for one in intel.targets if one.tier is Tier.HIGH]
    targets = stated or [one for one in intel.targets if one.tier is Tier.MODERATE]
    parts = []
    for kind, words in (("sector", "sectors"), ("country", "countries"), ("region", "regions")):
        names = [one.name for one in targets if one.kind == kind]
        if names:
            parts.append(f"{words if len(names) > 1 else kind} {listed(names)}")
    platforms = [one.name for one in intel.targets if one.kind == "platform" and one.tier is not Tier.LOW]
    if platforms:
        parts.append(f"platforms {listed(platforms)}" if len(platforms) > 1 else f"platform {platforms[0]}")
    if not parts:
        text = f"{reports(intel)} {agree(intel, 'states', 'state')} no target."
        return Statement(question="whom", text=text, tier=Tier.LOW)
    return Statement(
        question="whom",
        text=f"Concerned: {'; '.join(parts)}.",
        places=_first_places(targets),
        tier=Tier.HIGH if stated else Tier.MODERATE,
    )


def _do(intel: Intelligence) -> Iterator[Statement]:
    for text in actions(intel):
        yield Statement(question="what to do", text=text, tier=Tier.MODERATE)


def _line(question: str, text: str, things: Sequence[Named], tier: Tier | None = None) -> Statement:
    return Statement(
        question=question,
        text=text,
        places=_first_places(things),
        tier=tier or surest(one.tier for one in things),
    )


def _first_places(things: Sequence[Named] | Sequence[Target]) -> tuple[Place, ...]:
    return tuple(one.places[0] for one in things[:_PLACES] if one.places)
