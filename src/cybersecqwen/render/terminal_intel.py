"""Threat reports on a terminal: the marking and the assessment first, then what they stand on."""

from __future__ import annotations

from rich.cells import cell_len

from cybersecqwen.records import Evidence, Indicator, Report
from cybersecqwen.records.intel import Intelligence, Tlp

from .diff_story import BANNER, diff_line, diff_sections
from .intel_layout import Row, Section
from .intel_story import banner, read_line, sections
from .interface import Detail
from .page import Run, fitted
from .terminal_incident import Sheet
from .wording import clipped, headline

_MARKS = {
    Tlp.NONE: "needs review",
    Tlp.CLEAR: "benign",
    Tlp.GREEN: "benign",
    Tlp.AMBER: "suspicious",
    Tlp.AMBER_STRICT: "suspicious",
    Tlp.RED: "malicious",
}
_TIERS = {"high": "high", "moderate": "medium", "low": "informational"}
_WIDEST = 18  # cells of a lead column
_BODY = 2_000  # characters of what is no value


def write_intel(sheet: Sheet, report: Report, intel: Intelligence, title: str, detail: Detail) -> None:
    """Everything but the problems and the last line."""
    page = sheet.page
    badge: list[Run] = [(f" {banner(intel)} ", _MARKS[intel.marking]), ("  ", "")]
    page.add((sheet.show(headline(report, title)), "strong"), first=badge)
    page.add((sheet.show(read_line(report, intel)), "quiet"), first=[("  ", "")])
    _written(sheet, report)
    for section in sections(report, intel, detail):
        _section(sheet, section, quotes=sheet.amounts.everything)


def write_diff(sheet: Sheet, report: Report, title: str, detail: Detail) -> None:
    """The comparison of two reports; everything but the problems and the last line."""
    badge: list[Run] = [(f" {BANNER} ", "needs review"), ("  ", "")]
    sheet.page.add((sheet.show(headline(report, title)), "strong"), first=badge)
    sheet.page.add((sheet.show(diff_line(report)), "quiet"), first=[("  ", "")])
    for section in diff_sections(report, detail):
        _section(sheet, section, quotes=False)


def _written(sheet: Sheet, report: Report) -> None:
    """What a model added; our own sentences are the assessment below."""
    added = [one for one in report.narrative if one.writer != "csq"]
    if added:
        sheet.page.blank()
    for sentence in added:
        by = f"  — {sheet.show(sentence.writer)}"
        sheet.page.add((sheet.show(sentence.text), ""), (by, "quiet"), first=[("  ", "")])


def _section(sheet: Sheet, section: Section, *, quotes: bool) -> None:
    page = sheet.page
    page.blank()
    remark = f"  {section.remark}" if section.remark else ""
    page.add((section.heading.upper(), "heading"), (remark, "quiet"))
    for group in section.groups:
        if group.heading:
            page.add((sheet.show(group.heading), "strong"), first=[("  ", "")])
        indent = "    " if group.heading else "  "
        widths = _widths(sheet, group.rows)
        for row in group.rows:
            _row(sheet, row, widths, indent, quotes=quotes)
        if group.more:
            page.add((f"… and {group.more:,} more: --detail full", "quiet"), first=[(indent, "")])


def _widths(sheet: Sheet, rows: tuple[Row, ...]) -> list[int]:
    count = max((len(row.lead) for row in rows), default=0)
    return [
        min(_WIDEST, max(cell_len(sheet.show(row.lead[at])) for row in rows if at < len(row.lead)))
        for at in range(count)
    ]


def _row(sheet: Sheet, row: Row, widths: list[int], indent: str, *, quotes: bool) -> None:
    lead: list[Run] = [(indent, "")]
    for text, width in zip(row.lead, widths, strict=False):
        if width:
            lead += [(fitted(sheet.show(text), width), _TIERS.get(text, "quiet")), ("  ", "")]
    style = "bad name" if row.grave and row.type else "strong" if row.grave else "code" if row.type else ""
    body: list[Run] = [(shown(sheet, row), style)]
    if row.note:
        body.append((f"  {sheet.show(row.note)}", "quiet"))
    sheet.page.add(*body, first=lead)
    if quotes and row.quote:
        at = sum(cell_len(text) for text, _ in lead)
        edge = " " * min(at, sheet.page.width // 3) + "│ "
        sheet.page.add(
            (sheet.defang.show(row.quote), "quiet"), first=[(edge, "quiet")], rest=[(edge, "quiet")]
        )


def shown(sheet: Sheet, row: Row) -> str:
    """The body of a row: a value broken by its type, anything else as text; whole, as values must be."""
    if not row.type:
        return sheet.defang.show(clipped(row.body, _BODY))
    return sheet.defang.indicator(
        Indicator(
            type=row.type, value=row.body, raw=row.body, evidence=Evidence(event="", field="", value="")
        )
    )
