"""Bytes to events: readers, unpackers and event shapes, each with its registration list."""

from __future__ import annotations

from cybersecqwen.registry import Registry

from . import alerts, cloud
from .interface import Blob, RawRecord, Reader, Unpacker
from .shapes import Shape

__all__ = ["READERS", "SHAPES", "UNPACKERS", "Blob", "RawRecord", "Reader", "Shape", "Unpacker"]

_HERE = __name__

# Order: the most certain recognition first (a magic number), plain text last. Ties go to the earlier.
READERS: Registry[type[Reader]] = Registry(
    "input reader",
    {
        "evtx": f"{_HERE}.evtx:EvtxReader",
        "jsonl": f"{_HERE}.jsonl:JsonLinesReader",
        "winxml": f"{_HERE}.winxml:EventXmlReader",
        "json": f"{_HERE}.json_doc:JsonReader",
        "csv": f"{_HERE}.csv_table:CsvReader",
        "text": f"{_HERE}.text:TextReader",
    },
    group="cybersecqwen.readers",
)

UNPACKERS: Registry[type[Unpacker]] = Registry(
    "archive format",
    {
        "zip": f"{_HERE}.zip_archive:ZipUnpacker",
        "gz": f"{_HERE}.gz:GzipUnpacker",
    },
    group="cybersecqwen.unpackers",
)

# Order matters: the first shape that recognises a record has it.
# 1. Alerts stand before the events they carry: an Elastic alert is also an ECS event.
# 2. Windows shapes are told apart by keys that no other has, the most frequent first.
# 3. Cloud shapes before ECS, because cloud agents write ECS-like names beside their own.
# 4. "generic" takes every mapping, so it is last.
SHAPES: Registry[type[Shape]] = Registry(
    "event shape",
    {
        **alerts.ENTRIES,
        "otrf": f"{_HERE}.windows:FlatShape",
        "winlogbeat": f"{_HERE}.winlogbeat:WinlogbeatShape",
        "evtx": f"{_HERE}.windows:EvtxShape",
        **cloud.ENTRIES,
        "ecs": f"{_HERE}.ecs:EcsShape",
        "text": f"{_HERE}.text:TextShape",
        "generic": f"{_HERE}.generic:GenericShape",
    },
    group="cybersecqwen.shapes",
)
