"""Reads the header of a GGUF file, and nothing else of it: what the file says it is.

Layout: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3, little-endian).
Everything is bounded, and checked against the size of the file: any bytes give a `Header` or a
WeightsError. llama.cpp aborts the whole process on some damaged files; this runs before it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cybersecqwen.errors import WeightsError

MAGIC = b"GGUF"

_MAX_ENTRIES = 8_192
_MAX_TENSORS = 65_536
_MAX_STRING = 4 << 20  # chat templates reach 30 kB
_MAX_ARRAY = 4_000_000  # vocabularies reach 262,144 entries, merges about twice that
_MAX_HEADER = 256 << 20
_KEPT_STRING = 65_536

# From: gguf.md, enum gguf_metadata_value_type
_SCALARS = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    4: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    7: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
_STRING, _ARRAY = 8, 9

# From: ggml.h, ggml_type and its blocks: number → (values in a block, bytes of a block)
_BLOCKS = {
    0: (1, 4),  # F32
    1: (1, 2),  # F16
    2: (32, 18),  # Q4_0
    3: (32, 20),  # Q4_1
    6: (32, 22),  # Q5_0
    7: (32, 24),  # Q5_1
    8: (32, 34),  # Q8_0
    10: (256, 84),  # Q2_K
    11: (256, 110),  # Q3_K
    12: (256, 144),  # Q4_K
    13: (256, 176),  # Q5_K
    14: (256, 210),  # Q6_K
    30: (1, 2),  # BF16
}

# From: llama.h, llama_ftype
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
    12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 32: "BF16",
}  # fmt: skip

_CONTROL, _USER_DEFINED = 3, 4  # From: gguf.md, tokenizer.ggml.token_type


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """What a GGUF file says about itself."""

    version: int
    """Of the format."""
    architecture: str
    """`general.architecture`: "llama", "qwen2", "qwen3" …"""
    name: str
    """`general.name`, at most 200 characters."""
    kind: str
    """`general.type`: "model" or "adapter"."""
    context: int
    """Tokens that it was trained to read; 0 where the file does not say."""
    quantisation: str
    """"Q4_K_M" …; empty where unknown."""
    parameters: int
    """Number of weights in all tensors."""
    tensors: int
    """Number of tensors."""
    has_chat_template: bool
    """Whether it brings its own chat template."""
    licence: str
    """`general.license`; empty where the file does not say."""
    control_tokens: tuple[str, ...]
    """Texts that its tokenizer turns into single special tokens."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """All entries but arrays; strings are cut at 65,536 characters."""


def read_header(path: Path) -> Header:
    """The header of the GGUF file at `path`.

    Raises:
        WeightsError: It cannot be opened, is no GGUF, is damaged or is cut off.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            return _Reader(file, size, str(path)).header()
    except OSError as error:
        raise WeightsError(f"The weights file {path} cannot be read: {error.strerror or error}.") from error


