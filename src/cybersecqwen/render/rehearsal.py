"""A rehearsal on a terminal: steps, conditions, injects, the clock. Text of the playbook is made safe."""

from __future__ import annotations

from collections.abc import Iterable

from cybersecqwen.records.rehearsal import Inject, Passage, ShownCommand, ShownStep

from .defang import Defanger, safe_text
from .interface import RenderOptions
from .page import Page, fitted

_SHOW = Defanger().show
_LINES = 12
"""Lines of one command that are shown."""
_EFFECTS = {
    "observe": "looks, changes nothing",
    "collect": "takes copies",
    "change": "changes what can be changed back",
    "destroy": "cannot be taken back",
}


class Talk:
    """Pages of a rehearsal, each as text that ends with a line break."""

    def __init__(self, options: RenderOptions) -> None:
        self._options = options

    def opening(self, name: str, about: str, steps: int, terms: str, log: str) -> str:
        """What is rehearsed, and how to answer."""
        page = self._page()
        page.rule(("REHEARSAL  ", "heading"), (_SHOW(name), "strong"))
        if about:
            page.add((_SHOW(about, lines=True), ""))
        count = f"{steps:,} step{'' if steps == 1 else 's'}"
        page.add((f"{count}; {terms}.", "quiet"))
        page.add((f"The log is {safe_text(log)}. Nothing is run: you say what you would do.", "quiet"))
        page.add((HELP, "quiet"))
        return self._text(page)

    def step(self, step: ShownStep, place: str, clock: str, branches: Iterable[str] = ()) -> str:
        """One action: where it stands, who does it, what to do, and how one knows."""
        page = self._page()
        phase = f" · {_SHOW(step.phase)}" if step.phase else ""
        page.rule((f"{place}{phase}", "heading"), ("  ", ""), (clock, "quiet"))
        page.add((_SHOW(step.name), "strong"))
        for line in branches:
            page.add((fitted(_SHOW(line), page.width - 2).rstrip(), "quiet"), first=[("  ", "")])
        expected = "" if step.minutes is None else f"{step.minutes:,} min expected"
        effect = _EFFECTS.get(step.effect, "")
        who = _SHOW(step.who) or "nobody is named"
        style = "bad" if step.effect == "destroy" else "quiet"
        page.add((who, ""), first=_label("who"))
        if expected or effect:
            runs = [(expected, "quiet"), ("; " if expected and effect else "", "quiet"), (effect, style)]
            page.add(*runs, first=_label("how"))
        if step.do:
            page.add((_SHOW(step.do, lines=True), ""), first=_label("do"))
        for command in step.commands:
            self._command(page, command)
        if step.breaks:
            page.add((_SHOW(step.breaks), "warning"), first=_label("may break"))
        if step.undo:
            page.add((_SHOW(step.undo), ""), first=_label("undo"))
        verify = (_SHOW(step.verify), "") if step.verify else ("the playbook does not say", "quiet")
        page.add(verify, first=_label("worked if"))
        return "\n" + self._text(page)

    def _command(self, page: Page, command: ShownCommand) -> None:
        about = f"{command.about} " if command.about else ""
        page.add((_SHOW(f"{about}[{command.kind}]"), "quiet"), first=_label("command"))
        lines = safe_text(command.text, lines=True).split("\n")  # to be typed: not defanged
        for line in lines[:_LINES]:
            page.add((line, "code"), first=[("      ", "")])
        if len(lines) > _LINES:
            page.add((f"… {len(lines) - _LINES:,} more lines", "quiet"), first=[("      ", "")])

    def condition(self, step: ShownStep, condition: str, choices: Iterable[str], clock: str) -> str:
        """A condition that the person decides; `choices` are lines that say how."""
        page = self._page()
        page.rule(("DECISION", "heading"), ("  ", ""), (clock, "quiet"))
        page.add((_SHOW(step.name), "strong"))
        if step.do:
            page.add((_SHOW(step.do, lines=True), ""), first=_label("about"))
        page.add((_SHOW(condition), "code"), first=_label("condition"))
        for line in choices:
            page.add((_SHOW(line), ""), first=[("  ", "")])
        return "\n" + self._text(page)

    def inject(self, inject: Inject) -> str:
        """An event, and the question that follows it."""
        page = self._page()
        page.add((_SHOW(inject.text), "strong"), first=[("  >> INJECT  ", "high")])
        page.add((_SHOW(inject.asks), ""), first=[("             ", "")])
        return "\n" + self._text(page)

    def passage(self, passage: Passage) -> str:
        """What happened by itself."""
        page = self._page()
        name = f"{_SHOW(passage.name)}: " if passage.name else ""
        page.add((name, "strong"), (_SHOW(passage.text), ""), first=[("  -- ", "quiet")])
        return self._text(page)

    def told(self, text: str, style: str = "quiet") -> str:
        """One sentence of our own."""
        page = self._page()
        page.add((text, style), first=[("  ", "")])
        return self._text(page)

    def prompt(self, text: str) -> str:
        """What stands before the place where the person types."""
        page = self._page()
        page.add((_SHOW(text), ""))
        return page.text(color=False).rstrip("\n") + " "

    def echo(self, prompt: str, line: str) -> str:
        """A prompt with what a script answered."""
        page = self._page()
        page.add((_SHOW(line), "strong"), first=[(f"{_SHOW(prompt)} ", "")])
        return self._text(page)

    def _page(self) -> Page:
        return Page(self._options.columns, ascii=self._options.ascii)

    def _text(self, page: Page) -> str:
        return page.text(color=self._options.color)


HELP = (
    "Answer each step: done, skip, cannot (or d, s, c). note TEXT writes something down, back takes the last "
    "answer back, branch N goes to another branch, show shows the step again, quit leaves and keeps the log."
)


def _label(word: str) -> list[tuple[str, str]]:
    return [(f"  {word:<10}", "quiet")]


def lasted(seconds: float) -> str:
    """A length of time as a clock shows it: "0:07", "1:02:09"."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def scenario(minutes: int) -> str:
    """Scenario time: "0 h 15 min"."""
    return f"{minutes // 60:,} h {minutes % 60:02} min"
