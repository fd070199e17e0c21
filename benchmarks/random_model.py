"""A model of a recipe's size with random weights, as a GGUF file: for time and memory alone.

Run as: python -m benchmarks.random_model RECIPE VOCABULARY.gguf OUT.gguf

Weights are kept in Q4_K, as most of a Q4_K_M file is, the embedding in Q6_K. The tokenizer is that of
VOCABULARY, filled up with words that nobody writes, so that scores are computed over as many tokens as the
real one has. `csq model import OUT.gguf` and `python -m benchmarks.models NAME` then measure it. What it
writes means nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cybersecqwen.tuning.planning import Shape, shape_of
from cybersecqwen.tuning.recipe import read_recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 4
Q4_K, Q6_K = "Q4_K", "Q6_K"
_BYTES = {Q4_K: 144, Q6_K: 210}
_CONTEXT = 4096


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe")
    parser.add_argument("vocabulary", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    recipe = read_recipe(options.recipe)
    write(shape_of(None, recipe.base), recipe.base.architecture, options.vocabulary, options.out)
    print(f"wrote {options.out}, {options.out.stat().st_size / 1e9:.2f} GB")


def write(shape: Shape, architecture: str, vocabulary: Path, out: Path) -> None:
    """A file of that shape; qwen2 and qwen3 are known."""
    import gguf

    writer = gguf.GGUFWriter(out, architecture, use_temp_file=False)
    writer.add_name(f"random {architecture} of {shape.parameters / 1e9:.1f} billion weights")
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.intermediate)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_heads)
    writer.add_key_length(shape.head_size)
    writer.add_value_length(shape.head_size)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    _tokenizer(gguf, writer, vocabulary, shape.vocabulary)
    chance = np.random.default_rng(SEED)
    for name, size, kind in _tensors(shape, architecture):
        if kind == "F32":
            writer.add_tensor(name, np.ones(size[0], dtype=np.float32))
            continue
        rows, columns = size
        data = _blocks(chance, rows * columns // 256, kind).reshape(rows, columns // 256 * _BYTES[kind])
        writer.add_tensor(name, data, raw_dtype=gguf.GGMLQuantizationType[kind])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _tensors(shape: Shape, architecture: str) -> Iterator[tuple[str, tuple[int, ...], str]]:
    h, i = shape.hidden, shape.intermediate
    q, k = shape.heads * shape.head_size, shape.key_heads * shape.head_size
    yield "token_embd.weight", (shape.vocabulary, h), Q6_K
    yield "output_norm.weight", (h,), "F32"
    for layer in range(shape.layers):
        at = f"blk.{layer}"
        yield f"{at}.attn_norm.weight", (h,), "F32"
        yield f"{at}.ffn_norm.weight", (h,), "F32"
        if architecture == "qwen3":
            yield f"{at}.attn_q_norm.weight", (shape.head_size,), "F32"
            yield f"{at}.attn_k_norm.weight", (shape.head_size,), "F32"
        for name, size in (
            ("attn_q", (q, h)), ("attn_k", (k, h)), ("attn_v", (k, h)), ("attn_output", (h, q)),
            ("ffn_gate", (i, h)), ("ffn_up", (i, h)), ("ffn_down", (h, i)),
        ):  # fmt: skip
            yield f"{at}.{name}.weight", size, Q4_K


def _blocks(chance: np.random.Generator, count: int, kind: str) -> NDArray[np.uint8]:
    """Blocks of 256 weights with random bits and small scales: any bits are weights, not any are scales."""
    size = _BYTES[kind]
    # A few thousand blocks, repeated: drawing each anew takes minutes and changes no time of anything.
    some = chance.integers(0, 256, size=(4096, size), dtype=np.uint8)
    scale = np.frombuffer(np.float16(2e-5 if kind == Q6_K else 5e-4).tobytes(), dtype=np.uint8)
    if kind == Q4_K:
        some[:, 0:2] = scale
        some[:, 2:4] = np.frombuffer(np.float16(4e-3).tobytes(), dtype=np.uint8)
    else:
        some[:, -2:] = scale
    return np.tile(some, (-(-count // 4096), 1))[:count]


def _tokenizer(gguf: Any, writer: Any, vocabulary: Path, size: int) -> None:
    fields = gguf.GGUFReader(vocabulary).fields
    tokens = [bytes(fields["tokenizer.ggml.tokens"].parts[at]) for at in fields["tokenizer.ggml.tokens"].data]
    kinds = [int(fields["tokenizer.ggml.token_type"].parts[at][0])
             for at in fields["tokenizer.ggml.token_type"].data]  # fmt: skip
    merges = [bytes(fields["tokenizer.ggml.merges"].parts[at]) for at in fields["tokenizer.ggml.merges"].data]
    missing = range(len(tokens), size)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([*tokens, *(f"<nothing{number}>".encode() for number in missing)][:size])
    writer.add_token_types([*kinds, *(gguf.TokenType.UNUSED for _ in missing)][:size])
    writer.add_token_merges(merges)
    for key in ("bos", "eos"):
        found = fields.get(f"tokenizer.ggml.{key}_token_id")
        if found is not None:
            getattr(writer, f"add_{key}_token_id")(int(found.parts[found.data[0]][0]))
    template = fields.get("tokenizer.chat_template")
    if template is not None:
        writer.add_chat_template(bytes(template.parts[template.data[0]]).decode())


if __name__ == "__main__":
    main()
