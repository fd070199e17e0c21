"""`csq intel match`: the indicators of reports, looked for in one's own logs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from cybersecqwen import __version__
from cybersecqwen.detect.report.searching import Searched, Sighted
from cybersecqwen.errors import NothingAnalysedError, UsageError
from cybersecqwen.records import (
    Evidence,
    Finding,
    Indicator,
    Problem,
    Provenance,
    Report,
    Severity,
    Verdict,
)
from cybersecqwen.records.intel import Role, Tier
from cybersecqwen.tasks.damaged import told
from cybersecqwen.tasks.interface import Request, Task, Tools

from .feed import Feed, Wanted, feed_of
from .wording import counted, listed

MOST_FINDINGS = 1_000
"""Indicators that are told one by one; the rest are counted."""
_GRAVE = {Role.C2: 4.5, Role.EXFILTRATION: 4.5, Role.PAYLOAD: 4.0, Role.DELIVERY: 3.5, Role.ATTACKER: 3.5}
_OTHER = 2.0
_NOTHING = 0.0
_SEVERITY = {Tier.HIGH: Severity.HIGH, Tier.MODERATE: Severity.HIGH, Tier.LOW: Severity.MEDIUM}
_WHY = {
    Role.C2: "Whoever talks to it may be controlled from outside.",
    Role.EXFILTRATION: "What goes there may be stolen data.",
    Role.PAYLOAD: "It is the malware itself.",
    Role.DELIVERY: "It is how the malware comes in; look whether somebody opened it.",
}

_TELLS_NOTHING = "The text names the file without a word about an attack, so a find proves nothing."


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchOptions:
    """`Request.parameters` of the task."""

    reports: tuple[str, ...]
    """Reports, saved reports and lists whose indicators are looked for in the paths of the request."""


class Match(Task):
    """Reports and logs → which indicators stand in the logs, and where."""

    name: ClassVar[str] = "intel-match"
    help: ClassVar[str] = "Look for the indicators of reports in your own logs."

    def assess(self, request: Request, tools: Tools) -> Report:
        """Read the reports, search the logs; see `Task.assess`."""
        from cybersecqwen.detect.report.lookup import Lookup
        from cybersecqwen.detect.report.searching import search
        from cybersecqwen.inputs.open import open_inputs

        options = request.parameters
        if not isinstance(options, MatchOptions):
            raise UsageError("The task takes MatchOptions as its parameters.")
        start = time.perf_counter()
        feed = feed_of(options.reports, tools, request=request)
        wanted = list(feed.wanted.values())
        lookup = Lookup((one.type, one.value) for one in wanted)
        ready = time.perf_counter()
        searched = Searched()
        inputs = open_inputs(request.paths, tools.limits, stdin=request.stdin)
        for searched in search(inputs, lookup, tools.limits, tools.workers):
            tools.progress("Searching", searched.bytes, 0)
        if not searched.lines:
            first = next(iter(searched.damage.kept), None)
            reason = f" {first.source}: {first.reason}" if first is not None else ""
            raise NothingAnalysedError(f"There is no line to search.{reason}")
        harmless = _without_harmless(wanted, searched)
        feed.apart += len(harmless)
        done = time.perf_counter()
        left = [f"{one.type} {one.value}"[:80] for one in lookup.unsought]
        report = _report(request, tools, feed, wanted, searched, left, (ready - start, done - ready))
        return replace(report, problems=(*report.problems, *harmless))


def _without_harmless(wanted: list[Wanted], searched: Searched) -> list[Problem]:
    """Leave out what is known to be harmless and say so; of a long list only finds are asked about."""
    from cybersecqwen.detect.report.warning_lists import WarningLists

    unjudged = [number for number in searched.sighted if not wanted[number].judged]
    lists = WarningLists.load() if unjudged else None
    told = []
    for number in unjudged:
        one = wanted[number]
        reason = lists.reason(one.type, one.value) if lists is not None else ""
        if reason:
            seen = searched.sighted.pop(number)
            message = f"It is in the list and in the logs, and set apart: {reason}."
            told.append(Problem(stage="detect", message=message, subject=one.value, count=seen.count))
    return told


def _report(
    request: Request,
    tools: Tools,
    feed: Feed,
    wanted: list[Wanted],
    searched: Searched,
    left: list[str],
    seconds: tuple[float, float],
) -> Report:
    order = sorted(
        searched.sighted,
        key=lambda number: (-_weight(wanted[number]), -searched.sighted[number].count, wanted[number].value),
    )
    findings = tuple(_finding(wanted[n], searched.sighted[n]) for n in order[:MOST_FINDINGS])
    worst = max((one.severity for one in findings), default=Severity.INFORMATIONAL)
    grave = any(wanted[n].role in _GRAVE and wanted[n].tier is not Tier.LOW for n in order)
    tells = any(wanted[n].tells for n in order)
    verdict = Verdict.MALICIOUS if grave else Verdict.SUSPICIOUS if tells else Verdict.BENIGN
    count = len(wanted)
    hits = len(order)
    title = f"{hits:,} of {counted(count, 'indicator')} {'stands' if hits == 1 else 'stand'} in the logs"
    return Report(
        task="intel-match",
        verdict=verdict,
        severity=worst,
        confidence=0.9 if grave else 0.6 if tells else 0.5,
        title=title if order else f"None of {counted(count, 'indicator')} stands in the logs",
        sources=tuple(request.paths),
        counts={
            "lines": searched.lines,
            "bytes": searched.bytes,
            "files": searched.files,
            "indicators": count,
            "apart": feed.apart,
            "matched": len(order),
            "damaged": sum(one.records for one in feed.damage) + searched.damage.records,
        },
        findings=findings,
        indicators=tuple(_indicator(wanted[n], searched.sighted[n]) for n in order),
        problems=tuple(_problems(feed, searched, left, len(order))),
        timings_ms={"read": round(seconds[0] * 1000, 2), "search": round(seconds[1] * 1000, 2)},
        provenance=Provenance(version=__version__, knowledge=tools.store.manifest.version),
        extra={"marking": feed.marking.value} if feed.marking.value else {},
    )


def _weight(one: Wanted) -> float:
    weight = _GRAVE.get(one.role, _OTHER) if one.tells else _NOTHING
    return weight if one.tier is not Tier.LOW else min(weight, _OTHER)


def _finding(one: Wanted, seen: Sighted) -> Finding:
    what = one.role.value if one.role is not Role.UNKNOWN else "indicator"
    source = f" of {one.source}" if one.source else ""
    grave = one.role in _GRAVE
    return Finding(
        signal=f"match:{one.type}:{one.value}"[:300],
        title=f"{one.value} ({one.type}, {what})"[:300],
        weight=_weight(one),
        severity=_SEVERITY[one.tier] if grave else Severity.MEDIUM if one.tells else Severity.INFORMATIONAL,
        events=tuple(f"{place.path}:{place.line}" for place in seen.places),
        count=seen.count,
        evidence=tuple(
            Evidence(event=f"{place.path}:{place.line}", field="line", value=place.text)
            for place in seen.places
        ),
        why=f"It is an indicator{source}. {_WHY.get(one.role, '') if one.tells else _TELLS_NOTHING}".strip(),
        ordinary="An address or a host may have changed hands since the report was written.",
    )


def _indicator(one: Wanted, seen: Sighted) -> Indicator:
    place = seen.places[0]
    evidence = Evidence(event=f"{place.path}:{place.line}", field="line", value=place.text)
    return Indicator(type=one.type, value=one.value, raw=one.value, evidence=evidence)


def _problems(feed: Feed, searched: Searched, left: list[str], matched: int) -> Iterator[Problem]:
    unkept = searched.damage.places - len(searched.damage.kept)
    records = searched.damage.records - sum(one.records for one in searched.damage.kept)
    yield from told([*feed.damage, *searched.damage.kept], unkept, records)
    if left:
        message = f"{counted(len(left), 'indicator is', 'indicators are')} too short to be looked for: "
        message += f"{listed(left, 3)}."
        yield Problem(stage="detect", message=message, count=len(left))
    if matched > MOST_FINDINGS:
        message = f"{matched - MOST_FINDINGS:,} more indicators that were found are listed, not told."
        yield Problem(stage="detect", message=message)
