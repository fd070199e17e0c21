"""What a run will take, before it is begun: memory, tokens, time. A run that does not fit is not begun.

Formulas, for a transformer with frozen weights and LoRA on its linear layers:

- Arithmetic of a token: 2 P forward and 2 P back through the frozen weights (no derivative by them is taken),
  2 P more where the way forward is done again (checkpointing), 6 A for the adapter, 4 L h T forward and
  8 L h T back for attention over T tokens; P weights in the layers, A of the adapter, L layers, h width.
  Where the last blocks alone are fitted, their share of what is led back or done again. From: Kaplan et al.
  2020, Scaling Laws for Neural Language Models, section 2.1, less the part of the derivatives by the weights.
- Memory: weights, four numbers of four bytes for each weight of the adapter (itself, its derivative, two
  moments of AdamW), and what a pass keeps for the way back (`_kept`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cybersecqwen.errors import LimitError, WeightsError

from .recipe import SIZES, Base, Recipe, Run

_BYTES = {"bf16": 2, "f32": 4}
_ROOM = 600 << 20
"""Bytes of Python, torch and the tokenizer, measured."""
_DISK_ADAPTER = 4
_MOST_JSON = 1 << 20
_MOST_SIZE = 1 << 24
_SPARE = 1.2
"""What a run's largest was measured at, against what was planned: 1.15 (docs/training.md)."""
_ANSWER = 16
"""Tokens of an answer where nobody counted."""
HEAD = 2_000
"""Characters of a text in which a beginning that others share is looked for."""
SHARES = (0.6, 0.17)
"""Shares of what a product of matrices reaches that whole runs came to, on two cores.

Of the standard model on quiet ones .6 (`weaknesses-distilled`, 2026-11-28), of the instant model .37 to .5,
and beside other work .17 (benchmarks/fitting.py).
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """The sizes of a model."""

    hidden: int
    layers: int
    intermediate: int
    heads: int
    key_heads: int
    head_size: int
    vocabulary: int
    tied: bool

    @property
    def linear(self) -> tuple[tuple[int, int], ...]:
        """(In, out) of the seven linear layers of a block."""
        h, i = self.hidden, self.intermediate
        q, k = self.heads * self.head_size, self.key_heads * self.head_size
        return ((h, q), (h, k), (h, k), (q, h), (h, i), (h, i), (i, h))

    @property
    def in_blocks(self) -> int:
        """Weights of all blocks."""
        return self.layers * (sum(a * b for a, b in self.linear) + 2 * self.hidden)

    @property
    def parameters(self) -> int:
        """All weights."""
        return self.in_blocks + self.vocabulary * self.hidden * (1 if self.tied else 2) + self.hidden

    def fitted(self, recipe: Recipe) -> int:
        """How many blocks the recipe's adapter changes."""
        return min(recipe.lora.blocks or self.layers, self.layers)

    def adapter(self, recipe: Recipe) -> int:
        """Weights of the recipe's adapter."""
        return self.fitted(recipe) * sum(
            recipe.lora.rank * (a + b)
            for (a, b), name in zip(self.linear, _NAMES, strict=True)
            if name in recipe.lora.targets or "all-linear" in recipe.lora.targets
        )


