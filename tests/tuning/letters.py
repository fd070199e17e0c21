"""What a model in training gives for the letters of a choice, to hold beside what the served one gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cybersecqwen.models.interface import Prompt, lettered
from cybersecqwen.models.profiles import Profile


def chances(
    model: Any, tokenizer: Any, profile: Profile, prompt: Prompt, choices: Sequence[str]
) -> list[float]:
    """The share of each choice's letter, as the first token of an answer."""
    import torch

    from cybersecqwen.tuning.batching import tokenised
    from cybersecqwen.tuning.corpora.interface import recorded

    asked, letters = lettered(prompt, choices)
    record = recorded(asked, "A", skill="any", source="test")
    (tokens,), _ = tokenised([record], tokenizer, profile, 4096)
    model.eval()
    with torch.no_grad():
        scores = model(torch.tensor([tokens.ids[: tokens.answer]])).logits[0, -1]
    ids = [tokenizer(letter, add_special_tokens=False)["input_ids"][0] for letter in letters]
    found: list[float] = torch.softmax(scores[ids].double(), 0).tolist()
    return found
