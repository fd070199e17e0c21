"""What of a report becomes an OCSF finding: detections and anomalies, else findings of incidents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from cybersecqwen.records import Event, Finding, Incident, Indicator, Report, Severity, Verdict

from .json_types import as_mapping, as_time
from .logs import Anomaly, Detection, Line, is_logs
from .logs_story import ANOMALY
from .read_logs import logs_view
from .story import outside_incidents

RULE, BEHAVIORAL, STATISTICAL = 1, 2, 3
"""`type_id` of an analytic."""
_TYPES = {RULE: "Rule", BEHAVIORAL: "Behavioral", STATISTICAL: "Statistical"}
_COUNTED = frozenset({"new-template", "rare-template", "rate-change", "unusual-value"})
"""Kinds of anomalies that stand out by number; the others are behaviours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One finding, before it is put into the words of OCSF."""

    key: str
    """What it is, the same in every run over the same input."""
    title: str
    desc: str
    type: str
    severity: Severity
    analytic: dict[str, Any]
    count: int
    first: float | None
    last: float | None
    techniques: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Kinds of records that it was found in."""
    events: tuple[Event, ...] = ()
    lines: tuple[Line, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()
    """Figures of an anomaly."""
    confidence: float | None = None
    """Probability of "malicious"."""
    story: str = ""
    """Id of the incident."""
    steps: tuple[str, ...] = ()
    made: float | None = None
    """When the report was made, where it says so."""
    original_time: str = ""
    unmapped: dict[str, Any] = field(default_factory=dict)


def found_in(report: Report) -> Iterator[Found]:
    """The findings of a report, most serious first as the report orders them; none of an answer."""
    if is_logs(report):
        yield from _logs(report)
        return
    for incident in report.incidents:
        yield from (_of_incident(report, incident, one) for one in incident.findings if not one.is_context)
    findings, _, _ = outside_incidents(report)
    yield from (_of_incident(report, None, one) for one in findings if not one.is_context)


def analytic(type_id: int, uid: str, name: str, version: str = "", desc: str = "") -> dict[str, Any]:
    """What found it."""
    made = {"type_id": type_id, "type": _TYPES[type_id], "uid": uid or name or "unnamed", "name": name}
    return {**made, "version": version, "desc": desc}


def _of_incident(report: Report, incident: Incident | None, one: Finding) -> Found:
    known = {event.id: event for event in incident.events} if incident else {}
    events = tuple(known[id] for id in dict.fromkeys(one.events) if id in known)
    ids = {event.id for event in events}
    times = [event.time for event in events if event.time is not None]
    indicators = incident.indicators if incident else ()
    quotes = [
        {"event": quote.event, "field": quote.field, "value": quote.value, "layer": quote.layer}
        for quote in one.evidence
    ]
    hosts = [event.host for event in events if event.host] or list(incident.hosts if incident else ())
    users = [event.user for event in events if event.user] or list(incident.users if incident else ())
    return Found(
        key=f"{one.signal}\x1f{' '.join(one.events)}",
        title=one.title or one.signal or "unnamed finding",
        desc=one.why,
        type="Signal",
        severity=one.severity,
        analytic=analytic(RULE, one.signal, one.title, report.provenance.rules),
        count=one.count,
        first=min(times, default=incident.start if incident else None),
        last=max(times, default=incident.end if incident else None),
        techniques=one.techniques,
        hosts=tuple(dict.fromkeys(hosts)),
        users=tuple(dict.fromkeys(users)),
        sources=_kinds(events),
        events=events,
        indicators=tuple(each for each in indicators if each.evidence.event in ids),
        confidence=_probability(incident),
        story=incident.id if incident else "",
        steps=incident.next_steps if incident else (),
        unmapped={
            "weight": one.weight,
            "ordinary": one.ordinary,
            "quotes": quotes,
            "incident": _incident(incident),
        },
    )


def _incident(one: Incident | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "id": one.id,
        "title": one.title,
        "verdict": one.verdict.value,
        "score": one.score,
        "confidence": one.confidence,
    }


def _probability(incident: Incident | None) -> float | None:
    """Of "malicious", from a confidence that is about "ordinary" where the verdict is benign."""
    if incident is None or not 0 <= incident.confidence <= 1:
        return None
    return 1 - incident.confidence if incident.verdict is Verdict.BENIGN else incident.confidence


def _kinds(events: tuple[Event, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{one.provider} {one.code}".strip() for one in events if one.provider))


def _logs(report: Report) -> Iterator[Found]:
    view = logs_view(report)
    made = as_time(as_mapping(report.extra.get("logs")).get("made"))
    events = {event.id: event for incident in report.incidents for event in incident.events}
    homes: dict[str, Incident] = {}
    odd: dict[tuple[str, str], Incident] = {}
    marks: dict[str, list[Indicator]] = {}
    for incident in report.incidents:
        for finding in incident.findings:
            homes.setdefault(finding.signal, incident)
            odd.setdefault((finding.signal, finding.title), incident)
        for indicator in incident.indicators:
            marks.setdefault(indicator.evidence.event, []).append(indicator)
    for detection in view.detections:
        kept = tuple(events[id] for id in dict.fromkeys(detection.events) if id in events)
        seen = tuple(one for event in kept for one in marks.get(event.id, ()))
        yield replace(_detection(report, detection, kept, homes.get(detection.id), made), indicators=seen)
    for anomaly in view.anomalies:
        yield _anomaly(report, anomaly, odd.get((ANOMALY + anomaly.kind, anomaly.sentence)), made)


def _detection(
    report: Report, one: Detection, kept: tuple[Event, ...], home: Incident | None, made: float | None
) -> Found:
    return Found(
        key=f"{one.id}\x1f{one.path}\x1f{one.title}",
        title=one.title,
        desc=one.description,
        type="Sigma correlation" if one.correlation else "Sigma rule",
        severity=one.severity,
        analytic=analytic(RULE, one.id, one.title, report.provenance.rules, one.description),
        count=one.count,
        first=one.first,
        last=one.last,
        techniques=one.techniques,
        hosts=tuple(name for name, _ in one.hosts),
        users=tuple(name for name, _ in one.users),
        sources=_kinds(kept),
        events=kept,
        confidence=_probability(home),
        story=home.id if home else "",
        steps=home.next_steps if home else (),
        made=made,
        unmapped={
            "rule": {
                "author": one.author,
                "license": one.license,
                "path": one.path,
                "references": list(one.references),
                "falsepositives": list(one.falsepositives),
            },
            "groups": [
                {
                    "values": list(group.values),
                    "first": group.first,
                    "last": group.last,
                    "number": group.number,
                }
                for group in one.groups
            ],
            "hosts": dict(one.hosts),
            "users": dict(one.users),
            "incident": _incident(home),
        },
    )


def _anomaly(report: Report, one: Anomaly, home: Incident | None, made: float | None) -> Found:
    type_id = STATISTICAL if one.kind in _COUNTED else BEHAVIORAL
    where = one.lines[0].source if one.lines else ""
    return Found(
        key=f"{one.kind}\x1f{one.sentence}\x1f{where}",
        title=one.sentence,
        desc=one.sentence,
        type=one.kind,
        severity=one.severity,
        analytic=analytic(type_id, ANOMALY + one.kind, one.kind, report.provenance.version),
        count=one.count,
        first=one.first,
        last=one.last,
        hosts=one.hosts,
        users=one.users,
        lines=one.lines,
        numbers=one.numbers,
        confidence=_probability(home),
        story=home.id if home else "",
        steps=home.next_steps if home else (),
        made=made,
        unmapped={
            "score": one.score,
            "numbers": dict(one.numbers),
            "template": one.template,
            "incident": _incident(home),
        },
    )
