"""A page of sections on a terminal: what is to be copied as it stands first, then what is behind it."""

from __future__ import annotations

from cybersecqwen.records import Report

from .defang import safe_text
from .page import Run
from .sections import Line, Sections
from .terminal_incident import Sheet
from .wording import headline

_LEAD = 26
"""Cells of the words before a line."""


def write_sections(sheet: Sheet, report: Report, told: Sections, title: str) -> None:
    """Everything but the problems and the last line."""
    page = sheet.page
    badge: list[Run] = [(f" {told.banner} ", "benign" if told.good else "needs review"), ("  ", "")]
    page.add((sheet.show(headline(report, title)), "strong"), first=badge)
    for part in told.parts:
        page.blank()
        remark = f"  {sheet.show(part.remark)}" if part.remark else ""
        if part.level:  # a heading that says what was found, not what the section is
            level = (f"{part.level.upper()} ", part.level)
            page.add(level, (sheet.show(part.heading), "strong"), (remark, "quiet"))
        else:
            page.add((part.heading.upper(), "heading"), (remark, "quiet"))
        if part.code:
            page.verbatim(part.code, "code")
        widths: dict[int, int] = {}
        for line in part.lines:
            widths[line.depth] = min(_LEAD, max(widths.get(line.depth, 0), len(sheet.show(line.lead))))
        for line in part.lines:
            _line(sheet, line, widths[line.depth])
            if line.block:
                page.verbatim(line.block, "code")


def _line(sheet: Sheet, line: Line, width: int) -> None:
    mark, style = {True: ("✓ ", "good"), False: ("! ", "warning"), None: ("", "")}[line.good]
    lead: list[Run] = [("  " + "    " * line.depth, ""), ("[ ] " if line.box else "", "quiet"), (mark, style)]
    body: list[Run] = [(sheet.defang.show(line.body), "code" if line.code else "")]
    if line.lead:
        shown = sheet.show(line.lead)
        if len(shown) > width:  # too long for a column: the line goes on behind it
            body.insert(0, (f"{shown}  ", "quiet"))
        else:
            room = width - len(mark) if line.depth else width
            lead.append((f"{shown:<{room}}  ", "quiet"))
    if line.note:
        body.append((f"  {sheet.show(line.note)}", "quiet"))
    if line.link:
        body.append((f"  {safe_text(line.link)}", "quiet"))
    sheet.page.add(*body, first=lead)
