"""Incidents: clusters of hits (clusters.py), judged and described.

Anomalies join the incident of their host and time, and make none by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cybersecqwen.detect.anomalies.observed import Anomaly
from cybersecqwen.detect.text.indicators import event_indicators
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Event, Finding, Incident, Indicator, Severity, Verdict
from cybersecqwen.tasks.techniques import make_techniques
from cybersecqwen.tasks.triage.steps import next_steps
from cybersecqwen.tasks.triage.verdict import Judged, confidence_of, verdict_of

from .clusters import Group, clusters, joined
from .judging import ANOMALY_WEIGHTS, WEIGHTS, score_of
from .sightings import Sighting, anomaly_finding

_MOST_INCIDENTS = 200
_MOST_EVENTS = 200
_MOST_INDICATORS = 100


def incidents(
    found: Sequence[Sighting], anomalies: Sequence[Anomaly], events: dict[int, Event], store: Store
) -> list[Incident]:
    """Incidents, most serious first. Those of nothing but informational rules are left out."""
    by_id = {one.about.id: one for one in found}
    made = []
    for group in joined(clusters(found), list(_events(found, events))):
        sighted = [by_id[rule] for rule in group.hits]
        if max(one.level for one in sighted) <= Severity.INFORMATIONAL:
            continue
        made.append(_incident(group, sighted, anomalies, events, store))
    made.sort(key=lambda one: (-one.verdict.rank, -one.severity, -one.score, one.start or 0.0, one.hosts))
    return [replace(one, id=f"i{n}") for n, one in enumerate(made[:_MOST_INCIDENTS], 1)]


def _incident(
    group: Group,
    found: Sequence[Sighting],
    anomalies: Sequence[Anomaly],
    events: dict[int, Event],
    store: Store,
) -> Incident:
    mine = [event for event in _events(found, events) if group.holds(event)]
    beside = [one for one in anomalies if group.is_near(one)][:10]
    ids = {event.id for event in mine}
    findings = [_of_group(one, group.hits[one.about.id], ids) for one in found]
    findings.sort(key=lambda one: (-one.weight, one.title))
    odd = [ANOMALY_WEIGHTS[one.severity] for one in beside]
    score = round(score_of([*_distinct(found), *odd]), 2)
    verdict = verdict_of(score)
    start, end = group.span(mine)
    named = make_techniques(findings, store)
    reasons = tuple(_reasons(found, group, score, verdict))
    judged = Judged(
        verdict=verdict,
        severity=_severity(verdict, found),
        confidence=confidence_of(score),
        score=score,
        findings=tuple(findings),
        reasons=reasons,
    )
    return Incident(
        id="",
        title=f"{findings[0].title}{group.place()}",
        verdict=verdict,
        severity=judged.severity,
        confidence=judged.confidence,
        score=score,
        hosts=group.hosts,
        users=tuple(dict.fromkeys(event.user for event in mine if event.user))[:20],
        start=start,
        end=end,
        findings=(*findings, *map(anomaly_finding, beside)),
        techniques=named,
        indicators=tuple(_indicators(mine)),
        events=tuple(sorted(mine, key=lambda e: (e.time or 0.0, int(e.id[1:]))))[:_MOST_EVENTS],
        event_count=len(mine) + _beyond(found, group, ids),
        reasons=reasons,
        next_steps=next_steps(judged, named, mine),
    )


def _beyond(found: Sequence[Sighting], group: Group, kept: set[str]) -> int:
    """Hits of rules beyond the records that were kept for them, in a group: about so many further records."""
    return sum(
        max(0, group.hits[one.about.id] - sum(f"e{number}" in kept for number, _ in one.samples))
        for one in found
        if not one.correlation
    )


def _distinct(found: Sequence[Sighting]) -> list[float]:
    """Weights of rules that say different things: of those that name one technique, the strongest."""
    best: dict[str, float] = {}
    for one in found:
        weight = WEIGHTS[one.level]
        key = one.about.techniques[0] if one.about.techniques else one.about.id
        best[key] = max(best.get(key, 0.0), weight)
    return list(best.values())


def _severity(verdict: Verdict, found: Sequence[Sighting]) -> Severity:
    worst = max(one.level for one in found)
    return worst if verdict is not Verdict.BENIGN else min(worst, Severity.LOW)


def _events(found: Sequence[Sighting], events: dict[int, Event]) -> Iterable[Event]:
    numbers = dict.fromkeys(number for one in found for number, _ in one.samples)
    return [events[number] for number in numbers if number in events]


def _of_group(one: Sighting, count: int, ids: set[str]) -> Finding:
    finding = one.finding()
    return replace(
        finding,
        count=count,
        events=tuple(event for event in finding.events if event in ids),
        evidence=tuple(item for number, evidence in one.samples for item in evidence if f"e{number}" in ids)[
            :12
        ],
    )


def _indicators(events: Sequence[Event]) -> list[Indicator]:
    found: dict[tuple[str, str], Indicator] = {}
    for event in events:
        for indicator in event_indicators(event):
            if not indicator.note:
                found.setdefault((indicator.type, indicator.value), indicator)
        if len(found) >= _MOST_INDICATORS:
            break
    return list(found.values())[:_MOST_INDICATORS]


def _reasons(found: Sequence[Sighting], group: Group, score: float, verdict: Verdict) -> Iterable[str]:
    for one in sorted(found, key=lambda s: (-s.level, s.about.title))[:8]:
        times = group.hits[one.about.id]
        yield (
            f"The {one.about.level.label} rule {one.about.title!r} fired {times:,} times"
            f" ({WEIGHTS[one.level]:+.1f})."
        )
    if len(found) > 8:
        yield f"{len(found) - 8} more rules fired."
    yield f"Together with the prior of -3.5 that is {score:+.1f}, which stands for {verdict.value}."
