"""`csq ask` as a subject: multiple choice answered from the knowledge store, with or without a model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cybersecqwen.bench.interface import Answer, Mode, Question
from cybersecqwen.errors import InputError, KnowledgeError, UsageError

from .interface import Sampling, Subject

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store
    from cybersecqwen.models.interface import LanguageModel


class OpenBook(Subject):
    """The choice that the store supports best; with a model, the one it finds likeliest after reading."""

    mode: Mode = "open-book"

    def __init__(
        self, store: Store, model: LanguageModel | None = None, facts: Mapping[str, str] | None = None
    ) -> None:
        """Raises KnowledgeError where the store holds no texts to read in."""
        from cybersecqwen.tasks.ask.choice import answer_choice

        if store.passages is None:
            raise KnowledgeError(
                "The knowledge bundle in use holds facts alone, no texts to answer questions from.",
                hint="`csq kb update`, or `csq kb build --from DIR`, makes a full one.",
            )
        self.slow = model is not None
        self.name = model.name if model is not None else "specialist"
        self._store = store
        self._model = model
        self._facts = dict(facts or {})
        answer_choice("Which one runs commands?", ("a shell", "a spoon"), store)  # reads what is read once

    def answer(self, question: Question, sampling: Sampling) -> Answer:
        """See `Subject.answer`; a question that cannot be one has no answer."""
        from cybersecqwen.tasks.ask.choice import answer_choice

        try:
            said = answer_choice(question.text, question.options, self._store, self._model)
        except (InputError, UsageError):
            return Answer(ranked=(), failed="not understood")
        return Answer(ranked=letters_of(said.probabilities))

    def identity(self) -> Mapping[str, str]:
        """See `Subject.identity`."""
        facts = {"answerer": self.name, "knowledge": self._store.version, "code": _code()}
        return {**facts, **self._facts}


@cache
def _code() -> str:
    """Hash of the code that reads and weighs passages: answers of another version are not this one's."""
    from cybersecqwen.tasks import ask

    digest = hashlib.sha256()
    for path in sorted(Path(str(ask.__file__)).parent.iterdir()):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def letters_of(probabilities: Sequence[float]) -> tuple[str, ...]:
    """The letters of the options, likeliest first; of equal ones the earlier."""
    ordered = sorted(range(len(probabilities)), key=lambda at: -probabilities[at])
    return tuple(chr(ord("A") + at) for at in ordered)
