"""The review after a rehearsal: for a terminal, as JSON, in Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

import orjson

from cybersecqwen.records.rehearsal import AfterAction, Decision, StepTime, ThrownInject

from .defang import Defanger
from .interface import RenderOptions
from .markdown_text import code, escaped
from .page import Page
from .rehearsal import lasted, scenario
from .sarif_tests import sound

_SHOW = Defanger().show
_STYLES = {"done": "good", "skip": "medium", "cannot": "bad"}
_WORDS = {"done": "done", "skip": "skipped", "cannot": "could not be done"}


def _head(report: AfterAction) -> Iterator[str]:
    counts = ", ".join(f"{report.counts.get(key, 0):,} {word}" for key, word in _WORDS.items())
    met = len({step.id for step in report.steps})
    end = "walked to its end" if report.finished else "left before its end"
    yield f"Begun {report.started}; {end}. {met:,} of {report.steps_in_playbook:,} steps were met: {counts}."
    yield (
        f"Time at the table {lasted(report.seconds)}; in the scenario {scenario(report.scenario_minutes)}. "
        f"Seed {report.seed}."
    )


def _expected(minutes: int | None) -> str:
    return "not said" if minutes is None else f"{minutes:,} min"


def _decided(one: Decision) -> str:
    return one.condition if one.by == "answers" else f"{one.condition} = {one.outcome}"


def report_text(report: AfterAction, options: RenderOptions) -> str:
    """The review as a page."""
    page = Page(options.columns, ascii=options.ascii)
    page.rule(("AFTER THE REHEARSAL  ", "heading"), (_SHOW(report.playbook), "strong"))
    for line in _head(report):
        page.add((line, ""))
    if report.phases:
        _section(page, "TIME BY PHASE", "at the table, expected")
        rows = [
            [
                (_SHOW(one.phase), ""),
                (f"{one.steps:,} step{'' if one.steps == 1 else 's'}", "quiet"),
                (lasted(one.seconds), "strong"),
                (f"{one.expected_minutes:,} min", "quiet"),
            ]
            for one in report.phases
        ]
        page.columns(rows, indent=2)
    if report.steps:
        _section(page, "STEPS", "at the table, expected")
        for step in report.steps:
            _step(page, step)
    if report.decisions:
        _section(page, "DECISIONS", "")
        for decision in report.decisions:
            said = f"  {_SHOW(_decided(decision))}"
            page.add((_SHOW(decision.name), "strong"), (said, ""), first=_DENT)
    if report.injects:
        _section(page, "INJECTS", "")
        for thrown in report.injects:
            _inject(page, thrown)
    _section(page, "TO TALK ABOUT", "")
    for number, question in enumerate(report.questions, 1):
        page.add((_SHOW(question), ""), first=[(f"  {number:>2}. ", "quiet")])
    return page.text(color=options.color)


_DENT = [("  ", "")]


def _section(page: Page, title: str, about: str) -> None:
    page.blank()
    page.add((title, "heading"), (f"  {about}" if about else "", "quiet"))


def _step(page: Page, step: StepTime) -> None:
    times = f"{lasted(step.seconds):>7} of {_expected(step.expected_minutes):<9}"
    first = [(f"  {step.answer.value:<7}", _STYLES[step.answer.value]), (times, "quiet")]
    page.add((_SHOW(step.name), ""), first=first)
    for note in step.notes:
        page.add((f"“{_SHOW(note)}”", ""), first=[(" " * 29, "")])


def _inject(page: Page, thrown: ThrownInject) -> None:
    page.add((_SHOW(thrown.text), "strong"), (f"  during: {_SHOW(thrown.step)}", "quiet"), first=_DENT)
    answer = f"“{_SHOW(thrown.answer)}”" if thrown.answer else "no answer"
    page.add(
        (answer, "" if thrown.answer else "bad"),
        (f"  {lasted(thrown.seconds)}", "quiet"),
        first=[("    ", "")],
    )


def report_json(report: AfterAction) -> str:
    """One object; times in seconds, expectations in minutes."""
    document = {"schema": "csq.rehearsal-report/1", **json.loads(json.dumps(asdict(report)))}
    return orjson.dumps(sound(document), option=orjson.OPT_INDENT_2).decode() + "\n"


def report_markdown(report: AfterAction) -> str:
    """The review as a page for a wiki or a ticket."""
    return "\n".join(_markdown(report)).rstrip("\n") + "\n"


def _cell(text: str) -> str:
    return escaped(_SHOW(text))


def _markdown(report: AfterAction) -> Iterator[str]:
    yield f"# After the rehearsal: {_cell(report.playbook)}"
    yield ""
    yield from (f"{_cell(line)}  " for line in _head(report))
    yield from ("", f"Playbook {_code(report.playbook_id)}, SHA-256 {_code(report.sha256)}.", "")
    if report.phases:
        yield from (
            "## Time by phase",
            "",
            "| phase | steps | at the table | expected |",
            "|---|---|---|---|",
        )
        for one in report.phases:
            took = lasted(one.seconds)
            yield f"| {_cell(one.phase)} | {one.steps:,} | {took} | {one.expected_minutes:,} min |"
        yield ""
    if report.steps:
        yield from (
            "## Steps",
            "",
            "| step | who | answer | took | expected | notes |",
            "|---|---|---|---|---|---|",
        )
        for step in report.steps:
            notes = "; ".join(_cell(note) for note in step.notes)
            times = f"{lasted(step.seconds)} | {_expected(step.expected_minutes)}"
            yield f"| {_cell(step.name)} | {_cell(step.who)} | {step.answer.value} | {times} | {notes} |"
        yield ""
    if report.decisions:
        yield from ("## Decisions", "")
        for decision in report.decisions:
            yield f"- {_cell(decision.name)}: {_cell(_decided(decision))}"
        yield ""
    if report.injects:
        yield from ("## Injects", "")
        for thrown in report.injects:
            answer = _cell(thrown.answer) or "*no answer*"
            yield f"- {_cell(thrown.text)} (during {_cell(thrown.step)}): {answer}"
        yield ""
    yield from ("## To talk about", "")
    yield from (f"- [ ] {_cell(question)}" for question in report.questions)


def _code(text: str) -> str:
    return code(_SHOW(text)) or "without an id"
