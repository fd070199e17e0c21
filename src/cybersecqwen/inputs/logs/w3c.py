"""W3C extended log files: IIS, CloudFront, Windows Firewall, Exchange, proxies.

https://www.w3.org/TR/WD-logfile.html; IIS:
https://learn.microsoft.com/windows/win32/http/w3c-logging. The names come from the `#Fields:` line, which
may come again with others.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.lines import as_utf8
from cybersecqwen.inputs.text import KEY
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Limits

from .clock import Clock, clock_for
from .line_reader import KIND, TIME, LineReader, Parse
from .line_shape import LineShape

_FIELDS = re.compile(rb"(?:\A|\n)#Fields: ?[A-Za-z]", re.IGNORECASE)
_HEADER = re.compile(r"(cs|sc|c|s|r|rs|sr|x)\(([A-Za-z0-9_-]{1,128})\)")
_MINUTE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECONDS = re.compile(r"([0-9]{2}:[0-9]{2}):([0-6][0-9](?:\.[0-9]{1,9})?)")
_MOST = 512  # names in a line of fields
_ABSENT = frozenset(("-", ""))


class W3cReader(LineReader):
    """A log file that names its fields itself."""

    name = "w3c"
    splittable = False

    def fits(self, line: str) -> bool:
        """See `LineReader.fits`."""
        return line[:8].lower() == "#fields:"

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`: a line of fields in the head, and a directive first."""
        text = as_utf8(head)
        return 95 if text.lstrip()[:1] == b"#" and _FIELDS.search(text[:32_768]) is not None else 0

    def parser(self, blob: Blob, limits: Limits) -> Parse:
        """See `LineReader.parser`."""
        return _Table(clock_for(blob), min(limits.fields, _MOST)).parse


class W3cShape(LineShape):
    """A request, or a connection that a firewall judged."""

    name = "w3c"
    code = ("cs-method", "action", "s-action")
    host = ("s-computername", "server-hostname", "s-ip")
    user = ("cs-username",)
    canonical: ClassVar[Mapping[str, str]] = {
        "c-ip": "SourceIp",
        "src-ip": "SourceIp",
        "src-port": "SourcePort",
        "dst-ip": "DestinationIp",
        "dst-port": "DestinationPort",
        "protocol": "Protocol",
        "cs-user-agent": "UserAgent",
    }


class _Table:
    def __init__(self, clock: Clock, most: int) -> None:
        self._clock = clock
        self._most = most
        self._names: list[str] = []
        self._split: Callable[[str], list[str]] = str.split
        self._software = ""

    def parse(self, text: str) -> dict[str, Any] | None:
        if text[:1] == "#":
            self._directive(text)
            return {}
        if not self._names:
            return None
        cells = self._split(text)
        raw: dict[str, Any] = {KEY: text, KIND: "w3c"}
        if self._software:
            raw["#software"] = self._software
        pairs = zip(self._names, cells, strict=False)
        raw |= {name: value for name, value in pairs if value not in _ABSENT}
        self._add_time(raw)
        if "cs-uri-stem" in raw and "cs-uri" not in raw:
            query = raw.get("cs-uri-query")
            raw["cs-uri"] = f"{raw['cs-uri-stem']}?{query}" if query else raw["cs-uri-stem"]
        return raw

    def _directive(self, text: str) -> None:
        name, _, value = text.partition(":")
        value = value.strip()
        if name.lower() == "#software":
            self._software = value[:256]
        elif name.lower() == "#fields" and value:
            if "," in value and " " not in value:
                self._split = _comma
                names = value.split(",")
            else:
                self._split = _tab if "\t" in value else _blank
                names = value.split()
            self._names = [_plain(name) for name in names[: self._most]]

    def _add_time(self, raw: dict[str, Any]) -> None:
        day, clock = raw.get("date"), raw.get("time")
        if day is None or clock is None:
            time = parse_time(raw.get("date-time"))
            if time is not None:
                raw[TIME] = time
            return
        seconds = _SECONDS.fullmatch(clock)
        if seconds is None or _MINUTE.fullmatch(day) is None:
            return
        base = self._clock.iso(f"{day} {seconds[1]}", None)
        if base is not None:
            raw[TIME] = base + float(seconds[2])


def _plain(name: str) -> str:
    """Give "cs-user-agent" for "cs(User-Agent)"."""
    header = _HEADER.fullmatch(name)
    return f"{header[1]}-{header[2]}".lower() if header is not None else name.lower().strip("#")[:128]


def _blank(text: str) -> list[str]:
    # Some servers write tabs though the line of fields has blanks (CloudFront).
    if "\t" in text:
        return text.split("\t")
    return _quoted(text, " ") if '"' in text else text.split(" ")


def _tab(text: str) -> list[str]:
    return text.split("\t")


def _comma(text: str) -> list[str]:
    return _quoted(text, ",")


def _quoted(text: str, delimiter: str) -> list[str]:
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)
