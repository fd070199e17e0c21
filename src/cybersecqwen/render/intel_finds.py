"""The sections on what was found in threat reports: names, vulnerabilities, indicators, techniques."""

from __future__ import annotations

from cybersecqwen.records.intel import Intelligence, Named, Observable, ReportedTechnique, Role, Tier

from .detail import first
from .intel_layout import Group, IntelAmounts, Row, Section, where
from .story import tactic_name
from .wording import counted

ROLES = (
    Role.C2,
    Role.EXFILTRATION,
    Role.DELIVERY,
    Role.PAYLOAD,
    Role.ARTEFACT,
    Role.ATTACKER,
    Role.UNKNOWN,
    Role.DETECTION,
    Role.VULNERABILITY,
    Role.TECHNIQUE,
    Role.VICTIM,
    Role.LEGITIMATE,
    Role.REFERENCE,
)
"""In the order in which they are told: what to block first."""
ELSEWHERE = frozenset({Role.VULNERABILITY, Role.TECHNIQUE})
"""Indicators that have sections of their own."""


def names(intel: Intelligence, amounts: IntelAmounts) -> Section:
    """Groups, campaigns and software."""
    groups = []
    for type, heading in (("group", "Groups"), ("campaign", "Campaigns"), ("software", "Malware and tools")):
        shown, more = first(intel.of_type(type), amounts.names)
        rows = tuple(_name(one, intel) for one in shown)
        if rows:
            groups.append(Group(heading=heading, rows=rows, more=more))
    return Section(
        id="names",
        heading="Who and with what",
        columns=("ATT&CK", "Sure", "First at", "Name", "Why"),
        groups=tuple(groups),
    )


def _name(one: Named, intel: Intelligence) -> Row:
    others = [word for word in one.spelled if word.casefold() != one.name.casefold()]
    spelled = f", written {', '.join(others[:3])}" if others else ""
    told = not spelled and ("named once" in one.why or f"{one.count:,} times" in one.why)
    times = "" if told else f"{counted(one.count, 'time')}{spelled}"
    place = one.places[0] if one.places else None
    return Row(
        lead=(one.id or "not in the store", one.tier.value, where(place, intel)),
        body=one.name,
        note="; ".join(part for part in (times, one.why) if part),
        quote=one.context,
        grave=one.tier is Tier.HIGH,
    )


def vulnerabilities(intel: Intelligence, amounts: IntelAmounts) -> Section:
    """Vulnerabilities with their score and whether they are exploited."""
    shown, more = first(intel.of_type("vulnerability"), amounts.names)
    return Section(
        id="vulnerabilities",
        heading="Vulnerabilities",
        columns=("CVE", "CVSS", "First at", "Product", "Known"),
        groups=(Group(heading="", rows=tuple(_vulnerability(one, intel) for one in shown), more=more),),
    )


def _vulnerability(one: Named, intel: Intelligence) -> Row:
    facts = one.facts
    product = " ".join(str(facts[key]) for key in ("vendor", "product") if facts.get(key))
    notes = [one.why] if facts.get("denied") else []
    if facts.get("kev"):
        notes.append(f"known to be exploited since {facts.get('added', 'an unknown date')} (KEV)")
        if facts.get("ransomware"):
            notes.append("used in ransomware campaigns")
    elif facts.get("exploited"):
        notes.append("exploited according to the report")
    if one.name and one.name != one.id:
        notes.append(one.name)
    return Row(
        lead=(one.id, score(one), where(one.places[0] if one.places else None, intel)),
        body=product or "–",
        note="; ".join(notes),
        quote=one.context,
        grave=bool(facts.get("kev")) and not facts.get("denied"),
    )


def score(one: Named) -> str:
    """The CVSS score of a vulnerability with where it comes from, or ""."""
    told = one.facts.get("told")
    if isinstance(one.facts.get("cvss"), int | float):
        return f"{one.facts['cvss']:.1f}"
    if isinstance(told, dict) and isinstance(told.get("cvss"), int | float):
        return f"{told['cvss']:.1f} (report)"
    return ""


def indicators(intel: Intelligence, amounts: IntelAmounts) -> Section:
    """Usable indicators by role."""
    usable = [one for one in intel.usable if one.role not in ELSEWHERE]
    groups = []
    for role in ROLES:
        of_role = sorted(
            (one for one in usable if one.role is role), key=lambda one: tuple(Tier).index(one.tier)
        )
        if of_role:
            shown, more = first(of_role, amounts.indicators)
            heading = "role not told" if role is Role.UNKNOWN else role.value
            rows = tuple(_indicator(one, intel, one.why) for one in shown)
            groups.append(Group(heading=f"{heading} ({len(of_role):,})", rows=rows, more=more))
    return Section(
        id="indicators",
        heading=f"Indicators ({len(usable):,})",
        remark="by what they are in the story",
        columns=("Type", "Sure", "First at", "Value", "Why"),
        groups=tuple(groups),
    )


def _indicator(one: Observable, intel: Intelligence, note: str) -> Row:
    times = f"{one.count} times" if one.count > 1 else ""
    port = f"port {one.port}" if one.port else ""
    return Row(
        lead=(one.type, one.tier.value, where(one.places[0] if one.places else None, intel)),
        body=one.value,
        note="; ".join(part for part in (port, note, times) if part),
        quote=one.context,
        type=one.type,
        grave=one.tier is Tier.HIGH and one.role in ROLES[:4],
    )


def apart(intel: Intelligence, amounts: IntelAmounts) -> Section:
    """Indicators that must not be blocked, each with the reason."""
    found = [one for one in intel.indicators if one.note and one.role not in ELSEWHERE]
    shown = found[: amounts.apart]
    return Section(
        id="apart",
        heading=f"Set apart ({len(found):,})",
        remark="not exported, not blocked",
        columns=("Type", "Sure", "First at", "Value", "Why"),
        groups=(
            Group(
                heading="",
                rows=tuple(_indicator(one, intel, one.note) for one in shown),
                more=len(found) - len(shown),
            ),
        ),
    )


def techniques(intel: Intelligence, amounts: IntelAmounts) -> Section:
    """Techniques along the kill chain."""
    by_tactic: dict[str, list[ReportedTechnique]] = {}
    for one in intel.techniques:
        by_tactic.setdefault(one.tactics[0] if one.tactics else "", []).append(one)
    groups = []
    for tactic, found in by_tactic.items():
        shown, more = first(found, amounts.techniques)
        rows = tuple(_technique(one, intel) for one in shown)
        groups.append(Group(heading=tactic_name(tactic) if tactic else "Other", rows=rows, more=more))
    named = sum(1 for one in intel.techniques if one.how == "named")
    return Section(
        id="techniques",
        heading=f"Techniques ({len(intel.techniques):,})",
        remark=f"{named:,} written out, {len(intel.techniques) - named:,} read from descriptions",
        columns=("ATT&CK", "Sure", "First at", "Technique", "Why"),
        groups=tuple(groups),
    )


def _technique(one: ReportedTechnique, intel: Intelligence) -> Row:
    how = "written out" if one.how == "named" else f"described, {one.probability:.0%}"
    return Row(
        lead=(one.id, one.tier.value, where(one.places[0] if one.places else None, intel)),
        body=one.name,
        note="; ".join(part for part in (how, one.why) if part),
        quote=one.context,
        grave=one.tier is Tier.HIGH,
    )
