"""An answer on a terminal: the answer first, then the passages that it stands on, then the sources."""

from __future__ import annotations

from cybersecqwen.records import Report

from .answer import AnswerView, answer_view
from .page import Run
from .terminal_incident import Sheet
from .wording import clipped, percent

_LONGEST = 1_500  # characters of a sentence
_PASSAGE = 480  # of a passage
_BAR = 20  # columns of an option's bar


def write_answer(sheet: Sheet, report: Report, title: str) -> None:
    """Everything but the problems and the last line."""
    view = answer_view(report)
    page = sheet.page
    label = " ANSWER " if view.answered else " NO ANSWER "
    badge: list[Run] = [(label, "benign" if view.answered else "needs review"), ("  ", "")]
    page.add((sheet.show(title or report.title), "strong"), first=badge)
    if view.options:
        _options(sheet, view)
    _told(sheet, report, view)
    _passages(sheet, view)
    if report.citations and sheet.amounts.processes:
        page.blank()
        page.add(("SOURCES", "heading"))
        rows: list[list[Run]] = [
            [
                (sheet.show(one.id), "strong"),
                (sheet.show(one.name), ""),
                (sheet.show(one.source), "quiet"),
                (sheet.show(one.url), "code"),
            ]
            for one in report.citations[:20]
        ]
        page.columns(rows, indent=2)


def _options(sheet: Sheet, view: AnswerView) -> None:
    sheet.page.blank()
    for option in view.options:
        filled = round(option.share * _BAR)
        style = "strong" if option.chosen else ""
        sheet.page.add(
            (sheet.show(clipped(option.text, sheet.amounts.chars)), style),
            first=[
                ("▸ " if option.chosen else "  ", "strong"),
                (f"{sheet.show(option.letter)}) ", style or "quiet"),
                (f"{percent(option.share):>5} ", style or "quiet"),
                ("█" * filled + "·" * (_BAR - filled) + " ", "quiet"),
            ],
        )


def _told(sheet: Sheet, report: Report, view: AnswerView) -> None:
    sheet.page.blank()
    for sentence in report.narrative:
        by = "" if sentence.writer == "csq" else f"  — {sheet.show(sentence.writer)}"
        sheet.page.add(
            (sheet.defang.show(clipped(sentence.text, _LONGEST)), ""), (by, "quiet"), first=[("  ", "")]
        )
    if view.answered and not view.options:
        sheet.page.add(
            (f"{percent(view.support)} likely to answer the question", "quiet"), first=[("  ", "")]
        )


def _passages(sheet: Sheet, view: AnswerView) -> None:
    if not view.passages or not sheet.amounts.processes:
        return
    page = sheet.page
    page.blank()
    page.add(("PASSAGES", "heading"), (f"  {len(view.passages)}, best first", "quiet"))
    for number, one in enumerate(view.passages, 1):
        page.add(
            (sheet.show(one.about), "strong"),
            (f"  {sheet.show(one.section)}", "quiet"),
            first=[(f"{number:>3}. ", "quiet")],
        )
        chars = _LONGEST if sheet.amounts.everything else _PASSAGE
        page.add(
            (sheet.defang.show(clipped(one.text, chars)), ""),
            first=[("     │ ", "quiet")],
            rest=[("     │ ", "quiet")],
        )
