"""The loss of the answers' tokens, with what changes nothing left out.

Left out are the scores over the vocabulary of tokens that are not learned, and the beginning that all records
of a batch share, which is read once. For short questions under long instructions that is half of all tokens.
A model whose own loss is another one is refused before anything is trained (`check`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from cybersecqwen.errors import WeightsError

from .batching import Tokens, batches

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100
_WORTH = 20
"""Tokens of a shared beginning that are worth a pass of their own."""
_APART = 0.02
"""Share by which two ways to compute a loss may differ in bfloat16."""


def loss_of(model: Any, some: Sequence[Tokens], *, share: bool = True) -> tuple[Tensor, int]:
    """(Sum of the losses of the answers' tokens, how many they are).

    With `share`, what all records begin with alike is read once.
    """
    where = next(model.parameters()).device
    inner = model.get_base_model()
    # Gradient checkpointing keeps no keys and values that others could go on from.
    common = shared(some) if share and not inner.is_activation_checkpointing else 0
    width = max(len(one.ids) for one in some)
    ids = torch.zeros((len(some), width), dtype=torch.long)
    mask = torch.zeros((len(some), width), dtype=torch.long)
    labels = torch.full((len(some), width), IGNORED)
    for row, one in enumerate(some):
        length = len(one.ids)
        ids[row, :length] = torch.tensor(one.ids)
        mask[row, :length] = 1
        labels[row, one.answer : length] = ids[row, one.answer : length]
    ids, mask, labels = ids.to(where), mask.to(where), labels[:, common + 1 :].to(where)
    given: dict[str, Any] = {"use_cache": False}
    if common:
        first = inner.model(input_ids=ids[:1, :common], use_cache=True).cache
        first.batch_repeat_interleave(len(some))
        places = torch.arange(common, width, device=where).expand(len(some), -1)
        given = {"cache": first, "position_ids": places, "use_cache": True}
    hidden = inner.model(input_ids=ids[:, common:], attention_mask=mask, **given)[0][:, :-1]
    wanted = labels != IGNORED
    scores = inner.lm_head(hidden[wanted]).float()
    loss = torch.nn.functional.cross_entropy(scores, labels[wanted], reduction="sum")
    return loss, int(wanted.sum())


def shared(some: Sequence[Tokens]) -> int:
    """How many tokens all begin with alike; 0 where that is too few to be worth a pass of its own."""
    first = some[0].ids
    most = min(one.answer for one in some) - 1
    for one in some[1:]:
        most = next((at for at in range(min(most, len(one.ids))) if one.ids[at] != first[at]), most)
    return most if len(some) > 1 and most >= _WORTH else 0


def evaluated(model: Any, some: Sequence[Tokens], size: int, most: int = 0) -> float:
    """The mean loss over the answers' tokens of records; the model is as it was afterwards."""
    total, count = 0.0, 0
    was = model.training
    model.eval()
    with torch.no_grad():
        for batch in batches(some, size, 0, most):
            loss, answers = loss_of(model, [some[at] for at in batch])
            total += float(loss)
            count += answers
    model.train(was)
    return total / max(1, count)


def check(model: Any, one: Tokens) -> None:
    """Raise WeightsError where a model's own loss is another: it scales or bounds its scores."""
    ids = torch.tensor([one.ids], device=next(model.parameters()).device)
    labels = ids.clone()
    labels[0, : one.answer] = IGNORED
    was = model.training
    model.eval()
    with torch.no_grad():
        own = float(model(input_ids=ids, labels=labels).loss)
        loss, count = loss_of(model, [one])
    model.train(was)
    ours = float(loss) / max(1, count)
    if not abs(own - ours) <= _APART * max(1.0, abs(own)):
        raise WeightsError(
            f"This base computes its loss in a way that training does not know ({own:.4f}, not {ours:.4f}).",
            hint="It scales or bounds its scores; take a Llama, Qwen, Mistral or Phi model.",
        )
