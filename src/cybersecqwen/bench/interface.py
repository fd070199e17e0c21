"""What every benchmark task does, and what travels between it, the harness and a subject."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store

Mode = Literal["closed-book", "open-book", "look-up"]
"""Weights alone; the knowledge store to read in; the store's own record of the very thing asked about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """All that a subject may see of an item."""

    task: str
    """Name of the task."""
    text: str
    """The question, description or report."""
    prompt: str
    """The benchmark's own prompt, as published."""
    skill: str = ""
    """Which skill it asks for, as the portfolio calls it."""
    options: tuple[str, ...] = ()
    """Of a multiple-choice question, in order."""
    domain: str = ""
    """ATT&CK domain where the benchmark states one: enterprise, mobile, ics."""
    own_id: str = ""
    """Identifier of the thing asked about. Empty except in look-up mode, where it is the point."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One line of a benchmark file."""

    key: str
    """Hash of the line; what answers are kept under."""
    question: Question
    """What may be shown; `own_id` is empty in it."""
    truth: str
    """As the file gives it; "" where it gives none."""
    own_id: str = ""
    """Identifier that the file's address column holds, for look-up mode alone; "" where it holds none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a subject said."""

    text: str = ""
    """Of a language model: everything that it wrote."""
    ranked: tuple[str, ...] | None = None
    """Of anything else: its labels, likeliest first, or the set of them for a task with many."""
    abstained: bool = False
    """Whether it would rather not have answered; its first label is graded all the same."""
    seconds: float = 0.0
    """Wall time."""
    cut: bool = False
    """Whether it ended at the bound on its length."""
    failed: str = ""
    """Why there is none: "too long", "out of time"; counted as unparsable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extracted:
    """What was found in an answer."""

    values: tuple[str, ...] = ()
    """Canonical values; empty where the answer cannot be parsed."""
    how: str = ""
    """Where they stood: "last line", "elsewhere", "given" (labels need no parsing), "" (nowhere)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """A figure: a ratio of two sums over all items of the counts that grading gave."""

    name: str
    """"accuracy"."""
    title: str
    """For people."""
    over: Mapping[str, float]
    """Counts that are summed above the line, each with its factor."""
    under: Mapping[str, float] = field(default_factory=lambda: {"items": 1.0})
    """Counts that are summed below the line."""
    rate: bool = True
    """Whether it is a share of independent items, so that Wilson's interval applies."""
    better: Literal["higher", "lower"] = "higher"
    """Which way is good."""
    only: Literal["", "ranked", "text"] = ""
    """Where it says something of ranked answers alone (a text holds one), or of texts (labels parse)."""


class CtiTask(ABC):
    """One task of a benchmark: its file, how answers are parsed, how they are graded."""

    name: ClassVar[str]
    """"rcm"."""
    title: ClassVar[str]
    """For people."""
    file: ClassVar[str]
    """Official name of its file."""
    columns: ClassVar[tuple[str, ...]]
    """Columns that its file must have; "GT" is the truth where it has one."""
    address: ClassVar[str] = "URL"
    """The column that says what an item is about; never shown to a subject."""
    skill: ClassVar[str]
    """The skill of the portfolio that it measures."""
    specialist: ClassVar[str] = ""
    """The specialist that answers it; "" where `csq ask` does."""
    max_tokens: ClassVar[int] = 256
    """Longest answer of a language model."""
    measures: ClassVar[tuple[Measure, ...]]
    """Its figures, the headline first."""
    optional_truth: ClassVar[bool] = False
    """Whether its official file comes without answers."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store

    @abstractmethod
    def question(self, row: Mapping[str, str]) -> Question:
        """What may be shown of a row."""

    @abstractmethod
    def truth(self, text: str) -> str:
        """The canonical form of what the truth column holds; raises ValueError where it is no answer."""

    @abstractmethod
    def extract(self, text: str) -> Extracted:
        """The values in what a language model wrote; linear in its length, never raises."""

    def given(self, ranked: tuple[str, ...]) -> Extracted:
        """The values of an answer that is labels already."""
        return Extracted(values=ranked, how="given") if ranked else Extracted()

    def named(self, value: str) -> str:
        """A value as predictions show it."""
        return value

    @abstractmethod
    def grade(self, truth: str, values: tuple[str, ...]) -> dict[str, float]:
        """Counts for the measures; `values` is empty where nothing could be parsed, which is wrong."""


def last_line(text: str) -> str:
    """The last line that holds anything, without Markdown's marks around it."""
    for line in reversed(text[-LONGEST:].splitlines()):
        bare = line.strip().strip("*_`#>$\\{}[]().\"' \t")
        if bare:
            return bare
    return ""


LONGEST = 100_000
"""Of an answer, how many characters from its end are looked at."""
