"""W3C extended log files: IIS, CloudFront, Windows Firewall, Exchange, proxies.

https://www.w3.org/TR/WD-logfile.html; IIS:
https://learn.microsoft.com/windows/win32/http/w3c-logging. The names come from the `#Fields:` line, which
may come again with others.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.damage_runs import DamageRun
from cybersecqwen.inputs.interface import Blob, RawRecord
from cybersecqwen.inputs.lines import as_utf8
from cybersecqwen.inputs.text import KEY
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Damage, Limits

from .clock import Clock, clock_for
from .line_reader import KIND, TIME, LineReader, Parse
from .line_shape import LineShape

_FIELDS = re.compile(rb"(?:\A|\n)#Fields: ?[A-Za-z]", re.IGNORECASE)
_HEADER = re.compile(r"(cs|sc|c|s|r|rs|sr|x)\(([A-Za-z0-9_-]{1,128})\)")
_MINUTE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECONDS = re.compile(r"([0-9]{2}:[0-9]{2}):([0-6][0-9](?:\.[0-9]{1,9})?)")
_MOST = 512  # names in a line of fields
_UNFIT = "#unfit"  # key of the number of names, in a record with other cells; taken out again
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

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`. A line with other cells than there are fields gives what fits, and a damage."""
        unfit = DamageRun(blob, self.name)
        for found in super().read(blob, limits):
            if not isinstance(found, Damage) and (count := found[2].pop(_UNFIT, 0)):
                reason = f"The line has other cells than there are fields ({count})."
                yield from unfit.add(found[0], found[1], reason)
            yield found
        yield from unfit.flush()

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
        self._count = 0  # of names, those beyond the bound included
        self._delimiter = " "
        self._software = ""

    def parse(self, text: str) -> dict[str, Any] | None:
        if text[:1] == "#":
            self._directive(text)
            return {}
        if not self._names:
            return None
        # Some servers write tabs though the line of fields has blanks (CloudFront).
        delimiter = "\t" if self._delimiter == " " and "\t" in text else self._delimiter
        cells = _cells(text, delimiter, self._count)
        raw: dict[str, Any] = {KEY: text, KIND: "w3c"}
        if len(cells) != self._count:
            raw[_UNFIT] = self._count
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
                self._delimiter = ","
                names = value.split(",")
            else:
                self._delimiter = "\t" if "\t" in value else " "
                names = value.split()
            self._count = len(names)
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


def _cells(text: str, delimiter: str, count: int) -> list[str]:
    """The cells of a line, which should be `count`.

    Who asks for a page chooses what stands in some of them, and IIS quotes nothing: a quote must not make one
    cell of several. So quotes are heeded only where the line has another number of cells without them.
    """
    cells = text.split(delimiter)
    while len(cells) > count and not cells[-1]:  # behind a delimiter at the end
        cells.pop()
    if '"' not in text or delimiter == "\t":
        return cells
    if len(cells) == count:
        return [_unquoted(cell) if cell[:1] == '"' else cell for cell in cells]
    quoted = _quoted(text, delimiter)
    return quoted if len(quoted) == count or text.count('"') % 2 == 0 else cells


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[-1] == '"' else cell


def _quoted(text: str, delimiter: str) -> list[str]:
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)
