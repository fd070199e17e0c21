"""A run that goes on from an adapter: its weights, read from GGUF, in the model that is trained.

The other way of `exporting`: each layer of the model is asked what it would be called there, and rows of the
query and key projections are put back into the order of transformers.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from cybersecqwen.errors import UsageError, WeightsError
from cybersecqwen.models.adapters import Adapter

from .exporting import naming, turned_back
from .merging import changes_of
from .recipe import Lora


def take_up(model: Any, adapter: Adapter, base: Path, lora: Lora) -> None:
    """Give the LoRA layers of a peft model the weights of an adapter.

    Args:
        model: With fresh layers, as `fitting.load` makes them.
        adapter: What is gone on from.
        base: The GGUF file that the model was read from.
        lora: What the recipe says of the layers.

    Raises:
        UsageError: The base is no GGUF file, or the adapter is of another rank or strength, or changes other
            layers than the recipe does.
        WeightsError: It is for another base, or damaged.
        ModelError: The package gguf is not installed.
    """
    import torch

    if not base.is_file():
        raise UsageError(
            f"{base} is no GGUF file, and the adapter {adapter.name} was fitted to one.",
            hint="Leave [lora] start out, or give the file with --base.",
        )
    header, changes = changes_of(adapter, base)
    for name, (down, _, factor) in changes.items():
        if down.shape[0] != lora.rank or not math.isclose(factor, lora.alpha / lora.rank, rel_tol=1e-6):
            raise UsageError(
                f"The adapter {adapter.name} has rank {down.shape[0]} and alpha "
                f"{factor * down.shape[0]:g} at {name[:80]!r}, the recipe {lora.rank} and {lora.alpha:g}.",
                hint="State the adapter's rank and alpha in [lora].",
            )
    called = naming(header)
    left = set(changes)
    for key, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        found = called(key)
        if found is None or found.weight not in changes:
            raise UsageError(
                f"The adapter {adapter.name} does not change what the recipe does: {key[:120]}.",
                hint="State the adapter's layers as lora.targets.",
            )
        left.discard(found.weight)
        down, up, _ = changes[found.weight]
        rows = down if found.which == "a" else up
        if rows.shape != tuple(parameter.shape) or (found.heads and rows.shape[0] % (2 * found.heads)):
            raise WeightsError(f"The adapter {adapter.name} does not fit its base at {key[:120]}.")
        rows = turned_back(rows, found.heads) if found.heads else rows
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(rows.copy()))
    if left:
        raise UsageError(
            f"The adapter {adapter.name} changes {min(left)[:120]!r}, which the recipe does not.",
            hint="State the adapter's layers as lora.targets.",
        )
