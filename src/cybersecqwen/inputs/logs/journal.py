"""The journal export format of systemd.

Fields are lines, binary ones come with their length, a blank line ends an entry.
https://systemd.io/JOURNAL_EXPORT_FORMATS/ and systemd.journal-fields(7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, ClassVar

from cybersecqwen.inputs.interface import Blob, RawRecord, Reader
from cybersecqwen.inputs.lines import BLOCK
from cybersecqwen.inputs.text import text_of
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Damage, Event, Limits, Source

from .line_reader import TIME
from .line_shape import LineShape

_START = re.compile(rb"\s{0,64}__(?:CURSOR|REALTIME_TIMESTAMP|MONOTONIC_TIMESTAMP|SEQNUM|SEQNUM_ID)=")
_NAME = re.compile(rb"[A-Z_][A-Z0-9_]{0,63}")
_MICROSECONDS = "__REALTIME_TIMESTAMP"


class JournalReader(Reader):
    """`journalctl -o export` and what systemd-journal-remote receives."""

    name = "journal"
    by_line: ClassVar[bool] = True

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`: an address field first."""
        return 92 if _START.match(head) is not None else 0

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`; the offset is that of an entry's first field."""
        with blob.open() as stream:
            entries = _Entries(stream, limits)
            number = 0
            while not entries.over:
                offset, raw, reason = entries.next()
                if not raw and not reason:
                    continue
                number += 1
                if reason:
                    yield blob.damage(reason, record=number, offset=offset, format=self.name)
                if raw:
                    yield number, offset, raw


class JournalShape(LineShape):
    """A journal entry, from an export or from `journalctl -o json`."""

    name = "journald"
    code = ("SYSLOG_IDENTIFIER", "_COMM")
    host = ("_HOSTNAME",)
    canonical: ClassVar[Mapping[str, str]] = {
        "MESSAGE": "Message",
        "_EXE": "Image",
        "_CMDLINE": "CommandLine",
        "_PID": "ProcessId",
    }

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """A time in the journal's spelling, or a message with the journal's own fields."""
        return _MICROSECONDS in raw or ("_BOOT_ID" in raw and "_TRANSPORT" in raw)

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`; JSON writes what is no text as numbers of bytes."""
        plain = {str(name): _text(value) for name, value in raw.items()}
        if TIME not in plain:
            time = parse_time(raw.get(_MICROSECONDS))
            if time is not None:
                plain[TIME] = time
        return super().normalise(plain, id=id, source=source, limits=limits)


def _text(value: Any) -> Any:
    if value.__class__ is list and value and all(part.__class__ is int and 0 <= part < 256 for part in value):
        return text_of(bytes(value))
    return value


class _Entries:
    """Reads entry after entry; what is damaged costs its field, or the rest of its entry."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self.over = False
        self._stream = stream
        self._limits = limits
        self._at = 0

    def next(self) -> tuple[int, dict[str, Any], str]:
        """(offset, mapping, what was damaged) of the next entry; an empty mapping between entries."""
        raw: dict[str, Any] = {}
        offset, reason, size = self._at, "", 0
        bound = self._limits.line_bytes
        while line := self._stream.readline(bound + 1):
            self._at += len(line)
            if line == b"\n":
                if raw or reason:
                    break
                offset = self._at
                continue
            if len(line) > bound and line[-1:] != b"\n":
                self._pass_line()
                reason = reason or f"A field has more than {bound:,} bytes."
                continue
            name, found, value = line.rstrip(b"\n").partition(b"=")
            if found:
                size += len(line)
                if _NAME.fullmatch(name) is None:
                    reason = reason or "A line is no field."
                elif size <= bound:
                    self._put(raw, name, value)
                else:
                    reason = reason or f"The entry has more than {bound:,} bytes."
            elif _NAME.fullmatch(name) is not None:
                data, problem = self._binary(bound - size)
                size += len(data)
                if data and not problem:
                    self._put(raw, name, data)
                reason = reason or problem
            else:
                reason = reason or "A line is no field."
        else:
            self.over = True
        micro = raw.get(_MICROSECONDS)
        if micro.__class__ is str and micro.isascii() and micro.isdigit() and len(micro) < 18:
            raw[TIME] = int(micro) / 1e6
        return offset, raw, reason

    def _binary(self, left: int) -> tuple[bytes, str]:
        """(value, problem): eight bytes of length, little-endian, the value, a line end."""
        head = self._stream.read(8)
        self._at += len(head)
        size = int.from_bytes(head, "little")
        if len(head) < 8:
            return b"", "It ends inside a binary field."
        if size > self._limits.line_bytes:
            return (
                b"",
                f"A binary field says that it has {size:,} bytes; the bound is {self._limits.line_bytes:,}.",
            )
        data = self._stream.read(size)
        end = self._stream.read(1)
        self._at += len(data) + len(end)
        if len(data) < size:
            return b"", "It ends inside a binary field."
        if end != b"\n":
            self._pass_line()
            return b"", "A binary field does not end where it says."
        return (
            (data, "")
            if size <= left
            else (b"", f"The entry has more than {self._limits.line_bytes:,} bytes.")
        )

    def _put(self, raw: dict[str, Any], name: bytes, value: bytes) -> None:
        """Add a field; one that comes again becomes a list."""
        key, text = name.decode(), text_of(value)
        before = raw.get(key)
        if before is None:
            if len(raw) < self._limits.fields:
                raw[key] = text
        elif before.__class__ is list:
            if len(before) < self._limits.fields:
                before.append(text)
        else:
            raw[key] = [before, text]

    def _pass_line(self) -> None:
        while piece := self._stream.readline(BLOCK):
            self._at += len(piece)
            if piece[-1] == 10:
                return
