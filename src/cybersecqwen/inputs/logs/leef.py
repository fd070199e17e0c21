"""QRadar's Log Event Extended Format, versions 1.0 and 2.0, alone or behind a syslog header.

https://www.ibm.com/docs/en/dsm?topic=leef-overview
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.text import KEY

from .cef import add_time, pairs, split_head
from .clock import Clock
from .enveloped import EnvelopedReader
from .line_reader import KIND
from .line_shape import LineShape

_START = re.compile(r"LEEF:([12])(?:\.[0-9])?\|")
_HEX = re.compile(r"(?:0?[xX])([0-9A-Fa-f]{1,4})")
_NAMES = ("DeviceVendor", "DeviceProduct", "DeviceVersion", "DeviceEventClassID")


class LeefReader(EnvelopedReader):
    """Lines that hold a LEEF event."""

    name = "leef"
    mark = "LEEF:"
    start = _START

    def take(self, message: str, clock: Clock) -> dict[str, Any] | None:
        """See `EnvelopedReader.take`."""
        return parse_message(message, clock)


class LeefShape(LineShape):
    """A LEEF event, with the canonical names of its addresses and users."""

    name = "leef"
    code = ("DeviceEventClassID",)
    host = ("identHostName", "host")
    user = ("usrName",)
    canonical: ClassVar[Mapping[str, str]] = {
        "src": "SourceIp",
        "srcPort": "SourcePort",
        "dst": "DestinationIp",
        "dstPort": "DestinationPort",
        "proto": "Protocol",
        "url": "Url",
    }


def parse_message(message: str, clock: Clock) -> dict[str, Any] | None:
    """The mapping of a text that begins with "LEEF:"; None where its head is not complete."""
    start = _START.match(message)
    if start is None:
        return None
    parts = split_head(message, 6)
    if len(parts) < 5:
        return None
    raw: dict[str, Any] = {KEY: message, KIND: "leef"}
    raw |= {name: value for name, value in zip(_NAMES, parts[1:5], strict=True) if value}
    rest, delimiter = parts[5] if len(parts) == 6 else "", "\t"
    if start[1] == "2":
        delimiter, rest = _delimiter(rest)
    if delimiter not in rest and delimiter == "\t":
        pairs(rest, raw)  # senders that lost the tabs
    else:
        for part in rest.split(delimiter):
            name, found, value = part.partition("=")
            name = name.strip(" #")
            if found and name and value:
                raw.setdefault(name, value)
    add_time(raw, ("devTime",), clock)
    return raw


def _delimiter(rest: str) -> tuple[str, str]:
    """(delimiter, attributes) of version 2.0: one character or its code, between bars; tab without one."""
    first, found, attributes = rest.partition("|")
    if not found or len(first) > 6:
        return "\t", rest
    if len(first) == 1:
        return first, attributes
    code = _HEX.fullmatch(first)
    if code is not None:
        return chr(int(code[1], 16)) if int(code[1], 16) < 0xD800 else "\t", attributes
    return "\t", attributes if not first else rest