_NAMES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a run will take."""

    parameters: int
    adapter: int
    """Weights of the adapter."""
    memory: Mapping[str, int]
    """Bytes: weights, adapter, activations, scores, room, and what loading takes beyond all these."""
    available: int
    """Bytes that are free; 0 where nobody can say."""
    disk: int
    """Bytes that checkpoints and the adapter take."""
    disk_free: int
    records: int
    tokens: int
    """Of one epoch, padding not counted; 0 without data."""
    steps: int
    """0 without data."""
    flops: float
    """Of a token."""
    once: int
    """Of the tokens, those that are left where what the records of a pass begin with alike is read once."""
    rate: float
    """Operations a second that this machine reaches in a product of matrices; 0 where not measured."""

    @property
    def bytes(self) -> int:
        """All memory."""
        return sum(self.memory.values())

    @property
    def floor_s(self) -> float:
        """Seconds that the arithmetic alone takes; 0 where not known."""
        return self.once * self.flops / self.rate if self.rate and self.tokens else 0.0

    @property
    def usual_s(self) -> tuple[float, float]:
        """Seconds that it takes on a quiet machine and on a busy one."""
        quiet, busy = SHARES
        return self.floor_s / quiet, self.floor_s / busy

    @property
    def against(self) -> str:
        """Why the run should not be begun; "" where nothing speaks against it."""
        if self.available and self.bytes * _SPARE > self.available:
            return f"it needs about {_gb(self.bytes)} of memory, and {_gb(self.available)} are free"
        if self.disk_free and self.disk * _SPARE > self.disk_free:
            return f"it needs about {_gb(self.disk)} of disk, and {_gb(self.disk_free)} are free"
        return ""


def plan(
    recipe: Recipe,
    shape: Shape,
    *,
    out: Path = Path(),
    lengths: Sequence[int] = (),
    alike: Sequence[int] = (),
    answers: Sequence[int] = (),
    measure: bool = True,
    available: int | None = None,
) -> Plan:
    """What a run of a recipe takes on this machine.

    Args:
        recipe: What is to be done.
        shape: Sizes of its base.
        out: Where it would be written, for the disk that is free there.
        lengths: Tokens of each record; none where there are no data yet.
        alike: Of these, how many each record begins with as many others do; none where nobody counted.
        answers: Of these, how many each record ends with as its answer, for the memory of the scores.
        measure: Whether to measure how fast this machine multiplies (takes half a second, needs torch).
        available: Bytes of memory to plan for; what is free where None.
    """
    run = recipe.run
    adapter = shape.adapter(recipe)
    longest = max(1, min(run.longest, max(lengths, default=run.longest)))
    size = _BYTES[run.precision]
    batch = _in_pass(run, longest)
    # A GGUF file is unpacked before it is rounded: that is over before anything is kept for the way back.
    loading = shape.parameters * 4
    memory = {
        "weights": shape.parameters * size,
        "adapter": adapter * 16,
        "activations": _kept(recipe, shape, longest) * batch,
        "scores": _scored(run, lengths, answers, longest) * shape.vocabulary * 4 * 3,
        "room": _ROOM,
    }
    memory["loading"] = max(0, loading + _ROOM - sum(memory.values()))
    used = [one for one in lengths if one <= run.longest]
    begun = [a for one, a in zip(lengths, alike, strict=bool(alike)) if one <= run.longest]
    mean = sum(used) / len(used) if used else longest
    in_pass = max(1, min(run.batch, int(run.pass_tokens // max(1.0, mean)))) if run.pass_tokens else run.batch
    per_epoch = -(-len(used) // (in_pass * run.accumulate))
    steps = max(1, round(per_epoch * run.epochs)) if used else 0
    steps = min(steps, run.steps) if run.steps and steps else steps
    share = steps / per_epoch if per_epoch else 0.0
    back = shape.fitted(recipe) / shape.layers
    return Plan(
        parameters=shape.parameters,
        adapter=adapter,
        memory=memory,
        available=_memory() if available is None else available,
        disk=adapter * (12 + _DISK_ADAPTER) * 2,
        disk_free=_disk(out),
        records=len(used),
        tokens=round(sum(used) * share),
        once=round((sum(used) - sum(begun) * (in_pass - 1) / in_pass) * share),
        steps=steps,
        flops=(2.0 + (4.0 if run.checkpointing else 2.0) * back) * shape.in_blocks
        + 6.0 * adapter
        + (4.0 + 8.0 * back) * shape.layers * shape.hidden * mean,
        rate=multiplying() if measure else 0.0,
    )


def alike(texts: Sequence[str], size: int) -> list[int]:
    """How many characters each text begins with as the others do that are read with it, so many at a time.

    Those that begin alike are read together (`batching.batches`). Of a text its `HEAD` is looked at.
    """
    heads = sorted((text[:HEAD], at) for at, text in enumerate(texts))
    found = [0] * len(heads)
    for first in range(0, len(heads), size):
        some = heads[first : first + size] if first + size <= len(heads) else heads[-size:]
        shared = _alike(some[0][0], some[-1][0]) if len(some) > 1 else 0
        for _, at in some:
            found[at] = max(found[at], shared)
    return found


def _in_pass(run: Run, tokens: int) -> int:
    """How many records of so many tokens are read together."""
    return min(run.batch, max(1, run.pass_tokens // max(1, tokens))) if run.pass_tokens else run.batch


def _scored(run: Run, lengths: Sequence[int], answers: Sequence[int], longest: int) -> int:
    """Most tokens of a pass that scores are computed for: those of the answers."""
    counted = (
        _in_pass(run, length) * min(answer, length)
        for length, answer in zip(lengths, answers, strict=bool(answers))
        if length <= run.longest
    )
    return max(counted, default=_in_pass(run, longest) * min(_ANSWER, longest))


def _alike(one: str, other: str) -> int:
    most = min(len(one), len(other))
    return next((at for at in range(most) if one[at] != other[at]), most)


def check(made: Plan) -> None:
    """Raise LimitError where a run does not fit."""
    if made.against:
        raise LimitError(
            f"This run is not begun: {made.against}.",
            hint="Take a smaller batch, shorter records, checkpointing = true, or a smaller base.",
        )


def shape_of(base: Path | None, described: Base) -> Shape:
    """The sizes of a base: of its GGUF header, its config.json, or as the recipe states them.

    Raises:
        WeightsError: There is no such base, and the recipe does not state its sizes.
    """
    if base is not None and base.is_file():
        return _of_gguf(base)
    if base is not None and (base / "config.json").is_file():
        return _of_config(base / "config.json")
    needed = (
        described.hidden,
        described.layers,
        described.intermediate,
        described.heads,
        described.vocabulary,
    )
    if not all(needed):
        raise WeightsError(
            f"The base {described.model} is not here, and the recipe does not state its sizes.",
            hint="Pull or import it, or add hidden, layers, intermediate, heads, vocabulary to [base].",
        )
    return Shape(
        hidden=described.hidden,
        layers=described.layers,
        intermediate=described.intermediate,
        heads=described.heads,
        key_heads=described.key_heads or described.heads,
        head_size=described.head_size or described.hidden // described.heads,
        vocabulary=described.vocabulary,
        tied=described.tied,
    )


def _of_gguf(path: Path) -> Shape:
    from cybersecqwen.models.gguf import read_header

    header = read_header(path)
    kind, values = header.architecture, header.metadata

    def number(key: str, otherwise: int = 0) -> int:
        value = values.get(f"{kind}.{key}", otherwise)
        if not isinstance(value, int) or not 0 < value <= _MOST_SIZE:
            raise WeightsError(f"{path} does not state its {key}.")
        return value

    hidden, heads = number("embedding_length"), number("attention.head_count")
    shape = Shape(
        hidden=hidden,
        layers=number("block_count"),
        intermediate=number("feed_forward_length"),
        heads=heads,
        key_heads=number("attention.head_count_kv", heads),
        head_size=number("attention.key_length", hidden // heads),
        vocabulary=1,
        tied=True,
    )
    # The vocabulary is a list, which the header is not asked for: what is left of the weights is embeddings.
    rest = max(1, (header.parameters - shape.in_blocks) // hidden)
    vocabulary = number("vocab_size", rest)
    return _with(shape, vocabulary, tied=rest < 2 * vocabulary)


def _of_config(path: Path) -> Shape:
    import json

    try:
        if path.stat().st_size > _MOST_JSON:
            raise ValueError("too large")
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        hidden, heads = int(values["hidden_size"]), int(values["num_attention_heads"])
        shape = Shape(
            hidden=hidden,
            layers=int(values["num_hidden_layers"]),
            intermediate=int(values["intermediate_size"]),
            heads=heads,
            key_heads=int(values.get("num_key_value_heads") or heads),
            head_size=int(values.get("head_dim") or hidden // heads),
            vocabulary=int(values["vocab_size"]),
            tied=bool(values.get("tie_word_embeddings", False)),
        )
        if not all(0 < getattr(shape, name) <= _MOST_SIZE for name in SIZES):
            raise ValueError("no size")
        return shape
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        raise WeightsError(f"{path} does not state the sizes of its model.") from error


def _with(shape: Shape, vocabulary: int, *, tied: bool) -> Shape:
    from dataclasses import replace

    return replace(shape, vocabulary=vocabulary, tied=tied)


def _kept(recipe: Recipe, shape: Shape, tokens: int) -> int:
    """Bytes that a record of so many tokens keeps for the way back.

    Of each block: the inputs of its linear layers, what its two norms, its activation and its additions need
    (about 12 widths and 4 inner widths), the adapter's inner results, and the weights of attention, three of
    them where attention is computed step by step. With dropout what it left of those inputs, and which
    they are. With checkpointing one block at a time, and each one's input.
    """
    size = _BYTES[recipe.run.precision]
    inner = len(_NAMES) * recipe.lora.rank
    block = tokens * (12 * shape.hidden + 4 * shape.intermediate + inner) * size
    if recipe.lora.dropout:
        block += tokens * (3 * shape.hidden + shape.intermediate) * (size + 1)
    if recipe.run.attention == "eager":
        block += 3 * shape.heads * tokens * tokens * max(size, 3)
    if recipe.run.checkpointing:
        return block * 2 + shape.fitted(recipe) * tokens * shape.hidden * size
    return block * shape.fitted(recipe)


def multiplying() -> float:
    """Operations a second of a product of bfloat16 matrices as they occur in training; 0 without torch."""
    try:
        import torch
    except ModuleNotFoundError:
        return 0.0
    where = "cuda" if torch.cuda.is_available() else "cpu"
    side = 4096 if where == "cuda" else 1024
    a = torch.randn(side, side, device=where).to(torch.bfloat16)
    for _ in range(2):
        a @ a
    best, begun = 0.0, time.perf_counter()
    while time.perf_counter() - begun < 0.4:
        at = time.perf_counter()
        for _ in range(4):
            a @ a
        if where == "cuda":
            torch.cuda.synchronize()
        best = max(best, 4 * 2 * side**3 / (time.perf_counter() - at))
    return best


def _memory() -> int:
    try:
        import torch

        if torch.cuda.is_available():
            return int(torch.cuda.mem_get_info()[0])
    except ModuleNotFoundError:
        pass
    bound = _cgroup()
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                free = int(line.split()[1]) * 1024
                return min(free, bound) if bound else free
    except (OSError, ValueError, IndexError):
        pass
    return 0


def _cgroup() -> int:
    """Bytes that a container may still take; 0 where nothing bounds it."""
    folder = Path("/sys/fs/cgroup")
    try:
        most = int((folder / "memory.max").read_text())
        return max(1, most - int((folder / "memory.current").read_text()))
    except (OSError, ValueError):
        return 0


def _disk(out: Path) -> int:
    where = out.resolve()
    while not where.exists():
        where = where.parent
    try:
        found = os.statvfs(where)
    except (OSError, AttributeError):
        return 0
    return found.f_bavail * found.f_frsize


def _gb(count: float) -> str:
    return f"{count / 1e9:.1f} GB"
