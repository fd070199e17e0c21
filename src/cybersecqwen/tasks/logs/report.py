"""From what was scanned to the report."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from cybersecqwen import __version__
from cybersecqwen.detect.anomalies.observed import Anomaly
from cybersecqwen.detect.scan.scan import Scan
from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.records import Damage, Finding, Incident, Problem, Provenance, Report, Severity, Verdict
from cybersecqwen.tasks.interface import Request, Tools
from cybersecqwen.tasks.techniques import make_techniques
from cybersecqwen.tasks.triage.verdict import PRIOR, confidence_of, verdict_of

from .cost import Meter, priced
from .grouping import incidents
from .judging import LOOK
from .narrative import write
from .options import LogOptions
from .reading import Reading
from .series import Axis
from .sightings import Sighting, anomaly_finding, sightings

_DAMAGE_SHOWN = 50
_SHOWN_TEMPLATES = 20
_SHOWN_ENTITIES = 30
_SHOWN_KINDS = 200
_LEVELS = tuple(severity.label for severity in reversed(Severity))


def report_of(
    request: Request,
    tools: Tools,
    rules: Ruleset,
    options: LogOptions,
    reading: Reading,
    meter: Meter | None = None,
) -> Report:
    """The report on what was scanned, with its deterministic narrative."""
    report = _build(request, tools, rules, options, reading, meter or Meter())
    return replace(report, narrative=write(report))


def _build(
    request: Request, tools: Tools, rules: Ruleset, options: LogOptions, reading: Reading, meter: Meter
) -> Report:
    """The report, without its narrative."""
    scan = reading.scan
    found = sightings(scan, rules)
    anomalies = scan.watcher.findings() if scan.watcher is not None else []
    grouped = incidents(found, anomalies, scan.samples, tools.store)
    findings = (*(one.finding() for one in found), *map(anomaly_finding, anomalies))
    worst = grouped[0] if grouped else None
    verdict, score = _judged(worst, anomalies)
    return Report(
        task="logs",
        verdict=verdict,
        severity=_severity(verdict, grouped, anomalies),
        confidence=confidence_of(score),
        title=_title(worst, found, anomalies),
        sources=tuple(request.paths),
        counts={
            "events": scan.records,
            "rules": len(found),
            "detections": sum(one.count for one in found),
            "anomalies": len(anomalies),
            "incidents": len(grouped),
            "damaged": scan.damage.records,
            "hosts": sum(1 for host in scan.hosts.counts if host),
        },
        incidents=tuple(grouped),
        findings=findings,
        indicators=tuple({(x.type, x.value): x for i in grouped for x in i.indicators}.values()),
        techniques=(named := make_techniques(findings, tools.store)),
        citations=tuple(c for t in named if (c := tools.store.citation(t.id)) is not None),
        problems=tuple(_problems(reading, rules, found)),
        provenance=Provenance(
            version=__version__, knowledge=tools.store.manifest.version, rules=rules.version
        ),
        extra={"logs": _extra(reading, rules, options, found, anomalies, findings, tools, meter)},
    )


def _judged(worst: Incident | None, anomalies: Sequence[Anomaly]) -> tuple[Verdict, float]:
    """(verdict, log-odds): those of the worst incident; anomalies alone are at most a reason to look."""
    score = worst.score if worst is not None else PRIOR
    if any(one.severity >= Severity.MEDIUM for one in anomalies):
        score = max(score, LOOK)
    return verdict_of(score), score


def _severity(verdict: Verdict, grouped: Sequence[Incident], anomalies: Sequence[Anomaly]) -> Severity:
    """Of the worst incident; anomalies alone are at most medium, and what is benign at most low."""
    odd = max((one.severity for one in anomalies), default=Severity.INFORMATIONAL)
    most = Severity.LOW if verdict is Verdict.BENIGN else Severity.CRITICAL
    return min(most, max([one.severity for one in grouped] + [min(odd, Severity.MEDIUM)]))


def _title(worst: Incident | None, found: Sequence[Sighting], anomalies: Sequence[Anomaly]) -> str:
    if worst is not None:
        return worst.title
    if found:
        return found[0].about.title
    return anomalies[0].sentence if anomalies else "Nothing out of the ordinary"


def _extra(
    reading: Reading,
    rules: Ruleset,
    options: LogOptions,
    found: Sequence[Sighting],
    anomalies: Sequence[Anomaly],
    findings: Sequence[Finding],
    tools: Tools,
    meter: Meter,
) -> dict[str, Any]:
    scan = reading.scan
    axis = Axis(scan.minutes.counts)
    counted = {technique.id: technique for technique in make_techniques(findings, tools.store)}
    return {
        "bytes": scan.bytes,
        "made": round(time.time(), 3),
        "first": scan.first,
        "last": scan.last,
        "formats": dict(scan.files),
        "kinds": dict(list(scan.kinds)[:_SHOWN_KINDS]),
        "histogram": {
            "start": axis.start_s,
            "step_s": axis.step_s,
            "events": axis.spread(scan.minutes.counts),
            "hits": _hits(found, axis),
        },
        "rules": {
            "loaded": len(rules.rules) + len(rules.correlations),
            "applicable": len(scan.applicable),
            "unsupported": [
                {"path": one.path, "title": one.title, "reason": one.reason} for one in rules.unsupported
            ],
        },
        "detections": [_detection(one) for one in found],
        "anomalies": [_anomaly(one) for one in anomalies],
        "heatmap": {
            "start": axis.start_s,
            "step_s": axis.step_s,
            "rows": [
                {"id": one.id, "name": one.name, "counts": _technique_counts(one.id, found, axis)}
                for one in counted.values()
            ],
        },
        "entities": _entities(scan, found, anomalies),
        "templates": _templates(scan, anomalies),
        "baseline": _baseline(scan),
        "cost": {
            "lines": scan.records,
            "bytes": scan.bytes,
            "model_lines": 0,
            "prompt_tokens": 0,
            "answer_tokens": 0,
            "seconds": round(meter.seconds(), 3),
            "joules": meter.joules(),
            "price_per_million": options.price,
            "priced": priced(scan.bytes, options.price),
        },
    }


def _hits(found: Sequence[Sighting], axis: Axis) -> dict[str, list[int]]:
    rows = {level: [0] * axis.steps for level in _LEVELS}
    for one in found:
        row = rows[one.about.level.label]
        for at, count in enumerate(axis.spread(one.minutes)):
            row[at] += count
    return rows


def _technique_counts(technique: str, found: Sequence[Sighting], axis: Axis) -> list[int]:
    total = [0] * axis.steps
    for one in found:
        if technique in one.about.techniques:
            total = [a + b for a, b in zip(total, axis.spread(one.minutes), strict=True)]
    return total


def _detection(one: Sighting) -> dict[str, Any]:
    about = one.about
    return {
        "id": about.id,
        "title": about.title,
        "level": about.level.label,
        "count": one.count,
        "first": one.first,
        "last": one.last,
        "techniques": list(about.techniques),
        "hosts": [list(pair) for pair in one.hosts[:20]],
        "users": [list(pair) for pair in one.users],
        "description": about.description,
        "falsepositives": list(about.falsepositives),
        "author": about.author,
        "references": list(about.references),
        "license": about.license,
        "path": about.path,
        "correlation": one.correlation,
        "groups": [
            {"values": list(b.group), "first": b.first, "last": b.last, "number": b.number, "count": b.count}
            for b in one.bursts
        ],
        "events": [f"e{number}" for number, _ in one.samples],
    }


def _anomaly(one: Anomaly) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "sentence": one.sentence,
        "severity": one.severity.label,
        "score": round(one.score, 3),
        "count": one.count,
        "first": one.first,
        "last": one.last,
        "hosts": list(one.hosts),
        "users": list(one.users),
        "numbers": dict(one.numbers),
        "template": one.template,
        "lines": [{"source": str(source), "text": text} for source, text in one.lines],
    }


def _entities(scan: Scan, found: Sequence[Sighting], anomalies: Sequence[Anomaly]) -> list[dict[str, Any]]:
    """Hosts and accounts by what was found on them, then by how many events they have."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}

    def row(type_: str, name: str) -> dict[str, Any]:
        return rows.setdefault(
            (type_, name),
            {
                "type": type_,
                "name": name,
                "events": (scan.hosts if type_ == "host" else scan.users).counts.get(name, 0),
                "detections": 0,
                "anomalies": 0,
                "first": None,
                "last": None,
                "worst": Severity.INFORMATIONAL.label,
            },
        )

    def count(type_: str, name: str, what: str, number: int, level: Severity, of: Sighting | Anomaly) -> None:
        entry = row(type_, name)
        entry[what] += number
        entry["worst"] = max(Severity[entry["worst"].upper()], level).label
        entry["first"] = min((t for t in (entry["first"], of.first) if t is not None), default=None)
        entry["last"] = max((t for t in (entry["last"], of.last) if t is not None), default=None)

    for one in found:
        for type_, named in (("host", one.hosts), ("user", one.users)):
            for name, hits in named:
                if name:
                    count(type_, name, "detections", hits, one.level, one)
    for anomaly in anomalies:
        for type_, names in (("host", anomaly.hosts), ("user", anomaly.users)):
            for name in filter(None, names):
                count(type_, name, "anomalies", 1, anomaly.severity, anomaly)
    for name, _ in list(scan.hosts)[:_SHOWN_ENTITIES]:
        if name and len(rows) < _SHOWN_ENTITIES:
            row("host", name)
    ordered = sorted(
        rows.values(),
        key=lambda r: (
            -Severity[r["worst"].upper()],
            -r["detections"],
            -r["anomalies"],
            -r["events"],
            r["name"],
        ),
    )
    return ordered[:_SHOWN_ENTITIES]


