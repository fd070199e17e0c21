"""From what the reports hold to the record that every format renders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cybersecqwen import __version__
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import (
    Citation,
    Damage,
    Evidence,
    Finding,
    Indicator,
    Problem,
    Provenance,
    Report,
    Severity,
    Technique,
    Verdict,
)
from cybersecqwen.records.intel import Intelligence, Named, Observable, Role, Tier
from cybersecqwen.specialists import Judgement as Attribution
from cybersecqwen.tasks.damaged import told

from .assessment import statements
from .judgements import believed, judgements
from .merging import in_order, shared
from .narrative import write
from .wording import called, listed

_HOSTILE = frozenset({Role.C2, Role.DELIVERY, Role.PAYLOAD, Role.EXFILTRATION, Role.ATTACKER, Role.ARTEFACT})
_RANSOM = ("T1486", "T1490", "T1485", "T1561")
_SURE = {Tier.HIGH: 0.95, Tier.MODERATE: 0.8, Tier.LOW: 0.6}


def assessed(
    picture: Intelligence, attributions: Sequence[Attribution], origins: Sequence[str], store: Store
) -> Intelligence:
    """The picture with what follows from it."""
    picture = replace(picture, techniques=in_order(picture.techniques, store))
    groups = {one.label for each in attributions for one in each.ranked}
    names = {id: entity.name for id in groups if (entity := store.get(id)) is not None}
    suspects = [f"{names[id]} ({id})" for id in believed(picture, attributions) if id in names]
    return replace(
        picture,
        statements=statements(picture, store, origins, suspects),
        judgements=judgements(picture, attributions, names),
        shared=shared(picture, store) if len(picture.documents) > 1 else (),
    )


def report_of(
    intel: Intelligence, store: Store, problems: Sequence[Problem], damage: Sequence[Damage]
) -> Report:
    """The report on one or more documents."""
    findings = tuple(_findings(intel))
    severity = _severity(intel)
    verdict = _verdict(severity)
    return Report(
        task="intel",
        verdict=verdict,
        severity=severity,
        confidence=_confidence(intel),
        title=_title(intel),
        sources=tuple(one.path for one in intel.documents),
        counts={
            "documents": len(intel.documents),
            "pages": sum(one.pages for one in intel.documents),
            "words": sum(one.words for one in intel.documents),
            "indicators": len(intel.usable),
            "apart": len(intel.indicators) - len(intel.usable),
            "techniques": len(intel.techniques),
            "relations": len(intel.relations),
            "damaged": sum(one.records for one in damage),
        },
        findings=findings,
        indicators=tuple(_indicator(one) for one in intel.indicators),
        techniques=tuple(
            Technique(id=one.id, name=one.name, tactics=one.tactics, findings=(f"report-{one.how}",))
            for one in intel.techniques
        ),
        narrative=write(intel),
        citations=tuple(_citations(intel, store)),
        problems=(*problems, *told(damage)),
        provenance=Provenance(version=__version__, knowledge=store.manifest.version),
        intel=intel,
    )


def _findings(intel: Intelligence) -> Iterator[Finding]:
    """What must be looked at: vulnerabilities that are exploited, and what the report is about."""
    for one in intel.vulnerabilities:
        if one.facts.get("kev"):
            ransom = bool(one.facts.get("ransomware"))
            yield Finding(
                signal=f"known-exploited:{one.id}",
                title=f"{one.id} is known to be exploited",
                weight=2.0,
                severity=Severity.CRITICAL if ransom else Severity.HIGH,
                events=one.documents,
                count=one.count,
                evidence=_quote(one),
                why="It is in CISA's catalogue of known exploited vulnerabilities"
                + (", which names ransomware campaigns that use it." if ransom else "."),
                ordinary="A report may name it only to say what others exploit.",
            )


def _quote(one: Named) -> tuple[Evidence, ...]:
    if not one.places or not one.context:
        return ()
    return (Evidence(event=one.places[0].document, field="text", value=one.context[:500]),)


def _indicator(one: Observable) -> Indicator:
    document = one.places[0].document if one.places else ""
    return Indicator(
        type=one.type,
        value=one.value,
        raw=one.raw,
        evidence=Evidence(event=document, field="text", value=one.raw[:500]),
        note=one.note,
    )


def _severity(intel: Intelligence) -> Severity:
    """How much is at stake for those whom it concerns (docs/intel.md has the table)."""
    hostile = [one.tier for one in intel.usable if one.role in _HOSTILE]
    exploited = [one for one in intel.vulnerabilities if one.facts.get("kev")]
    techniques = [one for one in intel.techniques if one.tier is not Tier.LOW]
    ransom = any(one.id.startswith(_RANSOM) for one in techniques)
    ransom = ransom or any(one.facts.get("ransomware") for one in exploited)
    if exploited and ransom:
        return Severity.CRITICAL
    if exploited or (ransom and hostile) or Tier.HIGH in hostile:
        return Severity.HIGH
    if hostile:
        return Severity.MEDIUM
    if techniques or any(not one.facts.get("denied") for one in intel.names):
        return Severity.LOW
    return Severity.INFORMATIONAL


def _verdict(severity: Severity) -> Verdict:
    return {
        Severity.CRITICAL: Verdict.MALICIOUS,
        Severity.HIGH: Verdict.MALICIOUS,
        Severity.MEDIUM: Verdict.SUSPICIOUS,
        Severity.LOW: Verdict.NEEDS_REVIEW,
    }.get(severity, Verdict.BENIGN)


def _confidence(intel: Intelligence) -> float:
    tiers = [one.tier for one in intel.usable if one.role in _HOSTILE]
    tiers += [one.tier for one in intel.names]
    best = min(tiers, key=tuple(Tier).index, default=Tier.LOW)
    return _SURE[best]


def _title(intel: Intelligence) -> str:
    if len(intel.documents) > 1:
        return f"{len(intel.documents)} reports"
    document = intel.documents[0]
    if document.title:
        return document.title[:200]
    subjects = [called(one) for one in intel.names if one.tier is Tier.HIGH and one.type != "vulnerability"]
    return listed(subjects, 3) or document.path.replace("\\", "/").rpartition("/")[2]


def _citations(intel: Intelligence, store: Store) -> Iterator[Citation]:
    ids = [one.id for one in intel.techniques] + [one.id for one in intel.names]
    for id in dict.fromkeys(filter(None, ids)):
        citation = store.citation(id)
        if citation is not None:
            yield citation
