"""Answers multiple-choice questions from the store, with or without a language model.

answer_choice(question, options, store, model=None) -> ChoiceAnswer
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from cybersecqwen.errors import UsageError
from cybersecqwen.knowledge.interface import Passage
from cybersecqwen.knowledge.words import words
from cybersecqwen.records import Citation

from .linking import Linker
from .question import Question, read_question
from .reading import SKILL, joined, read_options
from .retrieval import facts_about
from .support import FEATURES, Support, support

if TYPE_CHECKING:
    from cybersecqwen.knowledge import Store
    from cybersecqwen.knowledge.passages import PassageIndex
    from cybersecqwen.models.interface import LanguageModel

_PASSAGES = 4  # that an answer cites
_FACTS = 6.0  # sharpness of the choice by facts

# Fitted by `python -m training.ask` on 2,000 questions made from the store, none of any benchmark.
WEIGHTS = {
    "passage": 3.58, "joined": 1.18, "entity": 0.76, "linked": 0.0, "linked-union": 0.33, "expected": 1.71,
    "relation": 0.09, "adjacent": 0.62, "anywhere": 0.0, "named": 0.0,
}  # fmt: skip
"""How much each number of `support.FEATURES` speaks for an option."""

NEGATED = 0.8
"""How much the same numbers speak against it where the question asks what is not so."""


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
    supported: tuple[float, ...] = ()
    """What the store alone says of the options."""
    read: tuple[float, ...] = ()
    """What a model alone says, after it read passages; empty where none was asked."""

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
    if not options:
        raise UsageError("There are no options to choose from.", hint="Give at least two.")
    filled = [option if option.strip() else "-" for option in options]
    return choose(read_question(question, filled), store, model)


def choose(
    question: Question, store: Store, model: LanguageModel | None = None, *, timeout_s: float = 60.0
) -> ChoiceAnswer:
    """As `answer_choice`, for a question that was read already."""
    index = store.passages
    if index is None:
        probabilities, passages, notes = _by_facts(question, store)
    else:
        found = support(question, store, index, linker_of(store))
        probabilities = softmax(_scores(question, found))
        passages = tuple(index.read(_evidence(index, found, _first(probabilities))))
        notes = tuple(index.read(_notes(index, found, probabilities))) if model is not None else ()
    supported, read = probabilities, tuple[float, ...]()
    models: tuple[str, ...] = ()
    if model is not None:
        read = read_options(question, notes, store, model, timeout_s)
        probabilities = joined(supported, read, model.profile.reading)
        models = (model.answerer(SKILL),)
    ids = dict.fromkeys(id for p in passages for id in (p.entity, p.other) if id)
    return ChoiceAnswer(
        probabilities=probabilities,
        answer=_first(probabilities),
        passages=passages,
        citations=tuple(c for id in ids if (c := store.citation(id)) is not None),
        models=models,
        supported=supported,
        read=read,
    )


def _first(probabilities: Sequence[float]) -> int:
    return max(range(len(probabilities)), key=lambda n: probabilities[n])


def _scores(question: Question, found: Support) -> list[float]:
    """One number per option; the difference of two is the logarithm of how much likelier one is."""
    plain = [sum(WEIGHTS[n] * v for n, v in zip(FEATURES, row, strict=True)) for row in found.features]
    scores = [-NEGATED * score for score in plain] if question.negated else plain
    above = {question.all_above, question.none_above} - {-1}
    others = [n for n in range(len(scores)) if n not in above]
    if above and others and not question.negated:
        whole = [found.features[n][FEATURES.index("entity")] for n in others]
        if question.all_above >= 0:
            # All are so where even the weakest has good support beside the strongest.
            even = min(whole) / (max(whole) or 1.0)
            scores[question.all_above] = max(plain[n] for n in others) + 2.0 * (even - 0.6)
        if question.none_above >= 0:
            scores[question.none_above] = min(plain[n] for n in others) - 0.5
    return scores


def softmax(scores: Sequence[float]) -> tuple[float, ...]:
    """Scores as shares that sum to 1."""
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    return tuple(share / sum(shares) for share in shares)


def _evidence(index: PassageIndex, found: Support, answer: int) -> list[int]:
    """Numbers of the passages that support an option best."""
    return index.best(found.fit * (0.3 + found.covers[answer]), _PASSAGES)


def _notes(index: PassageIndex, found: Support, probabilities: Sequence[float]) -> list[int]:
    """Numbers of the passages that a model should read: the best of each likely option, best first."""
    import numpy as np

    order = sorted(range(len(probabilities)), key=lambda n: -probabilities[n])[:3]
    chosen: dict[int, None] = {}
    for number in order:
        score = found.fit * (0.3 + found.covers[number])
        chosen[int(np.argmax(score))] = None
    for num in _evidence(index, found, order[0])[:2]:
        chosen[num] = None
    return list(chosen)


def _by_facts(
    question: Question, store: Store
) -> tuple[tuple[float, ...], tuple[Passage, ...], tuple[Passage, ...]]:
    """The choice by facts alone, told as sentences: for bundles without passages."""
    linker = linker_of(store)
    linked = linker.link(question.text)
    asked = set(words(question.text))
    facts = list(facts_about(store, linked))
    for option in question.options:
        facts += list(facts_about(store, linker.link(option)))[:40]
    told = [set(words(passage.text)) for passage in facts]
    best: list[tuple[float, int]] = []
    for option in question.options:
        new = set(words(option)) - asked or set(words(option)) or {option}
        scored = [
            (len(new & has) / len(new) * (0.2 + len(asked & has) / max(1, len(asked))), n)
            for n, has in enumerate(told)
        ]
        best.append(max(scored, default=(0.0, -1)))
    sign = -1.0 if question.negated else 1.0
    probabilities = softmax([sign * _FACTS * score for score, _ in best])
    chosen = best[_first(probabilities)]
    passages = (facts[chosen[1]],) if chosen[1] >= 0 and chosen[0] > 0 else ()
    return probabilities, passages, passages


_LINKERS: WeakKeyDictionary[Store, Linker] = WeakKeyDictionary()


def linker_of(store: Store) -> Linker:
    """The reader of names for a store, made once."""
    if store not in _LINKERS:
        _LINKERS[store] = Linker(store)
    return _LINKERS[store]
