"""An adapter worked into its base: one GGUF file, for whoever serves models without adapters.

W' = W + s (alpha / rank) B A for each weight that the adapter changes, computed in 32 bits on the unpacked
weights; everything else is copied byte for byte. Inside this product an adapter beside its base is the better
way: a merged model answers everything with what was learned for some skills, and weights that are rounded
a second time are no longer those that were trained on (docs/decisions/0013).
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import LimitError, UsageError, WeightsError
from cybersecqwen.models.adapters import Adapter, verify
from cybersecqwen.models.gguf import Header, read_header
from cybersecqwen.writing import whole_file

from .exporting import loaded_gguf
from .runs import digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KINDS = {"q8_0": 7, "f16": 1, "same": None}
"""How changed weights are kept ("same": as before) → llama.cpp's number for a file of that kind."""
_LARGEST = 65_504
"""Largest number in 16 bits, which weights and the scales of packed ones are kept in."""
Told = Callable[[str, int, int], None]


def merge(
    adapter: Adapter, base: Path, out: Path, *, kind: str = "q8_0", tell: Told | None = None
) -> tuple[int, int]:
    """Write base and adapter as one model; the file is whole or not there.

    Args:
        adapter: What is worked in, with its scale.
        base: The very file that it was fitted to.
        out: The GGUF file to write.
        kind: One of `KINDS`. Weights of kinds that cannot be packed again become q8_0 with "same".
        tell: Called with what is done, which tensor, of how many.

    Returns:
        How many weights were changed, and how many bytes the file has.

    Raises:
        UsageError: Another kind, or the base or the adapter itself would be written over.
        WeightsError: Another base, a damaged file, or an adapter that changes what the base has not.
        LimitError: The disk has no room.
        OutputError: The file cannot be written.
        ModelError: The package gguf is not installed.
    """
    if kind not in KINDS:
        raise UsageError(f"A model cannot be kept as {kind!r}.", hint=f"Known are: {', '.join(KINDS)}.")
    if any(out.exists() and out.samefile(one) for one in (base, adapter.path) if one.exists()):
        raise UsageError(f"{out} is what is read.", hint="Name another file for the merged model.")
    gguf = loaded_gguf()
    header, changes = changes_of(adapter, base)
    with _reading(base):
        source = gguf.GGUFReader(base)
    if unknown := sorted(set(changes) - {one.name for one in source.tensors}):
        raise WeightsError(f"The adapter {adapter.name} changes {unknown[0][:120]!r}, which {base} has not.")
    _room(base, out, source, changes)
    with whole_file(out) as fresh, _reading(base):
        _write(gguf, source, header, changes, fresh, f"{header.name} with {adapter.name}", kind, tell)
    return len(changes), out.stat().st_size


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """What the package gguf raises for files that it cannot make sense of, as an error of ours."""
    try:
        yield
    except (ValueError, KeyError, IndexError, TypeError, OverflowError, NotImplementedError) as error:
        raise WeightsError(
            f"{path} cannot be read: it is damaged, or packed in a way that is not known.",
            hint=f"The package gguf says: {' '.join(str(error).split())[:200]}",
        ) from error


def changes_of(
    adapter: Adapter, base: Path
) -> tuple[Header, dict[str, tuple[NDArray[np.float32], NDArray[np.float32], float]]]:
    """(Header of the base, name of a weight → (A, B, factor)), the weights in 32 bits, unpacked.

    Raises:
        WeightsError: Another base, or a damaged file.
        ModelError: The package gguf is not installed.
    """
    gguf = loaded_gguf()
    verify(adapter)
    # Read by a reader that bounds everything, before one that believes what a file says.
    header, about = read_header(base), read_header(adapter.path)
    if digest(base) != adapter.base_sha256:
        raise WeightsError(
            f"{base} is not what the adapter {adapter.name} was made for.",
            hint="Give the file that was trained on with --base.",
        )
    if about.kind != "adapter" or about.architecture != header.architecture:
        raise WeightsError(f"{adapter.path} is no adapter for {base}.")
    with _reading(adapter.path):
        return header, _changes(gguf, adapter, about)


def _changes(
    gguf: Any, adapter: Adapter, about: Header
) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32], float]]:
    """Name of a weight → (A, B, factor)."""
    found: dict[str, dict[str, Any]] = {}
    for one in gguf.GGUFReader(adapter.path).tensors:
        name, _, which = one.name.rpartition(".lora_")
        if which not in ("a", "b") or len(one.shape) != 2:
            raise WeightsError(f"The adapter {adapter.name} is damaged at {one.name[:120]!r}.")
        found.setdefault(name, {})[which] = _unpacked(gguf, one)
    alpha = about.metadata.get("adapter.lora.alpha")
    if not found or not isinstance(alpha, float) or not math.isfinite(alpha):
        raise WeightsError(f"The adapter {adapter.name} changes nothing or names no alpha.")
    made = {}
    for name, both in found.items():
        down, up = both.get("a"), both.get("b")
        if down is None or up is None or down.shape[0] != up.shape[1]:
            raise WeightsError(f"The adapter {adapter.name} is damaged at {name[:120]!r}.")
        made[name] = (down, up, adapter.scale * alpha / down.shape[0])
    return made


