"""What a language model reads of the passages, and how its choice is joined with theirs.

Prompts are short (about 300 tokens: two cores read forty a second) and begin with the same words each
time, so that the prefix is read once. Passages are other people's text and stand in the material.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cybersecqwen.knowledge.interface import Passage

from .question import Question

if TYPE_CHECKING:
    from cybersecqwen.knowledge import Store
    from cybersecqwen.models.interface import LanguageModel

INSTRUCTIONS = (
    "Answer the multiple-choice question about cybersecurity."
    " Use the notes; where they do not help, use what you know."
)
SKILL = "multiple-choice"
"""Of prompts with options to choose from."""
WORTH = 0.5
"""Weight of a choice from which on a model is asked for it: a smaller one was seen to add nothing."""
_CHARS = 560  # of all notes together
_NOTE = 260  # of one
_OPTION = 200
_ASKED = 500


def read_options(
    question: Question, passages: Sequence[Passage], store: Store, model: LanguageModel, timeout_s: float
) -> tuple[float, ...]:
    """The model's probabilities of the options, after it read the passages; raises ModelError."""
    choices = [_cut(option, _OPTION) for option in question.options]
    asked = _cut(question.text, _ASKED)
    if len(set(choices)) != len(choices) or all(len(one) == 1 for one in choices):
        # Alike once they are cut, or letters themselves, which would pass for labels.
        letters = [chr(ord("A") + number) for number in range(len(choices))]
        lines = (f"{letter}. {choice}" for letter, choice in zip(letters, choices, strict=True))
        asked, choices = "\n".join((asked, *lines)), letters
    return model.choose_about(
        INSTRUCTIONS, notes(passages, store), asked, choices, timeout_s=timeout_s, skill=SKILL
    )


def notes(passages: Sequence[Passage], store: Store) -> list[tuple[str, str]]:
    """Passages as a model reads them: about what, and the text, cut to what fits."""
    room = _CHARS
    found = []
    for passage in passages:
        if room < 80:
            break
        entity, other = store.get(passage.entity), store.get(passage.other) if passage.other else None
        named = ", ".join(one.name for one in (entity, other) if one is not None)
        text = _cut(passage.text, min(_NOTE, room))
        found.append((f"{_cut(named, 70)}, {passage.section}", text))
        room -= len(text)
    return found


def joined(support: Sequence[float], read: Sequence[float], weight: float) -> tuple[float, ...]:
    """Both opinions as one: the sum of their logarithms, the model's with its weight, normalised."""
    scores = [
        math.log(max(a, 1e-4)) + weight * math.log(max(b, 1e-4)) for a, b in zip(support, read, strict=True)
    ]
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    return tuple(share / sum(shares) for share in shares)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[: most - 1].rsplit(' ', 1)[0]}…"
