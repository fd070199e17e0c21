"""Triage: an alert or a recording of events becomes an assessment that can be checked line by line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import ClassVar

from cybersecqwen import __version__
from cybersecqwen.detect.events.claims import claim_hit
from cybersecqwen.detect.events.counting import resolve_counts
from cybersecqwen.detect.events.fanout import screen_in_parts, worth_it
from cybersecqwen.detect.events.hits import Hit, match_event
from cybersecqwen.detect.events.screen import Screen, Screened
from cybersecqwen.detect.events.stories import make_chains, make_stories
from cybersecqwen.detect.events.tree import ProcessTree
from cybersecqwen.errors import InputError
from cybersecqwen.inputs import Blob
from cybersecqwen.inputs.events import nothing, records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import (
    Category,
    Damage,
    Finding,
    Incident,
    Problem,
    Provenance,
    Report,
    Severity,
    Verdict,
)
from cybersecqwen.tasks.interface import Ask, Request, Task, Tools
from cybersecqwen.tasks.techniques import make_techniques

from .incidents import Scene, make_incident
from .narrative import write
from .prompt import ask, split
from .verdict import PRIOR, confidence_of

_INCIDENTS = 500
_DAMAGE_SHOWN = 50


class Triage(Task):
    """An alert or recorded events → verdict, evidence, ATT&CK, indicators, next steps."""

    name: ClassVar[str] = "triage"
    help: ClassVar[str] = "Judge an alert or a recording of events, with the evidence for every point."

    def assess(self, request: Request, tools: Tools) -> Report:
        """Read, screen, group, judge and describe; see `Task.assess`."""
        clock = _Clock()
        with clock("read"):
            screened = _screen(request, tools)
        with clock("detect"):
            tree = ProcessTree(screened.events, tools.rules.kinds)
            tree.link_tasks(screened.events)
            hits = _all_hits(screened, tree, tools)
        with clock("assess"):
            stories = make_stories(make_chains(hits, tree))
            scene = Scene(tree, tools.store)
            incidents = [make_incident(story, scene, number=0) for story in stories]
            incidents = _ranked([i for i in incidents if i.findings])
        report = _report(request, tools, screened, hits, incidents)
        with clock("write"):
            narrative = write(report)
        return replace(report, narrative=narrative, timings_ms=clock.spent)

    def ask(self, report: Report, tools: Tools) -> Ask | None:
        """What a language model may be asked about the report; see `Task.ask`."""
        del tools
        return ask(report)

    def split(self, text: str) -> list[str]:
        """Sentences of a model's text."""
        return list(split(text))


class _Clock:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.spent[stage] = round((time.perf_counter() - start) * 1000, 2)


def _screen(request: Request, tools: Tools) -> Screened:
    """Everything that matters of all inputs; raises NothingAnalysedError where nothing was read."""
    total = Screened()
    screen = Screen(tools.rules, tools.limits)
    for item in open_inputs(request.paths, tools.limits, stdin=request.stdin):
        if isinstance(item, Damage):
            total.damage.add(item)
            continue
        blob, reader = item
        first_id = total.records + total.damage.records + 1
        if worth_it(blob, reader.name, tools.workers):
            try:
                for part in screen_in_parts(
                    blob,
                    tools.rules,
                    tools.limits,
                    tools.workers,
                    first_id=first_id,
                    done=partial(_tell, tools, blob),
                ):
                    total.merge(part, tools.limits)
            except InputError as error:  # it vanished, or failed, while parts of it were read
                total.damage.add(blob.damage(error.message, format=reader.name))
            continue
        tools.progress(f"Reading {blob.name}", 0, 0)
        screen.screen(blob, reader.name, records(blob, reader, tools.limits), total, first_id=first_id)
    if not total.records:
        raise nothing(next(iter(total.damage.kept), None), request.paths)
    return total


def _tell(tools: Tools, blob: Blob, at: int) -> None:
    tools.progress(f"Reading {blob.name}", at, blob.size)


