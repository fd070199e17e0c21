"""Markdown for tickets: reads well as plain text too, and uses nothing that ticket systems lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cybersecqwen.records import Evidence, Finding, Incident, Indicator, Problem, Report, Technique, Verdict

from .answer import is_answer
from .defang import Defanger, safe_text
from .detail import AMOUNTS, EVERYTHING, Amounts, first
from .diff_story import is_diff
from .interface import Renderer, RenderOptions
from .logs import is_logs
from .logs_detail import PAGE
from .logs_story import beside_logs, other_problems
from .markdown_answer import answer_lines
from .markdown_intel import diff_lines, intel_lines
from .markdown_logs import logs_lines
from .markdown_sections import section_lines
from .markdown_text import code, escaped, fenced
from .read_logs import logs_view
from .sections import sections_of
from .story import (
    alarming,
    by_tactic,
    decoded_layers,
    distinct,
    is_flagged,
    marks,
    numbered,
    outside_incidents,
    places,
    process_rows,
    sides,
    tactic_name,
)
from .wording import (
    abridged,
    clipped,
    clock,
    counted,
    counts_line,
    headline,
    likely,
    milliseconds,
    percent,
    points,
    side_heading,
    span,
)


class MarkdownRenderer(Renderer):
    """See `Renderer`."""

    name = "markdown"
    media_type = "text/markdown"
    extension = "md"
    for_people = True

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        note = _Note(defang=Defanger.of(report), amounts=AMOUNTS[options.detail])
        problems: Sequence[Problem] = report.problems
        limit = EVERYTHING
        if is_answer(report):
            note.add(*answer_lines(report, options.title, lambda text: escaped(note.defang.show(text))))
        elif report.intel is not None:
            headed = headline(report, options.title)
            note.add(*intel_lines(report, report.intel, headed, options.detail, note.cell, note.value))
        elif (told := sections_of(report, options.detail)) is not None:
            say = note.say if report.playbook is None else note.whole
            note.add(*section_lines(told, headline(report, options.title), say, note.code))
        elif is_diff(report):
            headed = headline(report, options.title)
            note.add(*diff_lines(report, headed, options.detail, note.cell, note.value))
        elif is_logs(report):
            problems, limit = _logs(note, report, options), PAGE[options.detail].problems
        else:
            _assessment(note, report, options.title)
        _about(note, report, problems, limit)
        return safe_text("\n".join(note.lines).strip("\n"), lines=True) + "\n"


def _assessment(note: _Note, report: Report, title: str) -> None:
    _head(note, report, title)
    _narrative(note, report)
    _incidents(note, report)
    findings, indicators, techniques = outside_incidents(report)
    _findings(note, findings, {}, "##")
    _techniques(note, techniques, "##")
    _indicators(note, indicators, {}, "##")


def _logs(note: _Note, report: Report, options: RenderOptions) -> list[Problem]:
    """Write all but the problems, which are returned as far as they were not told."""
    title = headline(report, options.title)
    view = logs_view(report)
    note.add(*logs_lines(report, view, title, options.detail, note.say, note.quote))
    findings, indicators, techniques = outside_incidents(beside_logs(report, view, techniques=True))
    _findings(note, findings, {}, "##")
    _techniques(note, techniques, "##")
    _indicators(note, indicators, {}, "##")
    return other_problems(report, view, everything=note.amounts.everything)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Note:
    """The lines so far, and how text of the input is put into them."""

    defang: Defanger
    amounts: Amounts
    lines: list[str] = field(default_factory=list)

    def say(self, text: str) -> str:
        return escaped(self.defang.show(text if self.amounts.everything else clipped(text, 400)))

    def whole(self, text: str) -> str:
        """Prose that nobody may find cut short: what is to be done."""
        return escaped(self.defang.show(text))

    def code(self, text: str) -> str:
        return code(self.quote(text))

    def quote(self, text: str) -> str:
        short = text if self.amounts.everything else abridged(text)
        return self.defang.show(clipped(short, self.amounts.chars))

    def cell(self, text: str) -> str:
        """Prose in a cell of a table."""
        return self.say(text)

    def value(self, type: str, value: str) -> str:
        """The value of an indicator in a cell of a table, whole and broken by its type."""
        evidence = Evidence(event="", field="", value="")
        made = Indicator(type=type, value=value, raw=value, evidence=evidence)
        return escaped(self.defang.indicator(made))

    def block(self, heading: str, lines: Sequence[str]) -> None:
        """A heading with what stands under it; nothing where nothing does."""
        if lines:
            self.add("", heading, "", *lines)

    def add(self, *lines: str) -> None:
        """Lines as they are."""
        self.lines.extend(lines)


def _head(note: _Note, report: Report, title: str) -> None:
    note.lines.append(f"# {report.verdict.capitalize()}: {note.say(headline(report, title))}")
    facts = [f"**Severity {report.severity.label}**", likely(report.verdict, report.confidence)]
    read = note.say(counts_line(report))
    sources, more = first(report.sources, 4)
    names = ", ".join(note.code(one) for one in sources) + (f" and {more} more" if more else "")
    facts += [" from ".join(part for part in (read, names) if part)]
    note.add("", " · ".join(fact for fact in facts if fact))


def _narrative(note: _Note, report: Report) -> None:
    if not note.amounts.processes:
        return
    paragraphs: list[tuple[str, list[str]]] = []
    for sentence in report.narrative:
        if not paragraphs or paragraphs[-1][0] != sentence.writer:
            paragraphs.append((sentence.writer, []))
        paragraphs[-1][1].append(note.say(sentence.text))
    lines: list[str] = []
    for writer, sentences in paragraphs:
        lines += ["", f"{' '.join(sentences)} *(written by {note.say(writer)})*"]
    note.block("## Summary", lines[1:])


def _incidents(note: _Note, report: Report) -> None:
    incidents = report.incidents
    if len(incidents) > 1:
        _table(note, incidents)
    told, more = first(incidents, note.amounts.incidents)
    for incident in told:
        _incident(note, incident)
    if more:
        note.add("", f"… and {more} more incidents are told with `--detail full`.")


def _table(note: _Note, incidents: Sequence[Incident]) -> None:
    listed, more = first(incidents, note.amounts.listed)
    lines = ["| Incident | Verdict | Severity | Sure | Host | What happened |", "|---|---|---|---|---|---|"]
    for one in listed:
        host = note.say(one.hosts[0]) if one.hosts else ""
        cells = [note.say(one.id), one.verdict.value, one.severity.label, percent(one.confidence), host]
        lines.append(f"| {' | '.join([*cells, note.say(one.title)])} |")
    if more:
        rest = incidents[len(listed) :]
        tally = [
            (sum(one.verdict is verdict for one in rest), verdict.value) for verdict in reversed(Verdict)
        ]
        lines += ["", f"… and {more} more ({', '.join(f'{n} {name}' for n, name in tally if n)})"]
    note.block(f"## {len(incidents)} incidents", lines)


def _incident(note: _Note, one: Incident) -> None:
    who = ", ".join(note.code(name) for name in (*one.hosts[:3], *one.users[:3]))
    facts = [
        f"**{one.verdict.value}**, severity {one.severity.label}",
        f"{likely(one.verdict, one.confidence)}, score {points(one.score)}",
        span(one.start, one.end),
        who,
        counted(one.event_count or len(one.events), "event"),
    ]
    note.block(
        f"## Incident {note.say(one.id)}: {note.say(one.title)}", [" · ".join(fact for fact in facts if fact)]
    )
    seen = places([one])
    short = one.verdict is Verdict.BENIGN and not note.amounts.everything
    _steps(note, "### Next steps", one.next_steps, note.amounts.steps)
    if not short:
        note.block("### Processes (● flagged, with the numbers of the findings)", _tree(note, one))
    _findings(note, one.findings, seen, "###", one.verdict)
    if not short:
        claims, more = first(one.claims, note.amounts.findings)
        lines = [f"- {note.say(c.product)}: {note.code(c.rule)} ({c.severity.label})" for c in claims]
        note.block("### What other products say (claims, not proof)", [*lines, *_more(more)])
        _techniques(note, one.techniques, "###")
        _indicators(note, one.indicators, seen, "###")
    if note.amounts.everything:
        _steps(note, "### How the verdict was computed", one.reasons, len(one.reasons))


def _more(number: int) -> list[str]:
    return [f"- … and {number} more"] if number else []


def _steps(note: _Note, heading: str, items: Sequence[str], limit: int) -> None:
    shown, more = first(items, limit)
    lines = [f"{at}. {note.say(item)}" for at, item in enumerate(shown, 1)]
    note.block(heading, [*lines, *([f"{len(lines) + 1}. … and {more} more"] if more else [])])


def _tree(note: _Note, incident: Incident) -> list[str]:
    amounts = note.amounts
    rows = process_rows(incident, amounts.processes, amounts.siblings) if amounts.processes else []
    known, alarms, layers = numbered(incident), alarming(incident), decoded_layers(incident)
    lines: list[str] = []
    for row in rows:
        indent = "    " * min(row.depth, 12)
        node = row.node
        if node is None:
            lines.append(f"{indent}… {row.hidden} more")
            continue
        flagged = is_flagged(node, alarms)
        numbers = " ".join(str(number) for number, _ in marks(node, known))
        facts = [f"pid {node.pid}" if node.pid else "", node.user, clock(node.time)[:8]]
        about = ", ".join(note.quote(fact) for fact in facts if fact)
        name = note.quote(node.name) or "unknown process"
        mark = "● " if flagged else "  "
        lines.append(f"{indent}{mark}{name}  ({about})" + (f"  [{numbers}]" if numbers else ""))
        if node.command and (flagged or note.amounts.everything):
            lines.append(f"{indent}    {note.quote(node.command)}")
            found = layers.get(node.event, [])
            lines += [f"{indent}    ⤷ {note.quote(one.how)}: {note.quote(one.text)}" for one in found]
    return fenced(lines) if lines else []


def _findings(
    note: _Note,
    findings: Sequence[Finding],
    seen: Mapping[str, str],
    level: str,
    verdict: Verdict | None = None,
) -> None:
    for good, side in sides(findings, verdict):
        shown, more = first(side, note.amounts.findings)
        lines: list[str] = []
        for number, one in shown:
            lines += _finding(note, one, number, seen)
        if more:
            rest = points(sum(one.weight for _, one in side[len(shown) :]))
            lines += ["", f"… and {more} more, together {rest}"]
        note.block(f"{level} {side_heading(good, verdict)}", lines)


def _finding(note: _Note, one: Finding, number: int, seen: Mapping[str, str]) -> list[str]:
    facts = [] if one.is_context else [one.severity.label]
    facts += [note.code(one.signal), *(note.say(each) for each in one.techniques)]
    times = f" ×{one.count:,}" if one.count > 1 else ""
    lines = [f"{number}. **{points(one.weight)}** {note.say(one.title)}{times} ({', '.join(facts)})"]
    quotes, more = first(
        one.evidence if note.amounts.everything else distinct(one.evidence), note.amounts.evidence
    )
    for quote in quotes:
        layer = f" ({note.say(quote.layer)})" if quote.layer else ""
        where = ", ".join(note.say(part) for part in (quote.event, seen.get(quote.event, "")) if part)
        lines.append(f"    - {note.say(quote.field)}{layer}: {note.code(quote.value)} ({where})")
    if more and note.amounts.evidence:
        lines.append(f"    - … and {more} more quotes")
    if note.amounts.everything:
        lines += [f"    - Why: {note.say(one.why)}"] if one.why else []
        lines += [f"    - Ordinary when: {note.say(one.ordinary)}"] if one.ordinary else []
    return lines


def _techniques(note: _Note, techniques: Sequence[Technique], level: str) -> None:
    lines = [
        f"| {note.say(tactic_name(tactic))} | {note.say(one.id)} | {note.say(one.name)} |"
        for tactic, some in by_tactic(techniques)
        for one in some
    ]
    note.block(f"{level} ATT&CK", ["| Tactic | Technique | Name |", "|---|---|---|", *lines] if lines else [])


def _indicators(note: _Note, indicators: Sequence[Indicator], seen: Mapping[str, str], level: str) -> None:
    notable = [one for one in indicators if not one.note]
    apart = [one for one in indicators if one.note]
    shown, more = first(notable, note.amounts.indicators)
    lines: list[str] = []
    for one in [*shown, *(apart if note.amounts.everything else [])]:
        value = code(clipped(note.defang.indicator(one), note.amounts.chars))
        where = (one.evidence.event, seen.get(one.evidence.event, ""), one.note)
        lines.append(
            f"- {note.say(one.type)}: {value} ({', '.join(note.say(part) for part in where if part)})"
        )
    lines += _more(more)
    if apart and not note.amounts.everything:
        lines.append(f"- {counted(len(apart), 'ordinary one')} set apart")
    note.block(f"{level} Indicators (defanged)", lines)


def _about(note: _Note, report: Report, problems: Sequence[Problem], limit: int) -> None:
    lines = []
    shown, more = first(problems, limit)
    for one in shown:
        subject = f" {note.code(one.subject)}" if one.subject else ""
        times = f" (×{one.count:,})" if one.count > 1 else ""
        lines.append(f"- {note.say(one.stage)}{subject}: {note.say(one.message)}{times}")
    note.block("## About this result", [*lines, *_more(more)])
    made = report.provenance
    parts = [
        f"csq {made.version}",
        f"knowledge {made.knowledge}" if made.knowledge else "",
        f"rules {made.rules[:12]}" if made.rules else "",
        f"models {', '.join(made.models)}" if made.models else "no language model",
        milliseconds(sum(report.timings_ms.values())) if report.timings_ms else "",
    ]
    note.add("", "---", "", note.say(" · ".join(part for part in parts if part)))
