"""What an audit's page shows in every format: coverage, controls with their evidence, gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cybersecqwen.records.audit import (
    Audit,
    Control,
    Direction,
    Indication,
    Mapped,
    Observation,
    Spot,
    Standing,
    Strength,
    Subject,
)

from .interface import Detail
from .sections import Line, Part, Sections
from .wording import counted, day

FRAMEWORKS = {"800-53": "SP 800-53", "iso27001": "ISO/IEC 27001:2022", "cis": "CIS Controls v8"}
"""Names for people."""
_CONTROLS = {"brief": 5, "normal": 20, "full": 10_000}
"""Controls that are told one by one."""
_EVIDENCE = {"brief": 2, "normal": 5, "full": 1_000}
_NEEDED = {"brief": 5, "normal": 15, "full": 10_000}
_THREATS = frozenset({"intel"})
_WAYS = {Strength.DIRECT: "", Strength.DERIVED: "two steps", Strength.WEAK: "a hint: three steps or more"}
_STANDINGS = (Standing.NOT_SATISFIED, Standing.NEEDED, Standing.SATISFIED, Standing.NOT_ASSESSED)
_HEADS = ("not satisf.", "needed", "satisfied", "not assessed")


def audit_sections(audit: Audit, detail: Detail) -> Sections:
    """The page."""
    failed = audit.standing(Standing.NOT_SATISFIED)
    return Sections(
        kind="audit",
        banner="NOT SATISFIED" if failed else "EVIDENCE" if audit.controls else "NO EVIDENCE",
        good=bool(audit.controls) and not failed,
        parts=tuple(part for part in _parts(audit, detail) if part.code or part.lines),
        basis="Every control stands in the knowledge store and every finding in a report that was handed in;"
        " no control is called satisfied because nothing was found.",
    )


def _parts(audit: Audit, detail: Detail) -> Iterator[Part]:
    seen = {one.id: one for one in audit.observations}
    subjects = {one.id: one for one in audit.subjects}
    yield _coverage(audit)
    if audit.mapped:
        yield _other_framework(audit, detail)
    failed = audit.standing(Standing.NOT_SATISFIED)
    for one in failed[: _CONTROLS[detail]]:
        yield _failed(one, seen, subjects, detail)
    if len(failed) > _CONTROLS[detail]:
        rest = failed[_CONTROLS[detail] :]
        yield Part(
            heading="Also other than satisfied",
            lines=tuple(Line(lead=one.id, body=one.name, note=one.severity.label) for one in rest),
        )
    yield _satisfied(audit, seen)
    yield _needed(audit, seen, subjects, detail)
    yield _gaps(audit)
    yield _looked(audit)
    yield _silent(audit, seen)
    if detail != "brief":
        yield _mappings(audit)


def _coverage(audit: Audit) -> Part:
    """Controls of the baseline by family; those beyond it that have evidence stand beside."""
    rows: dict[str, Counter[Standing]] = {}
    beyond: Counter[str] = Counter()
    for one in (*audit.controls, *audit.gaps):
        family = one.id.partition("-")[0]
        row = rows.setdefault(family, Counter())
        if one.in_baseline:
            row[one.standing] += 1
        else:
            beyond[family] += 1
    lines = [_row("", _HEADS)]
    for family in sorted(rows):
        more = f"  +{beyond[family]}" if beyond[family] else ""
        lines.append(_row(family, [_cell(rows[family][one]) for one in _STANDINGS]) + more)
    totals = Counter[Standing]()
    for row in rows.values():
        totals.update(row)
    more = f"  +{beyond.total()}" if beyond else ""
    lines.append(_row("all", [_cell(totals[one]) for one in _STANDINGS]) + more)
    return Part(
        heading="Coverage",
        remark=f"SP 800-53B, {audit.baseline} baseline: {counted(totals.total(), 'control')}"
        + ("; + are beyond it" if beyond else ""),
        code="\n".join(lines),
    )


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name:<4}" + "".join(
        f"{cell:>{len(head) + 2}}" for cell, head in zip(cells, _HEADS, strict=True)
    )


def _cell(number: int) -> str:
    return f"{number:,}" if number else "·"


def _other_framework(audit: Audit, detail: Detail) -> Part:
    count = Counter(one.standing for one in audit.mapped)
    shown = [one for one in audit.mapped if one.standing is not Standing.NOT_ASSESSED]
    lines = [_mapped(one) for one in shown]
    silent = [one.id for one in audit.mapped if one.standing is Standing.NOT_ASSESSED]
    if silent:
        lines.append(
            Line(lead="not assessed", body=", ".join(silent) if detail != "brief" else str(len(silent)))
        )
    said = ", ".join(f"{count[one]:,} {one.value}" for one in _STANDINGS if count[one])
    return Part(
        heading=FRAMEWORKS.get(audit.framework, audit.framework),
        remark=f"through the controls of SP 800-53 that each is related to: {said}",
        lines=tuple(lines),
    )


def _mapped(one: Mapped) -> Line:
    good = {Standing.NOT_SATISFIED: False, Standing.SATISFIED: True}.get(one.standing)
    return Line(lead=one.id, body=one.standing.value, note=", ".join(one.controls), good=good)


def _failed(
    one: Control, seen: Mapping[str, Observation], subjects: Mapping[str, Subject], detail: Detail
) -> Part:
    against = [each for each in one.indications if each.direction is Direction.AGAINST]
    most = _EVIDENCE[detail]
    lines = [_evidence(each, seen, subjects) for each in against[:most]]
    if len(against) > most:
        lines.append(Line(lead="and", body=f"{len(against) - most:,} more; --detail full has all."))
    works = [each for each in one.indications if each.direction is Direction.FOR]
    if works:
        lines.append(Line(lead="for it", body=works[0].why or works[0].path[0], good=True))
    return Part(
        heading=f"{one.id} {one.name}",
        level=one.severity.label,
        remark=" · ".join(part for part in (one.standing.value, _elsewhere(one)) if part),
        lines=tuple(lines),
    )


def _elsewhere(one: Control) -> str:
    """The same in other frameworks, by number."""
    iso = f"ISO 27001 {', '.join(one.iso)}" if one.iso else ""
    cis = f"CIS {', '.join(one.cis)}" if one.cis else ""
    return "; ".join(part for part in (iso, cis) if part)


def _evidence(one: Indication, seen: Mapping[str, Observation], subjects: Mapping[str, Subject]) -> Line:
    observation = seen[one.observation]
    subject = subjects[observation.subject]
    places = [where(spot) for spot in observation.spots if where(spot)]
    times = f" ({observation.count:,} times)" if observation.count > 1 else ""
    notes = [
        observation.severity.label,
        f"{observation.finding} in {subject.path}",
        places[0] if places else "",
        way(one),
    ]
    why = f" {one.why}" if one.why else ""
    return Line(
        lead=observation.id,
        body=f"{observation.title}{times}.{why}",
        note=" · ".join(note for note in notes if note),
        good=False if one.direction is Direction.AGAINST else None,
    )


def where(spot: Spot) -> str:
    """The place of a finding with its host."""
    return " on ".join(part for part in (spot.place or spot.id, spot.host) if part)


def way(one: Indication) -> str:
    """The steps from what was found to the control, and how far that is."""
    steps = " → ".join(one.path)
    return f"{steps} ({_WAYS[one.strength]})" if _WAYS[one.strength] else steps


def _satisfied(audit: Audit, seen: Mapping[str, Observation]) -> Part:
    lines = []
    for one in audit.standing(Standing.SATISFIED):
        works = [each for each in one.indications if each.direction is Direction.FOR]
        found = sum(seen[each.observation].count for each in works)
        body = f"{one.name}: {works[0].why or works[0].path[0]}"
        lines.append(
            Line(
                lead=one.id,
                body=body,
                note=f"{counted(found, 'finding')}; {_elsewhere(one)}".rstrip("; "),
                good=True,
            )
        )
    return Part(heading="Satisfied, as far as this shows", lines=tuple(lines))


def _needed(
    audit: Audit, seen: Mapping[str, Observation], subjects: Mapping[str, Subject], detail: Detail
) -> Part:
    found = audit.standing(Standing.NEEDED)
    lines = [
        Line(lead=one.id, body=one.name, note=_calls(one, seen, subjects)) for one in found[: _NEEDED[detail]]
    ]
    if len(found) > _NEEDED[detail]:
        rest = [one.id for one in found[_NEEDED[detail] :]]
        lines.append(Line(lead="and", body=", ".join(rest)))
    return Part(
        heading="Called for",
        remark=f"{counted(len(found), 'control')} that would help against what was seen;"
        " whether they are in place is not shown",
        lines=tuple(lines),
    )


def _calls(one: Control, seen: Mapping[str, Observation], subjects: Mapping[str, Subject]) -> str:
    """How many things call for a control: what was seen here apart from what others tell of."""
    here: set[str] = set()
    told: set[str] = set()
    for each in one.indications:
        if each.direction is Direction.NEEDED:
            threat = subjects[seen[each.observation].subject].task in _THREATS
            (told if threat else here).add(each.path[0])
    parts = [
        f"{counted(len(here), 'thing')} seen here" if here else "",
        f"{len(told):,} told of in threat reports" if told else "",
        one.severity.label,
    ]
    return ", ".join(part for part in parts if part)


def _gaps(audit: Audit) -> Part:
    families: dict[str, list[Control]] = {}
    for one in audit.gaps:
        families.setdefault(one.id.partition("-")[0], []).append(one)
    lines = [
        Line(
            lead=f"{family} {len(some):,}",
            body=", ".join(f"{one.id}*" if one.indications else one.id for one in some),
        )
        for family, some in families.items()
    ]
    if any(one.indications for one in audit.gaps):
        lines.append(Line(lead="*", body="A hint speaks about it, from too far away to decide anything."))
    if audit.beyond:
        lines.append(
            Line(
                lead="not looked at",
                body=", ".join(audit.beyond),
                note="not in this knowledge bundle",
            )
        )
    return Part(
        heading="Gaps",
        remark=f"{counted(len(audit.gaps), 'control')} of the {audit.baseline} baseline"
        " that no evidence speaks about",
        lines=tuple(lines),
    )


def _looked(audit: Audit) -> Part:
    return Part(heading="Reports", lines=tuple(_subject(one) for one in audit.subjects))


def _subject(one: Subject) -> Line:
    said = one.note or f"{counted(one.findings, 'finding')}, {one.used:,} of them about controls"
    date = f"{day(one.time)} ({one.time_of})" if one.time is not None else "without a time"
    return Line(
        lead=f"{one.id} {one.task}",
        body=f"{one.path}: {said}",
        note=f"{date}, SHA-256 {one.sha256[:12]}",
    )


def _silent(audit: Audit, seen: Mapping[str, Observation]) -> Part:
    lines = []
    for id in audit.silent[:20]:
        one = seen[id]
        names = f" ({', '.join(one.names)})" if one.names else ""
        lines.append(Line(lead=one.id, body=f"{one.title}{names}", note=one.finding))
    if len(audit.silent) > 20:
        lines.append(Line(lead="and", body=f"{len(audit.silent) - 20:,} more."))
    return Part(
        heading="Without a control",
        remark=f"{counted(len(audit.silent), 'finding')} that no mapping here leads anywhere from",
        lines=tuple(lines),
    )


def _mappings(audit: Audit) -> Part:
    lines = [
        Line(
            lead=one.name,
            body=one.title,
            note=", ".join(part for part in (one.edition, one.date, one.licence) if part),
            link=one.source if one.source.startswith("https://") else "",
        )
        for one in audit.mappings
    ]
    return Part(heading="Mappings used", lines=tuple(lines))
