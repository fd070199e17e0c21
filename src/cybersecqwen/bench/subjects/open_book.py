"""`csq ask` as a subject: multiple choice answered from the knowledge store, with or without a model."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cybersecqwen.bench.interface import Answer, Mode, Question
from cybersecqwen.errors import InputError, UsageError

from .interface import Sampling, Subject

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store
    from cybersecqwen.models.interface import LanguageModel

_CHOICE = "cybersecqwen.tasks.ask.choice"


class OpenBook(Subject):
    """The choice that the store supports best; with a model, the one it finds likeliest after reading."""

    mode: Mode = "open-book"

    def __init__(
        self, store: Store, model: LanguageModel | None = None, facts: Mapping[str, str] | None = None
    ) -> None:
        """Raises UsageError where this installation cannot answer multiple-choice questions."""
        try:
            self._choose: Any = importlib.import_module(_CHOICE).answer_choice
        except (ModuleNotFoundError, AttributeError) as error:
            raise UsageError("This installation cannot answer multiple-choice questions.") from error
        self.name = model.name if model is not None else "specialist"
        self._store = store
        self._model = model
        self._facts = dict(facts or {})

    def answer(self, question: Question, sampling: Sampling) -> Answer:
        """See `Subject.answer`."""
        try:
            said = self._choose(question.text, question.options, self._store, self._model)
        except InputError:
            return Answer(ranked=(), failed="not understood")
        abstained = bool(getattr(said, "abstained", False))
        return Answer(ranked=letters_of(said, question.options), abstained=abstained)

    def identity(self) -> Mapping[str, str]:
        """See `Subject.identity`."""
        return {"answerer": self.name, "knowledge": self._store.version, **self._facts}


def letters_of(said: Any, options: tuple[str, ...]) -> tuple[str, ...]:
    """The letters of the options, likeliest first."""
    shares = [float(share) for share in said.probabilities]
    ordered = sorted(range(len(options)), key=lambda at: -shares[at])
    return tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[at] for at in ordered)
