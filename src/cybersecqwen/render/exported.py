"""One view of any report for the machine formats: what may be exported, and in what context it stands.

A report of `csq intel` brings indicators with roles. Other tasks bring plain indicators; the verdict of the
incident (or of the report) is what is known of them. What is set apart stays apart, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from cybersecqwen.records import Indicator, Report, Severity, Technique, Verdict
from cybersecqwen.records.intel import (
    DocumentInfo,
    Intelligence,
    Named,
    Observable,
    Place,
    Relation,
    ReportedTechnique,
    Role,
    Target,
    Tier,
    Tlp,
)

from .wording import headline

_T = TypeVar("_T")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_TIERS = {Verdict.MALICIOUS: Tier.MODERATE}
"""How sure it is that an indicator of an incident belongs to an attacker; low for all other verdicts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """What a report has for other programs. Every text is Unicode without lone surrogates."""

    task: str
    title: str
    version: str
    """Of this program."""
    severity: Severity
    marking: Tlp
    published: str
    """YYYY-MM-DD of the newest document that says so; "" where none does."""
    documents: tuple[DocumentInfo, ...]
    titles: Mapping[str, str]
    """Id of a document to its title, else its path, else the id."""
    sources: tuple[str, ...]
    """Titles of the documents, else what was read."""
    summary: str
    """The narrative, else the statements of the assessment, else the verdict; one paragraph."""
    indicators: tuple[Observable, ...]
    """The usable ones, each type and value once."""
    apart: tuple[Observable, ...]
    """Those set apart; `note` says why."""
    techniques: tuple[ReportedTechnique, ...]
    names: tuple[Named, ...]
    """Without vulnerabilities that the report calls of no concern, and groups that it says it was not."""
    relations: tuple[Relation, ...]
    targets: tuple[Target, ...]
    attack_version: str
    """Version of ATT&CK in the store: "18.1", or ""."""

    def title_of(self, document: str) -> str:
        """Title or path of the document with this id; the id where there is none."""
        return self.titles.get(document, document)

    @property
    def key(self) -> str:
        """What identifies the report, the same in every run: hashes of the documents, else the sources."""
        parts = [one.sha256 or one.path for one in self.documents] or [self.title, *self.sources]
        return "\x1f".join((self.task, *parts))


def exported(report: Report) -> Exported:
    """The view; takes any report and never raises."""
    intel = report.intel or Intelligence()
    found = intel.indicators if report.intel else tuple(_observables(report))
    techniques = intel.techniques if report.intel else tuple(_techniques(report))
    once: dict[tuple[str, str], Observable] = {}
    for one in map(_clean, found):
        once.setdefault((one.type, one.value), one)
    documents = _clean(intel.documents)
    named = tuple(one.title or one.path for one in documents)
    return Exported(
        task=_clean(report.task),
        title=_clean(headline(report)) or "Untitled report",
        version=_clean(report.provenance.version),
        severity=report.severity,
        marking=intel.marking,
        published=max((date for one in documents if (date := _day(one.published))), default=""),
        documents=documents,
        titles={one.id: one.title or one.path or one.id for one in reversed(documents)},
        sources=named or _clean(report.sources),
        summary=_clean(_summary(report, intel)),
        indicators=tuple(one for one in once.values() if not one.note and one.value),
        apart=tuple(one for one in once.values() if one.note and one.value),
        techniques=tuple({one.id: one for one in reversed(_clean(techniques))}.values())[::-1],
        names=_clean(tuple(one for one in intel.names if not _is_ruled_out(one))),
        relations=_clean(intel.relations),
        targets=_clean(intel.targets),
        attack_version=_attack_version(report),
    )


def _is_ruled_out(one: Named) -> bool:
    """Other programs take a name for a statement that it is so: they have no word for "not this one"."""
    return bool(one.facts.get("denied") or (one.facts.get("doubted") and not one.facts.get("attributed")))


