"""What a model in training gives for choices, to hold beside what the served one gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cybersecqwen.models.choosing import asking
from cybersecqwen.models.interface import Prompt
from cybersecqwen.models.profiles import Profile

LIKELIEST = 256
"""Tokens that the served model looks at."""


def chances(
    model: Any, tokenizer: Any, profile: Profile, prompt: Prompt, choices: Sequence[str]
) -> list[float]:
    """The share of each choice among the first tokens of an answer; no two may begin with the same letter."""
    import torch

    from cybersecqwen.tuning.batching import tokenised
    from cybersecqwen.tuning.corpora.interface import recorded

    assert len({choice[0] for choice in choices}) == len(choices)
    _, words, by_words = asking(prompt, choices, profile)
    assert by_words
    record = recorded(prompt, choices[0], choices=choices, skill="any", source="test")
    (tokens,), _ = tokenised([record], tokenizer, profile, 4096)
    model.eval()
    with torch.no_grad():
        scores = model(torch.tensor([tokens.ids[: tokens.answer]])).logits[0, -1]
    likely = torch.softmax(scores.double(), 0).topk(LIKELIEST)
    said = [tokenizer.decode([token]) for token in likely.indices.tolist()]
    mass = [
        sum(p for p, text in zip(likely.values.tolist(), said, strict=True) if text and word.startswith(text))
        for word in words
    ]
    assert sum(mass) > 0
    return [one / sum(mass) for one in mass]
