"""From an adapter in the form of peft to one in GGUF, which the product serves beside its base.

Names of tensors are those of the package gguf for the architecture. One thing is not only renamed: llama.cpp
turns neighbouring dimensions of a head for the architecture "llama" where transformers turns halves, so rows
of the query and key projections stand in another order there (`turned`).

References:
    https://github.com/ggml-org/llama.cpp/blob/master/convert_lora_to_gguf.py (keys: general.type,
    adapter.type, adapter.lora.alpha; tensors NAME.lora_a of shape (rank, in), NAME.lora_b of (out, rank))
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import ModelError, UsageError, WeightsError
from cybersecqwen.models.gguf import Header, read_header
from cybersecqwen.writing import whole_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KINDS = ("q8_0", "f16")
"""How the adapter's weights are kept; q8_0 is half the size."""
_KEY = re.compile(r"base_model\.model\.(.+)\.lora_([AB])(?:\.default)?\.weight")
_TURNED = frozenset(("llama",))
_MOST_BYTES = 8 << 30
_MOST_CONFIG = 1 << 20
_OTHER_KINDS = ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern", "modules_to_save", "bias_pattern")


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
        OutputError: The file cannot be written.
        ModelError: The package gguf is not installed.
    """
    if kind not in KINDS:
        raise UsageError(f"An adapter cannot be kept as {kind!r}.", hint=f"Known are: {', '.join(KINDS)}.")
    if not base.is_file():
        raise WeightsError(
            f"{base} is no GGUF file, and an adapter is served beside one.",
            hint="Train on the GGUF file that is to be served.",
        )
    gguf = loaded_gguf()
    header = read_header(base)
    config, tensors = read_adapter(adapter)
    named = _named(header, adapter, tensors)
    with whole_file(out) as fresh:
        writer = gguf.GGUFWriter(fresh, header.architecture)
        writer.add_type("adapter")
        writer.add_name(name or adapter.parent.name)
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", float(config["lora_alpha"]))
        for mapped, data in named:
            _add(gguf, writer, mapped, data, kind)
        try:
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
        finally:
            writer.close()
    return out


@dataclass(frozen=True, slots=True)
class Called:
    """What llama.cpp calls a tensor of an adapter."""

    weight: str
    """The weight of the base that is changed."""
    which: str
    """"a" or "b"."""
    heads: int
    """Heads whose rows stand in another order there; 0 where the order is the same."""


def naming(header: Header) -> Callable[[str], Called | None]:
    """How tensors of peft are called for the architecture of a base: None for what it has not.

    Raises WeightsError for an architecture that the package gguf does not know, ModelError without it.
    """
    gguf = loaded_gguf()
    architecture, values = header.architecture, header.metadata
    kinds = {value: key for key, value in gguf.MODEL_ARCH_NAMES.items()}
    try:
        names = gguf.get_tensor_name_map(kinds[architecture], int(values[f"{architecture}.block_count"]))
        heads = int(values[f"{architecture}.attention.head_count"])
        key_heads = int(values.get(f"{architecture}.attention.head_count_kv", heads))
    except (KeyError, ValueError, TypeError) as error:
        raise WeightsError(f"An adapter for the architecture {architecture!r} cannot be written.") from error

    def called(key: str) -> Called | None:
        match = _KEY.fullmatch(key)
        mapped = names.get_name(f"{match[1]}.weight", try_suffixes=(".weight",)) if match else None
        if match is None or mapped is None:
            return None
        turned = match[2] == "B" and architecture in _TURNED
        count = (heads if ".attn_q." in mapped else key_heads if ".attn_k." in mapped else 0) if turned else 0
        return Called(mapped, match[2].lower(), count)

    return called


def _named(
    header: Header, adapter: Path, tensors: Mapping[str, NDArray[np.float32]]
) -> list[tuple[str, NDArray[np.float32]]]:
    """Tensors under llama.cpp's names, rows in its order; raises WeightsError."""
    called = naming(header)
    found: dict[str, NDArray[np.float32]] = {}
    for key, data in sorted(tensors.items()):
        name = called(key)
        if name is None or data.ndim != 2:
            raise WeightsError(
                f"The adapter {adapter} changes {key[:120]!r}, which {header.architecture!r} has not."
            )
        if name.heads and data.shape[0] % (2 * name.heads):
            raise WeightsError(f"The adapter {adapter} has another number of heads than its base.")
        data = turned(data, name.heads) if name.heads else data
        found[f"{name.weight}.lora_{name.which}"] = data
    for key, data in found.items():
        other = found.get(f"{key[:-1]}b" if key.endswith("a") else f"{key[:-1]}a")
        down, up = (data, other) if key.endswith("a") else (other, data)
        if down is None or up is None or down.shape[0] != up.shape[1]:
            raise WeightsError(f"The adapter {adapter} is damaged at {key[:120]!r}.")
    return list(found.items())


def read_adapter(folder: Path) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    """(Configuration, tensors by name) of an adapter of peft; raises WeightsError."""
    import numpy as np

    try:
        about, path = folder / "adapter_config.json", folder / "adapter_model.safetensors"
        if path.stat().st_size > _MOST_BYTES or about.stat().st_size > _MOST_CONFIG:
            raise WeightsError(f"The adapter {path} is larger than {_MOST_BYTES >> 30} GB.")
        config = json.loads(about.read_text("utf-8"))
        plain = config.get("peft_type") == "LORA" and not any(config.get(name) for name in _OTHER_KINDS)
        if not plain:
            raise WeightsError(f"{folder} holds no plain LoRA adapter.")
        if not math.isfinite(float(config["lora_alpha"])):
            raise ValueError("its alpha is no number")
        raw = {name: np.asarray(one, dtype=np.float32) for name, one in _safetensors(path).items()}
        if not all(np.isfinite(one).all() for one in raw.values()):
            raise ValueError("its weights are no numbers")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsError(f"{folder} holds no readable adapter: {str(error)[:200]}.") from error
    return config, raw


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


def turned(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows (heads x (2 halves x n)) as (heads x (n x 2 neighbours))."""
    return _swapped(rows, (heads, 2, rows.shape[0] // heads // 2))


def turned_back(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """The other way."""
    return _swapped(rows, (heads, rows.shape[0] // heads // 2, 2))


def _swapped(rows: NDArray[np.float32], parts: tuple[int, int, int]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = rows.reshape(*parts, *rows.shape[1:]).swapaxes(1, 2)
    return found.reshape(rows.shape)


def loaded_gguf() -> Any:
    """The package gguf; raises ModelError where it is not installed."""
    try:
        import gguf
    except ModuleNotFoundError as error:
        raise ModelError(
            "Writing weights needs the package gguf, which is not installed.",
            hint="Install cybersecqwen[train].",
        ) from error
    return gguf
