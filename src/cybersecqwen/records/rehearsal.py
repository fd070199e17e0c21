"""What a rehearsal of a playbook holds: steps as they are shown, what happened, and the review after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCommand:
    """One command of a step."""

    kind: str
    """As the playbook says it: "manual", "bash"."""
    text: str
    about: str = ""
    """Where it is typed in, or what it is for; "" where nothing is said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownStep:
    """One step of a workflow as a person sees it. Nothing in it is trusted."""

    id: str
    type: str
    name: str
    do: str = ""
    """What to do, in sentences; "" where only commands say it."""
    who: str = ""
    """Name of the agent, or the role; "" where nobody is named."""
    phase: str = ""
    """Of the response: "containment"; "" where it is not known."""
    commands: tuple[ShownCommand, ...] = ()
    verify: str = ""
    """How one knows that it worked; "" where the playbook does not say."""
    breaks: str = ""
    """What else stops working."""
    undo: str = ""
    effect: str = ""
    """"observe", "collect", "change" or "destroy"; "" where it is not known."""
    minutes: int | None = None
    """How long it is expected to take; None where the playbook does not say."""
    gives: tuple[str, ...] = ()
    """Variables that it sets: "__approved__"."""
    words: frozenset[str] = frozenset()
    """Lower-case words of everything in it, for injects that fit."""


class Reply(StrEnum):
    """How a step went."""

    DONE = "done"
    SKIP = "skip"
    CANNOT = "cannot"


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """Something that happened between two questions, without the person."""

    kind: str
    """"decided", "branches", "branch-end", "joined", "skipped", "bound", "unsaid" or "end"."""
    step: str
    """Id of the step it is about; "" for none."""
    name: str = ""
    text: str = ""
    """One sentence."""
    outcome: str = ""
    """Of a decision: "true", "false" or the case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inject:
    """One event that is thrown into a rehearsal."""

    id: str
    text: str
    asks: str = "What do you do?"
    phases: tuple[str, ...] = ()
    """Phases it fits; empty for all, as with the other conditions."""
    effects: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    """Types of incidents and techniques of the playbook, any of which must be there."""
    words: tuple[str, ...] = ()
    """Words of the step, any of which must be there: platforms, things."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepTime:
    """One step of a rehearsal that is over."""

    id: str
    name: str
    phase: str
    who: str
    effect: str
    answer: Reply
    seconds: float
    """Spent on it, with notes and injects."""
    expected_minutes: int | None
    notes: tuple[str, ...] = ()
    at: str = ""
    """When it was answered, RFC 3339."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseTime:
    """The steps of one phase together."""

    phase: str
    steps: int
    seconds: float
    expected_minutes: int
    """Of the steps that say how long they take."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ThrownInject:
    """An inject and what the person did about it."""

    id: str
    step: str
    """Name of the step it came in."""
    text: str
    answer: str
    """"" where nothing was said."""
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """A condition and how it was decided."""

    name: str
    condition: str
    outcome: str
    by: str
    """"person", or "answers" where values that were given decided it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AfterAction:
    """A rehearsal looked back on."""

    playbook: str
    playbook_id: str
    sha256: str
    version: str
    """Of csq."""
    seed: int
    started: str
    finished: bool
    steps: tuple[StepTime, ...] = ()
    steps_in_playbook: int = 0
    phases: tuple[PhaseTime, ...] = ()
    injects: tuple[ThrownInject, ...] = ()
    decisions: tuple[Decision, ...] = ()
    unsaid: tuple[str, ...] = ()
    """What the playbook left open on the way, one sentence each."""
    seconds: float = 0.0
    scenario_minutes: int = 0
    questions: tuple[str, ...] = ()
    """For the talk afterwards, one each."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Steps by answer: done, skip, cannot."""
