"""A report on logs as Markdown: what a ticket needs, in tables, from the heading to what it took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cybersecqwen.records import Report

from .detail import first
from .interface import Detail
from .logs import Anomaly, Detection, LogsView
from .logs_detail import PAGE, LogAmounts
from .logs_story import (
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
from .markdown_text import code
from .wording import bare_host, counted, likely, period, rounded, short_place, some_names, span


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ticket:
    """The report, and how its text is put into Markdown."""

    view: LogsView
    amounts: LogAmounts
    dates: str
    say: Callable[[str], str]
    """Prose."""
    quote: Callable[[str], str]
    """Text of the input, cut to what the detail allows, not escaped."""

    def cell(self, text: str) -> str:
        """Text of the input in a cell of a table, where a code span cannot hold a bar."""
        return self.say(self.quote(text))

    def place(self, place: str) -> str:
        """Where a record stands, without its folders unless everything is told."""
        return self.say(place if self.amounts.everything else short_place(place))

    def names(self, names: list[str], limit: int = 2) -> str:
        """The first names and how many follow."""
        return self.say(some_names(names, limit))


def logs_lines(
    report: Report,
    view: LogsView,
    title: str,
    detail: Detail,
    say: Callable[[str], str],
    quote: Callable[[str], str],
) -> Iterator[str]:
    """Everything up to "About this result"; `say` escapes prose, `quote` cuts and defangs."""
    ticket = _Ticket(view=view, amounts=PAGE[detail], dates=date_form(view), say=say, quote=quote)
    yield f"# {report.verdict.capitalize()}: {say(title)}"
    verdict = f"**Severity {report.severity.label}** · {likely(report.verdict, report.confidence)}"
    yield from ("", f"{verdict} · {say(' · '.join(read_parts(report, view)))}")
    about = [part for part in (speed(report, view), rules_line(view.rules)) if part]
    if about:
        yield from ("", say(" · ".join(about)))
    if view.baseline:
        one = view.baseline
        learned = " · ".join(filter(None, (counted(one.events, "event"), span(one.since, one.until))))
        yield from ("", f"Compared with the baseline {say(one.name)} ({say(learned)})")
    if ticket.amounts.timelines:
        yield from _narrative(report, ticket)
    yield from _detections(ticket)
    yield from _anomalies(ticket)
    if ticket.amounts.timelines:
        yield from _timelines(report, ticket)
        yield from _entities(ticket)
        yield from _templates(ticket)
        yield from _unsupported(ticket)
    yield from _steps(report, ticket)
    yield from _cost(ticket)


def _block(heading: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield from ("", heading, "", *lines)


def _more(number: int, what: str = "more") -> list[str]:
    return ["", f"… and {number:,} {what} with `--detail full`"] if number else []


def _narrative(report: Report, ticket: _Ticket) -> Iterator[str]:
    lines = []
    for sentence in report.narrative:
        by = "" if sentence.writer == "csq" else f" *(written by {ticket.say(sentence.writer)})*"
        lines.append(f"{ticket.say(sentence.text)}{by}")
    yield from _block("## Summary", lines)


def _detections(ticket: _Ticket) -> Iterator[str]:
    found = ticket.view.detections
    if not found:
        yield from ("", "## Detections", "", "No rule fired.")
        return
    shown, more = first(found, ticket.amounts.detections)
    rows = ["| Level | Rule | Count | When | Hosts | ATT&CK |", "|---|---|---:|---|---|---|"]
    for one in shown:
        hosts = [bare_host(name) for name, _ in one.hosts]
        when = period(one.first, one.last, dates=ticket.dates)
        cells = [one.severity.label, ticket.say(one.title), f"{one.count:,}", when]
        rows.append(f"| {' | '.join([*cells, ticket.names(hosts), ticket.names(list(one.techniques), 3)])} |")
    heading = f"## {counted(len(found), 'detection')}: {tally_line(one.severity for one in found)}"
    yield from _block(heading, [*rows, *_more(more)])
    if ticket.amounts.everything:
        for one in shown:
            yield from _rule(one, ticket)


def _rule(one: Detection, ticket: _Ticket) -> Iterator[str]:
    """What the rule says about itself, and who wrote it."""
    say = ticket.say
    yield from ("", f"### {say(one.title)}", "")
    if one.description:
        yield from (say(one.description), "")
    for cause in one.falsepositives:
        yield f"- Ordinary when: {say(cause)}"
    for word, tally in (("Hosts", one.hosts), ("Users", one.users)):
        if tally:
            yield f"- {word}: {', '.join(f'{say(name)} ×{number:,}' for name, number in tally)}"
    kind = "Correlation rule" if one.correlation else "Rule"
    where = ", ".join(code(ticket.quote(part)) for part in (one.id, one.path) if part)
    if where:
        yield f"- {kind}: {where}"
    author = ", ".join(say(part) for part in (one.author, one.license) if part)
    if author:
        yield f"- Author: {author}"
    for group in one.groups:
        yield f"- Fired for: {say(group_line(group, dates=ticket.dates))}"
    for link in one.references:
        yield f"- See: {code(ticket.quote(link))}"


def _anomalies(ticket: _Ticket) -> Iterator[str]:
    found = ticket.view.anomalies
    shown, more = first(found, ticket.amounts.anomalies)
    lines: list[str] = []
    for one in shown:
        lines += _anomaly(one, ticket)
    heading = f"## {counted(len(found), 'anomaly', 'anomalies')} that no rule describes"
    yield from _block(heading, [*lines, *_more(more)])


def _anomaly(one: Anomaly, ticket: _Ticket) -> Iterator[str]:
    facts = [one.kind, f"×{one.count:,}" if one.count else ""]
    facts += [period(one.first, one.last, dates=ticket.dates)]
    facts += [some_names([bare_host(name) for name in one.hosts]), some_names(list(one.users))]
    if ticket.amounts.everything:
        facts += [f"{name.replace('_', ' ')} {rounded(value)}" for name, value in one.numbers]
    about = ticket.say(", ".join(fact for fact in facts if fact))
    yield f"- **{one.severity.label}** {ticket.say(one.sentence)} ({about})"
    shown, more = first(one.lines, max(1, ticket.amounts.lines)) if ticket.amounts.timelines else ((), 0)
    for line in shown:
        yield f"    - {code(ticket.quote(line.text)) or 'line'} ({ticket.place(line.source)})"
    if more:
        yield f"    - … and {more:,} more lines"


def _timelines(report: Report, ticket: _Ticket) -> Iterator[str]:
    shown, more = first(report.incidents, ticket.amounts.timelines)
    lines: list[str] = []
    for line in timelines(shown, ticket.view):
        lines += _timeline(line, ticket)
    yield from _block("## Timeline of each entity (UTC)", [*lines[1:], *_more(more, "more entities")])


def _timeline(line: Timeline, ticket: _Ticket) -> Iterator[str]:
    one = line.incident
    when = period(one.start, one.end, dates=ticket.dates)
    facts = [one.severity.label, when, some_names(list(one.users), 2)]
    yield from ("", f"### {ticket.say(one.title)}", "")
    yield from (" · ".join(ticket.say(fact) for fact in facts if fact), "")
    yield from ("| Time | Level | What | Detail |", "|---|---|---|---|")
    shown, more = first(line.moments, ticket.amounts.moments)
    for each in shown:
        times = f" ×{each.count:,}" if each.count > 1 else ""
        cells = [period(each.time, None, dates=line.dates(ticket.dates)), each.severity.label]
        detail = ticket.cell(each.value) + (f" ({ticket.place(each.place)})" if each.place else "")
        yield f"| {' | '.join([*cells, ticket.say(each.title) + times, detail])} |"
    yield from _more(more)


def _entities(ticket: _Ticket) -> Iterator[str]:
    shown, more = first(ticket.view.entities, ticket.amounts.entities)
    rows = [
        f"| {ticket.say(one.type)} | {ticket.say(one.name)} | {one.worst.label if one.worst else ''} "
        f"| {one.detections:,} | {one.anomalies:,} | {one.events:,} |"
        for one in shown
    ]
    head = ["| Type | Name | Worst | Hits | Anomalies | Events |", "|---|---|---|---:|---:|---:|"]
    yield from _block("## Top entities", [*head, *rows, *_more(more)] if rows else [])


def _templates(ticket: _Ticket) -> Iterator[str]:
    view = ticket.view
    listed = view.templates if ticket.amounts.everything else [one for one in view.templates if one.new]
    shown, more = first(listed, ticket.amounts.templates)
    lines = [
        f"- {'**new** ' if one.new else ''}×{one.count:,} {code(ticket.quote(one.template))}" for one in shown
    ]
    number = counted(max(view.template_count, len(view.templates)), "shape of line", "shapes of lines")
    fresh = sum(one.new for one in view.templates)
    yield from _block(f"## Templates: {number}, {fresh:,} new", [*lines, *_more(more)])


def _unsupported(ticket: _Ticket) -> Iterator[str]:
    rules = ticket.view.rules
    lines: list[str] = []
    why = reasons(rules)
    shown, more = first(why, ticket.amounts.problems)
    for reason, which in shown:
        lines.append(f"- {len(which):,}: {ticket.say(reason)}")
        for one in which[: ticket.amounts.unsupported]:
            title = ticket.say(one.title or "without a title")
            lines.append(f"    - {title} {code(ticket.quote(one.path))}".rstrip())
    lines += _more(more, "more reasons")
    yield from _block(f"## {counted(len(rules.unsupported), 'rule')} not applied", lines)


def _steps(report: Report, ticket: _Ticket) -> Iterator[str]:
    shown, more = first(next_steps(report), 6 if ticket.amounts.timelines else 2)
    lines = [f"{at}. {ticket.say(step)}" for at, step in enumerate(shown, 1)]
    yield from _block("## Next steps", [*lines, *_more(more)])


def _cost(ticket: _Ticket) -> Iterator[str]:
    rows = [f"| {name} | {value} |" for name, value in cost_rows(ticket.view.cost)]
    yield from _block("## Cost", ["| What | How much |", "|---|---|", *rows] if rows else [])
