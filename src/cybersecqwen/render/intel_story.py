"""What a report on threat reports tells people, in sections that every format for people lays out.

Texts are as the records have them: each format makes them safe to look at and defangs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cybersecqwen.records import Report
from cybersecqwen.records.intel import (
    Dated,
    DocumentInfo,
    End,
    Intelligence,
    Judgement,
    Named,
    Observable,
    Place,
    Relation,
    ReportedTechnique,
    Role,
    Shared,
    Target,
    Tier,
)

from .detail import EVERYTHING, first
from .interface import Detail
from .story import tactic_name
from .wording import counted

ROLES = (
    Role.C2,
    Role.EXFILTRATION,
    Role.DELIVERY,
    Role.PAYLOAD,
    Role.ARTEFACT,
    Role.ATTACKER,
    Role.UNKNOWN,
    Role.DETECTION,
    Role.VULNERABILITY,
    Role.TECHNIQUE,
    Role.VICTIM,
    Role.LEGITIMATE,
    Role.REFERENCE,
)
"""In the order in which they are told: what to block first."""
_ELSEWHERE = frozenset({Role.VULNERABILITY, Role.TECHNIQUE})
"""Indicators that have sections of their own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of a section."""

    lead: tuple[str, ...] = ()
    """Short cells before the body, as the section's `columns` name them."""
    body: str = ""
    note: str = ""
    """What explains the body."""
    quote: str = ""
    """The sentence of the report that it stands on; shown in full detail."""
    type: str = ""
    """Of an indicator: its body is a value and is defanged by its type."""
    grave: bool = False
    """Whether it stands out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Rows under a heading of their own."""

    heading: str
    rows: tuple[Row, ...]
    more: int = 0
    """Rows that are not shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of the page."""

    id: str
    heading: str
    columns: tuple[str, ...]
    """Names of the lead cells, of the body and of the note."""
    groups: tuple[Group, ...]
    remark: str = ""
    """Beside the heading."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IntelAmounts:
    """Upper bounds for one page."""

    indicators: int
    """Of one role."""
    apart: int
    names: int
    techniques: int
    """Of one tactic."""
    relations: int
    targets: int
    judgements: int
    shared: int
    documents: int
    quotes: bool = False
    """Whether the sentences are shown that things stand on."""


INTEL: dict[Detail, IntelAmounts] = {
    "brief": IntelAmounts(
        indicators=3,
        apart=0,
        names=5,
        techniques=0,
        relations=0,
        targets=0,
        judgements=3,
        shared=5,
        documents=3,
    ),
    "normal": IntelAmounts(
        indicators=12,
        apart=0,
        names=12,
        techniques=6,
        relations=10,
        targets=12,
        judgements=6,
        shared=15,
        documents=10,
    ),
    "full": IntelAmounts(
        indicators=EVERYTHING,
        apart=EVERYTHING,
        names=EVERYTHING,
        techniques=EVERYTHING,
        relations=EVERYTHING,
        targets=EVERYTHING,
        judgements=EVERYTHING,
        shared=EVERYTHING,
        documents=EVERYTHING,
        quotes=True,
    ),
}
"""By the name that --detail takes."""


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
        _names(intel, amounts),
        _vulnerabilities(intel, amounts),
        _indicators(intel, amounts),
        _techniques(intel, amounts),
        _relations(intel, amounts),
        _targets(intel, amounts),
        _shared(intel, amounts),
        _documents(intel, amounts),
        _apart(intel, amounts),
    )
    return tuple(_closed(one) for one in made if any(group.rows or group.more for group in one.groups))


def _closed(section: Section) -> Section:
    """A section of which nothing is shown says how much there is, once."""
    if any(group.rows for group in section.groups):
        return section
    return replace(
        section, groups=(Group(heading="", rows=(), more=sum(group.more for group in section.groups)),)
    )


def where(place: Place | None, intel: Intelligence) -> str:
    """As in "p. 3 l. 12", behind the document's id where there are several."""
    if place is None or not (place.page or place.line):
        return ""
    text = f"p. {place.page} l. {place.line}" if place.page else f"l. {place.line}"
    return f"{place.document} {text}" if len(intel.documents) > 1 else text


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


def _names(intel: Intelligence, amounts: IntelAmounts) -> Section:
    groups = []
    for type, heading in (("group", "Groups"), ("campaign", "Campaigns"), ("software", "Malware and tools")):
        shown, more = first(intel.of_type(type), amounts.names)
        rows = tuple(_name(one, intel) for one in shown)
        if rows:
            groups.append(Group(heading=heading, rows=rows, more=more))
    return Section(
        id="names",
        heading="Who and with what",
        columns=("ATT&CK", "Sure", "First at", "Name", "Why"),
        groups=tuple(groups),
    )


def _name(one: Named, intel: Intelligence) -> Row:
    others = [word for word in one.spelled if word.casefold() != one.name.casefold()]
    spelled = f", written {', '.join(others[:3])}" if others else ""
    times = f"{counted(one.count, 'time')}{spelled}"
    place = one.places[0] if one.places else None
    return Row(
        lead=(one.id or "not in the store", one.tier.value, where(place, intel)),
        body=one.name,
        note="; ".join(part for part in (times, one.why) if part),
        quote=one.context,
        grave=one.tier is Tier.HIGH,
    )


