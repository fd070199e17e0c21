"""Threat reports as Markdown: the marking, the assessment, and tables of what they stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cybersecqwen.records import Report
from cybersecqwen.records.intel import Intelligence

from .diff_story import BANNER, diff_line, diff_sections
from .intel_layout import Group, Row, Section
from .intel_story import banner, read_line, sections
from .interface import Detail


def intel_lines(
    report: Report,
    intel: Intelligence,
    title: str,
    detail: Detail,
    say: Callable[[str], str],
    value: Callable[[str, str], str],
) -> Iterator[str]:
    """Everything up to "About this result".

    Args:
        report: Any report with `intel`.
        intel: What it holds.
        title: The headline.
        detail: How much is shown.
        say: Escapes and defangs prose.
        value: Escapes and defangs the value of an indicator, given its type.
    """
    yield f"# {say(title)}"
    yield from ("", f"**{say(banner(intel))}** · {say(read_line(report, intel))}")
    added = [one for one in report.narrative if one.writer != "csq"]
    for sentence in added:
        yield from ("", f"{say(sentence.text)} *(written by {say(sentence.writer)})*")
    for section in sections(report, intel, detail):
        yield from ("", f"## {say(section.heading)}")
        if section.remark:
            yield from ("", f"*{say(section.remark)}*")
        for group in section.groups:
            yield from _group(section, group, detail == "full", say, value)


def diff_lines(
    report: Report,
    title: str,
    detail: Detail,
    say: Callable[[str], str],
    value: Callable[[str, str], str],
) -> Iterator[str]:
    """The comparison of two reports, up to "About this result"; arguments as for `intel_lines`."""
    yield f"# {say(title)}"
    yield from ("", f"**{BANNER}** · {say(diff_line(report))}")
    for section in diff_sections(report, detail):
        yield from ("", f"## {say(section.heading)}")
        for group in section.groups:
            yield from _group(section, group, False, say, value)


def _group(
    section: Section, group: Group, quotes: bool, say: Callable[[str], str], value: Callable[[str, str], str]
) -> Iterator[str]:
    if group.heading:
        yield from ("", f"### {say(group.heading)}")
    if group.rows:
        columns = [*section.columns[: len(group.rows[0].lead) + 1]]
        notes = any(row.note for row in group.rows)
        columns += [section.columns[-1]] if notes and len(section.columns) > len(columns) else []
        quoted = quotes and any(row.quote for row in group.rows)
        columns += ["In the report"] if quoted else []
        yield from ("", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}")
        for row in group.rows:
            yield f"| {' | '.join(_cells(row, len(columns), quoted, say, value))} |"
    if group.more:
        yield from ("", f"… and {group.more:,} more with `--detail full`")


def _cells(
    row: Row, count: int, quoted: bool, say: Callable[[str], str], value: Callable[[str, str], str]
) -> list[str]:
    cells = [say(one) for one in row.lead]
    cells.append(value(row.type, row.body) if row.type else say(row.body))
    if len(cells) < count - quoted:
        cells.append(say(row.note))
    if quoted:
        cells.append(say(row.quote))
    return cells
