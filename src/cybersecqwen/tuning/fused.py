"""LoRA layers that compute the same as peft's with a third of the passes over memory.

On a processor most of a training step is copying and scaling, not multiplying: peft reads an input three
times and makes four intermediate results for each linear layer. Here a layer is one function with its own
derivative: y = x Wᵀ + s (x Aᵀ) Bᵀ, with W frozen. Measured by benchmarks/fitting.py.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class _Adapted(torch.autograd.Function):  # type: ignore[misc]
    """y = x Wᵀ + s (x Aᵀ) Bᵀ and its derivatives by x, A and B; W has none."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, a: Tensor, b: Tensor, scale: float) -> Tensor:
        """Rows of x are positions: (…, in) → (…, out)."""
        rows = x.reshape(-1, x.shape[-1])
        down, up = a.to(x.dtype), b.to(x.dtype)
        inner = rows @ down.t()
        y = (rows @ weight.t()).addmm_(inner, up.t(), alpha=scale)
        ctx.save_for_backward(rows, weight, down, up, inner)
        ctx.scale, ctx.shape, ctx.kept = scale, x.shape, (a.dtype, b.dtype)
        return y.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, None, Tensor, Tensor, None]:
        """See the class."""
        rows, weight, down, up, inner = ctx.saved_tensors
        given = gradient.reshape(-1, gradient.shape[-1])
        inside = (given @ up).mul_(ctx.scale)
        by_b = (given.t() @ inner).mul_(ctx.scale).to(ctx.kept[1])
        by_a = (inside.t() @ rows).to(ctx.kept[0])
        by_x = None
        if ctx.needs_input_grad[0]:
            by_x = (given @ weight).addmm_(inside, down).view(ctx.shape)
        return by_x, None, by_a, by_b, None


def fuse(model: Any) -> int:
    """Let the LoRA layers of a peft model compute in one function; returns how many do.

    Left as they are: layers with a bias, with dropout, with several adapters, and those of quantised weights.
    """
    from peft.tuners.lora.layer import Linear

    count = 0
    for layer in model.modules():
        if not isinstance(layer, Linear) or list(layer.lora_A) != ["default"]:
            continue
        base = layer.base_layer
        plain = type(base) is torch.nn.Linear and base.bias is None and not base.weight.requires_grad
        whole = isinstance(layer.lora_dropout["default"], torch.nn.Identity) and not layer.use_dora.get(
            "default"
        )
        if plain and whole:
            layer.forward = _forward(layer)
            count += 1
    return count


def _forward(layer: Any) -> Any:
    a, b, weight = layer.lora_A["default"].weight, layer.lora_B["default"].weight, layer.base_layer.weight
    scale = float(layer.scaling["default"])

    def forward(x: Tensor, *_: Any, **__: Any) -> Tensor:
        made: Tensor = _Adapted.apply(x, weight, a, b, scale)
        return made

    return forward
