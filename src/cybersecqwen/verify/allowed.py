"""What a model may say about a report: its names, relations, numbers, identifiers and own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cybersecqwen.records import Event, Finding, Report, Severity, Verdict

from .identifiers import find, recorded_cves
from .intelligence import facts_of
from .interface import Facts
from .names import IDENTITY_FIELDS, Names, collect
from .playbooks import facts_of as facts_of_playbook
from .relations import Table, table
from .vocabulary import LIMITS, content, words

_VALUE_CHARS = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A sentence or title of our own that a model may repeat."""

    text: str
    """Without what was copied into it from the input."""
    stems: tuple[str, ...]
    """Its words that claim something, in order."""
    limits: frozenset[str]
    """Words of it that turn or bound it, in lower case; who repeats it repeats them."""
    share: float
    """How much of it must be repeated, 0 to 1, for the rest to be left out safely."""
    about: str
    """The signal, technique or part of the report that it comes from."""
    general: bool = False
    """It speaks about such things in general, not about these events."""
    events: frozenset[str] = frozenset()
    """Events that it is about; empty for the report as a whole."""
    names: frozenset[str] = frozenset()
    """Identity values in its evidence, in lower case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """The index that every check of a draft asks. Built once for a report."""

    facts: Facts
    verdict: Verdict
    severity: Severity
    confidence: float
    names: Names
    relations: Table
    statements: tuple[Statement, ...]
    counts: Mapping[str, frozenset[int]]
    """Stem of a noun to the numbers of such things: {"event": {12}, "host": {1}}."""
    identifiers: frozenset[str]
    """Identifiers that the report names, and CVE ids of the input."""
    evidence: tuple[str, ...]
    """All recorded text, blanks and case folded."""
    events: tuple[Event, ...] = ()
    """The events that the report shows."""
    cut: bool = False
    """There were more events than it shows, so that nobody can count."""
    own: frozenset[str] = frozenset()
    """Titles and reasons of findings to the letter, nothing of the input in them."""
    passages: tuple[str, ...] = ()
    """For an answer: the quoted passages, each with what it is about; nothing else may be said."""
    whole: bool = False
    """Sentences of the passages may be repeated whole only: they bound themselves by their own words."""
    joined: bool = False
    """Whole sentences of the passages may be joined: each of them says one thing."""

    def holding(self, folded: str) -> frozenset[str]:
        """The events in whose recorded text a quotation stands."""
        return frozenset(
            event.id
            for event in self.events
            if any(folded in squeeze(value[:_VALUE_CHARS]) for value in _values(event))
        )


def _values(event: Event) -> Iterator[str]:
    yield from event.fields.values()
    yield from (event.user, event.host)
    if event.claim:
        yield from (event.claim.rule, event.claim.description, *event.claim.fields.values())


def allow(report: Report, facts: Facts) -> Allowed:
    """Index a report."""
    incidents = report.incidents
    events = [event for incident in incidents for event in incident.events]
    evidence = tuple(_recorded(events, report))
    own = tuple(_statements(report, evidence))
    return Allowed(
        facts=facts,
        verdict=report.verdict,
        severity=report.severity,
        confidence=report.confidence,
        names=collect(incidents),
        relations=table(incidents),
        statements=own,
        counts=_counts(report),
        identifiers=frozenset(_identifiers(report, evidence, facts)),
        evidence=evidence,
        events=tuple(events),
        cut=any(one.event_count > len(one.events) for one in incidents),
        own=frozenset(_to_the_letter(report, evidence)),
        passages=tuple(passages_of(report)),
        whole=report.intel is not None,
        joined=report.playbook is not None,
    )


def passages_of(report: Report) -> Iterator[str]:
    """What alone may be said: our own sentences about reports and playbooks, or the passages of an answer.

    A passage stands after the names and the section that stand above it.
    """
    if report.intel is not None:
        yield from (f"\n{fact}" for fact in facts_of(report.intel))
    if report.playbook is not None:
        yield from (f"\n{fact}" for fact in facts_of_playbook(report.playbook))
    found = report.extra.get("passages", ()) if report.task == "ask" else ()
    for one in found if isinstance(found, list | tuple) else ():
        if isinstance(one, Mapping):
            keys = ("id", "name", "other", "other_name", "section", "text")
            yield "\n".join(str(one.get(key, "")) for key in keys)


def squeeze(text: str) -> str:
    """Text without differences of case and blanks."""
    return " ".join(text.split()).casefold()


def all_findings(report: Report) -> Iterator[Finding]:
    """Findings of the report and of its incidents."""
    yield from report.findings
    for incident in report.incidents:
        yield from incident.findings


def input_text(report: Report) -> Iterator[str]:
    """Every text that came from the input."""
    for incident in report.incidents:
        for event in incident.events:
            yield from _values(event)
        for node in incident.processes:
            yield from (node.command, node.image)
        for claim in incident.claims:
            yield from (claim.rule, claim.description, *claim.fields.values())
    for finding in all_findings(report):
        yield from (piece.value for piece in finding.evidence)
    yield from (indicator.raw for indicator in report.indicators)
    if report.intel is not None:
        yield from (name.context for name in report.intel.names)
    yield from passages_of(report)


def _recorded(events: Iterable[Event], report: Report) -> Iterator[str]:
    seen: set[str] = set()
    for value in input_text(report):
        folded = squeeze(value[:_VALUE_CHARS])
        if folded and folded not in seen:
            seen.add(folded)
            yield folded


def _statements(report: Report, evidence: tuple[str, ...]) -> Iterator[Statement]:
    for finding in {finding.signal: finding for finding in all_findings(report)}.values():
        texts = [(finding.title, 0.6, True)]
        texts += [(one, 1.0, True) for one in (*_sentences(finding.why), *_sentences(finding.ordinary))]
        for text, share, general in texts:
            own = _own(text, evidence)
            yield Statement(
                text=own,
                stems=content(own),
                limits=_limits(own),
                share=share,
                about=finding.signal,
                general=general,
                events=frozenset(finding.events),
                names=_acting(finding),
            )
    for incident in report.incidents:
        events = {finding.signal: frozenset(finding.events) for finding in incident.findings}
        for technique in incident.techniques:
            where = frozenset[str]().union(
                *(events.get(signal, frozenset()) for signal in technique.findings)
            )
            for text in (technique.name, *technique.tactics):
                stems = content(text.replace("-", " "))
                yield Statement(
                    text=text, stems=stems, limits=frozenset(), share=1.0, about=technique.id, events=where
                )


def _to_the_letter(report: Report, evidence: tuple[str, ...]) -> Iterator[str]:
    """What findings that speak against the activity say, where nothing of it was copied from the input."""
    for finding in all_findings(report):
        # "anomaly:…", "match:…": their titles are made with values of the input, be they one word.
        if finding.weight <= 0 or finding.group == "claims" or ":" in finding.signal:
            continue
        for text in (finding.title, *_sentences(finding.why)):
            if _own(text, evidence) == squeeze(text):
                yield text.rstrip(".")


def _sentences(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?])\s+", text) if one]


def _limits(text: str) -> frozenset[str]:
    return frozenset(low for word in words(text) if (low := word.lower()) in LIMITS)


def _own(text: str, evidence: tuple[str, ...]) -> str:
    """The text without what was copied into it from the input, whole or with its end cut off."""
    folded = squeeze(text)
    head, colon, tail = folded.partition(": ")
    for value in evidence:
        if value == folded:
            return ""
        if colon and len(tail) >= 3 and value.startswith(tail):  # "elastic raised an alert: TITLE"
            return head
        # A short value ("system") may well be a word of our own; a phrase of the input may not.
        if " " in value and len(value) >= 8 and value in folded:
            folded = folded.replace(value, " ")
    return folded


def _acting(finding: Finding) -> frozenset[str]:
    return frozenset(
        piece.value.strip().lower()
        for piece in finding.evidence
        if piece.field in IDENTITY_FIELDS or piece.field == "event.user"
    )


def _counts(report: Report) -> dict[str, frozenset[int]]:
    counts: dict[str, set[int]] = {}

    def add(noun: str, *numbers: int) -> None:
        counts.setdefault(noun, set()).update(numbers)

    add("event", *(report.counts.get(key, 0) for key in ("events",)))
    add("alert", *(report.counts.get(key, 0) for key in ("alerts",)))
    for incident in report.incidents[:1] if len(report.incidents) == 1 else ():
        add("event", incident.event_count)
        add("process", len(incident.processes))
        add("host", len(incident.hosts))
        add("user", len(incident.users))
        add("account", len(incident.users))
        add("techniqu", len(incident.techniques))
        add("alert", len(incident.claims))
    add("incident", len(report.incidents))
    return {noun: frozenset(numbers - {0}) for noun, numbers in counts.items()}


def _identifiers(report: Report, evidence: tuple[str, ...], facts: Facts) -> Iterator[str]:
    for finding in all_findings(report):
        yield from finding.techniques
        for text in (finding.title, finding.why, finding.ordinary):
            yield from (mention.id for mention in find(_own(text, evidence)))
    yield from (technique.id for technique in report.techniques)
    for incident in report.incidents:
        yield from (technique.id for technique in incident.techniques)
    # Anybody can write a CVE into a command line: one counts that an alert names, or that the store knows.
    claims = [claim for incident in report.incidents for claim in incident.claims]
    claims += [e.claim for incident in report.incidents for e in incident.events if e.claim is not None]
    yield from recorded_cves(text for claim in claims for text in (claim.rule, claim.description))
    yield from (id for id in recorded_cves(evidence) if facts.resolve(id).state == "known")
    for passage in passages_of(report):
        yield from (mention.id for mention in find(passage))
