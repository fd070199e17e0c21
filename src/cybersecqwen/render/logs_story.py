"""What every format for people tells of a report on logs: head line, timelines, problems, cost, in words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cybersecqwen.records import Category, Event, Finding, Incident, Problem, Report, Severity

from .logs import Anomaly, Cost, Detection, Group, Histogram, LogsView, RuleCounts, Unsupported
from .wording import counted, data_size, day, duration, moment, period, rounded, short_place, some_names, span

TELLING = (
    "CommandLine",
    "ScriptBlockText",
    "TargetObject",
    "TargetFilename",
    "QueryName",
    "ImagePath",
    "ServiceFileName",
    "TaskName",
    "ImageLoaded",
    "PipeName",
    "SourceImage",
    "eventName",
    "Url",
    "uri",
    "Message",
    "message",
    "msg",
    "text",
    "TargetUserName",
    "IpAddress",
    "ServiceName",
    "Image",
)
"""Fields that say most about an event, best first."""
_SAID = frozenset({"events", "files", "rules", "detections", "anomalies", "incidents"})
TOGETHER = 60.0
"""Seconds between hits of one finding that are told as one."""
_Hit = tuple[float, int, Finding, Event | Anomaly | None]
"""Time, place of the finding in the incident, the finding, and its event or anomaly, if there is one."""
ANOMALY = "anomaly:"
"""How the signal of a finding begins that is an anomaly."""
ACROSS = ("SourceIp", "DestinationIp")
LOGON = (("from", "IpAddress"), ("type", "LogonType"), ("with", "AuthenticationPackageName"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A finding at a time of an entity's timeline."""

    time: float | None
    severity: Severity
    title: str
    field: str
    """The field of the event that says most; "" where the event was not kept."""
    value: str
    techniques: tuple[str, ...]
    count: int
    place: str
    """file:record"""
    event: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """What was found on one entity in one stretch of time, in order of time."""

    incident: Incident
    moments: tuple[Moment, ...]

    def dates(self, outside: str) -> str:
        """How its moments are dated: not at all where it is of one day, else as `outside` of it."""
        times = (self.incident.start, self.incident.end, *(one.time for one in self.moments))
        return outside if len({day(time) for time in times if time is not None}) > 1 else ""


def timelines(incidents: Iterable[Incident], view: LogsView) -> list[Timeline]:
    """One for each incident, in their order; anomalies among their findings bring their time and line."""
    odd = {(ANOMALY + one.kind, one.sentence): one for one in view.anomalies}
    return [Timeline(incident=one, moments=_moments(one, odd)) for one in incidents]


def _moments(incident: Incident, odd: Mapping[tuple[str, str], Anomaly]) -> tuple[Moment, ...]:
    """Findings at their events; hits of one finding that follow each other within a minute are one moment."""
    events = {one.id: one for one in incident.events}
    hits: list[_Hit] = []
    for at, finding in enumerate(incident.findings):
        known = [events[id] for id in dict.fromkeys(finding.events) if id in events]
        hits += [(_order(event.time), at, finding, event) for event in known]
        if not known:
            anomaly = odd.get((finding.signal, finding.title))
            hits.append((_order(anomaly.first if anomaly else incident.start), at, finding, anomaly))
    hits.sort(key=lambda hit: hit[:2])
    runs: list[list[_Hit]] = []
    open_runs: dict[int, list[_Hit]] = {}
    for hit in hits:
        run = open_runs.get(hit[1])
        if run is None or hit[0] - run[-1][0] > TOGETHER:
            run = open_runs[hit[1]] = []
            runs.append(run)
        run.append(hit)
    often = Counter(run[0][1] for run in runs)
    return tuple(_moment(run, whole=often[run[0][1]] == 1) for run in runs)


def _order(time: float | None) -> float:
    return math.inf if time is None or moment(time) is None else time


def _moment(run: Sequence[_Hit], *, whole: bool) -> Moment:
    _, _, finding, what = run[0]
    time, field, value, place = None, "", "", ""
    if isinstance(what, Event):
        time, place = what.time, str(what.source)
        field, value = telling(what)
    elif isinstance(what, Anomaly):
        time = what.first
        if what.lines:
            field, value, place = "line", what.lines[0].text, what.lines[0].source
    return Moment(
        time=time,
        severity=finding.severity,
        title=finding.title,
        field=field,
        value=value,
        techniques=finding.techniques,
        count=max(finding.count if whole else 0, len(run)),
        place=place,
        event=what.id if isinstance(what, Event) else "",
    )


