"""What every subject of a benchmark does: a question in, an answer out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from cybersecqwen.bench.interface import Answer, Mode, Question


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """How a language model answers; nothing to other subjects."""

    temperature: float = 0.0
    """0 takes the likeliest token each time."""
    seed: int = 0
    """Of the sampler."""
    max_tokens: int = 256
    """Longest answer."""
    timeout_s: float = 600.0
    """Seconds for one answer."""


class Subject(ABC):
    """Something that answers questions of a benchmark."""

    name: str
    """As reports name it: "specialist", "qwen2.5-coder-1.5b-instruct"."""
    mode: Mode
    """What it may use."""
    samples: bool = False
    """Whether its answers depend on a seed, so that more than one trial tells something."""

    slow: bool = True
    """Whether answers are worth keeping for a run that goes on; the others are given again in no time."""

    @abstractmethod
    def answer(self, question: Question, sampling: Sampling) -> Answer:
        """Answer one question; `seconds` is filled in by the harness.

        Raises:
            CsqError: It cannot answer at all: not installed, out of time, the server is gone.
        """

    @abstractmethod
    def identity(self) -> Mapping[str, str]:
        """What tells this subject from every other: versions and hashes of weights, bundle of knowledge."""
