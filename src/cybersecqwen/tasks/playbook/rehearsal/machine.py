"""The walk through a workflow: a state machine that asks, is answered, and goes on. No terminal, no clock.

A way ends in an end step; what waits for its end goes on then: the condition that opened the way, or the
parallel step whose branch it is. Many playbooks let ways meet again instead of ending them. So a way that
comes to the step that follows its own condition has ended, too, and a branch has where the branches meet.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from cybersecqwen.records.rehearsal import Passage, Reply, ShownStep

from .conditions import decided, switched
from .opening import MOST_TEXT, Opened

ROUNDS = 5
"""Rounds of one loop, unless told otherwise."""
MOST_ROUNDS = 100
MOST_VISITS = 100
"""Times that one step is come to, loops in loops together."""
MOST_BRANCHES = 20
"""Branches that a question lists."""
MOST_BY_ITSELF = 1_000
"""Conditions that values decide between two questions; a person is asked the next one."""
MOST_TOLD = 200
"""Passages between two questions that are told."""
TRUE, FALSE, DEFAULT = "true", "false", "default"


@dataclass(frozen=True, slots=True)
class Did:
    """A step was answered."""

    reply: Reply
    values: Mapping[str, str] = field(default_factory=dict)
    """Of variables that the step sets."""


@dataclass(frozen=True, slots=True)
class Chose:
    """A condition was decided."""

    choice: str
    """One of the question's choices."""


@dataclass(frozen=True, slots=True)
class Switched:
    """Another branch is worked on."""

    branch: int


