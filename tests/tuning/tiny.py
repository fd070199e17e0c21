"""A model of a few thousand weights with a tokenizer, as transformers keeps them: made, never fetched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cybersecqwen.tuning.exporting import turned

TEMPLATE = (
    "{% for message in messages %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{'<|im_start|>assistant\n'}}{% endif %}"
)
TEXT = "Which weakness is it? The letter alone. CWE-79 CWE-89 A B C D end of 0123456789 [ ] : \\ / . , -"


def tiny(
    folder: Path,
    *,
    kind: str = "llama",
    hidden: int = 64,
    layers: int = 2,
    template: str = TEMPLATE,
    **more: Any,
) -> Path:
    """Write a model of the architecture with random weights; returns the folder."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    made.train_from_iterator([TEXT] * 20, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<|im_start|>", eos_token="<|im_end|>", pad_token="<|im_end|>"
    )
    tokenizer.chat_template = template or None
    tokenizer.save_pretrained(folder)
    values: dict[str, Any] = {
        "hidden_size": hidden,
        "intermediate_size": hidden * 2,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": len(tokenizer),
        "max_position_embeddings": 512,
        "tie_word_embeddings": True,
        "initializer_range": 0.2,  # wide enough for an answer to be likely at all
    }
    values |= more
    if kind == "qwen3":
        values["head_dim"] = hidden // 4
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **values))
    model.save_pretrained(folder)
    return folder


def packed(folder: Path, out: Path, kind: str = "llama") -> Path:
    """What `tiny` wrote as a GGUF file, its weights whole, for the program that serves models."""
    import gguf
    from safetensors.torch import load_file

    values = json.loads((folder / "config.json").read_text("utf-8"))
    heads, key_heads = values["num_attention_heads"], values["num_key_value_heads"]
    writer = gguf.GGUFWriter(out, kind)
    writer.add_name("Tiny")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(values["max_position_embeddings"])
    writer.add_embedding_length(values["hidden_size"])
    writer.add_block_count(values["num_hidden_layers"])
    writer.add_feed_forward_length(values["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(key_heads)
    size = values.get("head_dim") or values["hidden_size"] // heads
    writer.add_key_length(size)
    writer.add_value_length(size)
    writer.add_rope_dimension_count(size)
    writer.add_rope_freq_base(values.get("rope_theta") or values["rope_parameters"]["rope_theta"])
    writer.add_layer_norm_rms_eps(values["rms_norm_eps"])
    _vocabulary(writer, folder, values["vocab_size"])
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH[kind.upper()], values["num_hidden_layers"])
    for key, one in load_file(folder / "model.safetensors").items():
        name = names.get_name(key, try_suffixes=(".weight", ".bias"))
        data = one.float().numpy()
        if kind == "llama" and (".attn_q." in name or ".attn_k." in name):
            data = turned(data, heads if ".attn_q." in name else key_heads)
        writer.add_tensor(name, data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return out


def _vocabulary(writer: Any, folder: Path, size: int) -> None:
    import gguf

    made = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    template = (folder / "chat_template.jinja").read_text("utf-8")
    special = {one["content"] for one in made["added_tokens"]}
    words = sorted(made["model"]["vocab"], key=made["model"]["vocab"].__getitem__)
    assert len(words) == size
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(words)
    writer.add_token_types(
        [gguf.TokenType.CONTROL if word in special else gguf.TokenType.NORMAL for word in words]
    )
    writer.add_token_merges(
        [one if isinstance(one, str) else " ".join(one) for one in made["model"]["merges"]]
    )
    writer.add_bos_token_id(words.index("<|im_start|>"))
    writer.add_eos_token_id(words.index("<|im_end|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(template)