def _write(
    gguf: Any, source: Any, header: Header, changes: Any, out: Path, name: str, kind: str, tell: Told | None
) -> None:
    """Of the base one weight at a time is in memory."""
    writer = gguf.GGUFWriter(out, header.architecture)
    for one in source.fields.values():
        if one.name.startswith("GGUF.") or one.name in _WRITTEN:
            continue
        array = one.types[0] == gguf.GGUFValueType.ARRAY
        writer.add_key_value(one.name, one.contents(), one.types[0], one.types[-1] if array else None)
    writer.add_name(name)
    file_type = KINDS[kind] if KINDS[kind] is not None else header.metadata.get("general.file_type")
    if isinstance(file_type, int):
        writer.add_file_type(file_type)
    kinds = [_kind(gguf, one, kind) if one.name in changes else one.tensor_type for one in source.tensors]
    for one, packed in zip(source.tensors, kinds, strict=True):
        shape = [int(size) for size in reversed(one.shape)]
        per, size = gguf.GGML_QUANT_SIZES[packed]
        amount = int(one.n_elements) // per * size
        writer.add_tensor_info(one.name, _stored(gguf, shape, packed), _dtype(gguf, packed), amount, packed)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for number, (one, packed) in enumerate(zip(source.tensors, kinds, strict=True), 1):
            change = changes.get(one.name)
            writer.write_tensor_data(one.data if change is None else _changed(gguf, one, change, packed))
            if tell is not None:
                tell("Merging", number, len(source.tensors))
    finally:
        writer.close()


_WRITTEN = frozenset(("general.architecture", "general.name", "general.file_type"))
"""Keys that the merged model has its own values of."""


def _stored(gguf: Any, shape: list[int], packed: Any) -> list[int]:
    """The shape as the writer wants it: in bytes along the last axis where weights are packed."""
    if packed in (gguf.GGMLQuantizationType.F32, gguf.GGMLQuantizationType.F16):
        return shape
    return list(gguf.quant_shape_to_byte_shape(shape, packed))


def _dtype(gguf: Any, packed: Any) -> Any:
    import numpy as np

    plain = {gguf.GGMLQuantizationType.F32: np.float32, gguf.GGMLQuantizationType.F16: np.float16}
    return np.dtype(plain.get(packed, np.uint8))


def _kind(gguf: Any, one: Any, kind: str) -> Any:
    """How a changed weight is kept."""
    types = gguf.GGMLQuantizationType
    if kind == "f16" or int(one.shape[0]) % 32:
        return types.F16
    if kind == "q8_0" or one.tensor_type not in _packable(gguf):
        return types.Q8_0
    return one.tensor_type


def _packable(gguf: Any) -> frozenset[Any]:
    """Kinds that the package gguf can pack; those in larger blocks (K) it can only unpack."""
    types = gguf.GGMLQuantizationType
    return frozenset((types.F32, types.F16, types.Q4_0, types.Q4_1, types.Q5_0, types.Q5_1, types.Q8_0))


def _changed(gguf: Any, one: Any, change: Any, packed: Any) -> Any:
    import numpy as np

    down, up, factor = change
    weight = _unpacked(gguf, one)
    if weight.shape != (up.shape[0], down.shape[1]):
        raise WeightsError(f"The adapter does not fit its base at {one.name[:120]!r}.")
    made = np.ascontiguousarray(weight + factor * (up @ down))
    if not np.abs(made).max() <= _LARGEST:  # nor no number
        raise WeightsError(f"The adapter makes {one.name[:120]!r} too large to be kept.")
    return gguf.quants.quantize(made, packed)


def _unpacked(gguf: Any, one: Any) -> NDArray[np.float32]:
    import numpy as np

    found: NDArray[np.float32] = np.asarray(gguf.quants.dequantize(one.data, one.tensor_type), np.float32)
    if not np.isfinite(found).all():
        raise WeightsError(f"{one.name[:120]!r} holds what is no number.")
    return found.reshape([int(size) for size in reversed(one.shape)])


def _room(base: Path, out: Path, source: Any, changes: Any) -> None:
    """Raise LimitError where the disk will not take the file."""
    grown = sum(int(one.n_elements) * 2 for one in source.tensors if one.name in changes)
    folder = next((one for one in (out.parent, *out.parent.parents) if one.is_dir()), Path())
    free, wanted = shutil.disk_usage(folder).free, base.stat().st_size + grown
    if free < wanted:
        raise LimitError(
            f"The merged model may take {wanted / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free.",
            hint="Name a file on another disk, or make room.",
        )
