"""What a task is: it computes a report, and says what a language model may be asked about it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, ClassVar

from cybersecqwen.records import Limits, Report, Sentence

if TYPE_CHECKING:
    from cybersecqwen.detect.events.rulebook import Rulebook
    from cybersecqwen.detect.sigma.model import Ruleset
    from cybersecqwen.knowledge.store import Store
    from cybersecqwen.models.interface import LanguageModel


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What the caller hands in."""

    paths: tuple[str, ...]
    """Files, folders, "-" for standard input."""
    stdin: BinaryIO | None = None
    """Standard input, where "-" is among the paths."""
    question: str = ""
    """What is asked, for tasks that answer; they read no files."""
    options: tuple[str, ...] = ()
    """Options to choose from; () for an open question."""
    parameters: object = None
    """What only one task takes: an object of its own class; None for what it takes by itself."""


Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is (0 where unknown)."""


def no_progress(_what: str, _done: int, _of: int) -> None:
    """Say nothing: for pipes and for tests."""


def shipped_rules(paths: Sequence[Path], only: bool) -> Ruleset:
    """The rules that come with the package, and those of `paths`; with `only` those alone."""
    from cybersecqwen.detect.sigma.cache import load_rules
    from cybersecqwen.detect.sigma.rulefiles import SHIPPED

    return load_rules([*([] if only else [SHIPPED]), *paths])


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What a task works with; built by `bootstrap` once."""

    store: Store
    """Facts."""
    load_rules: Callable[[], Rulebook]
    """Gives the signals, the same at each call; most tasks never ask."""
    limits: Limits = field(default_factory=Limits)
    """Bounds on what comes in."""
    workers: int = 1
    """Processes that large inputs are spread over."""
    progress: Progress = no_progress
    """Where to say what is going on."""
    load_sigma: Callable[[Sequence[Path], bool], Ruleset] = shipped_rules
    """Gives the Sigma rules: the shipped and installed ones and those of the paths, or those alone (True)."""

    @property
    def rules(self) -> Rulebook:
        """Signals."""
        return self.load_rules()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """What a language model is asked; the pipeline makes a prompt of it."""

    instructions: str
    """Ours, the same for every call of the task: its prefix is reused."""
    material: tuple[tuple[str, str], ...]
    """Labelled data: never placed where instructions stand."""
    question: str
    """Ours."""
    max_tokens: int = 160
    """Longest answer; 0 where the model is only consulted and writes nothing."""
    skill: str = "narrative"
    """Which skill it asks for: "narrative" copies sentences; what asks otherwise has a name of its own."""


class Task(ABC):
    """One thing that people come for; one file or folder each, registered in `tasks/__init__.py`."""

    name: ClassVar[str]
    """The command: `csq NAME`."""
    help: ClassVar[str]
    """One sentence for the list of commands."""

    @abstractmethod
    def assess(self, request: Request, tools: Tools) -> Report:
        """The computed report, complete without any language model.

        Raises InputError for what cannot be read and NothingAnalysedError where nothing is left.
        """

    def ask(self, report: Report, tools: Tools) -> Ask | None:
        """What to ask a language model about the report; None where nothing is left open."""
        del report, tools
        return None

    def consult(self, report: Report, tools: Tools, model: LanguageModel, timeout_s: float) -> Report:
        """Let a model judge where judging is what it is asked for; by default nothing changes.

        Raises ModelError where it fails.
        """
        del tools, model, timeout_s
        return report

    def account(self, report: Report, *, prompt_tokens: int, answer_tokens: int) -> Report:
        """The report with what a language model cost, for tasks that say so; by default nothing changes."""
        del prompt_tokens, answer_tokens
        return report

    def split(self, text: str) -> Sequence[str]:
        """The model's text as sentences that are checked one by one."""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def merge(self, report: Report, kept: Sequence[Sentence]) -> tuple[Sentence, ...]:
        """The narrative with the model's sentences in it; by default they follow ours."""
        return (*report.narrative, *kept)