Input = Did | Chose | Switched


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch that is open."""

    number: int
    name: str
    """Of its first step."""
    now: bool
    """Whether it is the one that is worked on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What the person is asked next."""

    step: ShownStep
    kind: str
    """"action", "condition" or "switch"."""
    visit: int
    """How often this step was come to, from 1."""
    number: int = 0
    """Of an action, among the different actions that were met, from 1."""
    choices: tuple[str, ...] = ()
    """Of a condition: "true", "false"; of a switch its cases."""
    condition: str = ""
    rounds: int = 0
    """Of a loop: rounds that were done."""
    branches: tuple[Branch, ...] = ()
    """Open at the same time; empty where there is only one way."""
    minutes: int = 0
    """Scenario time so far, on this way."""


class _Thread:
    """One way that is walked; a parallel step opens one for each branch."""

    def __init__(self, number: int, at: str, parent: _Thread | None, until: str, minutes: int) -> None:
        self.number = number
        self.first = at
        self.at = ""
        self.parent = parent
        self.until = until
        """The step where it meets the others; "" where every branch ends by itself."""
        self.minutes = minutes
        self.after: dict[str, None] = {}
        """Steps that follow what is open, the innermost last."""
        self.rounds: dict[str, int] = {}
        self.open: OrderedDict[int, _Thread] = OrderedDict()
        """Branches that it waits for."""
        self.joins: str | None = None
        """Where it goes on after them."""


class Machine:
    """A rehearsal of one playbook: the same inputs lead to the same question, always."""

    def __init__(self, playbook: Opened, rounds: int = ROUNDS, inputs: Iterable[Input] = ()) -> None:
        self._playbook = playbook
        self._rounds = rounds
        self._values = dict(playbook.values)
        self._visits: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._threads = 1
        self._by_itself_since = 0
        self._passages: list[Passage] = []
        self._root = _Thread(1, playbook.start, None, "", 0)
        self._now: _Thread | None = self._root
        self._go(self._root, playbook.start)
        self._advance()
        self.passages = self._taken()
        """What happened since the last input."""
        for one in inputs:
            self.apply(one)

    @property
    def values(self) -> Mapping[str, str]:
        """Variables whose value is known."""
        return self._values

    @property
    def minutes(self) -> int:
        """Scenario time: expected minutes of what was tried; of branches, those of the longest."""
        return (self._now or self._root).minutes

    @property
    def question(self) -> Question | None:
        """What is asked next; None where the playbook is over."""
        thread = self._now
        if thread is None:
            return None
        step = self._playbook.steps[thread.at]
        raw = self._playbook.raw[thread.at]
        kind, condition = "action", ""
        choices: tuple[str, ...] = ()
        if step.type in ("if-condition", "while-condition"):
            kind, choices, condition = "condition", (TRUE, FALSE), _text(raw.get("condition"))
        elif step.type == "switch-condition":
            kind, choices, condition = "switch", tuple(_cases(raw)), _text(raw.get("switch"))
        return Question(
            step=step,
            kind=kind,
            visit=self._visits[step.id],
            number=self._numbers.get(step.id, 0),
            choices=choices,
            condition=condition[:MOST_TEXT],
            rounds=thread.rounds.get(step.id, 0),
            branches=tuple(self._branches()),
            minutes=thread.minutes,
        )

    def apply(self, given: Input) -> None:
        """Go on with an input; `passages` then holds what happened up to the next question.

        Raises ValueError for an input that does not answer the question; then nothing has changed.
        """
        question, thread = self.question, self._now
        if question is None or thread is None:
            raise ValueError("the playbook is over")
        if isinstance(given, Switched):
            self._switch(given.branch)
        elif isinstance(given, Chose):
            if given.choice not in question.choices:
                raise ValueError("this is none of the choices")
            self._decide(thread, question.step, given.choice)
        else:
            if question.kind != "action":
                raise ValueError("this is asked to be decided")
            self._did(thread, question.step, given)
        self._advance()
        self.passages = self._taken()

    def _taken(self) -> tuple[Passage, ...]:
        taken, self._passages = tuple(self._passages), []
        self._by_itself_since = 0
        return taken

    def _tell(self, kind: str, step: ShownStep | None, text: str, outcome: str = "") -> None:
        id, name = (step.id, step.name) if step else ("", "")
        if len(self._passages) < MOST_TOLD or kind == "end":
            self._passages.append(Passage(kind=kind, step=id, name=name, text=text, outcome=outcome))

    # Moving

    def _go(self, thread: _Thread, target: str) -> None:
        """Come to a step, or to what follows the end of this way."""
        steps = self._playbook.steps
        while True:
            if target and target == thread.until:
                thread.after.clear()
                thread.at = ""
                return
            if target in thread.after:
                while thread.after.popitem()[0] != target:
                    pass
            if target in steps and steps[target].type != "end" and self._comes_to(steps[target]):
                thread.at = target
                return
            if not thread.after:
                thread.at = ""
                return
            target = thread.after.popitem()[0]

    def _comes_to(self, step: ShownStep) -> bool:
        visits = self._visits.get(step.id, 0) + 1
        if visits > MOST_VISITS:
            text = f"This step was come to {MOST_VISITS} times; this way is taken as ended."
            self._tell("bound", step, text)
            return False
        self._visits[step.id] = visits
        return True

    def _advance(self) -> None:
        """Go on to the next step that needs a person."""
        while self._now is not None:
            thread = self._now
            if thread.open:
                self._now = next(iter(thread.open.values()))
            elif thread.joins is not None:
                joins, thread.joins = thread.joins, None
                self._go(thread, joins)
            elif not thread.at:
                self._end(thread)
            elif not self._by_itself(thread, self._playbook.steps[thread.at]):
                if self._playbook.steps[thread.at].type == "action":
                    self._numbers.setdefault(thread.at, len(self._numbers) + 1)
                return

    def _by_itself(self, thread: _Thread, step: ShownStep) -> bool:
        """Pass over a step that asks nothing; False where it asks."""
        raw = self._playbook.raw[step.id]
        if step.type == "start":
            self._go(thread, _following(raw))
        elif step.type == "parallel":
            self._part(thread, step, raw)
        elif step.type == "playbook-action":
            text = "It runs another playbook, which is not in this file; it is skipped here."
            self._tell("skipped", step, text)
            self._go(thread, _following(raw))
        elif step.type in ("if-condition", "while-condition", "switch-condition"):
            return self._by_values(thread, step, raw)
        else:
            return False
        return True

    def _end(self, thread: _Thread) -> None:
        parent = thread.parent
        if parent is None:
            self._now = None
            self._tell("end", None, "The playbook is at its end.")
            return
        del parent.open[thread.number]
        first = self._playbook.steps.get(thread.first)
        left = len(parent.open)
        text = f"This branch is at its end; {left} still open." if left else "All branches are at their end."
        self._tell("branch-end" if left else "joined", first, text)
        parent.minutes = max(parent.minutes, thread.minutes)
        self._now = parent

    def _part(self, thread: _Thread, step: ShownStep, raw: Mapping[str, Any]) -> None:
        joins = self._playbook.joins.get(step.id, "")
        targets = dict.fromkeys(one for one in raw.get("next_steps") or () if isinstance(one, str))
        thread.joins = joins
        for target in targets:
            self._threads += 1
            branch = _Thread(self._threads, target, thread, joins, thread.minutes)
            self._go(branch, target)
            if branch.at:
                thread.open[branch.number] = branch
        if thread.open:
            text = f"{len(thread.open)} branches run at the same time; here they come one after the other."
            self._tell("branches", step, text)

    def _switch(self, number: int) -> None:
        found = next((leaf for leaf in self._leaves() if leaf.number == number), None)
        if found is None:
            raise ValueError("there is no open branch of this number")
        self._now = found

    def _leaves(self) -> Iterator[_Thread]:
        open_ = deque((self._root,))
        while open_:
            thread = open_.popleft()
            if thread.open:
                open_.extendleft(reversed(thread.open.values()))
            else:
                yield thread

    def _branches(self) -> Iterator[Branch]:
        if not self._root.open:
            return
        shown = list(islice(self._leaves(), MOST_BRANCHES))
        if self._now is not None and self._now not in shown:
            shown.append(self._now)
        for leaf in shown:
            first = self._playbook.steps.get(leaf.first)
            yield Branch(leaf.number, first.name if first else "", leaf is self._now)

    # Answers

    def _did(self, thread: _Thread, step: ShownStep, given: Did) -> None:
        raw = self._playbook.raw[step.id]
        if given.reply is not Reply.SKIP:
            thread.minutes += step.minutes or 0
        for name, value in given.values.items():
            if name in step.gives and name not in self._playbook.values:
                self._values[name] = value
        failed = given.reply is Reply.CANNOT
        if failed and not _text(raw.get("on_failure")) and not _text(raw.get("on_completion")):
            text = "The playbook does not say what follows where this cannot be done."
            self._tell("unsaid", step, text)
        self._go(thread, _following(raw, failed=failed))

    def _by_values(self, thread: _Thread, step: ShownStep, raw: Mapping[str, Any]) -> bool:
        """Decide a condition where the values do; False where the person must."""
        self._by_itself_since += 1
        if self._by_itself_since > MOST_BY_ITSELF:
            return False
        done = thread.rounds.get(step.id, 0)
        if step.type == "while-condition" and done >= self._rounds:
            text = f"This loop was gone through {done} times; here it ends, whatever its condition."
            self._tell("bound", step, text, FALSE)
            self._decide(thread, step, FALSE)
            return True
        if step.type == "switch-condition":
            value = switched(_text(raw.get("switch")), self._values)
            choice = None if value is None else value if value in _cases(raw) else DEFAULT
            said = f"{_text(raw.get('switch'))[:200]} is {value!r}, as was answered."
        else:
            holds = decided(_text(raw.get("condition")), self._values)
            choice = None if holds is None else TRUE if holds else FALSE
            verb = "holds" if holds else "does not hold"
            said = f"{_text(raw.get('condition'))[:MOST_TEXT]} {verb}, as was answered."
        if choice is None:
            return False
        self._tell("decided", step, said, choice)
        self._decide(thread, step, choice)
        return True

    def _decide(self, thread: _Thread, step: ShownStep, choice: str) -> None:
        raw = self._playbook.raw[step.id]
        after = _following(raw)
        if step.type == "while-condition":
            if choice == TRUE:
                thread.rounds[step.id] = thread.rounds.get(step.id, 0) + 1
                self._open(thread, step.id, _text(raw.get("on_true")))
            else:
                thread.rounds.pop(step.id, None)
                self._go(thread, after)
            return
        if step.type == "switch-condition":
            target = _text(_cases(raw).get(choice))
        else:
            target = _text(raw.get("on_true" if choice == TRUE else "on_false"))
        if target:
            self._open(thread, after, target)
        else:
            self._go(thread, after)

    def _open(self, thread: _Thread, after: str, target: str) -> None:
        """Go a way at whose end `after` follows."""
        if after and after not in thread.after:
            thread.after[after] = None
        self._go(thread, target)


def _cases(raw: Mapping[str, Any]) -> dict[str, str]:
    """Targets by case, the default last; it is there even where nothing follows it."""
    cases = raw.get("cases")
    held = {k: v for k, v in cases.items() if isinstance(v, str)} if isinstance(cases, dict) else {}
    default = held.pop(DEFAULT, "")
    return {**held, DEFAULT: default}


def _following(raw: Mapping[str, Any], *, failed: bool = False) -> str:
    """The step that follows an action, by how it went."""
    if failed and _text(raw.get("on_failure")):
        return _text(raw["on_failure"])
    return _text(raw.get("on_completion")) or _text(raw.get("on_success"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