def _all_hits(screened: Screened, tree: ProcessTree, tools: Tools) -> list[Hit]:
    """Hits of single events, of processes in their surroundings, of alerts, and of counts."""
    hits = list(screened.hits)
    for event in screened.events:
        if event.category is Category.PROCESS:
            hits += match_event(event, tools.rules, tree.surroundings(event))
        claim = claim_hit(event)
        if claim is not None:
            hits.append(claim)
    return resolve_counts(hits)


_ORDER = {verdict: -verdict.rank for verdict in Verdict}


def _ranked(incidents: list[Incident]) -> list[Incident]:
    """Most serious first, numbered; benign ones are counted, not shown, where there are others."""
    incidents.sort(key=lambda i: (_ORDER[i.verdict], -i.score, i.start or 0.0))
    shown = [i for i in incidents if i.verdict is not Verdict.BENIGN] or incidents[:1]
    return [replace(i, id=f"i{n}") for n, i in enumerate(shown[:_INCIDENTS], 1)]


def _report(
    request: Request, tools: Tools, screened: Screened, hits: list[Hit], incidents: list[Incident]
) -> Report:
    worst = incidents[0] if incidents else None
    findings = _all_findings(incidents)
    techniques = make_techniques(findings, tools.store)
    manifest = tools.store.manifest
    return Report(
        task="triage",
        verdict=worst.verdict if worst else Verdict.BENIGN,
        severity=max((i.severity for i in incidents), default=Severity.INFORMATIONAL),
        confidence=worst.confidence if worst else confidence_of(PRIOR),
        title=worst.title if worst else "Nothing out of the ordinary",
        sources=tuple(request.paths),
        counts=_counts(screened, hits, incidents),
        incidents=tuple(incidents),
        findings=findings,
        indicators=tuple({(x.type, x.value): x for i in incidents for x in i.indicators}.values()),
        techniques=techniques,
        citations=tuple(c for t in techniques if (c := tools.store.citation(t.id)) is not None),
        problems=tuple(_problems(screened)),
        provenance=Provenance(version=__version__, knowledge=manifest.version, rules=tools.rules.version),
        extra={"categories": {str(c): n for c, n in sorted(screened.categories.items())}},
    )


def _counts(screened: Screened, hits: list[Hit], incidents: list[Incident]) -> dict[str, int]:
    return {
        "events": screened.records,
        "kept": len(screened.events),
        "alerts": sum(1 for e in screened.events if e.claim is not None),
        "signals": len({h.signal.id for h in hits}),
        "incidents": len(incidents),
        "damaged": screened.damage.records,
    }


def _all_findings(incidents: list[Incident]) -> tuple[Finding, ...]:
    """Findings of all incidents, the strongest of each signal, strongest first."""
    best: dict[str, Finding] = {}
    for incident in incidents:
        for finding in incident.findings:
            known = best.get(finding.signal)
            if known is None or finding.weight > known.weight:
                best[finding.signal] = finding
    return tuple(sorted(best.values(), key=lambda f: (-f.weight, f.signal)))


def _problems(screened: Screened) -> Iterator[Problem]:
    """What could not be read, by reason; and what did not fit."""
    grouped: dict[tuple[str, str], list[Damage]] = {}
    for damage in screened.damage.kept:
        grouped.setdefault((damage.source.path + damage.source.member, damage.reason), []).append(damage)
    left = screened.damage.records
    for (_, reason), found in list(grouped.items())[:_DAMAGE_SHOWN]:
        count = sum(d.records for d in found)
        left -= count
        yield Problem(stage="read", message=reason, subject=str(found[0].source), count=count)
    if left > 0:
        yield Problem(stage="read", message="More damage was found.", count=left)
    if screened.dropped:
        yield Problem(
            stage="detect",
            message="Events that matter did not fit into memory and were left out of the grouping"
            " (raise CSQ_LIMIT_KEPT_EVENTS).",
            count=screened.dropped,
        )
