"""A query on a terminal: the query first, to be copied as it stands, then what stands behind it."""

from __future__ import annotations

from cybersecqwen.records import Report
from cybersecqwen.records.query import QueryResult

from .defang import safe_text
from .interface import Detail
from .page import Run
from .query_layout import Line, banner, good, parts
from .terminal_incident import Sheet
from .wording import headline

_LEAD = 26
"""Cells of the words before a line."""


def write_query(sheet: Sheet, report: Report, query: QueryResult, title: str, detail: Detail) -> None:
    """Everything but the problems and the last line."""
    page = sheet.page
    badge: list[Run] = [(f" {banner(query)} ", "benign" if good(query) else "needs review"), ("  ", "")]
    page.add((sheet.show(headline(report, title)), "strong"), first=badge)
    for part in parts(query, detail):
        page.blank()
        remark = f"  {sheet.show(part.remark)}" if part.remark else ""
        page.add((part.heading.upper(), "heading"), (remark, "quiet"))
        if part.code:
            page.verbatim(part.code, "code")
        width = min(_LEAD, max((len(sheet.show(line.lead)) for line in part.lines), default=0))
        for line in part.lines:
            _line(sheet, line, width)


def _line(sheet: Sheet, line: Line, width: int) -> None:
    mark, style = {True: ("✓ ", "good"), False: ("! ", "warning"), None: ("", "")}[line.good]
    lead: list[Run] = [("  ", ""), (mark, style)]
    body: list[Run] = [(sheet.defang.show(line.body), "code" if line.code else "")]
    if line.lead:
        shown = sheet.show(line.lead)
        if len(shown) > width:  # too long for a column: the line goes on behind it
            body.insert(0, (f"{shown}  ", "quiet"))
        else:
            lead.append((f"{shown:<{width}}  ", "quiet"))
    if line.note:
        body.append((f"  {sheet.show(line.note)}", "quiet"))
    if line.link:
        body.append((f"  {safe_text(line.link)}", "quiet"))
    sheet.page.add(*body, first=lead)
