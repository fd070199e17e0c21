"""The table of skills on a terminal: who was measured, who is picked within a time budget, and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cybersecqwen.bootstrap import App
    from cybersecqwen.models.skills import Candidate, Choice


_REST = (("      ", ""),)


def draw(milliseconds: float, app: App) -> str:
    """Every skill with its candidates, the picked one marked."""
    from cybersecqwen.models.skills import skills, span
    from cybersecqwen.render import RenderOptions

    options = RenderOptions.for_stream(sys.stdout)
    choices = {skill: app.pick(skill, milliseconds) for skill in skills()}
    title = f"SKILLS, within {span(milliseconds)} an answer"
    return page(title, choices, width=options.columns, color=options.color)


def page(title: str, choices: dict[str, Choice], *, width: int, color: bool = False) -> str:
    """The table as text."""
    from cybersecqwen.render.page import Page, fitted

    sheet = Page(width)
    sheet.rule((title, "heading"))
    for skill, choice in choices.items():
        first = choice.verdicts[0].candidate
        sheet.blank()
        sheet.add(
            (skill, "strong"), (f"  {first.title}, {first.better} is better", "quiet"), first=[("  ", "")]
        )
        for verdict in choice.verdicts:
            one = verdict.candidate
            mark = ("* ", "good") if verdict.chosen else ("  ", "")
            name = (fitted(one.candidate, 20), "strong" if verdict.chosen else "")
            sheet.add(
                (_figure(one), ""), first=[("  ", ""), mark, name, (f"{one.mode:<12}", "quiet")], rest=_REST
            )
            sheet.add((verdict.why, "good" if verdict.chosen else "quiet"), first=_REST)
        for place in dict.fromkeys(_source(verdict.candidate) for verdict in choice.verdicts):
            sheet.add((place, "quiet"), first=[("      ", "")])
    if not choices:
        sheet.add(("Nothing has been measured.", "quiet"), first=[("  ", "")])
    return sheet.text(color=color)


def _figure(one: Candidate) -> str:
    """Value, interval and time, in columns of fixed width."""
    from cybersecqwen.models.skills import span

    value = f"{one.value:.3f}"
    ends = f"[{one.low:.3f}, {one.high:.3f}]" if one.low is not None and one.high is not None else ""
    time = span(one.p95_ms) if one.p95_ms is not None else "-"
    return f"{value} {ends:<14} n {one.n:<5,} {time}"


def _source(one: Candidate) -> str:
    what = f"{one.on}, {one.date}, {one.hardware}" if one.ours else one.on
    return f"{what} ({one.source})"
