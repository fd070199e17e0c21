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

from .actions import actions
from .merging import surest
from .wording import agree, called, counted, listed, many, reports

_SURE = (Tier.HIGH, Tier.MODERATE)
_PLACES = 5
_TARGETS = {
    "sector": ("sector", "sectors"),
    "country": ("country", "countries"),
    "region": ("region", "regions"),
}
"""Whom an activity concerns, one and many."""
_ROLES = {
    Role.C2: ("for command and control", "for command and control"),
    Role.DELIVERY: ("for delivery", "for delivery"),
    Role.PAYLOAD: ("payload", "payloads"),
    Role.EXFILTRATION: ("for exfiltration", "for exfiltration"),
    Role.ATTACKER: ("without a narrower role", "without a narrower role"),
    Role.ARTEFACT: ("artefact on hosts", "artefacts on hosts"),
}
"""What indicators of the attacker are called, one and many."""


def statements(
    intel: Intelligence, store: Store, origins: Sequence[str] = (), suspects: Sequence[str] = ()
) -> tuple[Statement, ...]:
    """The lines, in the order in which an analyst asks; a question without an answer says so.

    Args:
        intel: What the reports hold.
        store: Order of the tactics.
        origins: Countries that the reports tie the activity to.
        suspects: Identifiers and names of groups that the key judgements hold responsible, as `called`
            writes them; those that are named are not told twice.
    """
    return (
        _who(intel, origins, suspects),
        *_what(intel),
        _how(intel, store),
        _since(intel),
        _whom(intel),
        *_do(intel),
    )


def _who(intel: Intelligence, origins: Sequence[str], suspects: Sequence[str]) -> Statement:
    groups = intel.of_type("group")
    stated, likely, mentioned = ([one for one in groups if one.tier is tier] for tier in Tier)
    subject = reports(intel)
    if stated or likely:
        text = _about(intel, stated, likely)
    elif mentioned:
        named = listed([called(one) for one in mentioned])
        text = f"{subject} {agree(intel, 'mentions', 'mention')} {named} without a clear tie to the activity."
    else:
        text = f"{subject} {agree(intel, 'names', 'name')} no actor."
    told = [one for one in groups if one.tier in _SURE] or list(groups)
    text += _without_entry([*stated, *likely])
    known = [called(one) for one in (*stated, *likely)]
    others = [one for one in suspects if one not in known]
    text += f" The activity is tied to {listed(origins)}." if origins else ""
    text += f" What is described points to {listed(others)} (see the key judgements)." if others else ""
    return _line("who", text, told, None if told else Tier.LOW)


def _about(intel: Intelligence, stated: Sequence[Named], likely: Sequence[Named]) -> str:
    """Whom the reports are about; where not all are about all of them, how many are about whom."""
    total = len(intel.documents)
    if all(len(one.documents) >= total for one in (*stated, *likely)):
        subject = f"{reports(intel)} {agree(intel, 'is', 'are')}"
        named = [listed([called(one) for one in part]) for part in (stated, likely)]
        less = f", and less surely about {named[1]}" if likely else ""
        return f"{subject} about {named[0]}{less}." if stated else f"{subject} probably about {named[1]}."
    shares = [
        listed(
            [
                f"{called(one)} in {len(one.documents) if len(one.documents) < total else 'all'}"
                for one in part
            ]
        )
        for part in (stated, likely)
    ]
    text = f"Actors of the {total:,} reports: {shares[0]}." if stated else ""
    return f"{text}{' Less' if stated else 'Less'} sure: {shares[1]}." if likely else text


def _without_entry(groups: Sequence[Named]) -> str:
    """Which of them the store does not know."""
    unknown = [called(one) for one in groups if not one.id]
    if not unknown:
        return ""
    if len(unknown) == len(groups):
        return f" The store has no entry for {'it' if len(groups) == 1 else 'any of them'}."
    return f" The store has no entry for {listed(unknown)}."


