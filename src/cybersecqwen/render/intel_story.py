"""What a report on threat reports tells people, in sections that every format for people lays out."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.records import Report
from cybersecqwen.records.intel import (
    Dated,
    DocumentInfo,
    End,
    Intelligence,
    Judgement,
    Relation,
    Shared,
    Target,
    Tier,
)

from .detail import first
from .intel_finds import apart, indicators, names, techniques, vulnerabilities
from .intel_layout import INTEL, Group, IntelAmounts, Row, Section, where
from .interface import Detail
from .wording import counted


def is_intel(report: Report) -> bool:
    """Whether a report is about threat reports."""
    return report.intel is not None


def banner(intel: Intelligence) -> str:
    """The marking, or what stands where there is none."""
    return intel.marking.value or "NO TLP MARKING"


def read_line(report: Report, intel: Intelligence) -> str:
    """What was read: "1 PDF document, 12 pages, 5,230 words"."""
    documents = intel.documents
    formats = sorted({one.format for one in documents})
    what = f"{formats[0].upper()} document" if len(formats) == 1 and formats[0] else "document"
    parts = [counted(len(documents), what)]
    pages = sum(one.pages for one in documents)
    if pages:
        parts.append(counted(pages, "page"))
    parts.append(counted(sum(one.words for one in documents), "word"))
    if len(documents) == 1:
        parts += [one for one in (documents[0].publisher, documents[0].published) if one]
    damaged = report.counts.get("damaged", 0)
    if damaged:
        parts.append(f"{counted(damaged, 'place')} not readable")
    return " · ".join(parts)


def sections(report: Report, intel: Intelligence, detail: Detail) -> tuple[Section, ...]:
    """Everything that the page shows, in order; sections without rows are left out."""
    amounts = INTEL[detail]
    made = (
        _assessment(intel),
        _judgements(intel, amounts),
        _actions(intel),
        names(intel, amounts),
        vulnerabilities(intel, amounts),
        indicators(intel, amounts),
        techniques(intel, amounts),
        _relations(intel, amounts),
        _targets(intel, amounts),
        _shared(intel, amounts),
        _documents(intel, amounts),
        apart(intel, amounts),
    )
    return tuple(_closed(one) for one in made if any(group.rows or group.more for group in one.groups))


def _closed(section: Section) -> Section:
    """A section of which nothing is shown says how much there is, once."""
    if any(group.rows for group in section.groups):
        return section
    return replace(
        section, groups=(Group(heading="", rows=(), more=sum(group.more for group in section.groups)),)
    )


def _assessment(intel: Intelligence) -> Section:
    rows = [
        Row(lead=(one.question,), body=one.text) for one in intel.statements if one.question != "what to do"
    ]
    return Section(
        id="assessment",
        heading="Assessment",
        columns=("Question", "Answer"),
        groups=(Group(heading="", rows=tuple(rows)),),
    )


def _judgements(intel: Intelligence, amounts: IntelAmounts) -> Section:
    shown, more = first(intel.judgements, amounts.judgements)
    return Section(
        id="judgements",
        heading="Key judgements",
        remark="likelihood and confidence, in the words of ICD 203",
        columns=("Likelihood", "Confidence", "Judgement", "Because"),
        groups=(Group(heading="", rows=tuple(_judgement(one) for one in shown), more=more),),
    )


def _judgement(one: Judgement) -> Row:
    return Row(
        lead=(one.likelihood, one.confidence.value),
        body=f"{one.text}.",
        note="; ".join(one.basis),
    )


def _actions(intel: Intelligence) -> Section:
    rows = [
        Row(lead=(f"{number}.",), body=one.text)
        for number, one in enumerate((s for s in intel.statements if s.question == "what to do"), 1)
    ]
    return Section(
        id="actions",
        heading="What to do",
        columns=("", "Action"),
        groups=(Group(heading="", rows=tuple(rows)),),
    )


def _relations(intel: Intelligence, amounts: IntelAmounts) -> Section:
    order = sorted(intel.relations, key=lambda one: tuple(Tier).index(one.tier))
    shown, more = first(order, amounts.relations)
    return Section(
        id="relations",
        heading=f"Relations ({len(intel.relations):,})",
        remark="each stated in one sentence",
        columns=("Sure", "At", "Statement", "Sentence"),
        groups=(Group(heading="", rows=tuple(_relation(one, intel) for one in shown), more=more),),
    )


def _relation(one: Relation, intel: Intelligence) -> Row:
    return Row(
        lead=(one.tier.value, where(one.place, intel)),
        body=f"{_end(one.source)} {_verb(one)} {_end(one.target)}",
        note="",
        quote=one.sentence,
    )


def _end(one: End) -> str:
    return one.id if one.type == "vulnerability" and one.id else one.value


def _verb(one: Relation) -> str:
    """As people say it: STIX has no actor that exploits a vulnerability, only one that targets it."""
    exploited = one.verb == "targets" and one.target.type == "vulnerability"
    return "exploits" if exploited else one.verb.replace("-", " ")


def _targets(intel: Intelligence, amounts: IntelAmounts) -> Section:
    sure = [one for one in intel.targets if one.tier is not Tier.LOW or amounts.quotes]
    shown, more = first(sure, amounts.targets)
    rows = [_target(one, intel) for one in shown]
    dates, more_dates = first(intel.dates, amounts.targets)
    rows += [_date(one, intel) for one in dates]
    return Section(
        id="targets",
        heading="Whom it concerns, and when",
        columns=("What", "Sure", "First at", "Name", "How often"),
        groups=(Group(heading="", rows=tuple(rows), more=more + more_dates),),
    )


def _target(one: Target, intel: Intelligence) -> Row:
    place = one.places[0] if one.places else None
    return Row(
        lead=(one.kind, one.tier.value, where(place, intel)),
        body=one.name,
        note=counted(one.count, "time"),
        quote=one.context,
    )


def _date(one: Dated, intel: Intelligence) -> Row:
    return Row(
        lead=(one.kind, "", where(one.place, intel)),
        body=one.date,
        note=f"“{one.written}”",
        quote=one.context,
    )


def _shared(intel: Intelligence, amounts: IntelAmounts) -> Section:
    shown, more = first(intel.shared, amounts.shared)
    return Section(
        id="shared",
        heading=f"In common ({len(intel.shared):,})",
        remark="what two or more reports have",
        columns=("What", "Reports", "Name", "Which"),
        groups=(Group(heading="", rows=tuple(_common(one) for one in shown), more=more),),
    )


def _common(one: Shared) -> Row:
    return Row(
        lead=(one.type or one.kind, f"{len(one.documents)}"),
        body=f"{one.value} ({one.id})" if one.id and one.id != one.value else one.value,
        note=", ".join(one.documents[:12]),
        type=one.type,
        grave=one.rare >= 0.8,
    )


def _documents(intel: Intelligence, amounts: IntelAmounts) -> Section:
    shown, more = first(intel.documents if len(intel.documents) > 1 else (), amounts.documents)
    return Section(
        id="documents",
        heading=f"Reports ({len(intel.documents):,})",
        columns=("Id", "Format", "Marking", "Title", "File"),
        groups=(Group(heading="", rows=tuple(_document(one) for one in shown), more=more),),
    )


def _document(one: DocumentInfo) -> Row:
    facts = [one.path, one.publisher, one.published]
    return Row(
        lead=(one.id, one.format, one.marking.value),
        body=one.title or one.path.replace("\\", "/").rpartition("/")[2],
        note=" · ".join(fact for fact in facts if fact),
    )
