"""Envelope in, findings out that may speak about controls: one function for each task that has some.

What a report says is what others wrote: identifiers are taken only where the store knows them, text is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cybersecqwen.records import Severity, Verdict
from cybersecqwen.records.audit import Spot, Subject
from cybersecqwen.tasks.saved import values
from cybersecqwen.tasks.saved.files import Envelope

MOST = 2_000
"""Findings that are read of one report."""
SPOTS = 20
"""Places that are kept of one finding."""
_COUNTED = frozenset({"open", "baseline"})
_GRAVE = frozenset({Verdict.SUSPICIOUS.value, Verdict.MALICIOUS.value})


@dataclass(kw_only=True, slots=True)
class Seen:
    """A kind of finding in one report."""

    finding: str
    title: str
    severity: Severity
    kinds: tuple[str, ...]
    """What it is, as `rules.toml` names it: "code", "package fixable", "detection" …"""
    names: tuple[str, ...] = ()
    """Identifiers as the report has them, not looked up yet."""
    grave: bool = False
    """What it belongs to was judged suspicious or malicious."""
    attack: bool = False
    """What it belongs to was judged malicious."""
    count: int = 1
    spots: list[Spot] = field(default_factory=list)
    time: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """One report."""

    subject: Subject
    seen: tuple[Seen, ...]


def read(envelope: Envelope, id: str) -> Read | None:
    """What a report says; None where its task is not known."""
    data = envelope.data
    task = values.text(data.get("task"), 40)
    reader = _READERS.get(task)
    if reader is None:
        return None
    seen, total = _together(reader(data))
    time, time_of = _time(data, seen)
    if time is None and envelope.saved is not None:
        time, time_of = envelope.saved, "file"
    made = values.mapping(data.get("provenance"))
    subject = Subject(
        id=id,
        path=envelope.path,
        task=task,
        title=values.text(data.get("title"), 400),
        verdict=values.text(data.get("verdict"), 40),
        severity=values.severity(data.get("severity")),
        sha256=envelope.sha256,
        time=time,
        time_of=time_of,
        about=values.texts(data.get("sources"), 20),
        version=values.text(made.get("version"), 40),
        knowledge=values.text(made.get("knowledge"), 80),
        findings=total,
        note=_SILENT.get(task, "") or ("" if seen else "Nothing was found in it, which proves nothing."),
    )
    return Read(subject=subject, seen=tuple(seen))


def _together(found: Iterator[Seen]) -> tuple[list[Seen], int]:
    """(each kind of finding once with all its places, findings all told)."""
    kept: dict[tuple[object, ...], Seen] = {}
    total = 0
    for one in found:
        total += one.count
        key = (one.finding, one.names, one.kinds, one.severity, one.grave, one.attack)
        same = kept.get(key)
        if same is None:
            if len(kept) < MOST:
                kept[key] = one
            continue
        same.count += one.count
        same.spots += one.spots[: SPOTS - len(same.spots)]
        same.time = _later(same.time, one.time)
    return list(kept.values()), total


def _later(one: float | None, other: float | None) -> float | None:
    return max((time for time in (one, other) if time is not None), default=None)


def _time(data: Mapping[str, Any], seen: list[Seen]) -> tuple[float | None, str]:
    """(the newest time that a report itself tells, what it is of)."""
    times = [one.time for one in seen if one.time is not None]
    times += [time for one in _incidents(data) if (time := values.time(one.get("end"))) is not None]
    if times:
        return max(times), "events"
    extra = values.mapping(data.get("extra"))
    logs = values.mapping(extra.get("logs"))
    for key, of in (("last", "events"), ("made", "report")):
        if (time := values.time(logs.get(key))) is not None:
            return time, of
    documents = values.mappings(values.mapping(extra.get("intel")).get("documents"), MOST)
    published = [time for one in documents if (time := values.time(one.get("published"))) is not None]
    return (max(published), "report") if published else (None, "")


def _incidents(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return values.mappings(data.get("incidents"), 1_000)


def _detections(data: Mapping[str, Any]) -> Iterator[Seen]:
    """Signals and rules that fired on events: of incidents first, then those outside of all."""
    told: set[str] = set()
    for incident in _incidents(data):
        verdict = values.text(incident.get("verdict"))
        if verdict == Verdict.BENIGN.value:
            told.update(
                values.text(one.get("signal")) for one in values.mappings(incident.get("findings"), MOST)
            )
            continue
        events = {values.text(one.get("id")): one for one in values.mappings(incident.get("events"), 1_000)}
        for finding in values.mappings(incident.get("findings"), MOST):
            if values.number(finding.get("weight")) > 0:
                told.add(values.text(finding.get("signal")))
                yield _detection(finding, verdict, events)
    if values.text(data.get("verdict")) == Verdict.BENIGN.value:
        return
    for finding in values.mappings(data.get("findings"), MOST):
        if values.number(finding.get("weight")) > 0 and values.text(finding.get("signal")) not in told:
            yield _detection(finding, Verdict.NEEDS_REVIEW.value, {})


def _detection(
    finding: Mapping[str, Any], verdict: str, events: Mapping[str, Mapping[str, Any]], kind: str = "detection"
) -> Seen:
    spots = [_spot(id, events.get(id, {})) for id in values.texts(finding.get("events"), SPOTS)]
    times = [one.time for one in spots if one.time is not None]
    return Seen(
        finding=values.text(finding.get("signal"), 200),
        title=values.text(finding.get("title"), 400),
        severity=values.severity(finding.get("severity")),
        kinds=(kind, *((f"{kind} of an attack",) if verdict in _GRAVE else ())),
        names=values.texts(finding.get("techniques"), 20),
        grave=verdict in _GRAVE,
        attack=verdict == Verdict.MALICIOUS.value,
        count=values.count(finding.get("count")),
        spots=spots,
        time=max(times, default=None),
    )


def _spot(id: str, event: Mapping[str, Any]) -> Spot:
    source = values.mapping(event.get("source"))
    path = values.text(source.get("path"), 400)
    member, record = values.text(source.get("member"), 400), source.get("record")
    name = f"{path}!{member}" if member else path
    return Spot(
        place=f"{name}:{record}" if name and type(record) is int and record > 0 else name,
        id=id[:100],
        host=values.text(event.get("host"), 200),
        time=values.time(event.get("time")),
    )


def _review(data: Mapping[str, Any]) -> Iterator[Seen]:
    """Findings in code and packages that are open, or only known before: those are still there."""
    review = values.mapping(values.mapping(data.get("extra")).get("review"))
    for finding in values.mappings(review.get("findings"), MOST):
        if finding.get("status") in _COUNTED:
            yield Seen(
                finding=values.text(finding.get("rule"), 200),
                title=values.text(finding.get("title"), 400),
                severity=values.severity(finding.get("severity")),
                kinds=("code",),
                names=values.texts(finding.get("cwe"), 20),
                spots=[_place(finding.get("place"), finding)],
            )
    for finding in values.mappings(review.get("vulnerabilities"), MOST):
        if finding.get("status") in _COUNTED:
            yield _package(finding)


def _package(finding: Mapping[str, Any]) -> Seen:
    package = values.mapping(finding.get("package"))
    name = f"{values.text(package.get('name'), 200)} {values.text(package.get('version'), 100)}".strip()
    kind = values.text(finding.get("kind"), 20)
    kinds: tuple[str, ...] = (f"package {kind}",)
    if kind == "vulnerable" and values.text(finding.get("fixed")):
        kinds = (*kinds, "package fixable")
    id = values.text(finding.get("id"), 100)
    names = (id, *values.texts(finding.get("aliases"), 20))
    return Seen(
        finding=id or kind,
        title=f"{name}: {values.text(finding.get('title'), 300)}",
        severity=values.severity(finding.get("severity")),
        kinds=kinds,
        names=tuple(one for one in names if one.startswith("CVE-")),
        spots=[_place(package.get("place"), finding)],
    )


def _place(place: object, finding: Mapping[str, Any]) -> Spot:
    given = values.mapping(place)
    path, line = values.text(given.get("path"), 400), given.get("line")
    return Spot(
        place=f"{path}:{line}" if path and type(line) is int and line > 0 else path,
        id=values.text(finding.get("fingerprint"), 100),
    )


def _intel(data: Mapping[str, Any]) -> Iterator[Seen]:
    """Techniques and vulnerabilities that reports tell of: threats, not what happened here."""
    intel = values.mapping(values.mapping(data.get("extra")).get("intel"))
    paths = {
        values.text(one.get("id")): values.text(one.get("path"), 400)
        for one in values.mappings(intel.get("documents"), MOST)
    }
    for one in values.mappings(intel.get("techniques"), MOST):
        if one.get("tier") != "low":  # what a model only suspects is no ground for an audit
            yield _threat(one, paths, "threat")
    for one in values.mappings(intel.get("names"), MOST):
        if one.get("type") == "vulnerability" and values.text(one.get("id")):
            yield _threat(one, paths, "threat by vulnerability")


def _threat(one: Mapping[str, Any], paths: Mapping[str, str], kind: str) -> Seen:
    spots = []
    for place in values.mappings(one.get("places"), SPOTS):
        path, line = paths.get(values.text(place.get("document")), ""), place.get("line")
        spots.append(Spot(place=f"{path}:{line}" if path and type(line) is int and line > 0 else path))
    id = values.text(one.get("id"), 100)
    return Seen(
        finding=id,
        title=values.text(one.get("name"), 200) or id,
        severity=Severity.INFORMATIONAL,  # it happened elsewhere
        kinds=(kind,),
        names=(id,),
        grave=True,
        spots=spots,
    )


def _sightings(data: Mapping[str, Any]) -> Iterator[Seen]:
    """Indicators of reports that stand in logs."""
    verdict = values.text(data.get("verdict"))
    for finding in values.mappings(data.get("findings"), MOST):
        yield _detection(finding, verdict, {}, "sighting")


def _nothing(data: Mapping[str, Any]) -> Iterator[Seen]:
    """A task whose reports say nothing about a control."""
    del data
    return iter(())


_SILENT = {
    "query": "A query shows what can be asked of records, not that anybody asks it.",
    "query-optimise": "A query shows what can be asked of records, not that anybody asks it.",
    "query-explain": "A query shows what can be asked of records, not that anybody asks it.",
    "query-translate": "A query shows what can be asked of records, not that anybody asks it.",
    "ask": "An answer is about what is known, not about this organisation.",
    "intel-diff": "A comparison says what changed between reports; hand in the reports themselves.",
    "playbook": "A playbook shows what would be done, not that it is.",
    "audit": "An audit is no evidence of its own: hand in the reports that it looked at.",
}
"""Why reports of a task say nothing about a control."""

_READERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Seen]]] = {
    "triage": _detections,
    "logs": _detections,
    "review": _review,
    "intel": _intel,
    "intel-match": _sightings,
    **dict.fromkeys(_SILENT, _nothing),
}