def _what(intel: Intelligence) -> Iterator[Statement]:
    software = [one for one in intel.of_type("software") if one.tier in _SURE]
    campaigns = [one for one in intel.of_type("campaign") if one.tier in _SURE]
    vulnerable = intel.vulnerabilities
    denied = [one for one in intel.of_type("vulnerability") if one not in vulnerable]
    if campaigns:
        yield _line(
            "what", f"{many([called(one) for one in campaigns], 'Campaign:', 'Campaigns:')}.", campaigns
        )
    if software:
        yield _line("what", f"Malware and tools: {listed([called(one) for one in software], 6)}.", software)
    if vulnerable:
        known = [one for one in vulnerable if one.facts.get("kev")]
        text = f"{many([one.id for one in vulnerable], 'Vulnerability:', 'Vulnerabilities:')}."
        if known:
            some = "All are" if len(vulnerable) > 1 else "It is"
            share = some if len(known) == len(vulnerable) else counted(len(known), "is", "are")
            text += f" {share} known to be exploited (KEV)."
        yield _line("what", text, vulnerable)
    if denied:
        ids = listed([one.id for one in denied])
        yield _line("what", f"Named only as of no concern: {ids}.", denied)
    usable = [one for one in intel.usable if one.role in _ROLES]
    if usable:
        by_role: dict[Role, int] = {}
        for one in usable:
            by_role[one.role] = by_role.get(one.role, 0) + 1
        parts = [
            counted(count, *_ROLES[role]) for role, count in sorted(by_role.items(), key=lambda x: -x[1])
        ]
        apart = sum(1 for one in intel.indicators if one.note)
        whole = listed(parts, 6) if len(usable) > 1 else _ROLES[usable[0].role][0]
        text = f"{counted(len(usable), 'indicator')} of the attacker: {whole}."
        if apart:
            text += f" {counted(apart, 'more is', 'more are')} set apart, with the reason."
        yield Statement(
            question="what",
            text=text,
            places=tuple(one.places[0] for one in usable[:_PLACES] if one.places),
            tier=surest(one.tier for one in usable),
        )
    if not (software or campaigns or vulnerable or denied or usable):
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
    less = len(intel.techniques) - len(told)
    text += f" {counted(less, 'more is', 'more are')} less sure." if less else ""
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
    began = min((one.date for one in intel.dates if one.kind == "since"), default="")
    ended = max((one.date for one in intel.dates if one.kind == "until"), default="")
    published = max((one.published for one in intel.documents), default="")
    days = sorted({one.date for one in intel.dates if one.kind in ("on", "until")} - {published})
    told = f" It was published on {published}." if published and len(intel.documents) == 1 else ""
    last = days[-1] if days else ""
    if len(intel.documents) > 1 and (began or days):
        every = sorted({*days, *(one.date for one in intel.dates if one.kind == "since")})
        first, last = every[0], every[-1]
        text = f"Dates of the activity: {first}{f' to {last}' if last > first else ''}."
        shown = {first, last}
    elif began:
        shown = {began, last}
        seen = "last seen" if last == ended else "last date given"
        text = f"Active since {began}{f', {seen} {last}' if last > began else ''}."
    elif days:
        shown = {days[0], last}
        text = f"Dated events: {days[0]}{f' to {last}' if last > days[0] else ''}."
    else:
        text = f"{reports(intel)} {agree(intel, 'gives', 'give')} no date for the activity.{told}"
        return Statement(question="since when", text=text, tier=Tier.LOW)
    places = tuple(one.place for one in intel.dates if one.date in shown and one.kind != "published")
    return Statement(question="since when", text=text + told, places=places[:_PLACES], tier=Tier.MODERATE)


def _whom(intel: Intelligence) -> Statement:
    stated = [one for one in intel.targets if one.tier is Tier.HIGH and one.kind in _TARGETS]
    targets = stated or [one for one in intel.targets if one.tier is Tier.MODERATE and one.kind in _TARGETS]
    platforms = [one for one in intel.targets if one.kind == "platform" and one.tier is not Tier.LOW]
    found = {kind: [one.name for one in targets if one.kind == kind] for kind in _TARGETS}
    parts = [many(names, *_TARGETS[kind]) for kind, names in found.items() if names]
    text = f"Targets: {'; '.join(parts)}." if parts else ""
    if not parts:
        text = f"{reports(intel)} {agree(intel, 'states', 'state')} no target."
    if platforms:
        text += f" {many([one.name for one in platforms], 'Platform:', 'Platforms:')}."
    return Statement(
        question="whom",
        text=text,
        places=_first_places(targets or platforms),
        tier=Tier.HIGH if stated else Tier.MODERATE if targets else Tier.LOW,
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