def telling(event: Event) -> tuple[str, str]:
    """The field that says most about an event, with its value."""
    if event.category is Category.NETWORK:
        ends = [event.get(name) for name in ACROSS]
        if any(ends):
            port = event.get("DestinationPort")
            return "Connection", f"{ends[0] or '?'} to {ends[1] or '?'}" + (f" port {port}" if port else "")
    if event.category in (Category.LOGON, Category.LOGON_FAILED, Category.KERBEROS):
        who = event.get("TargetUserName") or event.user
        parts = [f"{word} {event.get(name)}" for word, name in LOGON if event.get(name)]
        if who or parts:
            return "Logon", " ".join([who or "?", *parts])
    name = next((name for name in TELLING if event.fields.get(name)), "")
    if not name:
        name = next((one for one, value in event.fields.items() if value), "")
    return name, event.get(name)


def beside_logs(report: Report, view: LogsView, *, techniques: bool) -> Report:
    """What a page tells after detections and anomalies, as a report without incidents.

    Holds the findings that stand among neither, the indicators of all incidents and, if asked for, their
    techniques.
    """
    told = {one.id for one in view.detections}
    findings = [
        one for one in report.findings if one.signal not in told and not one.signal.startswith(ANOMALY)
    ]
    indicators = {(one.type, one.value): one for one in report.indicators}
    named = {one.id: one for one in report.techniques}
    for incident in report.incidents:
        for indicator in incident.indicators:
            indicators.setdefault((indicator.type, indicator.value), indicator)
        for technique in incident.techniques:
            named.setdefault(technique.id, technique)
    return replace(
        report,
        incidents=(),
        findings=tuple(findings),
        indicators=tuple(indicators.values()),
        techniques=tuple(named.values()) if techniques else (),
    )


def other_problems(report: Report, view: LogsView, *, everything: bool) -> list[Problem]:
    """The problems of a report without those that only repeat that a rule was not applied.

    Unless everything is told, problems that differ in their subject alone are one.
    """
    told = {(name, one.reason) for one in view.rules.unsupported for name in (one.title, one.path)}
    kept = [
        one
        for one in report.problems
        if not any((one.subject, reason) in told for reason in _endings(one.message))
    ]
    if everything:
        return kept
    alike: dict[tuple[str, str], list[Problem]] = {}
    for one in kept:
        alike.setdefault((one.stage, one.message), []).append(one)
    return [_merged(some) for some in alike.values()]


def _merged(some: Sequence[Problem]) -> Problem:
    one = some[0]
    more = f" and {len(some) - 1:,} more" if len(some) > 1 else ""
    return replace(one, subject=short_place(one.subject) + more, count=sum(each.count for each in some))


def _endings(message: str) -> list[str]:
    """What a message says after its first colon, and all of it."""
    return [message, message.partition(": ")[2]]


def group_line(group: Group, *, dates: str) -> str:
    """For which values a correlation fired, when, and with which number, in words."""
    when = period(group.first, group.last, dates=dates)
    number = f"{rounded(group.number)} counted" if group.number is not None else ""
    return " · ".join(part for part in (", ".join(group.values), when, number) if part)


def next_steps(report: Report) -> tuple[str, ...]:
    """What to do, over all incidents in their order, each thing once."""
    return tuple(dict.fromkeys(step for incident in report.incidents for step in incident.next_steps))


def date_form(view: LogsView) -> str:
    """How times are dated: not at all within one day, without the year within one year, else in full."""
    found: list[Detection | Anomaly] = [*view.detections, *view.anomalies]
    days = {day(time) for one in found for time in (one.first, one.last) if time is not None}
    if len(days) <= 1:
        return ""
    return "%m-%d " if len({one[:4] for one in days}) == 1 else "%Y-%m-%d "


