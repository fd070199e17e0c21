"""One incident on the terminal: its tree, its reasons, its techniques, its indicators, what to do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from cybersecqwen.records import Evidence, Finding, Incident, Indicator, ProcessNode, Technique, Verdict

from .defang import Defanger
from .detail import Amounts, first
from .page import Page, Run
from .story import (
    Row,
    alarming,
    by_tactic,
    decoded_layers,
    distinct,
    is_flagged,
    marks,
    numbered,
    places,
    process_rows,
    sides,
    tactic_name,
)
from .wording import abridged, clipped, clock, counted, likely, points, side_heading, span

BAR = 8
"""Cells of the longest weight bar."""
NAME = 400
"""Characters shown of a name, title or sentence unless everything is asked for."""
MARGIN = 20
"""Cells before the text of a finding: number, points and bar."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What every part of the page is written with."""

    page: Page
    """Where it goes."""
    defang: Defanger
    """How text of the input is shown."""
    amounts: Amounts
    """How much is shown."""

    def show(self, text: str) -> str:
        """Text of the input on one line, visible and defanged; names and sentences are short."""
        return self.defang.show(text if self.amounts.everything else clipped(text, NAME))

    def quote(self, text: str) -> str:
        """As `show`, cut to the length that the detail allows."""
        short = text if self.amounts.everything else abridged(text)
        return self.defang.show(clipped(short, self.amounts.chars))


def write_incident(sheet: Sheet, incident: Incident, *, alone: bool) -> None:
    """Everything about one incident; a benign one stays short unless everything is asked for."""
    page = sheet.page
    page.blank()
    _title(sheet, incident, alone=alone)
    benign = incident.verdict is Verdict.BENIGN and not sheet.amounts.everything
    seen = places([incident])
    if not benign:
        _tree(sheet, incident)
    note = f"score {points(incident.score)}"
    write_findings(sheet, incident.findings, seen, verdict=incident.verdict, note=note)
    if not benign:
        _claims(sheet, incident)
        write_techniques(sheet, incident.techniques)
        write_indicators(sheet, incident.indicators, seen)
    write_steps(sheet, "NEXT STEPS", incident.next_steps, sheet.amounts.steps)
    if sheet.amounts.everything:
        write_steps(sheet, "HOW THE VERDICT WAS COMPUTED", incident.reasons, len(incident.reasons))


def _title(sheet: Sheet, incident: Incident, *, alone: bool) -> None:
    page = sheet.page
    facts = [
        span(incident.start, incident.end),
        ", ".join(sheet.show(one) for one in incident.hosts[:3]) + _beyond(incident.hosts, 3),
        ", ".join(sheet.show(one) for one in incident.users[:3]) + _beyond(incident.users, 3),
        counted(incident.event_count or len(incident.events), "event"),
    ]
    line = " · ".join(fact for fact in facts if fact)
    if alone:
        page.add((line, "quiet"), first=[("  ", "")])
        return
    page.rule(
        (sheet.show(incident.id), "strong"),
        (" ", ""),
        (f" {incident.verdict.upper()} ", incident.verdict.value),
        (f" {incident.severity.label}", incident.severity.label),
        (f" · {likely(incident.verdict, incident.confidence)}", "quiet"),
    )
    page.add((sheet.show(incident.title), "strong"), first=[("  ", "")])
    page.add((line, "quiet"), first=[("  ", "")])


def _beyond(items: Sequence[str], limit: int) -> str:
    return f" and {len(items) - limit} more" if len(items) > limit else ""


