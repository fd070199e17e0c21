"""LoRA layers that compute the same as peft's with a third of the passes over memory.

On a processor most of a training step is copying and scaling, not multiplying: peft reads an input three
times and makes four intermediate results for each linear layer. Here a layer is one function with its own
derivative: y = x Wᵀ + c + s (x Aᵀ) Bᵀ, with W and c frozen; layers that read the same x are one product.
Measured by benchmarks/fitting.py.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear


class _Joined(torch.autograd.Function):  # type: ignore[misc]
    """y = x Wᵀ + c + s (r Aᵀ) Bᵀ of layers over the same x, whose W, c and A stand below each other.

    Derivatives are those by x, r, A and B; W and c have none. r is x, or what dropout left of it.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        r: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        scale: float,
        sizes: tuple[int, ...],
        *both: Tensor,
    ) -> tuple[Tensor, ...]:
        """Rows of x are positions: (…, in) → (…, out). `both`: all A, then all B; gives each layer's y."""
        rows, count = r.reshape(-1, r.shape[-1]), len(sizes)
        down = torch.cat([a.to(x.dtype) for a in both[:count]])
        ups = [b.to(x.dtype) for b in both[count:]]
        inner = rows @ down.t()
        parts = linear(x.reshape(-1, x.shape[-1]), weight, bias).split(sizes, -1)
        for part, piece, up in zip(parts, inner.chunk(count, -1), ups, strict=True):
            part.addmm_(piece, up.t(), alpha=scale)
        ctx.save_for_backward(rows, weight, down, inner, *ups)
        ctx.scale, ctx.shape, ctx.kept, ctx.same = scale, x.shape, both[0].dtype, r is x
        return tuple(part.view(*x.shape[:-1], -1) for part in parts)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """See the class."""
        rows, weight, down, inner, *ups = ctx.saved_tensors
        parts = [one.reshape(-1, one.shape[-1]) for one in gradients]
        inside = torch.cat([part @ up for part, up in zip(parts, ups, strict=True)], -1).mul_(ctx.scale)
        by_b = [
            (part.t() @ piece).mul_(ctx.scale).to(ctx.kept)
            for part, piece in zip(parts, inner.chunk(len(ups), -1), strict=True)
        ]
        by_a = (inside.t() @ rows).to(ctx.kept)
        by_x = by_r = None
        if ctx.needs_input_grad[0]:
            by_x = (parts[0] if len(parts) == 1 else torch.cat(parts, -1)) @ weight
            if ctx.same:  # then the first is of both
                by_x.addmm_(inside, down)
            else:
                by_r = (inside @ down).view(ctx.shape)
            by_x = by_x.view(ctx.shape)
        return (by_x, by_r, None, None, None, None, *by_a.chunk(len(ups)), *by_b)


class _Normed(torch.autograd.Function):  # type: ignore[misc]
    """y = w x / sqrt(mean(x²) + ε) over the last axis, the mean in 32 bits; w has no derivative."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
        """See the class."""
        wide = x.float()
        length = torch.linalg.vector_norm(wide, dim=-1, keepdim=True)
        inverse = length.square_().div_(x.shape[-1]).add_(epsilon).rsqrt_()
        one = (wide * inverse).to(x.dtype)
        ctx.save_for_backward(one, weight, inverse)
        return one * weight

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        """See the class."""
        one, weight, inverse = ctx.saved_tensors
        given = gradient * weight
        along = (given * one).sum(-1, keepdim=True, dtype=torch.float32).div_(-one.shape[-1])
        return given.addcmul_(one, along.to(one.dtype)).mul_(inverse.to(one.dtype)), None, None


_TOGETHER = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))
"""Layers of a block that are called one after the other with the same input."""


def fuse(model: Any) -> int:
    """Let the LoRA layers and norms of a peft model compute in one function each; returns how many layers do.

    Left as they are: layers with several adapters, and those of quantised weights. Dropout hides the same
    inputs from layers that are one product.
    """
    from peft.tuners.lora.layer import Linear

    count = 0
    for layer in model.modules():
        if isinstance(layer, Linear) and _plain(layer):
            layer.forward = _forward(layer)
            count += 1
    for block in model.modules():
        for names in _TOGETHER:
            some = [getattr(block, name, None) for name in names]
            if all(isinstance(one, Linear) and _plain(one) for one in some):
                _join(some)
        norm = type(block).__name__.endswith("RMSNorm") and hasattr(block, "variance_epsilon")
        if norm and not block.weight.requires_grad:
            block.forward = _norm(block.weight, float(block.variance_epsilon))
    return count


def _plain(layer: Any) -> bool:
    base = layer.base_layer
    frozen = type(base) is torch.nn.Linear and not any(one.requires_grad for one in base.parameters())
    return (
        frozen
        and list(layer.lora_A) == ["default"]
        and isinstance(layer.lora_dropout["default"], (torch.nn.Identity, torch.nn.Dropout))
        and not layer.use_dora.get("default")
    )


def _norm(weight: Tensor, epsilon: float) -> Any:
    def forward(x: Tensor) -> Tensor:
        made: Tensor = _Normed.apply(x, weight, epsilon)
        return made

    return forward


def _join(layers: list[Any]) -> None:
    """The first computes for all; the others hand out what it kept for them, if it was of their input."""
    alike = {
        (one.scaling["default"], one.lora_A["default"].weight.shape, one.base_layer.bias is None)
        for one in layers
    }
    if len(alike) != 1:
        return
    every = _product(layers)
    kept: dict[int, tuple[Tensor, Tensor]] = {}

    def first(x: Tensor, *_: Any, **__: Any) -> Tensor:
        kept.update({number: (x, y) for number, y in enumerate(every(x))})
        return kept.pop(0)[1]

    def later(number: int, alone: Any) -> Any:
        def forward(x: Tensor, *_: Any, **__: Any) -> Tensor:
            of, y = kept.pop(number, (None, None))
            made: Tensor = y if of is x else alone(x)
            return made

        return forward

    layers[0].forward = first
    for number, one in enumerate(layers[1:], 1):
        one.forward = later(number, _forward(one))


def _stacked(some: list[Tensor], sizes: tuple[int, ...]) -> Tensor:
    """All below each other; each becomes a part of it, so that nothing is twice in memory."""
    if len(some) == 1:
        return some[0]
    whole = torch.cat([one.detach() for one in some])
    for one, part in zip(some, whole.split(sizes), strict=True):
        one.data = part
    return whole


def _forward(layer: Any) -> Any:
    """Of a layer by itself: one product of one."""
    alone = _product([layer])

    def forward(x: Tensor, *_: Any, **__: Any) -> Tensor:
        return alone(x)[0]

    return forward


def _product(layers: list[Any]) -> Any:
    """Gives each layer's y for an x; weights, and biases, of several become parts of one."""
    weights, biases = ([getattr(one.base_layer, name) for one in layers] for name in ("weight", "bias"))
    sizes = tuple(one.shape[0] for one in weights)
    whole = _stacked(weights, sizes)
    bias = None if biases[0] is None else _stacked(biases, sizes)
    both = [one.lora_A["default"].weight for one in layers] + [one.lora_B["default"].weight for one in layers]
    scale, dropout = float(layers[0].scaling["default"]), layers[0].lora_dropout["default"]

    def forward(x: Tensor) -> tuple[Tensor, ...]:
        found: tuple[Tensor, ...] = _Joined.apply(x, dropout(x), whole, bias, scale, sizes, *both)
        return found

    return forward
