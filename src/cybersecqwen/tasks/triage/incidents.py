"""From stories to incidents: the record that a person reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cybersecqwen.detect.events.hits import Hit
from cybersecqwen.detect.events.stories import Story
from cybersecqwen.detect.events.tree import HUBS, Process, ProcessTree
from cybersecqwen.detect.events.view import command_field, command_layers
from cybersecqwen.detect.text import event_indicators
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Claim, Event, Finding, Incident, Indicator, ProcessNode, Verdict
from cybersecqwen.tasks.techniques import make_techniques

from .findings import make_findings
from .steps import next_steps
from .verdict import Judged, judge

_EVENTS = 200
_NODES = 60
_COMMAND_CHARS = 4000
_INDICATORS = 200
_CLAIMS = 50
_EVENTS_READ = 20  # of each finding, for indicators: more repeat the same ones


@dataclass(frozen=True, slots=True)
class Scene:
    """What incidents are made from."""

    tree: ProcessTree
    store: Store


def make_incident(story: Story, scene: Scene, *, number: int) -> Incident:
    """One incident, judged."""
    hits = [hit for chain in story.chains for hit in chain.hits]
    findings = make_findings(hits)
    judged = judge(story.chains, findings)
    techniques = make_techniques(judged.findings, scene.store)
    times = [e.time for e in story.events if e.time is not None]
    hosts = _most_common(e.host for e in story.events)
    users = _most_common(e.user for e in story.events)
    return Incident(
        id=f"i{number}",
        title=_title(judged, hosts, story.events),
        verdict=judged.verdict,
        severity=judged.severity,
        confidence=judged.confidence,
        score=judged.score,
        hosts=hosts,
        users=users,
        start=min(times, default=None),
        end=max(times, default=None),
        findings=judged.findings,
        techniques=techniques,
        indicators=make_indicators(story.events, judged.findings),
        processes=_nodes(hits, scene.tree),
        events=_chosen(story.events, judged.findings),
        event_count=len(story.events),
        claims=_claims(story.events),
        reasons=judged.reasons,
        next_steps=next_steps(judged, techniques, story.events),
    )


def make_indicators(events: Iterable[Event], findings: Iterable[Finding]) -> tuple[Indicator, ...]:
    """Indicators of the events that findings stand on, each value once; noted ones last."""
    wanted = {e for f in findings if f.weight > 0 for e in f.events[:_EVENTS_READ]}
    found: dict[tuple[str, str], Indicator] = {}
    for event in events:
        if event.id in wanted:
            for indicator in event_indicators(event, command_layers(event), field=command_field(event)):
                found.setdefault((indicator.type, indicator.value), indicator)
    ordered = sorted(found.values(), key=lambda i: bool(i.note))
    return tuple(ordered[:_INDICATORS])


def _most_common(values: Iterable[str]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    spelled: dict[str, str] = {}
    for value in values:
        if value and value != "-":
            counts[value.lower()] = counts.get(value.lower(), 0) + 1
            spelled.setdefault(value.lower(), value)
    return tuple(spelled[v] for v in sorted(counts, key=lambda v: -counts[v])[:20])


def _title(judged: Judged, hosts: tuple[str, ...], events: list[Event]) -> str:
    strongest = next((f for f in judged.findings if f.weight > 0), None)
    if strongest is None or (judged.verdict is Verdict.BENIGN and strongest.weight < 0.5):
        what = "Nothing out of the ordinary"
    else:
        what = strongest.title
    more = sum(1 for f in judged.findings if f.weight >= 1.0) - 1
    where = (
        f" on {hosts[0]}" if hosts else (f" in {events[0].provider}" if events and events[0].provider else "")
    )
    others = f" and {len(hosts) - 1} more host{'s' if len(hosts) > 2 else ''}" if len(hosts) > 1 else ""
    return f"{what}{where}{others}" + (
        f", with {more} more finding{'s' if more > 1 else ''}" if more > 0 else ""
    )


def _claims(events: Iterable[Event]) -> tuple[Claim, ...]:
    """What other products said, each alert once."""
    claims = [e.claim for e in events if e.claim is not None]
    return tuple({(c.product, c.rule, c.rule_id): c for c in claims}.values())[:_CLAIMS]


def _chosen(events: list[Event], findings: Iterable[Finding]) -> tuple[Event, ...]:
    """The events that evidence quotes first, then others as far as there is room, in order of time."""
    quoted = {e.event for f in findings for e in f.evidence} | {f.events[0] for f in findings if f.events}
    first = [e for e in events if e.id in quoted][:_EVENTS]
    rest = [e for e in events if e.id not in quoted][: _EVENTS - len(first)]
    chosen = {e.id for e in (*first, *rest)}
    return tuple(e for e in events if e.id in chosen)


def _nodes(hits: Iterable[Hit], tree: ProcessTree) -> tuple[ProcessNode, ...]:
    """Flagged processes with all that stands above them, parents before children."""
    flagged: dict[int, tuple[Process, dict[str, None]]] = {}
    for hit in hits:
        process = tree.of(hit.event)
        if process is not None and hit.signal.weight > 0:
            flagged.setdefault(id(process), (process, {}))[1][hit.signal.id] = None
    shown: dict[int, Process] = {}
    for process, _ in list(flagged.values())[:_NODES]:
        shown[id(process)] = process
        for above in process.above():
            shown[id(above)] = above
            if above.name in HUBS:
                break
    children: dict[str, list[Process]] = {}
    keys = {p.key for p in shown.values()}
    for process in shown.values():
        parent = process.parent.key if process.parent is not None and process.parent.key in keys else ""
        children.setdefault(parent, []).append(process)
    return tuple(_walk("", children, {p.key: tuple(s) for p, s in flagged.values()}))


def _walk(
    parent: str, children: Mapping[str, list[Process]], signals: Mapping[str, tuple[str, ...]]
) -> Iterable[ProcessNode]:
    stack = [(parent, p) for p in _by_time(children.get(parent, []), reverse=True)]
    while stack:
        above, process = stack.pop()
        yield ProcessNode(
            key=process.key,
            parent=above,
            name=process.name,
            image=process.image,
            command=process.command[:_COMMAND_CHARS],
            user=process.user,
            time=process.time,
            pid=process.pid,
            event=process.event.id if process.event else "",
            signals=signals.get(process.key, ()),
        )
        stack += [(process.key, p) for p in _by_time(children.get(process.key, []), reverse=True)]


def _by_time(processes: Iterable[Process], *, reverse: bool) -> list[Process]:
    return sorted(processes, key=lambda p: (p.time or 0.0, p.key), reverse=reverse)
