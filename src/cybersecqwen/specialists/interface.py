"""What every specialist does: texts in, ranked labels with calibrated probabilities out, or an abstention.

A specialist is a small trained classifier for one labelled judgement. It reads text, which may be
hostile: its size is bounded, its answer is one of its own labels, and where it does not know enough
it abstains and says why.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store

FOLDER = Path(__file__).with_name("weights")
"""Where the shipped weights are: NAME.npz with NAME.json beside it."""
_PROBE = "A crafted request lets attackers run commands."  # every specialist has to look at it closely
MAX_CHARS = 20_000
"""Of one text, how much is read: a description is short, and a megabyte of it says nothing more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """One label and what speaks for it."""

    label: str
    """An identifier: "CWE-79", "T1059.001", a CVSS vector."""
    probability: float
    """Calibrated, 0 to 1: of labels given with .8, about 8 in 10 are right (see the manifest)."""
    reasons: tuple[str, ...] = ()
    """Words of the text, or facts of the store, that speak most for it; strongest first."""
    parents: tuple[str, ...] = ()
    """Identifiers above the label in its source's hierarchy, nearest first."""
    spans: tuple[tuple[int, int], ...] = ()
    """Where in the text the sentences stand that it rests on: start and end, in characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What a specialist says about one text."""

    ranked: tuple[Ranked, ...] = ()
    """Labels, likeliest first; empty where there was nothing to judge."""
    abstained: bool = False
    """True where the first label should not be taken as an answer."""
    because: str = ""
    """Why it abstained, one clause; empty otherwise."""
    parts: Mapping[str, tuple[Ranked, ...]] = field(default_factory=dict)
    """For a judgement made of several: CVSS metric ("AV") to its values, likeliest first."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What follows from the labels, in JSON types: {"score": 9.8, "low": 7.5, "high": 9.8}."""

    @property
    def answer(self) -> str:
        """The first label, or "" where it abstained."""
        return "" if self.abstained or not self.ranked else self.ranked[0].label

    def above(self, threshold: float) -> tuple[Ranked, ...]:
        """The labels that are at least that likely; for multi-label specialists this is the answer."""
        return tuple(one for one in self.ranked if one.probability >= threshold)


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """Where a specialist's weights come from and how good they are; `NAME.json` beside `NAME.npz`."""

    name: str
    """Name of the specialist."""
    version: str
    """Date of training and a counter: "2026-11-24.1"."""
    data: tuple[Mapping[str, Any], ...]
    """What it was trained on: file, sha256 and licence of each, and its years where it has any."""
    seed: int
    """Of everything random in training."""
    trained: str
    """Date, ISO 8601."""
    sha256: str
    """Of the weights file."""
    weights: str = ""
    """Stem of the weights file, where two specialists share one; else the specialist's own name."""
    threshold: float
    """Probability below which it abstains."""
    metrics: Mapping[str, Any]
    """Measured at training, with n and 95 % intervals; what they were measured on is named in it."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """How texts become features and scores become probabilities; the runtime reads it from here."""


class Specialist(ABC):
    """One labelled judgement; one file each, registered in `specialists/__init__.py`.

    Making one costs nothing: weights are read at the first call of `judge` or `manifest`.
    """

    name: ClassVar[str]
    """"cwe", "cvss", "technique", "actor"."""
    help: ClassVar[str]
    """One sentence: what it judges."""

    def __init__(self, *, store: Store | None = None, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder or FOLDER

    @property
    def store(self) -> Store:
        """The facts that it looks things up in; the starter bundle where none was given."""
        if self._store is None:
            from cybersecqwen.knowledge.store import Store

            self._store = Store.open()
        return self._store

    @abstractmethod
    def judge(self, texts: Sequence[str], *, top: int = 5) -> list[Judgement]:
        """One judgement for each text, in order, with at most `top` labels.

        Never raises for what a text holds: text that says nothing to the specialist is an abstention.

        Raises:
            WeightsError: Its weights are missing or damaged.
        """

    def load(self) -> None:
        """Read the weights now, and not at the first text; raises WeightsError as `judge`."""
        self.judge([_PROBE])

    @property
    @abstractmethod
    def manifest(self) -> Manifest:
        """Where its weights come from and how good they are; raises WeightsError as `judge`."""

    @property
    @abstractmethod
    def labels(self) -> tuple[str, ...]:
        """All labels that it can give, or as far as it knows them."""