def _tree(sheet: Sheet, incident: Incident) -> None:
    amounts = sheet.amounts
    rows = process_rows(incident, amounts.processes, amounts.siblings) if amounts.processes else []
    if not rows:
        return
    page = sheet.page
    page.blank()
    page.add(("PROCESSES", "heading"), ("  ● flagged, with the numbers of its findings", "quiet"))
    numbers = numbered(incident)
    alarms = alarming(incident)
    layers = decoded_layers(incident)
    stems: list[str] = []
    for at, row in enumerate(rows):
        above = stems[row.parent] if row.parent >= 0 else "  "
        joint = "" if row.depth == 0 else "└─ " if row.last else "├─ "
        stem = above + ("" if row.depth == 0 else "   " if row.last else "│  ")
        if len(stem) > page.width // 2:  # deeper than the page is wide: deeper ones stay in place
            above, stem = above[: page.width // 2 - 3], stem[: page.width // 2]
        stems.append(stem)
        below = rows[at + 1 : at + 2]
        inner = stem + ("│  " if below and below[0].depth > row.depth else "   ")
        if row.node is None:
            page.add((f"… {row.hidden} more", "quiet"), first=[(above + joint, "quiet")])
            continue
        flagged = is_flagged(row.node, alarms)
        _process(sheet, row.node, above + joint, inner, flagged, marks(row.node, numbers))
        if flagged or sheet.amounts.everything:
            _command(sheet, row, inner, [(one.how, one.text) for one in layers.get(row.node.event, [])])


def _process(
    sheet: Sheet,
    node: ProcessNode,
    start: str,
    inner: str,
    flagged: bool,
    found: Sequence[tuple[int, Finding]],
) -> None:
    numbers = " ".join(str(number) for number, _ in found)
    facts = [
        f"pid {sheet.show(node.pid)}" if node.pid else "",
        sheet.show(node.user),
        clock(node.time)[:8],
    ]
    sheet.page.add(
        ("● " if flagged else "", "bad"),
        (sheet.show(node.name) or "unknown process", "bad name" if flagged else ""),
        (f"  {' · '.join(fact for fact in facts if fact)}", "quiet"),
        (f"  [{numbers}]" if numbers else "", "bad" if flagged else "quiet"),
        first=[(start, "quiet")],
        rest=[(inner, "quiet")],
    )


def _command(sheet: Sheet, row: Row, inner: str, layers: Sequence[tuple[str, str]]) -> None:
    node = row.node
    if node is None or not node.command:
        return
    stem: list[Run] = [(inner, "quiet")]
    sheet.page.add((sheet.quote(node.command), "code"), first=stem, rest=stem)
    for how, text in layers:
        sheet.page.add(
            (f"{sheet.show(how)}  ", "quiet"),
            (sheet.quote(text), "decoded"),
            first=[*stem, ("⤷ ", "decoded")],
            rest=[*stem, ("  ", "")],
        )


def write_findings(
    sheet: Sheet,
    findings: Sequence[Finding],
    seen: Mapping[str, str],
    *,
    verdict: Verdict | None = None,
    note: str = "",
) -> None:
    """What speaks for an attack and what for the ordinary, with weights and quoted evidence."""
    top = max([4.0, *(abs(one.weight) for one in findings if math.isfinite(one.weight))])
    for good, side in sides(findings, verdict):
        if not side:
            continue
        sheet.page.blank()
        heading = side_heading(good, verdict).upper()
        sheet.page.add((heading, "heading"), (f"  {note}" if note else "", "quiet"))
        note = ""
        shown, more = first(side, sheet.amounts.findings)
        for number, finding in shown:
            _finding(sheet, finding, number, top, seen)
        if more:
            rest = points(sum(one.weight for _, one in side[len(shown) :]))
            sheet.page.add((f"… and {more} more, together {rest}", "quiet"), first=[("  ", "")])


def _finding(sheet: Sheet, one: Finding, number: int, top: float, seen: Mapping[str, str]) -> None:
    tone = "good" if one.is_context else one.severity.label
    full = round(BAR * min(1.0, abs(one.weight) / top)) if math.isfinite(one.weight) else 0
    facts = [] if one.is_context else [one.severity.label]
    facts += [sheet.show(one.signal), *(sheet.show(each) for each in one.techniques)]
    times = f" ×{one.count:,}" if one.count > 1 else ""
    bar: list[Run] = [("━" * full, tone), ("─" * (BAR - full), "quiet"), ("  ", "")]
    start: list[Run] = [(f"{number:>3} ", "quiet"), (f"{points(one.weight):>5} ", tone), *bar]
    title, meta = sheet.show(one.title) + times, " · ".join(facts)
    if cell_len(title) + 2 + cell_len(meta) <= sheet.page.width - MARGIN:
        sheet.page.add((title, "strong"), (f"  {meta}", "quiet"), first=start)
    else:
        sheet.page.add((title, "strong"), first=start)
        sheet.page.add((meta, "quiet"), first=[(" " * MARGIN, "")])
    evidence = one.evidence if sheet.amounts.everything else distinct(one.evidence)
    quotes, more = first(evidence, sheet.amounts.evidence)
    for quote in quotes:
        _quote(sheet, quote, seen)
    if more and sheet.amounts.evidence:
        sheet.page.add((f"… and {more} more quotes", "quiet"), first=[(" " * MARGIN, "")])
    if sheet.amounts.everything:
        for word, text in (("Why: ", one.why), ("Ordinary when: ", one.ordinary)):
            if text:
                sheet.page.add((word, "quiet"), (sheet.show(text), ""), first=[(" " * MARGIN, "")])


def _quote(sheet: Sheet, one: Evidence, seen: Mapping[str, str]) -> None:
    where = " ".join(part for part in (one.event, seen.get(one.event, "")) if part)
    layer = f" ({sheet.show(one.layer)})" if one.layer else ""
    sheet.page.add(
        (f"{sheet.show(one.field)}{layer} ", "quiet"),
        (sheet.quote(one.value), "decoded" if one.layer else "code"),
        (f"  {sheet.show(where)}", "quiet"),
        first=[(" " * MARGIN, "")],
        rest=[(" " * (MARGIN + 2), "")],
    )


def _claims(sheet: Sheet, incident: Incident) -> None:
    if not incident.claims or not sheet.amounts.evidence:
        return
    sheet.page.blank()
    sheet.page.add(("WHAT OTHER PRODUCTS SAY", "heading"), ("  taken as a claim, not as proof", "quiet"))
    shown, more = first(incident.claims, sheet.amounts.findings)
    for claim in shown:
        sheet.page.add(
            (sheet.quote(claim.rule), ""),
            (f"  {claim.severity.label}", "quiet"),
            first=[(f"  {sheet.show(claim.product)}: ", "quiet")],
        )
    if more:
        sheet.page.add((f"… and {more} more", "quiet"), first=[("  ", "")])


def write_techniques(sheet: Sheet, techniques: Sequence[Technique]) -> None:
    """ATT&CK techniques under their tactics, in kill-chain order."""
    if not techniques:
        return
    sheet.page.blank()
    sheet.page.add(("ATT&CK", "heading"))
    rows: list[list[Run]] = []
    for tactic, some in by_tactic(techniques):
        for at, one in enumerate(some):
            label = "" if at else sheet.show(tactic_name(tactic))
            rows.append([(label, "quiet"), (sheet.show(one.id), "strong"), (sheet.show(one.name), "")])
    sheet.page.columns(rows, indent=2)


def write_indicators(sheet: Sheet, indicators: Sequence[Indicator], seen: Mapping[str, str]) -> None:
    """Indicators worth searching for, then how many were set apart as ordinary."""
    notable = [one for one in indicators if not one.note]
    apart = [one for one in indicators if one.note]
    shown, more = first(notable, sheet.amounts.indicators)
    listed = [*shown, *apart] if sheet.amounts.everything else list(shown)
    if not listed and not apart:
        return
    sheet.page.blank()
    sheet.page.add(("INDICATORS", "heading"), ("  defanged", "quiet"))
    for one in listed:
        where = " ".join(part for part in (one.evidence.event, seen.get(one.evidence.event, "")) if part)
        sheet.page.add(
            (clipped(sheet.defang.indicator(one), sheet.amounts.chars), ""),
            (sheet.show(f"  {where}  {one.note}".rstrip()), "quiet"),
            first=[("  ", ""), (f"{sheet.show(one.type):<8} ", "quiet")],
        )
    if more:
        sheet.page.add((f"… and {more} more", "quiet"), first=[("  ", "")])
    if apart and not sheet.amounts.everything:
        sheet.page.add((f"{counted(len(apart), 'ordinary one')} set apart", "quiet"), first=[("  ", "")])


def write_steps(sheet: Sheet, heading: str, items: Sequence[str], limit: int) -> None:
    """A numbered list under a heading; nothing where there is nothing."""
    if not items:
        return
    sheet.page.blank()
    sheet.page.add((heading, "heading"))
    shown, more = first(items, limit)
    for number, item in enumerate(shown, 1):
        sheet.page.add((sheet.show(item), ""), first=[(f"{number:>3} ", "quiet")])
    if more:
        sheet.page.add((f"… and {more} more", "quiet"), first=[("    ", "")])
