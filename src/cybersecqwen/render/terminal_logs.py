"""Logs on a terminal: one screen with what was read, what fired, what stands out, where and when."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from cybersecqwen.records import Report, Severity

from .detail import first
from .interface import Detail
from .logs import Anomaly, Detection, LogsView, RuleCounts
from .logs_detail import PAGE, LogAmounts
from .logs_story import (
    Moment,
    Timeline,
    cost_rows,
    date_form,
    group_line,
    next_steps,
    read_parts,
    reasons,
    rules_line,
    speed,
    tally_line,
    timelines,
)
from .page import Run, fitted
from .terminal_bars import write_bar, write_entities
from .terminal_incident import Sheet, write_steps
from .wording import bare_host, counted, period, rounded, severity_word, short_place, some_names, span

LEVEL = 8
"""Cells of the longest severity word."""


def write_logs(sheet: Sheet, report: Report, view: LogsView, detail: Detail) -> None:
    """What was found, from the events over time to the rules that were not applied."""
    amounts = PAGE[detail]
    if amounts.timelines:
        write_bar(sheet.page, view.histogram)
    _detections(sheet, view, amounts)
    _anomalies(sheet, view, amounts)
    if amounts.timelines:
        _timelines(sheet, report, view, amounts, dates=date_form(view))
    write_entities(sheet, view.entities, amounts.entities)
    _templates(sheet, view, amounts)
    _unsupported(sheet, view.rules, amounts)


def write_end(sheet: Sheet, report: Report, view: LogsView, detail: Detail) -> None:
    """What to do, and what it took to find out."""
    write_steps(sheet, "NEXT STEPS", next_steps(report), sheet.amounts.steps)
    _cost(sheet, view, PAGE[detail])


def write_read(sheet: Sheet, report: Report, view: LogsView) -> None:
    """What was read, how fast, what was looked for and compared with."""
    rules = rules_line(view.rules)
    for line in (
        " · ".join(read_parts(report, view)),
        " · ".join(filter(None, (speed(report, view), rules))),
    ):
        if line:
            sheet.page.add((sheet.show(line), "quiet"), first=[("  ", "")])
    if view.baseline:
        one = view.baseline
        learned = span(one.since, one.until)
        line = f"compared with the baseline {one.name or 'without a name'}: {counted(one.events, 'event')}"
        sheet.page.add((sheet.show(line + (f", {learned}" if learned else "")), "quiet"), first=[("  ", "")])


def _level(severity: Severity) -> Run:
    return f"{severity_word(severity):<{LEVEL}}  ", severity.label


def _heading(sheet: Sheet, words: str, note: str) -> None:
    sheet.page.blank()
    sheet.page.add((words, "heading"), (f"  {note}", "quiet"))


def _more(sheet: Sheet, number: int, what: str = "more") -> None:
    if number:
        sheet.page.add((f"… and {number:,} {what}", "quiet"), first=[("  ", "")])


def _detections(sheet: Sheet, view: LogsView, amounts: LogAmounts) -> None:
    found = view.detections
    if not found:
        _heading(sheet, "DETECTIONS", "none: no rule fired")
        return
    _heading(sheet, "DETECTIONS", f"{len(found):,}, worst first: {tally_line(d.severity for d in found)}")
    shown, more = first(found, amounts.detections)
    dates = date_form(view)
    facts = [_facts(sheet, one, dates=dates) for one in shown]
    widths = [max(cell_len(row[at]) for row in facts) for at in range(4)]
    room = sheet.page.width - LEVEL - 4 - sum(width + 2 for width in widths if width) - 2
    for one, row in zip(shown, facts, strict=True):
        _detection(sheet, one, row, widths, room, amounts, dates=dates)
    _more(sheet, more)


def _facts(sheet: Sheet, one: Detection, *, dates: str) -> tuple[str, str, str, str]:
    """How often, when, where, which techniques; each at most a fifth of the page."""
    limit = sheet.page.width // 5
    hosts = [bare_host(sheet.show(name)) for name, _ in one.hosts]
    cells = (
        f"×{one.count:,}",
        period(one.first, one.last, dates=dates),
        some_names(hosts),
        some_names([sheet.show(id) for id in one.techniques]),
    )
    return tuple(fitted(cell, min(limit, cell_len(cell))) for cell in cells)  # type: ignore[return-value]


def _detection(
    sheet: Sheet,
    one: Detection,
    facts: tuple[str, str, str, str],
    widths: Sequence[int],
    room: int,
    amounts: LogAmounts,
    *,
    dates: str,
) -> None:
    """On one line where the title has room for itself, else on two."""
    start = [("  ", ""), _level(one.severity)]
    title = sheet.show(one.title)
    if room >= 28 and (not amounts.everything or cell_len(title) <= room):
        cells = [fitted(cell, width) for cell, width in zip(facts, widths, strict=True) if width]
        sheet.page.add(*start, (fitted(title, room), "strong"), ("  " + "  ".join(cells), "quiet"))
    else:
        sheet.page.add((title, "strong"), first=start)
        sheet.page.add((" · ".join(cell for cell in facts if cell), "quiet"), first=[(" " * (LEVEL + 4), "")])
    if amounts.everything:
        _rule(sheet, one, dates=dates)


def _rule(sheet: Sheet, one: Detection, *, dates: str) -> None:
    """What the rule says about itself, and who wrote it."""
    hosts = ", ".join(f"{name} ×{number:,}" for name, number in one.hosts)
    users = ", ".join(f"{name} ×{number:,}" for name, number in one.users)
    by = ", ".join(part for part in (one.author, one.license) if part)
    rows = [
        ("what", one.description),
        ("ordinary", "; ".join(one.falsepositives)),
        ("hosts", hosts),
        ("users", users),
        ("ATT&CK", ", ".join(one.techniques)),
        ("rule", " · ".join(filter(None, (one.id, one.path, "correlation" if one.correlation else "")))),
        ("author", by),
        ("see", ", ".join(one.references)),
        *(("fired for", group_line(group, dates=dates)) for group in one.groups),
    ]
    for name, text in rows:
        if text:
            sheet.page.add((sheet.show(text), ""), first=[(f"{'':<{LEVEL + 4}}{name:<9} ", "quiet")])


def _anomalies(sheet: Sheet, view: LogsView, amounts: LogAmounts) -> None:
    found = view.anomalies
    if not found:
        return
    _heading(
        sheet, "ANOMALIES", f"{len(found):,} that no rule describes: {tally_line(a.severity for a in found)}"
    )
    shown, more = first(found, amounts.anomalies)
    dates = date_form(view)
    for one in shown:
        _anomaly(sheet, one, amounts, dates=dates)
    _more(sheet, more)


def _anomaly(sheet: Sheet, one: Anomaly, amounts: LogAmounts, *, dates: str) -> None:
    indent: list[Run] = [(" " * (LEVEL + 4), "")]
    sheet.page.add((sheet.show(one.sentence), ""), first=[("  ", ""), _level(one.severity)])
    facts = [
        sheet.show(one.kind),
        f"×{one.count:,}" if one.count else "",
        period(one.first, one.last, dates=dates),
        some_names([bare_host(sheet.show(name)) for name in one.hosts]),
        some_names([sheet.show(name) for name in one.users]),
    ]
    if amounts.everything:
        facts += [f"{sheet.show(name.replace('_', ' '))} {rounded(value)}" for name, value in one.numbers]
    elif one.lines:
        facts.append(sheet.show(short_place(one.lines[0].source)))
    if amounts.timelines:
        sheet.page.add((" · ".join(fact for fact in facts if fact), "quiet"), first=indent)
    shown, more = first(one.lines, amounts.lines) if amounts.lines else ((), 0)
    for line in shown:
        text = sheet.quote(line.text)
        sheet.page.add(
            (text, "code"), (f"  {sheet.show(line.source)}", "quiet"), first=[*indent, ("│ ", "quiet")]
        )
    if more and amounts.everything:
        sheet.page.add((f"… and {more} more lines", "quiet"), first=indent)


def _timelines(sheet: Sheet, report: Report, view: LogsView, amounts: LogAmounts, *, dates: str) -> None:
    if not report.incidents:
        return
    _heading(sheet, "TIMELINE", f"{counted(len(report.incidents), 'entity', 'entities')}, worst first")
    shown, more = first(report.incidents, amounts.timelines)
    for line in timelines(shown, view):
        _timeline(sheet, line, amounts, dates=dates)
    _more(sheet, more, "more entities: --detail full tells them all")


def _timeline(sheet: Sheet, line: Timeline, amounts: LogAmounts, *, dates: str) -> None:
    one = line.incident
    facts = [
        one.severity.label,
        period(one.start, one.end, dates=dates),
        some_names([sheet.show(user) for user in one.users], 2),
        counted(max(one.event_count, len(one.events)), "event"),
    ]
    sheet.page.add(
        (sheet.show(one.title), "strong"),
        (f"  {' · '.join(fact for fact in facts if fact)}", "quiet"),
        first=[("  ", ""), ("● ", one.severity.label)],
    )
    shown, more = first(line.moments, amounts.moments)
    for each in shown:
        _moment(sheet, each, dates=line.dates(dates), everything=amounts.everything)
    if more:
        sheet.page.add((f"… and {more:,} more", "quiet"), first=[("  │ ", "quiet")])


def _moment(sheet: Sheet, one: Moment, *, dates: str, everything: bool) -> None:
    when = period(one.time, None, dates=dates)
    width = max(len(when), 8) + 1
    times = f" ×{one.count:,}" if one.count > 1 else ""
    techniques = some_names([sheet.show(id) for id in one.techniques])
    stem: list[Run] = [("  │ ", "quiet"), (" " * (LEVEL + width + 2), "")]
    sheet.page.add(
        (sheet.show(one.title) + times, ""),
        (f"  {techniques}" if techniques else "", "quiet"),
        first=[("  │ ", "quiet"), (f"{when:<{width}}", "quiet"), _level(one.severity)],
        rest=stem,
    )
    if one.value:
        room = sheet.page.width - LEVEL - width - 7
        value = sheet.quote(one.value)
        value = value if everything else fitted(value, min(room, cell_len(value)))
        where = (f"  {sheet.show(one.field)}, {sheet.show(one.place)}", "quiet") if everything else ("", "")
        sheet.page.add((value, "code"), where, first=stem, rest=stem)


def _templates(sheet: Sheet, view: LogsView, amounts: LogAmounts) -> None:
    if not view.template_count and not view.templates:
        return
    fresh = [one for one in view.templates if one.new]
    listed = view.templates if amounts.everything else fresh
    total = counted(max(view.template_count, len(view.templates)), "shape of line", "shapes of lines")
    note = f"{total}, {len(fresh):,} new"
    if not amounts.templates:
        if fresh:
            _heading(sheet, "TEMPLATES", note)
        return
    _heading(sheet, "TEMPLATES", note)
    shown, more = first(listed, amounts.templates)
    for one in shown:
        sheet.page.add(
            (sheet.quote(one.template), "code"),
            first=[
                ("  ", ""),
                (f"{'new' if one.new else '':<4}", "warning"),
                (f"{f'×{one.count:,}':>9}  ", "quiet"),
            ],
        )
        if amounts.everything and one.example and one.example != one.template:
            sheet.page.add((sheet.quote(one.example), "quiet"), first=[(" " * 17, "")])
    _more(sheet, more, "more")


def _unsupported(sheet: Sheet, rules: RuleCounts, amounts: LogAmounts) -> None:
    if not rules.unsupported or not amounts.entities:
        return
    _heading(sheet, "RULES NOT APPLIED", f"{len(rules.unsupported):,}, by reason")
    why = reasons(rules)
    shown, more = first(why, amounts.problems)
    for reason, which in shown:
        sheet.page.add((sheet.show(reason), ""), first=[(f"{len(which):>6,}  ", "warning")])
        for one in which[: amounts.unsupported]:
            path = f"  {sheet.show(one.path)}" if one.path else ""
            title = sheet.show(one.title) or "without a title"
            sheet.page.add((title, ""), (path, "quiet"), first=[(" " * 8, "")])
    _more(sheet, more, "more reasons")


def _cost(sheet: Sheet, view: LogsView, amounts: LogAmounts) -> None:
    rows = cost_rows(view.cost)
    if not rows:
        return
    if amounts.everything:
        sheet.page.blank()
        sheet.page.add(("COST", "heading"))
        sheet.page.columns([[(name, "quiet"), (value, "")] for name, value in rows], indent=2)
        return
    sheet.page.blank()
    line = " · ".join(f"{name[:1].lower()}{name[1:]} {value}" for name, value in rows)
    sheet.page.add((line, "quiet"), first=[("COST  ", "heading")])