def first_place(one: Observable | ReportedTechnique | Named) -> Place | None:
    """Where it stands first."""
    return one.places[0] if one.places else None


def where(one: Observable | ReportedTechnique | Named) -> str:
    """The first place in words: "page 3, line 12"; "" where it is not known."""
    place = first_place(one)
    if place is None:
        return ""
    parts = [f"page {place.page}"] if place.page else []
    return ", ".join(parts + ([f"line {place.line}"] if place.line else []))


def technique_url(id: str) -> str:
    """Page of a technique at MITRE; "" for what is no identifier of one."""
    if not re.fullmatch(r"T[0-9]{4}(?:\.[0-9]{3})?", id):
        return ""
    return f"https://attack.mitre.org/techniques/{id.replace('.', '/')}/"


def _summary(report: Report, intel: Intelligence) -> str:
    told = [one.text for one in report.narrative] or [one.text for one in intel.statements]
    return " ".join(told)[:5_000] or f"Verdict: {report.verdict.value}, severity {report.severity.label}."


def _observables(report: Report) -> Iterator[Observable]:
    """Indicators of incidents with the verdict of theirs, then those of the report with its own."""
    for incident in report.incidents:
        for one in incident.indicators:
            yield _observable(one, incident.verdict, incident.title)
    for one in report.indicators:
        yield _observable(one, report.verdict, report.title)


def _observable(one: Indicator, verdict: Verdict, title: str) -> Observable:
    note = one.note or ("the activity around it is benign" if verdict is Verdict.BENIGN else "")
    return Observable(
        type=one.type,
        value=one.value,
        raw=one.raw,
        role=Role.UNKNOWN,
        tier=_TIERS.get(verdict, Tier.LOW),
        why=f"the verdict is {verdict.value}",
        note=note,
        context=f"{verdict.value}: {title}"[:400],
    )


def _techniques(report: Report) -> Iterator[ReportedTechnique]:
    for incident in report.incidents:
        yield from (_technique(one, incident.verdict, incident.title) for one in incident.techniques)
    yield from (_technique(one, report.verdict, report.title) for one in report.techniques)


def _technique(one: Technique, verdict: Verdict, title: str) -> ReportedTechnique:
    return ReportedTechnique(
        id=one.id,
        name=one.name,
        tactics=one.tactics,
        tier=_TIERS.get(verdict, Tier.LOW),
        context=f"{verdict.value}: {title}"[:400],
        why=", ".join(one.findings)[:400],
    )


def _attack_version(report: Report) -> str:
    for one in report.citations:
        source, _, version = one.source.rpartition(" ")
        if source.startswith("attack-") and re.fullmatch(r"[0-9]{1,4}(?:\.[0-9]{1,4})?", version):
            return version
    return ""


def _day(text: str) -> str:
    """A whole date of what a document says: 2024 means its first day. "" for what is none."""
    from datetime import date

    match = _DATE.match(text)
    if not match:
        return ""
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)).isoformat()
    except ValueError:
        return ""


def _clean(value: _T) -> _T:
    r"""`value` with lone surrogates in its texts written as \udc80, which no format can hold otherwise."""
    return _cleaned(value)  # type: ignore[no-any-return]


def _cleaned(value: Any) -> Any:
    if isinstance(value, Place) and value.document.isascii():
        return value  # there are many of them
    if isinstance(value, str):
        if value.isascii():
            return value
        made = value.encode("utf-8", "backslashreplace").decode()
        return value if made == value else made
    if isinstance(value, (tuple, list)):
        parts = [_cleaned(one) for one in value]
        same = all(new is old for new, old in zip(parts, value, strict=True))
        return value if same else type(value)(parts)
    if isinstance(value, Mapping):
        return {_cleaned(key): _cleaned(inner) for key, inner in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        told = {one.name: getattr(value, one.name) for one in fields(value)}
        changed = {name: new for name, old in told.items() if (new := _cleaned(old)) is not old}
        return replace(value, **changed) if changed else value
    return value
