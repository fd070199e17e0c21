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


class _Adapted(torch.autograd.Function):  # type: ignore[misc]
    """y = x Wᵀ + c + s (r Aᵀ) Bᵀ and its derivatives by x, r, A and B; W and c have none.

    r is x, or what dropout left of it.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        r: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        a: Tensor,
        b: Tensor,
        scale: float,
    ) -> Tensor:
        """Rows of x are positions: (…, in) → (…, out)."""
        rows = r.reshape(-1, r.shape[-1])
        down, up = a.to(x.dtype), b.to(x.dtype)
        inner = rows @ down.t()
        y = linear(x.reshape(-1, x.shape[-1]), weight, bias).addmm_(inner, up.t(), alpha=scale)
        ctx.save_for_backward(rows, weight, down, up, inner)
        ctx.scale, ctx.shape, ctx.kept, ctx.same = scale, x.shape, (a.dtype, b.dtype), r is x
        return y.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """See the class."""
        rows, weight, down, up, inner = ctx.saved_tensors
        given = gradient.reshape(-1, gradient.shape[-1])
        inside = (given @ up).mul_(ctx.scale)
        by_b = (given.t() @ inner).mul_(ctx.scale).to(ctx.kept[1])
        by_a = (inside.t() @ rows).to(ctx.kept[0])
        by_x, by_r = _back(ctx, given, weight, inside, down)
        return by_x, by_r, None, None, by_a, by_b, None


class _Joined(torch.autograd.Function):  # type: ignore[misc]
    """Several layers over the same x as one product: their weights stand below each other."""

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
        """`both`: all A, then all B; gives each layer's y."""
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
        by_x, by_r = _back(
            ctx, torch.cat(parts, -1) if ctx.needs_input_grad[0] else None, weight, inside, down
        )
        return (by_x, by_r, None, None, None, None, *by_a.chunk(len(ups)), *by_b)


def _back(
    ctx: Any, given: Tensor | None, weight: Tensor, inside: Tensor, down: Tensor
) -> tuple[Tensor | None, Tensor | None]:
    """(Derivative by x, derivative by r); where both are one, the first is of both."""
    if given is None or not ctx.needs_input_grad[0]:
        return None, None
    by_x = given @ weight
    if ctx.same:
        return by_x.addmm_(inside, down).view(ctx.shape), None
    return by_x.view(ctx.shape), (inside @ down).view(ctx.shape)


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
    weights = [one.base_layer.weight for one in layers]
    scales = {float(one.scaling["default"]) for one in layers}
    ranks = {one.lora_A["default"].weight.shape for one in layers}
    biases = [one.base_layer.bias for one in layers]
    alike = len({one is None for one in biases}) == 1
    if len(scales) != 1 or len(ranks) != 1 or not alike:
        return
    sizes = tuple(one.shape[0] for one in weights)
    whole = _stacked(weights, sizes)
    bias = None if biases[0] is None else _stacked(biases, sizes)
    both = [one.lora_A["default"].weight for one in layers] + [one.lora_B["default"].weight for one in layers]
    scale, dropout = scales.pop(), layers[0].lora_dropout["default"]
    kept: dict[int, tuple[Tensor, Tensor]] = {}

    def first(x: Tensor, *_: Any, **__: Any) -> Tensor:
        found: tuple[Tensor, ...] = _Joined.apply(x, dropout(x), whole, bias, scale, sizes, *both)
        kept.update({number: (x, y) for number, y in enumerate(found)})
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
    whole = torch.cat([one.detach() for one in some])
    for one, part in zip(some, whole.split(sizes), strict=True):
        one.data = part
    return whole


def _forward(layer: Any) -> Any:
    a, b, weight = layer.lora_A["default"].weight, layer.lora_B["default"].weight, layer.base_layer.weight
    scale, bias, dropout = (
        float(layer.scaling["default"]),
        layer.base_layer.bias,
        layer.lora_dropout["default"],
    )

    def forward(x: Tensor, *_: Any, **__: Any) -> Tensor:
        made: Tensor = _Adapted.apply(x, dropout(x), weight, bias, a, b, scale)
        return made

    return forward
