"""The talk of a rehearsal: a step is shown, a line is read, the line is understood. Works in a pipe, too."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from shlex import quote

from cybersecqwen.records.rehearsal import Reply
from cybersecqwen.render import RenderOptions
from cybersecqwen.render.rehearsal import HELP, Talk, lasted, scenario
from cybersecqwen.tasks.playbook.rehearsal.machine import FALSE, TRUE, Question
from cybersecqwen.tasks.playbook.rehearsal.opening import MOST_VALUE, filled, is_secret
from cybersecqwen.tasks.playbook.rehearsal.session import Session

_LONGEST = 4_000
"""Characters of a line that are taken."""
_REPLIES = {
    "done": Reply.DONE,
    "d": Reply.DONE,
    "skip": Reply.SKIP,
    "s": Reply.SKIP,
    "cannot": Reply.CANNOT,
    "can't": Reply.CANNOT,
    "c": Reply.CANNOT,
}
_SHORT = {"n": "note", "b": "back", "h": "help", "?": "help", "q": "quit", "exit": "quit"}
_YES = {"yes": TRUE, "y": TRUE, "true": TRUE, "no": FALSE, "n": FALSE, "false": FALSE}
_QUIT = frozenset(("quit", "q", "exit"))


class _Left(Exception):
    """The person leaves; the argument says how: "quit" or "end of input"."""


class Conversation:
    """One rehearsal between the session and a person, or a script."""

    def __init__(self, session: Session, file: str, log: Path, options: RenderOptions) -> None:
        self._session = session
        self._talk = Talk(options)
        self._file = file
        self._log = log
        self._terminal = sys.stdin is not None and sys.stdin.isatty()
        self._shown: tuple[str, int] | None = None
        self._branch_shown = 0
        if self._terminal:
            import readline  # noqa: F401 - input() edits lines once it is there
        elif hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(errors="replace")

    def run(self, *, resumed: bool) -> None:
        """Ask until the playbook is at its end or the person leaves; Ctrl-C goes on to the caller."""
        try:
            self._open(resumed)
            self._passages()
            while (question := self._session.question) is not None:
                self._ask(question)
        except _Left as left:
            self._session.stop(str(left))
            self._goodbye()
        except KeyboardInterrupt:
            self._session.stop("interrupted")
            self._say("\n")
            self._goodbye()
            raise

    def _open(self, resumed: bool) -> None:
        book, terms = self._session.playbook, self._session.terms
        said = f"seed {terms.seed}, injects {terms.often}, at most {terms.rounds} rounds of a loop"
        self._say(
            self._talk.opening(book.name, "" if resumed else book.about, book.actions, said, str(self._log))
        )
        if resumed:
            text = f"Going on after {lasted(self._session.seconds)} at the table."
            self._say(self._talk.told(text))

    def _goodbye(self) -> None:
        self._say(self._talk.told("Left before the end; the log is kept. To go on:"))
        self._say(
            self._talk.told(
                f"csq playbook rehearse {quote(self._file)} --resume {quote(str(self._log))}", "strong"
            )
        )

    def _ask(self, question: Question) -> None:
        if self._shown != (question.step.id, question.visit):
            self._show(question)
        inject = self._session.inject()
        if inject is not None:
            self._say(self._talk.inject(inject))
            answer = self._line("what you do>")
            if answer.lower() in _QUIT:
                raise _Left("quit")
            self._session.answer_inject(inject, answer)
            self._say(self._talk.told("Written down. Back to the step."))
        if question.kind == "action":
            self._action(question)
        else:
            self._condition(question)

    # Showing

    def _show(self, question: Question) -> None:
        self._shown = (question.step.id, question.visit)
        clock = f"{lasted(self._session.seconds)} at the table, {scenario(question.minutes)} in the scenario"
        if question.kind != "action":
            choices = self._choices(question)
            self._say(self._talk.condition(question.step, question.condition, choices, clock))
            return
        again = f", time {question.visit}" if question.visit > 1 else ""
        place = f"STEP {question.number:,} of {self._session.playbook.actions:,}{again}"
        branches = self._branches(question)
        step = filled(question.step, self._session.values)
        self._say(self._talk.step(step, place, clock, branches))

    def _branches(self, question: Question) -> list[str]:
        if len(question.branches) < 2:
            return []
        here = next((one.number for one in question.branches if one.now), 0)
        others = [one for one in question.branches if not one.now]
        changed, self._branch_shown = here != self._branch_shown, here
        if not changed:
            numbers = ", ".join(str(one.number) for one in others)
            return [f"Branch {here}; at the same time: {numbers}."]
        lines = [f"Branch {one.number}: “{one.name}”" for one in others]
        return [f"Branch {here}. At the same time run (branch N goes there):", *lines]

    def _choices(self, question: Question) -> list[str]:
        if question.kind == "condition":
            loop = (
                f" Round {question.rounds + 1} follows a yes."
                if question.step.type == "while-condition"
                else ""
            )
            return [f"Is it so? yes or no.{loop}"]
        return ["Which is it?", *(f"{at}. {case}" for at, case in enumerate(question.choices, 1))]

    def _passages(self) -> None:
        for passage in self._session.passages:
            self._say(self._talk.passage(passage))

    def _say(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    # Reading

    def _line(self, prompt: str) -> str:
        """A line without its end; raises _Left at the end of the input."""
        if self._terminal:
            try:
                return input(self._talk.prompt(prompt)).strip()[:_LONGEST]
            except EOFError:
                self._say("\n")
                raise _Left("end of input") from None
        given = sys.stdin.readline(_LONGEST + 1) if sys.stdin is not None else ""
        rest = given
        while rest and not rest.endswith("\n"):  # the rest of a line that is too long
            rest = sys.stdin.readline(_LONGEST)
        if not given:
            self._say(self._talk.echo(prompt, ""))
            raise _Left("end of input")
        line = given.strip()[:_LONGEST]
        self._say(self._talk.echo(prompt, line))  # a script cannot be seen being typed
        return line

    # Understanding

    def _action(self, question: Question) -> None:
        asked = self._asked(question)
        known = ", ".join(self._session.playbook.wanted[asked[0]]) if len(asked) == 1 else ""
        first = ("yes, no" if known in ("yes", "no") else known) or "done"
        line = self._line(f"{first}, skip, cannot, note, help?")
        word, _, rest = line.partition(" ")
        reply = _REPLIES.get(word.lower())
        if reply is not None:
            self._answered(question, reply, rest.strip())
            return
        given = self._decision(question, line)
        if given:
            self._answered(question, Reply.DONE, "", given)
            return
        self._other(_SHORT.get(word.lower(), word.lower()), rest.strip(), question)

    def _answered(
        self, question: Question, reply: Reply, note: str, values: Mapping[str, str] | None = None
    ) -> None:
        if values is None:
            values = self._values(question) if reply is Reply.DONE else {}
        if note:
            self._session.note(note)
        took, expected = self._session.elapsed(), question.step.minutes
        self._session.answer(reply, values)
        beside = "" if expected is None else f", {expected:,} min expected"
        slow = bool(expected) and took > (expected or 0) * 60
        self._say(self._talk.told(f"{reply.value}, {lasted(took)}{beside}", "warning" if slow else "quiet"))
        self._passages()

    def _decision(self, question: Question, line: str) -> dict[str, str]:
        """A step that asks for one decision may be answered with it."""
        asked = self._asked(question)
        if len(asked) != 1 or not line:
            return {}
        value = self._normal(asked[0], line)
        known = self._session.playbook.wanted[asked[0]]
        plain = line.lower() in _YES and value in ("yes", "no", "true", "false")
        return {asked[0]: value} if plain or value in known else {}

    def _asked(self, question: Question) -> list[str]:
        """Variables of a step that a condition looks at."""
        wanted = self._session.playbook.wanted
        return [name for name in question.step.gives if name in wanted and not is_secret(name)]

    def _values(self, question: Question) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in self._asked(question):
            known = ", ".join(self._session.playbook.wanted[name])
            value = self._normal(name, self._line(f"  {name} (a condition asks for: {known})?"))
            if value:
                found[name] = value
        return found

    def _normal(self, name: str, line: str) -> str:
        """A value as conditions have it: "Y" is 'yes' where they ask for that."""
        known = {one.lower(): one for one in self._session.playbook.wanted[name]}
        lower = line.lower()
        if lower in known:
            return known[lower]
        if lower in _YES and ({"yes", "no"} & known.keys()):
            return "yes" if _YES[lower] == TRUE else "no"
        if lower in _YES and ({"true", "false"} & known.keys()):
            return _YES[lower]
        return line[:MOST_VALUE]

    def _condition(self, question: Question) -> None:
        line = self._line("yes or no?" if question.kind == "condition" else "which?")
        choice = _chosen(question, line)
        if choice:
            self._session.choose(choice)
            self._passages()
            return
        word, _, rest = line.partition(" ")
        self._other(_SHORT.get(word.lower(), word.lower()), rest.strip(), question)

    def _other(self, word: str, rest: str, question: Question) -> None:
        known: dict[str, Callable[[], None]] = {
            "note": lambda: self._note(rest),
            "back": self._back,
            "branch": lambda: self._branch(rest),
            "show": lambda: self._show(question),
            "help": lambda: self._say(self._talk.told(HELP)),
            "quit": self._quit,
        }
        act = known.get(word)
        if act is not None:
            act()
        elif word:
            self._say(
                self._talk.told("Not understood, and not written down; help tells the words.", "warning")
            )

    def _note(self, text: str) -> None:
        if text:
            self._session.note(text)
        self._say(self._talk.told("Written down." if text else "note TEXT writes TEXT down."))

    def _back(self) -> None:
        done = self._session.back()
        self._shown = None if done else self._shown
        self._say(
            self._talk.told("The last answer is taken back." if done else "There is no answer before this.")
        )

    def _branch(self, number: str) -> None:
        try:
            self._session.switch(int(number[:6]))
        except ValueError:
            self._say(self._talk.told("There is no open branch of this number.", "warning"))
        else:
            self._passages()

    def _quit(self) -> None:
        raise _Left("quit")


def _chosen(question: Question, line: str) -> str:
    """The choice that a line means; "" for none."""
    if question.kind == "condition":
        return _YES.get(line.lower(), "")
    if line in question.choices:
        return line
    if line.isascii() and line.isdigit() and 1 <= int(line[:6]) <= len(question.choices):
        return question.choices[int(line[:6]) - 1]
    found = [one for one in question.choices if one.lower() == line.lower()]
    return found[0] if len(found) == 1 else ""
