"""From an adapter in the form of peft to one in GGUF, which the product serves beside its base.

Names of tensors are those of the package gguf for the architecture. One thing is not only renamed: llama.cpp
turns neighbouring dimensions of a head for the architecture "llama" where transformers turns halves, so rows
of the query and key projections stand in another order there (`_turned`).

References:
    https://github.com/ggml-org/llama.cpp/blob/master/convert_lora_to_gguf.py (keys: general.type,
    adapter.type, adapter.lora.alpha; tensors NAME.lora_a of shape (rank, in), NAME.lora_b of (out, rank))
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import ModelError, UsageError, WeightsError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KINDS = ("q8_0", "f16")
"""How the adapter's weights are kept; q8_0 is half the size."""
_KEY = re.compile(r"base_model\.model\.(.+)\.lora_([AB])(?:\.default)?\.weight")
_TURNED = frozenset(("llama",))
_MOST_BYTES = 8 << 30


def to_gguf(adapter: Path, base: Path, out: Path, *, kind: str = "q8_0", name: str = "") -> Path:
    """Write an adapter as GGUF; the file is whole or not there.

    Args:
        adapter: Folder with adapter_config.json and adapter_model.safetensors.
        base: The GGUF file that it was trained on.
        out: The file to write.
        kind: One of `KINDS`.
        name: `general.name`.

    Raises:
        UsageError: Another kind.
        WeightsError: No adapter, one for another architecture or size, or damaged.
        ModelError: The package gguf is not installed.
    """
    from cybersecqwen.models.gguf import read_header

    if kind not in KINDS:
        raise UsageError(f"An adapter cannot be kept as {kind!r}.", hint=f"Known are: {', '.join(KINDS)}.")
    gguf = _gguf()
    header = read_header(base)
    architecture = header.architecture
    config, tensors = read_adapter(adapter)
    kinds = {value: key for key, value in gguf.MODEL_ARCH_NAMES.items()}
    if architecture not in kinds:
        raise WeightsError(
            f"{base} has the architecture {architecture!r}, which the package gguf does not know."
        )
    blocks = int(header.metadata[f"{architecture}.block_count"])
    names = gguf.get_tensor_name_map(kinds[architecture], blocks)
    heads = int(header.metadata[f"{architecture}.attention.head_count"])
    key_heads = int(header.metadata.get(f"{architecture}.attention.head_count_kv", heads))
    fresh = out.with_name(f".{out.name}.new")
    writer = gguf.GGUFWriter(fresh, architecture)
    writer.add_type("adapter")
    writer.add_name(name or adapter.parent.name)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(config["lora_alpha"]))
    for key, data in sorted(tensors.items()):
        found = _KEY.fullmatch(key)
        mapped = names.get_name(f"{found[1]}.weight", try_suffixes=(".weight",)) if found else None
        if found is None or mapped is None:
            raise WeightsError(
                f"The adapter {adapter} changes {key[:120]!r}, which {architecture!r} has not."
            )
        if found[2] == "B" and architecture in _TURNED:
            if ".attn_q." in mapped:
                data = _turned(data, heads)
            elif ".attn_k." in mapped:
                data = _turned(data, key_heads)
        _add(gguf, writer, f"{mapped}.lora_{found[2].lower()}", data, kind)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        fresh.replace(out)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise WeightsError(f"The adapter {out} cannot be written: {error.strerror or error}.") from error
    return out


def read_adapter(folder: Path) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    """(Configuration, tensors by name) of an adapter of peft; raises WeightsError."""
    import numpy as np

    try:
        config = json.loads((folder / "adapter_config.json").read_text("utf-8"))
        path = folder / "adapter_model.safetensors"
        if path.stat().st_size > _MOST_BYTES:
            raise WeightsError(f"The adapter {path} is larger than {_MOST_BYTES >> 30} GB.")
        if config.get("peft_type") != "LORA" or config.get("use_dora") or config.get("use_rslora"):
            raise WeightsError(f"{folder} holds no plain LoRA adapter.")
        float(config["lora_alpha"])
        raw = _safetensors(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{folder} holds no readable adapter: {str(error)[:200]}.") from error
    return config, {name: np.asarray(one, dtype=np.float32) for name, one in raw.items()}


def _safetensors(path: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    try:
        return {name: one.float().numpy() for name, one in load_file(path).items()}
    except Exception as error:  # safetensors raises an error of its own for damaged files
        raise ValueError(str(error)) from error


def _add(gguf: Any, writer: Any, name: str, data: NDArray[np.float32], kind: str) -> None:
    import numpy as np

    if kind == "q8_0" and data.shape[-1] % 32 == 0:
        quantisation = gguf.GGMLQuantizationType.Q8_0
        packed = gguf.quants.quantize(np.ascontiguousarray(data), quantisation)
        writer.add_tensor(name, packed, raw_dtype=quantisation)
    else:
        writer.add_tensor(name, np.ascontiguousarray(data.astype(np.float16)))


def _turned(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows (heads x (2 halves x n)) as (heads x (n x 2 neighbours))."""
    shape = rows.shape
    turned: NDArray[np.float32] = rows.reshape(heads, 2, shape[0] // heads // 2, *shape[1:]).swapaxes(1, 2)
    return turned.reshape(shape)


def _gguf() -> Any:
    try:
        import gguf
    except ModuleNotFoundError as error:
        raise ModelError(
            "Writing an adapter needs the package gguf, which is not installed.",
            hint="Install cybersecqwen[train].",
        ) from error
    return gguf