def _templates(scan: Scan, anomalies: Sequence[Anomaly]) -> dict[str, Any]:
    """New ones first, then the most frequent; the example is a line that an anomaly shows."""
    miner = scan.miner
    if miner is None:
        return {"count": 0, "top": []}
    fresh = {one.template: one for one in anomalies if one.kind == "new-template" and one.template}
    counted = sorted(
        miner.templates().items(), key=lambda item: (item[1] not in fresh, -miner.count(item[0]), item[0])
    )
    return {
        "count": len(counted),
        "top": [
            {
                "template": text,
                "count": miner.count(number),
                "example": fresh[text].lines[0][1] if text in fresh and fresh[text].lines else "",
                "new": text in fresh,
            }
            for number, text in counted[:_SHOWN_TEMPLATES]
        ],
    }


def _baseline(scan: Scan) -> dict[str, Any] | None:
    known = scan.watcher.baseline if scan.watcher is not None else None
    if known is None:
        return None
    clock = known.clock
    return {
        "name": getattr(known, "name", ""),
        "learned_events": clock.records,
        "learned_from": clock.first,
        "learned_to": clock.last,
    }


def _problems(reading: Reading, rules: Ruleset, found: Sequence[Sighting]) -> Iterator[Problem]:
    scan = reading.scan
    if reading.stopped:
        after = "--resume goes on from there" if reading.kept else "it cannot be gone on with"
        yield Problem(stage="read", message=f"The run was stopped after {scan.records:,} records; {after}.")
    if reading.unkept:
        yield Problem(stage="read", message=reading.unkept)
    yield from _noisy(found)
    grouped: dict[tuple[str, str], list[Damage]] = {}
    for damage in scan.damage.kept:
        grouped.setdefault((damage.source.path + damage.source.member, damage.reason), []).append(damage)
    shown = list(grouped.items())[:_DAMAGE_SHOWN]
    told = 0
    for (_, reason), items in shown:
        count = sum(d.records for d in items)
        told += count
        yield Problem(stage="read", message=reason, subject=str(items[0].source), count=count)
    if scan.damage.records > told:
        yield Problem(stage="read", message="More damage was found.", count=scan.damage.records - told)
    for one in rules.unsupported:
        yield Problem(
            stage="detect", message=f"A rule is not evaluated: {one.reason}", subject=one.title or one.path
        )
    titles = {one.about.id: one.about.title for one in rules.correlations}
    for message, counts in (
        ("Hits did not fit into a correlation.", scan.collector.lost),
        ("Hits without a time cannot be correlated.", scan.collector.timeless),
    ):
        for rule, count in counts.items():
            yield Problem(stage="detect", message=message, subject=titles.get(rule, rule), count=count)
    if scan.hosts.others:
        many = f"There are more hosts than the {len(scan.hosts):,} that are told apart; the rarest are not."
        yield Problem(stage="read", message=many)
    if scan.watcher is not None:
        for kind, count in scan.watcher.left_out.items():
            yield Problem(
                stage="detect", message=f"More anomalies of the kind {kind} are not shown.", count=count
            )


def _noisy(found: Sequence[Sighting]) -> Iterator[Problem]:
    """Rules that fire on most records of their kind say more about the rule than about the records."""
    for one in found:
        if one.noisy:
            share = one.count / one.looked_at
            yield Problem(
                stage="detect",
                message=f"A rule fired on {share:.0%} of the {one.looked_at:,} records that it looks at, and"
                " is judged as one of level low.",
                subject=one.about.title,
                count=one.count,
            )
