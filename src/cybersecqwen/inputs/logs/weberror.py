"""Error logs of Apache (2.2 and 2.4) and nginx.

https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat,
https://nginx.org/en/docs/ngx_core_module.html#error_log
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.text import KEY
from cybersecqwen.records import Limits

from .clock import Clock, clock_for
from .line_reader import KIND, TIME, LineReader, Parse
from .line_shape import LineShape

_APACHE = re.compile(
    r"\[[A-Z][a-z]{2} ([A-Z][a-z]{2} {1,2}[0-9]{1,2}) "
    r"([0-9]{2}:[0-9]{2}):([0-6][0-9](?:\.[0-9]{1,9})?) ([0-9]{4})\] "
    r"\[(?:([A-Za-z0-9_-]{0,64}):)?([a-z0-9]{1,16})\] ?"
    r"(?:\[pid ([0-9]{1,12})(?::tid ([0-9]{1,24}))?\] ?)?"
    r"((?:\([0-9]{1,10}\)|[a-z0-9_]{1,32}\.c\([0-9]{1,6}\): )?[^\[\n]{0,200}?(?=\[client ))?"
    r"(?:\[client ([^\]\s]{1,255})\] ?)?"
)
_NGINX = re.compile(
    r"([0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}):([0-6][0-9]) \[([a-z]{1,16})\] "
    r"([0-9]{1,12})#([0-9]{1,20}): (?:\*([0-9]{1,20}) )?"
)
_ABOUT = re.compile(r", (client|server|request|subrequest|upstream|host|referrer): (?:\"([^\"]*)\"|([^,]*))")
_PORT = re.compile(r"([0-9.]{7,15}|\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Fa-f:]{2,39}):([0-9]{1,5})")
_REFERER = ", referer: "


class WebErrorReader(LineReader):
    """One message a line, with what it is about."""

    name = "weberror"

    def fits(self, line: str) -> bool:
        """See `LineReader.fits`."""
        return _APACHE.match(line) is not None or _NGINX.match(line) is not None

    def parser(self, blob: Blob, limits: Limits) -> Parse:
        """See `LineReader.parser`."""
        del limits
        clock = clock_for(blob)

        def parse(text: str) -> dict[str, Any] | None:
            return _apache(text, clock) if text[:1] == "[" else _nginx(text, clock)

        return parse


class WebErrorShape(LineShape):
    """A message of a web server."""

    name = "weberror"
    code = ("module", "level")
    host = ("cs-host", "server")
    canonical: ClassVar[Mapping[str, str]] = {"client": "SourceIp"}


def _apache(text: str, clock: Clock) -> dict[str, Any] | None:
    found = _APACHE.match(text)
    if found is None:
        return None
    day, minute, second, year, module, level, pid, tid, before, client = found.groups()
    raw: dict[str, Any] = {KEY: text, KIND: "weberror", "program": "apache", "level": level}
    base = clock.month_day(f"{day} {year} {minute}")
    if base is not None:
        raw[TIME] = base + float(second)
    if client is not None:
        port = _PORT.fullmatch(client)
        raw["client"] = port[1].strip("[]") if port is not None else client
        if port is not None:
            raw["client_port"] = port[2]
    named = (("module", module), ("pid", pid), ("tid", tid))
    raw |= {name: value for name, value in named if value}
    message = (before or "") + text[found.end() :]
    at = message.rfind(_REFERER)
    if at >= 0:
        raw["referrer"] = message[at + len(_REFERER) :]
        message = message[:at]
    raw["Message"] = message
    return raw


def _nginx(text: str, clock: Clock) -> dict[str, Any] | None:
    found = _NGINX.match(text)
    if found is None:
        return None
    minute, second, level, pid, tid, connection = found.groups()
    raw: dict[str, Any] = {
        KEY: text,
        KIND: "weberror",
        "program": "nginx",
        "level": level,
        "pid": pid,
        "tid": tid,
    }
    base = clock.iso(minute, None)
    if base is not None:
        raw[TIME] = base + int(second)
    if connection is not None:
        raw["connection"] = connection
    message = text[found.end() :]
    at = message.find(", client: ")
    if at >= 0:
        for name, quoted, bare in _ABOUT.findall(message, at):
            value = quoted or bare
            if value:
                raw.setdefault("cs-host" if name == "host" else name, value)
        message = message[:at]
    raw["Message"] = message
    return raw