def read_parts(report: Report, view: LogsView, *, names: bool = True) -> list[str]:
    """What was read: events, files with their formats, bytes, other counts; with `names` when and which."""
    events = report.counts.get("events", 0) or sum(number for _, number in view.kinds)
    files = sum(number for _, number in view.formats) or len(report.sources)
    formats = ", ".join(f"{name} {number:,}" for name, number in view.formats[:4])
    parts = [counted(events, "event")]
    parts.append(counted(files, "file") + (f" ({formats})" if formats else ""))
    parts += [data_size(view.bytes)] if view.bytes else []
    others = [(name, number) for name, number in report.counts.items() if number and name not in _SAID]
    parts += [f"{number:,} {name.removesuffix('s') if number == 1 else name}" for name, number in others]
    return [*parts, *filter(None, (span(*view.span), some_names(report.sources, 3)))] if names else parts


def speed(report: Report, view: LogsView) -> str:
    """How fast it went: "52,136 events/s, 51.9 MB/s in 23.1 s"; "" where nobody measured."""
    seconds = view.cost.seconds or sum(report.timings_ms.values()) / 1000
    events = report.counts.get("events", 0)
    if not seconds or not math.isfinite(seconds) or not events:
        return ""
    parts = [f"{rounded(events / seconds)} events/s"]
    parts += [f"{data_size(view.bytes / seconds)}/s"] if view.bytes else []
    return f"{', '.join(parts)} in {duration(seconds)}"


def rules_line(rules: RuleCounts) -> str:
    """How many rules were applied, and how many could not be."""
    if not rules.loaded and not rules.unsupported:
        return ""
    parts = [f"{rules.applicable:,} of {counted(rules.loaded, 'rule')} apply"]
    parts += [f"{len(rules.unsupported):,} not supported"] if rules.unsupported else []
    return ", ".join(parts)


def tally_line(found: Iterable[Severity]) -> str:
    """Severities with how many, worst first: "1 critical, 3 high"."""
    listed = list(found)
    return ", ".join(f"{n:,} {one.label}" for one in reversed(Severity) if (n := listed.count(one)))


def reasons(rules: RuleCounts) -> list[tuple[str, list[Unsupported]]]:
    """Why rules were not applied and which, the reason with most rules first."""
    found: dict[str, list[Unsupported]] = {}
    for one in rules.unsupported:
        found.setdefault(one.reason, []).append(one)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))


def cost_rows(cost: Cost) -> list[tuple[str, str]]:
    """What it took: a name and the value in words; what nobody measured is left out."""
    rows: list[tuple[str, str]] = []
    if cost.lines:
        rows.append(("Lines read", f"{cost.lines:,}" + (f" ({data_size(cost.bytes)})" if cost.bytes else "")))
    if cost.lines or cost.model_lines:
        share = f" (1 in {cost.lines // cost.model_lines:,})" if 0 < cost.model_lines <= cost.lines else ""
        rows.append(("Lines a model saw", f"{cost.model_lines:,}{share}"))
    if cost.prompt_tokens or cost.answer_tokens:
        rows.append(("Tokens", f"{cost.prompt_tokens:,} read, {cost.answer_tokens:,} written"))
    if cost.seconds is not None:
        rows.append(("Time", duration(cost.seconds)))
    if cost.joules is not None:
        rows.append(("Energy", f"{rounded(cost.joules)} J"))
    if cost.priced is not None:
        at = (
            f" at {rounded(cost.price_per_million)} per million" if cost.price_per_million is not None else ""
        )
        rows.append((f"All lines by the token{at}", rounded(cost.priced)))
    return rows


def rebinned(counts: Sequence[int], most: int) -> list[int]:
    """`counts` in at most `most` bins: neighbours are added up, the same number in each bin."""
    group = max(1, -(-len(counts) // max(1, most)))
    return [sum(counts[at : at + group]) for at in range(0, len(counts), group)]


def worst_hits(histogram: Histogram, most: int, bins: int) -> list[Severity | None]:
    """The worst severity with a hit in each bin, over `bins` bins rebinned to at most `most`."""
    out: list[Severity | None] = [None] * len(rebinned([0] * bins, most))
    for severity, counts in histogram.hits:
        padded = (*counts[:bins], *[0] * (bins - len(counts)))
        for at, number in enumerate(rebinned(padded, most)):
            if number and out[at] is None:
                out[at] = severity
    return out


def histogram_bins(histogram: Histogram) -> int:
    """How many steps the histogram has, events and hits together."""
    return max([len(histogram.events), *(len(counts) for _, counts in histogram.hits)])
