"""Feeding text to the reader that recognises it."""

from __future__ import annotations

from typing import Any

from cybersecqwen.inputs import READERS
from cybersecqwen.inputs.interface import HEAD_BYTES, Reader
from cybersecqwen.inputs.open import format_of
from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.inputs.text import KEY
from cybersecqwen.records import Damage, Event, Limits, Source
from tests.inputs.blobs import read


def reader_of(data: bytes, name: str = "x") -> str:
    found = format_of(data[:HEAD_BYTES], name)
    return found.name if found is not None else ""


def fed(data: bytes | str, name: str = "") -> list[dict[str, Any]]:
    """The mappings, without their lines, that the reader `name` (or the one that recognises it) gives."""
    found = fed_whole(data, name)[0]
    return [{key: value for key, value in raw.items() if key != KEY} for _, _, raw in found]


def fed_whole(
    data: bytes | str, name: str = ""
) -> tuple[list[tuple[int, int, dict[str, Any]]], list[Damage]]:
    if isinstance(data, str):
        data = data.encode()
    reader = READERS.get(name)() if name else format_of(data[:HEAD_BYTES], "x")
    assert isinstance(reader, Reader)
    return read(reader, data)


def one(data: bytes | str, name: str = "") -> dict[str, Any]:
    [raw] = fed(data, name)
    return raw


def event_of(raw: dict[str, Any]) -> Event:
    return ShapeFinder().shape_of(raw).normalise(raw, id="e1", source=Source(path="x"), limits=Limits())
