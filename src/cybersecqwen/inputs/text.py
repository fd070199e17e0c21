"""Plain text, one event a line, for everything that is text and nothing better."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cybersecqwen.records import Category, Damage, Event, Limits, Source

from .interface import Blob, RawRecord, Reader
from .json_values import parse, too_deep
from .leading import LeadingTime
from .lines import TooLong, as_utf8, lines
from .logs.clock import clock_for
from .shapes import Shape
from .times import parse_time, plain_time

KEY = "#line"
"""The key of the one value that `TextReader` gives for a line; no product writes it."""
KIND = "#kind"
"""Key of the name of a line format that a reader has recognised (see `logs`)."""
TIME = "#time"
"""Key of the time of a record: seconds since 1970 UTC."""
MESSAGE = "Message"
"""Key of a line without the time that it begins with."""
JSON_AT = "#before"
"""Key under which the text before a JSON object at the end of a line is kept."""

_HOLE = re.compile(rb"\x00{16,}")
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27}) + b"\x7f"
# The time at the start of a line: ISO, syslog (RFC 3164 and 5424 with priority), brackets allowed.
_TIME = re.compile(
    r"(?:<\d{1,3}>(?:\d{1,2} )?)?\[?"
    r"(?:(?P<iso>\d{4}[-/]\d\d[-/]\d\d[T ,_]{1,2}\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)"
    r"|(?P<syslog>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d))\]?"
    r"(?: (?P<host>[A-Za-z0-9][\w.:-]{0,252}) (?=[\w./-]{1,64}(?:\[\d{1,10}\])?[ :]))?"
)


class TextReader(Reader):
    """Text in UTF-8, UTF-16, UTF-32 or a Windows code page, one event a line."""

    name = "text"
    by_line = True
    splittable = True

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`: any text will do, so it is never sure."""
        text = as_utf8(head)
        if b"\x00" in text:
            if text[257:262] == b"ustar":
                return 0
            rest = _HOLE.sub(
                b"", text
            )  # what a crash leaves in a log; other zeros count as control characters
            text = rest if len(rest) > len(text) // 2 else b""
        if not text.strip():
            return 0
        if len(text) - len(text.translate(None, _CONTROL)) > len(text) // 50:
            return 0
        return 12 if name.lower().endswith((".log", ".txt", ".syslog", ".out")) else 10

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`. A line that ends in a JSON object gives that object."""
        split = LeadingTime(clock_for(blob)).split
        with blob.open() as stream:
            for line in lines(stream, limits):
                if isinstance(line, TooLong):
                    reason = f"The line has {line.length:,} bytes; the bound is {limits.line_bytes:,}."
                    yield blob.damage(reason, record=line.number, offset=line.offset, format=self.name)
                    continue
                number, offset, data = line
                data = data.rstrip(b"\r\n").lstrip(b"\x00")
                if not data.strip():
                    continue
                inside = json_tail(data, limits) if data[-1:] == b"}" else None
                if inside is not None:
                    yield number, offset, inside
                    continue
                text = text_of(data)
                time, message = split(text)
                if time is None:
                    yield number, offset, {KEY: text}
                else:
                    yield number, offset, {KEY: text, TIME: time, MESSAGE: message}


def json_tail(data: bytes, limits: Limits) -> dict[str, Any] | None:
    """The object that a collector put behind a syslog header, with what stands before it, or None."""
    at = data.find(b'{"')
    if at < 0 or at > 1_024:
        return None
    try:
        value = parse(data[at:])
    except ValueError:
        return None
    if value.__class__ is not dict or len(value) < 2 or too_deep(value, limits.json_depth):
        return None
    if at:
        value.setdefault(JSON_AT, text_of(data[:at]).rstrip())
    found: dict[str, Any] = value
    return found


def text_of(data: bytes) -> str:
    """Bytes as text: UTF-8, else the Windows code page 1252, which never fails with replacement."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


class TextShape(Shape):
    """A line of text: the line itself, with the time and host it begins with."""

    name = "text"
    exclusive = True

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """See `Shape.recognise`."""
        return KEY in raw and KIND not in raw

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`."""
        return "text", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`. The message is the whole line.

        A time without a year is one only where the reader has worked it out.
        """
        line = str(raw[KEY])[: limits.value_chars]
        match = _TIME.match(line)
        time = plain_time(raw.get(TIME))
        if time is None:
            time = parse_time(match["iso"]) if match is not None and match["iso"] else None
        return Event(
            id=id,
            category=Category.TEXT,
            time=time,
            provider="text",
            host=(match["host"] or "") if match is not None else "",
            fields={"Message": line},
            source=source,
        )
