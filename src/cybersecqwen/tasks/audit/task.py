"""The task: read reports, find the ways from findings to controls, judge the controls."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from cybersecqwen import __version__
from cybersecqwen.errors import NothingAnalysedError
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Citation, Problem, Provenance, Report, Severity, Verdict
from cybersecqwen.records.audit import (
    Audit,
    Control,
    Indication,
    Mapping,
    NotRead,
    Observation,
    Standing,
    Subject,
)
from cybersecqwen.tasks.interface import Request, Task, Tools
from cybersecqwen.tasks.saved.files import Envelope
from cybersecqwen.tasks.saved.files import read as read_files

from .crosswalks import crosswalk, in_order
from .judging import controls, mapped
from .options import AuditOptions
from .reading import Read, Seen, read
from .ways import RULES, Ways

MOST = 5_000
"""Kinds of findings that one audit holds."""
KEPT = 500
"""What is kept of what speaks about one control in one direction: the worst."""
_TOLD = 50
"""Inputs that are named one by one where they could not be read."""


class AuditTask(Task):
    """Saved reports → controls, what speaks about each, and what nothing speaks about."""

    name: ClassVar[str] = "audit"
    help: ClassVar[str] = "Hold saved reports against controls: evidence, coverage, gaps."

    def assess(self, request: Request, tools: Tools) -> Report:
        """See `Task.assess`; what is no report is named among the problems, and the rest is done."""
        begun = time.perf_counter()
        given = request.parameters
        options = given if isinstance(given, AuditOptions) else AuditOptions()
        reads, left = _reads(request, tools)
        if not reads:
            why = f" {left[0].path}: {left[0].reason}" if left else ""
            raise NothingAnalysedError(
                f"There is no report to look at.{why}",
                hint="`csq review . --format json > review.json` writes one; then `csq audit review.json`.",
            )
        audit = _audit(reads, left, options, tools.store)
        return _report(audit, request, tools, begun)


def _reads(request: Request, tools: Tools) -> tuple[list[Read], list[NotRead]]:
    reads: list[Read] = []
    left: list[NotRead] = []
    known: dict[str, str] = {}
    for one in read_files(request, tools.limits):
        tools.progress("Reading reports", len(reads), 0)
        made = _read(one, f"r{len(reads) + 1}", known)
        if isinstance(made, NotRead):
            left.append(made)
        else:
            reads.append(made)
    return reads, left


def _read(one: Envelope | NotRead, id: str, known: dict[str, str]) -> Read | NotRead:
    if isinstance(one, NotRead):
        return one
    same = known.setdefault(one.sha256, one.path)
    if same != one.path:
        return NotRead(path=one.path, reason=f"It is the same report as {same}.")
    made = read(one, id)
    if made is None:
        task = str(one.data["task"])[:40]
        return NotRead(path=one.path, reason=f"It is a report of the task {task!r}, which is not known here.")
    return made


def _audit(reads: Sequence[Read], left: Sequence[NotRead], options: AuditOptions, store: Store) -> Audit:
    observed, beyond = _observations(reads, store)
    observations = {one.id: one for one, _ in observed}
    found, leading = _evidence(observed, Ways(store))
    used: Counter[str] = Counter()
    for id in leading:
        used[observations[id].subject] += observations[id].count
    subjects = [replace(one.subject, used=used[one.subject.id]) for one in reads]
    silent = [id for id in observations if id not in leading]
    wanted = crosswalk("baselines").table[options.baseline]
    baseline = frozenset(id for id in wanted if store.exists(id))
    evident, gaps = controls(found, observations, baseline, store)
    return Audit(
        framework=options.framework,
        baseline=options.baseline,
        subjects=tuple(subjects),
        observations=tuple(observations.values()),
        controls=evident,
        gaps=gaps,
        beyond=tuple(id for id in wanted if id not in baseline),
        mapped=mapped(options.framework, evident),
        silent=tuple(silent),
        mappings=tuple(_mappings(found, options, store)),
        not_read=(*left, *beyond),
    )


def _observations(
    reads: Sequence[Read], store: Store
) -> tuple[list[tuple[Observation, Seen]], list[NotRead]]:
    """(what was found, in order of reports; reports of which a part is left out)."""
    made: list[tuple[Observation, Seen]] = []
    beyond: list[NotRead] = []
    for one in reads:
        room = MOST - len(made)
        for seen in one.seen[:room]:
            made.append((_observation(seen, f"o{len(made) + 1}", one.subject, store), seen))
        if len(one.seen) > room:
            reason = f"{len(one.seen) - room:,} kinds of its findings are left out: the bound is {MOST:,}."
            beyond.append(NotRead(path=one.subject.path, reason=reason))
    return made, beyond


def _evidence(
    observed: Sequence[tuple[Observation, Seen]], ways: Ways
) -> tuple[dict[str, list[Indication]], set[str]]:
    """(control to what speaks about it, observations that lead to a control), the worst first."""
    found: dict[str, list[Indication]] = {}
    leading: set[str] = set()
    held: Counter[tuple[str, str]] = Counter()
    for observation, seen in sorted(observed, key=lambda one: -one[0].severity):
        for control, indication in _indications(ways, seen, observation):
            leading.add(observation.id)
            held[control, indication.direction] += 1
            if held[control, indication.direction] <= KEPT:
                found.setdefault(control, []).append(indication)
    return found, leading


def _observation(seen: Seen, id: str, subject: Subject, store: Store) -> Observation:
    names: dict[str, None] = {}
    for name in seen.names:
        resolved = store.resolve(name)
        if resolved.state == "known":
            names[resolved.id] = None
        elif resolved.successor:
            names[resolved.successor] = None
    return Observation(
        id=id,
        subject=subject.id,
        finding=seen.finding,
        title=seen.title,
        severity=seen.severity,
        names=tuple(names),
        count=seen.count,
        spots=tuple(seen.spots),
        time=seen.time if seen.time is not None else subject.time,
    )


def _indications(ways: Ways, seen: Seen, observation: Observation) -> Iterator[tuple[str, Indication]]:
    for way in ways.of(seen, observation.names):
        yield (
            way.control,
            Indication(
                observation=observation.id,
                direction=way.direction,
                strength=way.strength,
                path=way.path,
                by=way.by,
                why=way.why,
            ),
        )


def _mappings(found: dict[str, list[Indication]], options: AuditOptions, store: Store) -> Iterator[Mapping]:
    """What the result stands on: who stated a step that was gone, the baseline, the other frameworks."""
    yield crosswalk("baselines").about
    used = {name for some in found.values() for one in some for name in one.by}
    if RULES in used:
        yield Mapping(
            name=RULES, title="Rules of csq (docs/audit.md)", edition=__version__, licence="Apache-2.0"
        )
    if "cwe-800-53" in used:
        yield replace(crosswalk("cwe").about, name="cwe-800-53")
    for name in sorted(used):
        source = store.source("attack-enterprise" if name == "attack" else name)
        if source is not None:
            yield Mapping(
                name=name,
                title=source.name,
                edition=source.version,
                date=source.date,
                source=source.url,
                licence=source.licence,
            )
    yield crosswalk("iso27001").about
    yield crosswalk("cis").about


def _report(audit: Audit, request: Request, tools: Tools, begun: float) -> Report:
    failed = audit.standing(Standing.NOT_SATISFIED)
    needed = audit.standing(Standing.NEEDED)
    satisfied = audit.standing(Standing.SATISFIED)
    return Report(
        task="audit",
        verdict=Verdict.NEEDS_REVIEW if failed or needed else Verdict.BENIGN,
        severity=max((one.severity for one in failed), default=Severity.INFORMATIONAL),
        confidence=1.0,
        title=_title(audit, failed, satisfied),
        sources=tuple(request.paths),
        counts={
            "reports": len(audit.subjects),
            "findings": sum(one.findings for one in audit.subjects),
            "controls": len(audit.controls),
            "not_satisfied": len(failed),
            "needed": len(needed),
            "satisfied": len(satisfied),
            "gaps": len(audit.gaps),
            "damaged": len(audit.not_read),
        },
        citations=tuple(_citations(audit, tools.store)),
        problems=tuple(_problems(audit)),
        timings_ms={"audit": round((time.perf_counter() - begun) * 1000, 2)},
        provenance=Provenance(version=__version__, knowledge=tools.store.version),
        audit=audit,
    )


def _title(audit: Audit, failed: Sequence[Control], satisfied: Sequence[Control]) -> str:
    reports = "1 report shows" if len(audit.subjects) == 1 else f"{len(audit.subjects):,} reports show"
    return (
        f"{len(failed):,} controls other than satisfied, {len(satisfied):,} satisfied as far as {reports};"
        f" {len(audit.gaps):,} of the {audit.baseline} baseline not assessed"
    )


def _citations(audit: Audit, store: Store) -> Iterator[Citation]:
    ids = [one.id for one in audit.controls]
    for id in sorted(ids, key=in_order):
        made = store.citation(id)
        if made is not None:
            yield made


def _problems(audit: Audit) -> Iterator[Problem]:
    for one in audit.not_read[:_TOLD]:
        yield Problem(stage="read", message=one.reason, subject=one.path)
    if len(audit.not_read) > _TOLD:
        more = len(audit.not_read) - _TOLD
        yield Problem(stage="read", message=f"{more:,} more inputs could not be read.", count=more)
    full = sum(len(one.indications) >= KEPT for one in audit.controls)
    if full:
        message = (
            f"Controls that more than {KEPT:,} findings may speak about keep the worst {KEPT:,} of a kind."
        )
        yield Problem(stage="detect", message=message, count=full)
    if audit.beyond:
        yield Problem(
            stage="knowledge",
            message="Controls of the baseline are not in this knowledge bundle and were not looked at"
            " (`csq kb build --from DIR` with NIST's whole catalogue takes them in).",
            count=len(audit.beyond),
        )
