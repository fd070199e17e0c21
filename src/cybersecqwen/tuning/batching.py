"""Records as a model reads them, in batches that waste little."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from cybersecqwen.errors import WeightsError
from cybersecqwen.models.choosing import asking
from cybersecqwen.models.framing import messages
from cybersecqwen.models.profiles import Profile

from .records import Record

_MATERIAL = 24_000
_ALIKE = (64, 16)
"""Tokens that records of a batch begin with alike, the longest first."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A record as the model reads it."""

    ids: tuple[int, ...]
    answer: int
    """Where the answer begins."""


def tokenised(
    records: Sequence[Record],
    tokenizer: Any,
    profile: Profile,
    longest: int,
    control_tokens: Iterable[str] = (),
) -> tuple[list[Tokens], int]:
    """(Records of at most `longest` tokens, how many were longer).

    Framed and cleaned as when they are asked: `control_tokens` are those of the model's own vocabulary.
    Raises WeightsError where the tokenizer's chat template refuses a prompt.
    """
    found, left = [], 0
    more = frozenset(control_tokens)
    for record in records:
        prompt, answer = record.prompt, record.answer
        if record.choices:
            prompt, answers, _ = asking(prompt, record.choices, profile)
            answer = answers[record.choices.index(answer)]
        framed = messages(prompt, profile, budget=_MATERIAL, control_tokens=more)
        try:
            head = tokenizer.apply_chat_template(framed, tokenize=False, add_generation_prompt=True)
        except Exception as error:  # a template is a program, and ends as its author liked
            raise WeightsError(
                f"The chat template of the base refuses a prompt: {' '.join(str(error).split())[:200]}.",
                hint="Take an instruct model of a family that `csq model` knows.",
            ) from error
        before = tokenizer(head, add_special_tokens=False)["input_ids"]
        after = tokenizer(answer, add_special_tokens=False)["input_ids"]
        ids = (*before, *after, tokenizer.eos_token_id)
        if len(ids) > longest:
            left += 1
        else:
            found.append(Tokens(ids, len(before)))
    return found, left


def batches(some: Sequence[Tokens], size: int, seed: int, most: int = 0) -> list[list[int]]:
    """Numbers of the records of each batch, in any order.

    Those of a batch begin alike, so that their beginning is read once, and are alike in length, so that
    little is padding. A batch has at most `size` records and, where `most` is given, about so many tokens.
    """
    chance = Random(seed)
    common = Counter(one.ids[:length] for one in some for length in _ALIKE)

    def beginning(at: int) -> tuple[int, ...]:
        """The longest that enough others share for a batch."""
        found = (some[at].ids[:length] for length in _ALIKE)
        return next((one for one in found if common[one] >= size), ())

    groups = [beginning(at) for at in range(len(some))]
    order = sorted(range(len(some)), key=lambda at: (groups[at], len(some[at].ids) + chance.uniform(-8, 8)))
    made: list[list[int]] = []
    for at in order:
        last = made[-1] if made else []
        full = len(last) == size or (most and (len(last) + 1) * len(some[at].ids) > most)
        if not last or full or groups[last[0]] != groups[at]:
            made.append([])
        made[-1].append(at)
    chance.shuffle(made)
    return made
