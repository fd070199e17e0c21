"""Writes small GGUF files: headers for the reader, and a whole random Qwen3 that llama.cpp runs."""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A chat template in the form that Qwen's models bring (ChatML).
CHATML = (
    "{% for message in messages %}"
    "<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
WIDTH, HEADS, HEAD, INNER, LAYERS = 64, 2, 32, 128, 2


@dataclass(frozen=True)
class Typed:
    """A value with its GGUF type number where Python's type does not say it."""

    kind: int
    value: Any


def gguf_bytes(
    values: Mapping[str, Any],
    tensors: Sequence[tuple[str, Sequence[int], bytes]] = (),
    *,
    version: int = 3,
    alignment: int = 32,
) -> bytes:
    """A GGUF file with F32 tensors: (name, shape with the fastest dimension first, data)."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(values))
    head += b"".join(_text(key) + _value(value) for key, value in values.items())
    at, data = 0, b""
    for name, shape, content in tensors:
        head += _text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        head += struct.pack("<IQ", 0, at)
        padded = content + bytes(-len(content) % alignment)
        data += padded
        at += len(padded)
    return head + bytes(-len(head) % alignment) + data


def model_header(architecture: str = "qwen3", name: str = "Tiny", **more: Any) -> dict[str, Any]:
    """The entries that every model has."""
    return {
        "general.architecture": architecture,
        "general.type": "model",
        "general.name": name,
        f"{architecture}.context_length": 512,
        **more,
    }


def small_model(name: str = "Tiny", architecture: str = "qwen3") -> bytes:
    """A file that passes for a model, with one tensor; llama.cpp could not run it."""
    return gguf_bytes(model_header(architecture, name), [("token_embd.weight", (4, 4), bytes(64))])


def tiny_qwen3(path: Path, *, seed: int = 7, context: int = 2048) -> Path:
    """A Qwen3 with random weights and a vocabulary of bytes, about 600 kB, that llama.cpp runs."""
    vocabulary = [*_byte_letters(), *SPECIAL]
    values: dict[str, Any] = {
        **model_header("qwen3", "Tiny random Qwen3"),
        "qwen3.context_length": context,
        "qwen3.embedding_length": WIDTH,
        "qwen3.block_count": LAYERS,
        "qwen3.feed_forward_length": INNER,
        "qwen3.attention.head_count": HEADS,
        "qwen3.attention.head_count_kv": HEADS,
        "qwen3.attention.key_length": HEAD,
        "qwen3.attention.value_length": HEAD,
        "qwen3.rope.freq_base": 10000.0,
        "qwen3.attention.layer_norm_rms_epsilon": 1e-6,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": vocabulary,
        "tokenizer.ggml.token_type": [1] * 256 + [3] * len(SPECIAL),
        "tokenizer.ggml.merges": ["t h"],
        "tokenizer.ggml.eos_token_id": 258,
        "tokenizer.ggml.bos_token_id": 256,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": CHATML,
    }
    path.write_bytes(gguf_bytes(values, _tensors(random.Random(seed), len(vocabulary))))
    return path


def tiny_adapter(path: Path, *, seed: int = 3, architecture: str = "qwen3") -> Path:
    """A LoRA adapter of rank 2 for the tiny model, strong enough to change what it writes."""
    rng = random.Random(seed)
    values = {
        "general.architecture": architecture,
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": 2.0,
    }
    tensors = []
    for layer in range(LAYERS):
        for name, width in (("ffn_down", INNER), ("attn_output", HEADS * HEAD)):
            stem = f"blk.{layer}.{name}.weight"
            tensors += [
                (f"{stem}.lora_a", (width, 2), _floats(rng, width * 2, 1.0)),
                (f"{stem}.lora_b", (2, WIDTH), _floats(rng, 2 * WIDTH, 1.0)),
            ]
    path.write_bytes(gguf_bytes(values, tensors))
    return path


def _tensors(rng: random.Random, vocabulary: int) -> list[tuple[str, tuple[int, ...], bytes]]:
    def matrix(name: str, columns: int, rows: int) -> tuple[str, tuple[int, ...], bytes]:
        return (name, (columns, rows), _floats(rng, columns * rows, columns**-0.5))

    def ones(name: str, width: int) -> tuple[str, tuple[int, ...], bytes]:
        return (name, (width,), struct.pack("<f", 1.0) * width)

    found = [matrix("token_embd.weight", WIDTH, vocabulary), ones("output_norm.weight", WIDTH)]
    found.append(("output.weight", (WIDTH, vocabulary), _floats(rng, WIDTH * vocabulary, 0.5)))
    for layer in range(LAYERS):
        prefix = f"blk.{layer}."
        found += [
            ones(f"{prefix}attn_norm.weight", WIDTH),
            matrix(f"{prefix}attn_q.weight", WIDTH, HEADS * HEAD),
            matrix(f"{prefix}attn_k.weight", WIDTH, HEADS * HEAD),
            matrix(f"{prefix}attn_v.weight", WIDTH, HEADS * HEAD),
            matrix(f"{prefix}attn_output.weight", HEADS * HEAD, WIDTH),
            ones(f"{prefix}attn_q_norm.weight", HEAD),
            ones(f"{prefix}attn_k_norm.weight", HEAD),
            ones(f"{prefix}ffn_norm.weight", WIDTH),
            matrix(f"{prefix}ffn_gate.weight", WIDTH, INNER),
            matrix(f"{prefix}ffn_up.weight", WIDTH, INNER),
            matrix(f"{prefix}ffn_down.weight", INNER, WIDTH),
        ]
    return found


def _floats(rng: random.Random, count: int, scale: float) -> bytes:
    return struct.pack(f"<{count}f", *(rng.gauss(0, scale) for _ in range(count)))


def _byte_letters() -> list[str]:
    """The letter that byte-level BPE (GPT-2) writes for each byte, in order of the byte."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = (byte for byte in range(256) if byte not in shown)
    moved = {byte: 256 + rank for rank, byte in enumerate(hidden)}
    return [chr(moved.get(byte, byte)) for byte in range(256)]


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Any) -> bytes:
    if isinstance(value, Typed):
        return struct.pack("<I", value.kind) + value.value
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    items = list(value)
    if items and isinstance(items[0], str):
        return struct.pack("<IIQ", 9, 8, len(items)) + b"".join(map(_text, items))
    return struct.pack("<IIQ", 9, 5, len(items)) + struct.pack(f"<{len(items)}i", *items)