class _Reader:
    def __init__(self, file: BinaryIO, size: int, name: str) -> None:
        self._file = file
        self._size = size
        self._name = name
        self._at = 0

    def header(self) -> Header:
        if self._size < 24 or self._take(4) != MAGIC:
            raise WeightsError(
                f"{self._name} is no GGUF file.",
                hint="Give a file whose name ends in .gguf; other formats must be converted first.",
            )
        version = self._number("<I")
        if version not in (2, 3):
            raise self._damaged(f"its format version is {version}, not 2 or 3")
        tensors, entries = self._number("<Q"), self._number("<Q")
        if tensors > _MAX_TENSORS or entries > _MAX_ENTRIES:
            raise self._damaged("it states an impossible number of entries")
        values = self._values(entries)
        parameters = self._tensors(tensors, values)
        return self._summary(version, tensors, parameters, values)

    def _summary(self, version: int, tensors: int, parameters: int, values: dict[str, Any]) -> Header:
        architecture = _text(values, "general.architecture", 64)
        context = values.get(f"{architecture}.context_length", 0)
        file_type = values.get("general.file_type", -1)
        return Header(
            version=version,
            architecture=architecture,
            name=_text(values, "general.name", 200),
            kind=_text(values, "general.type", 32) or "model",
            context=context if isinstance(context, int) and 0 < context < 1 << 31 else 0,
            quantisation=_FILE_TYPES.get(file_type, "") if isinstance(file_type, int) else "",
            parameters=parameters,
            tensors=tensors,
            has_chat_template=bool(_text(values, "tokenizer.chat_template", 1)),
            licence=_text(values, "general.license", 100),
            control_tokens=_special(
                values.pop("tokenizer.ggml.tokens", ()), values.pop("tokenizer.ggml.token_type", ())
            ),
            metadata={key: value for key, value in values.items() if not isinstance(value, tuple)},
        )

    def _values(self, entries: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for _ in range(entries):
            key = self._string()
            kind = self._number("<I")
            if key in values:
                raise self._damaged(f"it states {key[:80]!r} twice")
            if kind == _ARRAY:
                values[key] = self._array(keep=key in ("tokenizer.ggml.tokens", "tokenizer.ggml.token_type"))
            else:
                values[key] = self._value(kind)
        return values

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._string()[:_KEPT_STRING]
        scalar = _SCALARS.get(kind)
        if scalar is None:
            raise self._damaged(f"it has a value of the unknown type {kind}")
        return scalar.unpack(self._take(scalar.size))[0]

    def _array(self, *, keep: bool) -> tuple[Any, ...]:
        kind, count = self._number("<I"), self._number("<Q")
        if count > _MAX_ARRAY:
            raise self._damaged("it states an impossibly long list")
        scalar = _SCALARS.get(kind)
        if scalar is not None:
            data = self._take(scalar.size * count)
            return tuple(value for (value,) in scalar.iter_unpack(data)) if keep else ()
        if kind != _STRING:
            raise self._damaged("it has a list of lists or of an unknown type")
        return self._strings(count, keep=keep)

    def _strings(self, count: int, *, keep: bool) -> tuple[bytes, ...]:
        """A list of texts. Vocabularies have 150,000, so this is `_bytes` written out for speed."""
        read, number = self._file.read, int.from_bytes
        at, end, kept = self._at, min(self._size, _MAX_HEADER), []
        for _ in range(count):
            length = number(read(8), "little")
            at += 8 + length
            if at > end:
                raise self._damaged("its header is cut off")
            text = read(length)
            if keep:
                kept.append(text)
        self._at = at
        return tuple(kept)

    def _tensors(self, count: int, values: dict[str, Any]) -> int:
        extents, parameters = [], 0
        for _ in range(count):
            self._string()
            dimensions = self._number("<I")
            if not 1 <= dimensions <= 4:
                raise self._damaged("a tensor has no or too many dimensions")
            elements = 1
            for _ in range(dimensions):
                elements *= self._number("<Q")
            kind, offset = self._number("<I"), self._number("<Q")
            values_in, bytes_of = _BLOCKS.get(kind, (1 << 62, 0))
            extents.append(offset + elements // values_in * bytes_of)
            parameters += elements
        self._check_complete(extents, values)
        if parameters > 1 << 44:
            raise self._damaged("its tensors are impossibly large")
        return parameters

    def _check_complete(self, extents: list[int], values: dict[str, Any]) -> None:
        alignment = values.get("general.alignment", 32)
        if not isinstance(alignment, int) or isinstance(alignment, bool) or not 1 <= alignment <= 1 << 16:
            raise self._damaged("its alignment is impossible")
        start = -(-self._at // alignment) * alignment
        if extents and start + max(extents) > self._size:
            raise WeightsError(
                f"The weights file {self._name} is cut off: {self._size:,} bytes of at least "
                f"{start + max(extents):,} are there.",
                hint="Fetch it again.",
            )

    def _number(self, form: str) -> int:
        value: int = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        return value

    def _string(self) -> str:
        return self._bytes().decode("utf-8", "replace")

    def _bytes(self) -> bytes:
        length = int.from_bytes(self._take(8), "little")
        if length > _MAX_STRING:
            raise self._damaged("it has an impossibly long text")
        return self._take(length)

    def _take(self, count: int) -> bytes:
        self._at += count
        if self._at > self._size or self._at > _MAX_HEADER:
            raise self._damaged("its header is cut off")
        data = self._file.read(count)
        if len(data) != count:
            raise self._damaged("its header is cut off")
        return data

    def _damaged(self, why: str) -> WeightsError:
        return WeightsError(f"The weights file {self._name} is damaged: {why}.", hint="Fetch it again.")


def _text(values: Mapping[str, Any], key: str, limit: int) -> str:
    value = values.get(key, "")
    return value[:limit] if isinstance(value, str) else ""


def _special(tokens: Any, kinds: Any) -> tuple[str, ...]:
    """Control tokens, and user-defined ones that look like markup: both are matched in plain text."""
    if not (isinstance(tokens, tuple) and isinstance(kinds, tuple)):
        return ()
    found = []
    for token, kind in zip(tokens, kinds, strict=False):
        if kind in (_CONTROL, _USER_DEFINED) and isinstance(token, bytes) and 1 < len(token) <= 128:
            text = token.decode("utf-8", "replace")
            markup = text[0] in "<[｜" and text[-1] in ">]｜"
            if (kind == _CONTROL or markup) and not any(char.isspace() for char in text):
                found.append(text)
    return tuple(found[:20_000])
