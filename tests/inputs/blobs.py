"""Blobs of given bytes, and reading them to the end."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from cybersecqwen.inputs.interface import Blob, Reader
from cybersecqwen.records import Damage, Limits

SMALL = Limits(line_bytes=2_000, unpacked_bytes=1 << 20, members=50, json_depth=8, fields=50, value_chars=500)


def blob_of(data: bytes, path: str = "sample") -> Blob:
    return Blob(path=path, size=len(data), opener=lambda: io.BufferedReader(io.BytesIO(data)))  # type: ignore[type-var]


def file_blob(path: Path) -> Blob:
    return Blob(path=str(path), opener=lambda: path.open("rb"), file=path)


def read(reader: Reader, data: bytes, limits: Limits | None = None) -> tuple[list[Any], list[Damage]]:
    """(records, damages)"""
    found = list(reader.read(blob_of(data), limits or Limits()))
    damages = [item for item in found if isinstance(item, Damage)]
    return [item for item in found if not isinstance(item, Damage)], damages
