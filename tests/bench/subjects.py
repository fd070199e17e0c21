"""Subjects made for tests: they answer by a function and remember what they were shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cybersecqwen.bench.interface import Answer, Mode, Question
from cybersecqwen.bench.subjects.interface import Sampling, Subject


class Fake(Subject):
    """Answers what a function says."""

    def __init__(
        self,
        answer: Callable[[Question, Sampling], Answer],
        *,
        mode: Mode = "closed-book",
        samples: bool = False,
        name: str = "fake",
        version: str = "1",
    ) -> None:
        self.name, self.mode, self.samples = name, mode, samples
        self._answer, self._version = answer, version
        self.seen: list[tuple[Question, Sampling]] = []

    def answer(self, question: Question, sampling: Sampling) -> Answer:
        self.seen.append((question, sampling))
        return self._answer(question, sampling)

    def identity(self) -> Mapping[str, str]:
        return {"name": self.name, "version": self._version}
