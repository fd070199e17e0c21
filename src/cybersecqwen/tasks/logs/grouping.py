"""Incidents: what was found on one host within half an hour of each other.

Sightings are spread over hosts and minutes; cells of one host that follow each other closely are one
incident. Anomalies join the incident of their host and time, and make none by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from cybersecqwen.detect.anomalies.observed import Anomaly
from cybersecqwen.detect.text.indicators import event_indicators
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Event, Finding, Incident, Indicator, Severity, Verdict
from cybersecqwen.tasks.techniques import make_techniques
from cybersecqwen.tasks.triage.steps import next_steps
from cybersecqwen.tasks.triage.verdict import Judged

from .judging import ANOMALY_WEIGHTS, WEIGHTS, confidence_of, score_of, verdict_of
from .sightings import Sighting, anomaly_finding

_GAP = 30
"""Minutes without anything that end an incident."""
_MOST_INCIDENTS = 200
_MOST_EVENTS = 200
_MOST_INDICATORS = 100


@dataclass(slots=True)
class Cluster:
    """One host and a stretch of time."""

    host: str
    label: str
    """Kind of record, where none names a host: those of one kind are one place."""
    start: int
    end: int
    hits: dict[str, int] = field(default_factory=dict)
    """Id of the rule to hits."""


def clusters(found: Sequence[Sighting]) -> list[Cluster]:
    """What belongs together, by host and time; hits without a time are one cluster of their host."""
    cells: dict[tuple[str, str], list[tuple[int, str, int]]] = {}
    for one in found:
        label = one.kinds[0][0] if one.kinds else ""
        for (host, minute), count in one.places.items():
            place = (host, "" if host else label)
            cells.setdefault(place, []).append((minute, one.about.id, count))
    made: list[Cluster] = []
    for (host, label), of_host in cells.items():
        of_host.sort()
        current: Cluster | None = None
        for minute, rule, count in of_host:
            if current is None or minute - current.end > _GAP or (current.end < 0 <= minute):
                current = Cluster(host, label, minute, minute)
                made.append(current)
            current.end = minute
            current.hits[rule] = current.hits.get(rule, 0) + count
    return made


def incidents(
    found: Sequence[Sighting], anomalies: Sequence[Anomaly], events: dict[int, Event], store: Store
) -> list[Incident]:
    """Incidents, most serious first. Those of nothing but informational rules are left out."""
    by_id = {one.about.id: one for one in found}
    made = []
    for cluster in clusters(found):
        sighted = [by_id[rule] for rule in cluster.hits]
        if max(one.about.level for one in sighted) <= Severity.INFORMATIONAL:
            continue
        made.append(_incident(cluster, sighted, anomalies, events, store))
    made.sort(key=lambda one: (-one.verdict.rank, -one.score, one.start or 0.0, one.hosts))
    return [replace(one, id=f"i{n}") for n, one in enumerate(made[:_MOST_INCIDENTS], 1)]


def _incident(
    cluster: Cluster,
    found: Sequence[Sighting],
    anomalies: Sequence[Anomaly],
    events: dict[int, Event],
    store: Store,
) -> Incident:
    mine = [
        event
        for event in _events(found, events)
        if event.host == cluster.host and _within(event.time, cluster)
    ]
    beside = [one for one in anomalies if cluster.host in one.hosts and _near(one, cluster)][:10]
    ids = {event.id for event in mine}
    findings = [_of_cluster(one, cluster.hits[one.about.id], ids) for one in found]
    findings.sort(key=lambda one: (-one.weight, one.title))
    odd = [ANOMALY_WEIGHTS[one.severity] for one in beside]
    score = round(score_of([*_distinct(found), *odd]), 2)
    verdict = verdict_of(score)
    timed = [event.time for event in mine if event.time is not None]
    start = min(timed, default=cluster.start * 60.0) if cluster.start >= 0 else None
    end = max(timed, default=cluster.end * 60.0) if cluster.start >= 0 else None
    worst = findings[0]
    named = make_techniques(findings, store)
    reasons = tuple(_reasons(found, cluster, score, verdict))
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
        title=f"{worst.title}{_place(cluster)}",
        verdict=verdict,
        severity=judged.severity,
        confidence=judged.confidence,
        score=score,
        hosts=(cluster.host,) if cluster.host else (),
        users=tuple(dict.fromkeys(event.user for event in mine if event.user))[:20],
        start=start,
        end=end,
        findings=(*findings, *(anomaly_finding(one) for one in beside)),
        techniques=named,
        indicators=tuple(_indicators(mine)),
        events=tuple(sorted(mine, key=lambda e: (e.time or 0.0, int(e.id[1:]))))[:_MOST_EVENTS],
        event_count=sum(cluster.hits.values()),
        reasons=reasons,
        next_steps=next_steps(judged, named, mine),
    )


def _place(cluster: Cluster) -> str:
    if cluster.host:
        return f" on {cluster.host}"
    return f" in {cluster.label}" if cluster.label else ""


def _distinct(found: Sequence[Sighting]) -> list[float]:
    """Weights of rules that say different things: of those that name one technique, the strongest."""
    best: dict[str, float] = {}
    for one in found:
        weight = WEIGHTS[one.about.level]
        key = one.about.techniques[0] if one.about.techniques else one.about.id
        best[key] = max(best.get(key, 0.0), weight)
    return list(best.values())


def _severity(verdict: Verdict, found: Sequence[Sighting]) -> Severity:
    worst = max(one.about.level for one in found)
    return min(worst, Severity.CRITICAL) if verdict is not Verdict.BENIGN else min(worst, Severity.LOW)


def _within(time: float | None, cluster: Cluster) -> bool:
    if time is None:
        return cluster.start < 0
    return cluster.start <= int(time // 60) <= cluster.end


def _near(anomaly: Anomaly, cluster: Cluster) -> bool:
    """Whether an anomaly begins within an incident or half an hour of it."""
    if anomaly.first is None or cluster.start < 0:
        return False
    return cluster.start - _GAP <= int(anomaly.first // 60) <= cluster.end + _GAP


def _events(found: Sequence[Sighting], events: dict[int, Event]) -> Iterable[Event]:
    numbers = dict.fromkeys(number for one in found for number, _ in one.samples)
    return [events[number] for number in numbers if number in events]


def _of_cluster(one: Sighting, count: int, ids: set[str]) -> Finding:
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


def _reasons(found: Sequence[Sighting], cluster: Cluster, score: float, verdict: Verdict) -> Iterable[str]:
    for one in sorted(found, key=lambda s: (-s.about.level, s.about.title))[:8]:
        times = cluster.hits[one.about.id]
        yield (
            f"The {one.about.level.label} rule {one.about.title!r} fired {times:,} times"
            f" ({WEIGHTS[one.about.level]:+.1f})."
        )
    if len(found) > 8:
        yield f"{len(found) - 8} more rules fired."
    yield f"Together with the prior of -3.5 that is {score:+.1f}, which stands for {verdict.value}."
