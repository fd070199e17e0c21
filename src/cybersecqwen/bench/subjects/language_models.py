"""Language models as subjects, closed-book: the benchmark's own prompt and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cybersecqwen.bench.interface import Answer, Mode, Question
from cybersecqwen.errors import ModelTimeoutError

from .interface import Sampling, Subject

if TYPE_CHECKING:
    from cybersecqwen.models.interface import LanguageModel


class ClosedBook(Subject):
    """A model that is sent the published prompt, word for word, as the only message."""

    mode: Mode = "closed-book"
    samples = True

    def __init__(self, model: LanguageModel, facts: Mapping[str, str]) -> None:
        """Takes an open model; `facts` tell its weights: sha256, quantisation, server."""
        self.name = model.name
        self._model = model
        self._facts = dict(facts)

    def answer(self, question: Question, sampling: Sampling) -> Answer:
        """See `Subject.answer`."""
        from cybersecqwen.models.chat import ContextOverflowError
        from cybersecqwen.models.interface import Options, Prompt

        prompt = Prompt(instructions="", question=question.prompt, skill=question.skill)
        options = Options(
            max_tokens=sampling.max_tokens,
            temperature=sampling.temperature,
            seed=sampling.seed,
            timeout_s=sampling.timeout_s,
        )
        try:
            said = self._model.generate(prompt, options)
        except ContextOverflowError:
            return Answer(failed="too long")
        except ModelTimeoutError:
            return Answer(failed="out of time")
        return Answer(text=said.text, cut=said.finish == "length")

    def identity(self) -> Mapping[str, str]:
        """See `Subject.identity`."""
        return {"model": self.name, **self._facts}
