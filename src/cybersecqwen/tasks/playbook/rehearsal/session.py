"""A rehearsal as it goes on: the machine, the injects, the clock and the log together. No terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cybersecqwen import __version__
from cybersecqwen.errors import InputError
from cybersecqwen.records.rehearsal import Inject, Passage, Reply

from .injects import OFTEN, chosen
from .log import MOST_NOTE, SCHEMA, TOLD, Entry, Log, Recorded
from .machine import MOST_ROUNDS, ROUNDS, Chose, Did, Input, Machine, Question, Switched
from .opening import MOST_VALUE, Opened, is_secret

_MOST_NAME = 250


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """How a rehearsal is run; the log holds it, and a resumed one goes on with the same."""

    seed: int
    often: str = "few"
    """A key of OFTEN."""
    rounds: int = ROUNDS


@dataclass(frozen=True, slots=True)
class Clock:
    """Where times come from."""

    ticks: Callable[[], float] = time.monotonic
    """Seconds that only grow."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Session:
    """One rehearsal. Every method that is an answer writes its line first, then goes on."""

    def __init__(
        self,
        playbook: Opened,
        log: Log,
        terms: Terms,
        *,
        recorded: Recorded | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.playbook = playbook
        self.terms = terms
        self._log = log
        self._clock = clock or Clock()
        self._inputs: list[Input] = []
        self._thrown: set[tuple[str, int]] = set()
        self._used: set[str] = set()
        self._spent: dict[str, float] = {}
        self.seconds = 0.0
        """Real time so far, without pauses between a stop and its resumption."""
        if recorded is None:
            self._write("start", self._header())
            self._machine = Machine(playbook, terms.rounds)
            told = 0
        else:
            told = self._replay(recorded)
        self._last = self._clock.ticks()
        self.passages: tuple[Passage, ...] = ()
        """What happened since the last answer."""
        self._tell(told)

    @property
    def question(self) -> Question | None:
        """What is asked; None at the end."""
        return self._machine.question

    @property
    def values(self) -> Mapping[str, str]:
        """Variables whose value is known."""
        return self._machine.values

    @property
    def minutes(self) -> int:
        """Scenario time."""
        return self._machine.minutes

    def elapsed(self) -> float:
        """Seconds on the step that is asked, up to now."""
        question = self.question
        spent = self._spent.get(question.step.id, 0.0) if question else 0.0
        return spent + self._clock.ticks() - self._last

    def inject(self) -> Inject | None:
        """The event thrown in at this question; None where there is none, or it was answered."""
        question = self.question
        if question is None or question.kind != "action":
            return None
        if (question.step.id, question.visit) in self._thrown:
            return None
        return chosen(
            question.step,
            question.visit,
            self.playbook.subjects,
            seed=self.terms.seed,
            often=self.terms.often,
            used=self._used,
        )

    # Answers

    def answer(self, reply: Reply, values: Mapping[str, str] | None = None) -> None:
        """The step went like this; raises ValueError where no step is asked."""
        step = self._asked().step
        kept = {
            name: value[:MOST_VALUE]
            for name, value in (values or {}).items()
            if name in step.gives and not is_secret(name)
        }
        line = {
            "step": step.id,
            "name": step.name[:_MOST_NAME],
            "phase": step.phase,
            "who": step.who,
            "effect": step.effect,
            "expected_minutes": step.minutes,
            "answer": reply.value,
            "values": kept,
        }
        self._input(Did(reply, kept), "answer", line)

    def choose(self, choice: str) -> None:
        """The condition is decided like this; raises ValueError for none of its choices."""
        question = self._asked()
        line = {
            "step": question.step.id,
            "name": question.step.name[:_MOST_NAME],
            "condition": question.condition,
            "answer": choice,
        }
        self._input(Chose(choice), "decision", line)

    def switch(self, branch: int) -> None:
        """Work on another branch; raises ValueError where there is none of this number."""
        self._input(Switched(branch), "switch", {"step": self._asked().step.id, "branch": branch})

    def back(self) -> bool:
        """Take the last answer back; False where there is none. Its line stays, and one says so."""
        if not self._inputs:
            return False
        self._write("back", {"step": self._asked().step.id, "seconds": self._lap()})
        self._inputs.pop()
        self._machine = Machine(self.playbook, self.terms.rounds, self._inputs)
        self.passages = ()
        return True

    def note(self, text: str) -> None:
        """Write down what the person says."""
        step = self._asked().step
        line = {"step": step.id, "name": step.name[:_MOST_NAME], "note": text[:MOST_NOTE]}
        self._write("note", {**line, "seconds": self._lap()})

    def answer_inject(self, inject: Inject, text: str) -> None:
        """Write down what the person does about an event."""
        question = self._asked()
        self._thrown.add((question.step.id, question.visit))
        self._used.add(inject.id)
        line = {
            "step": question.step.id,
            "name": question.step.name[:_MOST_NAME],
            "visit": question.visit,
            "inject": inject.id,
            "text": inject.text,
            "answer": text[:MOST_NOTE],
        }
        self._write("inject", {**line, "seconds": self._lap()})

    def stop(self, reason: str) -> None:
        """Leave before the end; the log can be gone on with."""
        question = self.question
        if question is not None:
            step = question.step.id
            self._write("stop", {"step": step, "reason": reason, "seconds": self._lap()})

    # Inside

    def _asked(self) -> Question:
        question = self.question
        if question is None:
            raise ValueError("the playbook is over")
        return question

    def _input(self, given: Input, kind: str, line: Entry) -> None:
        _refuse(self.question, given)  # what is refused must not stand in the log
        self._write(kind, {**line, "seconds": self._lap()})
        self._machine.apply(given)
        self._inputs.append(given)
        self._tell(0)

    def _tell(self, told: int) -> None:
        """Write what happened; `told` of it stands in the log already."""
        self.passages = self._machine.passages
        for one in [one for one in self.passages if one.kind in TOLD][told:]:
            line = {"step": one.step, "name": one.name[:_MOST_NAME], "text": one.text, "outcome": one.outcome}
            self._write(one.kind, line)
        if self.question is None:
            self._write("end", {"scenario_minutes": self.minutes})

    def _lap(self) -> float:
        """Seconds since the last line that has any; they count for the step that is asked."""
        now = self._clock.ticks()
        seconds, self._last = round(max(0.0, now - self._last), 3), now
        self.seconds += seconds
        question = self.question
        if question is not None:
            self._spent[question.step.id] = self._spent.get(question.step.id, 0.0) + seconds
        return seconds

    def _write(self, kind: str, line: Mapping[str, Any]) -> None:
        moment = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._log.add({"kind": kind, "time": moment, **line})

    def _header(self) -> dict[str, Any]:
        book = self.playbook
        return {
            "schema": SCHEMA,
            "playbook": {"id": book.id, "name": book.name, "sha256": book.sha256},
            "version": __version__,
            "seed": self.terms.seed,
            "injects": self.terms.often,
            "rounds": self.terms.rounds,
            "steps": book.actions,
        }

    # Going on with a log

    def _replay(self, recorded: Recorded) -> int:
        """Come to where a log ends; returns how many passages after its last input it holds."""
        if recorded.header["playbook"]["sha256"] != self.playbook.sha256:
            raise InputError(
                "This log is of another file: the hash of the playbook is not the one that it holds.",
                hint=f"It began with {recorded.header['playbook']['name'][:80]!r}.",
            )
        inputs: list[tuple[str, Input]] = []
        told = 0
        for entry in recorded.entries:
            self._count(entry)
            given = _input_of(entry)
            if given is not None:
                inputs.append((entry["step"], given))
                told = 0
            elif entry["kind"] == "back":
                if inputs:
                    inputs.pop()
                told = 1 << 30  # what was told before is not told again
            elif entry["kind"] in TOLD:
                told += 1
        self._machine = self._walked(inputs)
        self._inputs = [given for _, given in inputs]
        if recorded.dropped:
            self._log.cut(recorded.whole)
        self._write("resume", {"version": __version__})
        return told

    def _count(self, entry: Entry) -> None:
        seconds = float(entry.get("seconds", 0.0))
        self.seconds += seconds
        if seconds:
            self._spent[entry["step"]] = self._spent.get(entry["step"], 0.0) + seconds
        if entry["kind"] == "inject":
            self._thrown.add((entry["step"], entry["visit"]))
            self._used.add(entry["inject"])

    def _walked(self, inputs: list[tuple[str, Input]]) -> Machine:
        machine = Machine(self.playbook, self.terms.rounds)
        for at, (step, given) in enumerate(inputs):
            question = machine.question
            try:
                if question is None or question.step.id != step:
                    raise ValueError("another step is asked")
                machine.apply(given)
            except ValueError as error:
                raise InputError(
                    f"Answer {at + 1:,} of this log does not fit the playbook: {error}.",
                    hint="It was changed, or written by another version; its header names the version.",
                ) from None
        return machine


def terms_of(recorded: Recorded) -> Terms:
    """How the rehearsal of a log was run. Raises InputError where that cannot be."""
    header = recorded.header
    if header["injects"] not in OFTEN or not 1 <= header["rounds"] <= MOST_ROUNDS:
        raise InputError("The first line of this log was changed: its injects or rounds cannot be.")
    return Terms(seed=header["seed"], often=header["injects"], rounds=header["rounds"])


def _input_of(entry: Entry) -> Input | None:
    if entry["kind"] == "answer":
        return Did(Reply(entry["answer"]), entry["values"])
    if entry["kind"] == "decision":
        return Chose(entry["answer"])
    return Switched(entry["branch"]) if entry["kind"] == "switch" else None


def _refuse(question: Question | None, given: Input) -> None:
    """Raises ValueError for an input that does not answer the question."""
    if question is None:
        raise ValueError("the playbook is over")
    if isinstance(given, Switched):
        if given.branch not in (one.number for one in question.branches):
            raise ValueError("there is no open branch of this number")
    elif isinstance(given, Chose):
        if given.choice not in question.choices:
            raise ValueError("this is none of the choices")
    elif question.kind != "action":
        raise ValueError("this is asked to be decided")
