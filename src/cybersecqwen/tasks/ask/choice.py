"""Answers multiple-choice questions from the store, with or without a language model.

answer_choice(question, options, store, model=None) -> ChoiceAnswer
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from cybersecqwen.knowledge.interface import Passage
from cybersecqwen.records import Citation

from .linking import Linker
from .question import Question, read_question
from .support import FEATURES, Support, support

if TYPE_CHECKING:
    from cybersecqwen.knowledge import Store
    from cybersecqwen.models.interface import LanguageModel

_PASSAGES = 4  # that an answer cites
_WEIGHTS = {
    "passage": 4.0, "joined": 2.0, "entity": 3.0, "linked": 2.0, "linked-union": 2.0, "expected": 3.0,
    "relation": 1.0, "adjacent": 2.0, "anywhere": 0.5, "named": 0.0,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceAnswer:
    """An option, how likely each one is, and what that stands on."""

    probabilities: tuple[float, ...]
    """Of the options, in their order; they sum to 1."""
    answer: int
    """Index of the likeliest option."""
    passages: tuple[Passage, ...] = ()
    """What supports it best, best first."""
    citations: tuple[Citation, ...] = ()
    """The entities that the passages are about."""
    models: tuple[str, ...] = ()
    """Language models that took part."""

    @property
    def letter(self) -> str:
        """A for the first option."""
        return chr(ord("A") + self.answer)


def answer_choice(
    question: str, options: Sequence[str], store: Store, model: LanguageModel | None = None
) -> ChoiceAnswer:
    """Choose an option by what the store says, and by what a model reads there where one is given.

    Raises:
        UsageError, LimitError, NothingAnalysedError: As `read_question`.
        ModelError: The model failed.
    """
    return choose(read_question(question, options), store, model)


def choose(question: Question, store: Store, model: LanguageModel | None = None) -> ChoiceAnswer:
    """As `answer_choice`, for a question that was read already."""
    del model
    index = store.passages
    if index is None:
        even = tuple(1 / len(question.options) for _ in question.options)
        return ChoiceAnswer(probabilities=even, answer=0)
    found = support(question, store, index, linker_of(store))
    scores = [sum(_WEIGHTS[n] * v for n, v in zip(FEATURES, row, strict=True)) for row in found.features]
    if question.negated:
        scores = [-score for score in scores]
    probabilities = softmax(scores)
    answer = max(range(len(scores)), key=lambda n: probabilities[n])
    passages = tuple(index.read(_evidence(found, answer)))
    ids = dict.fromkeys(id for p in passages for id in (p.entity, p.other) if id)
    return ChoiceAnswer(
        probabilities=probabilities,
        answer=answer,
        passages=passages,
        citations=tuple(c for id in ids if (c := store.citation(id)) is not None),
    )


def softmax(scores: Sequence[float]) -> tuple[float, ...]:
    """Scores as shares that sum to 1."""
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    return tuple(share / sum(shares) for share in shares)


def _evidence(found: Support, answer: int) -> list[int]:
    import numpy as np

    score = found.fit * (0.3 + found.covers[answer])
    top = np.argsort(-score)[:_PASSAGES]
    return [int(num) for num in top if score[num] > 0]


_LINKERS: WeakKeyDictionary[Store, Linker] = WeakKeyDictionary()


def linker_of(store: Store) -> Linker:
    """The reader of names for a store, made once."""
    if store not in _LINKERS:
        _LINKERS[store] = Linker(store)
    return _LINKERS[store]
