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
        "journal": f"{_HERE}.logs.journal:JournalReader",
        "jsonl": f"{_HERE}.jsonl:JsonLinesReader",
        "winxml": f"{_HERE}.winxml:EventXmlReader",
        "json": f"{_HERE}.json_doc:JsonReader",
        "zeek": f"{_HERE}.logs.zeek:ZeekReader",
        "w3c": f"{_HERE}.logs.w3c:W3cReader",
        "auditd": f"{_HERE}.logs.auditd:AuditReader",
        "cef": f"{_HERE}.logs.cef:CefReader",
        "leef": f"{_HERE}.logs.leef:LeefReader",
        "access": f"{_HERE}.logs.access:AccessLogReader",
        "weberror": f"{_HERE}.logs.weberror:WebErrorReader",
        "syslog": f"{_HERE}.logs.syslog:SyslogReader",
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
        "zst": f"{_HERE}.zst:ZstdUnpacker",
    },
    group="cybersecqwen.unpackers",
)

# Shapes that take whatever looks like their kind; they come after all that know their product.
_LATE = ("audit", "finding")
_PRODUCTS = {**alerts.ENTRIES, **cloud.ENTRIES}

# Order matters: the first shape that recognises a record has it.
# 1. Lines and Windows events are told by keys that nothing else has, and are the most frequent.
# 2. Alerts stand before the events they carry: an Elastic alert is also an ECS event.
# 3. Cloud trails stand before ECS, because some write ECS-like names beside their own.
# 4. What takes anything that looks like its kind; "generic" takes every mapping, so it is last.
SHAPES: Registry[type[Shape]] = Registry(
    "event shape",
    {
        "syslog": f"{_HERE}.logs.syslog:SyslogShape",
        "access": f"{_HERE}.logs.access:AccessLogShape",
        "auditd": f"{_HERE}.logs.auditd:AuditShape",
        "w3c": f"{_HERE}.logs.w3c:W3cShape",
        "weberror": f"{_HERE}.logs.weberror:WebErrorShape",
        "cef": f"{_HERE}.logs.cef:CefShape",
        "leef": f"{_HERE}.logs.leef:LeefShape",
        "text": f"{_HERE}.text:TextShape",
        "windows-flat": f"{_HERE}.windows:FlatShape",
        "evtx": f"{_HERE}.windows:EvtxShape",
        "winlogbeat": f"{_HERE}.winlogbeat:WinlogbeatShape",
        "journald": f"{_HERE}.logs.journal:JournalShape",
        "zeek": f"{_HERE}.logs.zeek_shape:ZeekShape",
        **{name: target for name, target in _PRODUCTS.items() if name not in _LATE},
        "ecs": f"{_HERE}.ecs:EcsShape",
        **{name: _PRODUCTS[name] for name in _LATE if name in _PRODUCTS},
        "generic": f"{_HERE}.generic:GenericShape",
    },
    group="cybersecqwen.shapes",
)