def _vulnerabilities(intel: Intelligence, amounts: IntelAmounts) -> Section:
    shown, more = first(intel.of_type("vulnerability"), amounts.names)
    return Section(
        id="vulnerabilities",
        heading="Vulnerabilities",
        columns=("CVE", "CVSS", "First at", "Product", "Known"),
        groups=(Group(heading="", rows=tuple(_vulnerability(one, intel) for one in shown), more=more),),
    )


def _vulnerability(one: Named, intel: Intelligence) -> Row:
    facts = one.facts
    product = " ".join(str(facts[key]) for key in ("vendor", "product") if facts.get(key))
    notes = []
    if facts.get("kev"):
        notes.append(f"known to be exploited since {facts.get('added', 'an unknown date')} (KEV)")
        if facts.get("ransomware"):
            notes.append("used in ransomware campaigns")
    elif facts.get("exploited"):
        notes.append("exploited according to the report")
    if one.name and one.name != one.id:
        notes.append(one.name)
    return Row(
        lead=(one.id, score(one), where(one.places[0] if one.places else None, intel)),
        body=product or "–",
        note="; ".join(notes),
        quote=one.context,
        grave=bool(facts.get("kev")),
    )


def score(one: Named) -> str:
    """The CVSS score of a vulnerability with where it comes from, or ""."""
    told = one.facts.get("told")
    if isinstance(one.facts.get("cvss"), int | float):
        return f"{one.facts['cvss']:.1f}"
    if isinstance(told, dict) and isinstance(told.get("cvss"), int | float):
        return f"{told['cvss']:.1f} (report)"
    return ""


def _indicators(intel: Intelligence, amounts: IntelAmounts) -> Section:
    usable = [one for one in intel.usable if one.role not in _ELSEWHERE]
    groups = []
    for role in ROLES:
        of_role = sorted(
            (one for one in usable if one.role is role), key=lambda one: tuple(Tier).index(one.tier)
        )
        if of_role:
            shown, more = first(of_role, amounts.indicators)
            heading = "role not told" if role is Role.UNKNOWN else role.value
            rows = tuple(_indicator(one, intel, one.why) for one in shown)
            groups.append(Group(heading=f"{heading} ({len(of_role):,})", rows=rows, more=more))
    return Section(
        id="indicators",
        heading=f"Indicators ({len(usable):,})",
        remark="by what they are in the story",
        columns=("Type", "Sure", "First at", "Value", "Why"),
        groups=tuple(groups),
    )


def _indicator(one: Observable, intel: Intelligence, note: str) -> Row:
    times = f"{one.count} times" if one.count > 1 else ""
    port = f"port {one.port}" if one.port else ""
    return Row(
        lead=(one.type, one.tier.value, where(one.places[0] if one.places else None, intel)),
        body=one.value,
        note="; ".join(part for part in (port, note, times) if part),
        quote=one.context,
        type=one.type,
        grave=one.tier is Tier.HIGH and one.role in ROLES[:4],
    )


def _apart(intel: Intelligence, amounts: IntelAmounts) -> Section:
    apart = [one for one in intel.indicators if one.note and one.role not in _ELSEWHERE]
    shown = apart[: amounts.apart]
    return Section(
        id="apart",
        heading=f"Set apart ({len(apart):,})",
        remark="not exported, not blocked",
        columns=("Type", "Sure", "First at", "Value", "Why"),
        groups=(
            Group(
                heading="",
                rows=tuple(_indicator(one, intel, one.note) for one in shown),
                more=len(apart) - len(shown),
            ),
        ),
    )


def _techniques(intel: Intelligence, amounts: IntelAmounts) -> Section:
    by_tactic: dict[str, list[ReportedTechnique]] = {}
    for one in intel.techniques:
        by_tactic.setdefault(one.tactics[0] if one.tactics else "", []).append(one)
    groups = []
    for tactic, found in by_tactic.items():
        shown, more = first(found, amounts.techniques)
        rows = tuple(_technique(one, intel) for one in shown)
        groups.append(Group(heading=tactic_name(tactic) if tactic else "Other", rows=rows, more=more))
    named = sum(1 for one in intel.techniques if one.how == "named")
    return Section(
        id="techniques",
        heading=f"Techniques ({len(intel.techniques):,})",
        remark=f"{named:,} written out, {len(intel.techniques) - named:,} read from descriptions",
        columns=("ATT&CK", "Sure", "First at", "Technique", "Why"),
        groups=tuple(groups),
    )


def _technique(one: ReportedTechnique, intel: Intelligence) -> Row:
    how = "written out" if one.how == "named" else f"described, {one.probability:.0%}"
    return Row(
        lead=(one.id, one.tier.value, where(one.places[0] if one.places else None, intel)),
        body=one.name,
        note="; ".join(part for part in (how, one.why) if part),
        quote=one.context,
        grave=one.tier is Tier.HIGH,
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


def rows_of(made: Sequence[Section]) -> Iterator[Row]:
    """All rows of some sections."""
    return (row for section in made for group in section.groups for row in group.rows)
