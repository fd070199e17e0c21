"""The page for a terminal: the verdict in the first line, then what it stands on."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.records import Incident, Problem, Report, Verdict

from .answer import is_answer
from .defang import Defanger
from .detail import AMOUNTS, EVERYTHING, first
from .diff_story import is_diff
from .interface import Renderer, RenderOptions
from .logs import is_logs
from .logs_detail import PAGE
from .logs_story import beside_logs, other_problems
from .page import Page, Run
from .read_logs import logs_view
from .sections import sections_of
from .story import outside_incidents
from .terminal_answer import write_answer
from .terminal_incident import (
    Sheet,
    write_findings,
    write_incident,
    write_indicators,
    write_techniques,
)
from .terminal_intel import write_diff, write_intel
from .terminal_logs import write_end, write_logs, write_read
from .terminal_sections import write_sections
from .wording import (
    clock,
    counts_line,
    day,
    headline,
    likely,
    milliseconds,
    percent,
    short_host,
    span,
    writers,
)


class TerminalRenderer(Renderer):
    """See `Renderer`."""

    name = "terminal"
    media_type = "text/plain"
    extension = "txt"
    for_people = True

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        page = Page(options.columns, ascii=options.ascii)
        sheet = Sheet(page=page, defang=Defanger.of(report), amounts=AMOUNTS[options.detail])
        problems, limit = report.problems, EVERYTHING
        if is_answer(report):
            write_answer(sheet, report, options.title)
        elif report.intel is not None:
            write_intel(sheet, report, report.intel, options.title, options.detail)
        elif (told := sections_of(report, options.detail)) is not None:
            write_sections(sheet, report, told, options.title)
        elif is_diff(report):
            write_diff(sheet, report, options.title, options.detail)
        elif is_logs(report):
            _headline(sheet, report, options.title)
            view = logs_view(report)
            write_read(sheet, report, view)
            _narrative(sheet, report)
            write_logs(sheet, report, view, options.detail)
            _outside(sheet, beside_logs(report, view, techniques=sheet.amounts.everything))
            write_end(sheet, report, view, options.detail)
            problems = tuple(other_problems(report, view, everything=sheet.amounts.everything))
            limit = PAGE[options.detail].problems
        else:
            _head(sheet, report, options.title)
            _narrative(sheet, report)
            _incidents(sheet, report)
            _outside(sheet, report)
        _problems(sheet, problems, limit)
        _foot(sheet, report)
        return page.text(color=options.color)


def _head(sheet: Sheet, report: Report, title: str) -> None:
    _headline(sheet, report, title)
    read = sheet.show(counts_line(report))
    sources, more = first(report.sources, 4)
    names = ", ".join(sheet.show(one) for one in sources) + (f" and {more} more" if more else "")
    line = " from ".join(part for part in (read, names) if part)
    if line:
        sheet.page.add((line, "quiet"), first=[("  ", "")])


def _headline(sheet: Sheet, report: Report, title: str) -> None:
    verdict = report.verdict
    badge: list[Run] = [(f" {verdict.upper()} ", verdict.value), ("  ", "")]
    sheet.page.add(
        (report.severity.label, report.severity.label),
        (f" · {likely(report.verdict, report.confidence)} · ", "quiet"),
        (sheet.show(headline(report, title)), "strong"),
        first=badge,
    )


def _narrative(sheet: Sheet, report: Report) -> None:
    if not report.narrative or sheet.amounts.processes == 0:
        return
    sheet.page.blank()
    who = writers(report)
    by_one = f"written by {sheet.show(who[0])}" if len(who) == 1 else "each part names its writer"
    sheet.page.add(("SUMMARY", "heading"), (f"  {by_one}", "quiet"))
    parts: list[tuple[str, list[str]]] = []
    for sentence in report.narrative:
        if not parts or parts[-1][0] != sentence.writer:
            parts.append((sentence.writer, []))
        parts[-1][1].append(sheet.show(sentence.text))
    for writer, sentences in parts:
        sign = (f"  — {sheet.show(writer)}", "quiet") if len(who) > 1 else ("", "")
        sheet.page.add((" ".join(sentences), ""), sign, first=[("  ", "")])


def _incidents(sheet: Sheet, report: Report) -> None:
    incidents = report.incidents
    if len(incidents) > 1:
        _table(sheet, incidents)
    told, more = first(incidents, sheet.amounts.incidents)
    for incident in told:
        write_incident(sheet, incident, alone=len(incidents) == 1)
    if more:
        sheet.page.blank()
        sheet.page.add(
            (f"… and {more} more: ", "strong"), ("--detail full", "code"), (" tells them all.", "quiet")
        )


def _table(sheet: Sheet, incidents: Sequence[Incident]) -> None:
    page = sheet.page
    page.blank()
    page.add(("INCIDENTS", "heading"), (f"  {len(incidents)}, most serious first", "quiet"))
    listed, more = first(incidents, sheet.amounts.listed)
    one_day = len({day(one.start) for one in listed}) == 1
    rows: list[list[Run]] = [
        [
            (sheet.show(one.id), "quiet"),
            (one.verdict.value, one.severity.label),
            (one.severity.label, one.severity.label),
            (percent(one.confidence), ""),
            (sheet.show(short_host(one)), "quiet"),
            (clock(one.start)[:5] if one_day else span(one.start, None)[:16], "quiet"),
            (sheet.show(one.title), ""),
        ]
        for one in listed
    ]
    page.columns(rows, indent=2)
    if more:
        rest = incidents[len(listed) :]
        tally = ", ".join(
            f"{n} {verdict.value}"
            for verdict in reversed(Verdict)
            if (n := sum(one.verdict is verdict for one in rest))
        )
        page.add((f"… and {more} more ({tally})", "quiet"), first=[("  ", "")])


def _outside(sheet: Sheet, report: Report) -> None:
    """What belongs to the report and to none of its incidents; everything, where there are none."""
    findings, indicators, techniques = outside_incidents(report)
    places: dict[str, str] = {}
    write_findings(sheet, findings, places)
    write_techniques(sheet, techniques)
    write_indicators(sheet, indicators, places)


def _problems(sheet: Sheet, problems: Sequence[Problem], limit: int) -> None:
    if not problems:
        return
    page = sheet.page
    page.blank()
    page.add(("ABOUT THIS RESULT", "heading"))
    shown, more = first(problems, limit)
    for problem in shown:
        times = f" (×{problem.count:,})" if problem.count > 1 else ""
        subject = f"{sheet.quote(problem.subject)}: " if problem.subject else ""
        page.add(
            (subject, "code"),
            (sheet.show(problem.message) + times, ""),
            first=[("  ! ", "warning"), (f"{sheet.show(problem.stage):<9} ", "quiet")],
        )
    if more:
        page.add((f"… and {more:,} more: --detail full tells them all", "quiet"), first=[("    ", "")])


def _foot(sheet: Sheet, report: Report) -> None:
    made = report.provenance
    parts = [f"csq {made.version}"]
    parts += [f"knowledge {made.knowledge}"] if made.knowledge else []
    parts += [f"rules {made.rules[:12]}"] if made.rules else []
    parts += [f"models {', '.join(made.models)}"] if made.models else ["no language model"]
    if report.timings_ms:
        total = milliseconds(sum(report.timings_ms.values()))
        stages = ", ".join(f"{stage} {milliseconds(ms)}" for stage, ms in report.timings_ms.items())
        parts.append(f"{total} ({stages})" if sheet.amounts.everything else total)
    sheet.page.blank()
    sheet.page.add((sheet.show(" · ".join(parts)), "quiet"))
