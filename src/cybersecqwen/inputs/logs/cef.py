"""ArcSight's Common Event Format, versions 0 and 1, alone or behind a syslog header.

"Implementing ArcSight Common Event Format (CEF)", version 26:
https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors-8.4/cef-implementation-standard/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.text import KEY
from cybersecqwen.inputs.times import parse_time

from .clock import Clock
from .enveloped import EnvelopedReader
from .line_reader import KIND, TIME
from .line_shape import LineShape

HEADER_NAMES = ("DeviceVendor", "DeviceProduct", "DeviceVersion", "DeviceEventClassID", "Name", "Severity")
_START = re.compile(r"CEF: ?[0-9]{1,2}\|")
_KEY = re.compile(r"(?:^|(?<=\s))([A-Za-z0-9_.\-\[\]]{1,128})=")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MEANS = {"n": "\n", "r": "\r"}
_LABELLED = re.compile(r"(?:cs|cn|cfp|c6a|deviceCustomDate|flexString|flexNumber|flexDate)[0-9]{1,2}Label")
_TIMES = ("rt", "end", "start", "deviceReceiptTime")
_WRITTEN = re.compile(
    r"([A-Z][a-z]{2} {1,2}[0-9]{1,2} (?:[0-9]{4} )?[0-9]{2}:[0-9]{2}):([0-6][0-9](?:\.[0-9]{1,9})?)"
)


class CefReader(EnvelopedReader):
    """Lines that hold a CEF event."""

    name = "cef"
    mark = "CEF:"
    start = _START

    def take(self, message: str, clock: Clock) -> dict[str, Any] | None:
        """See `EnvelopedReader.take`."""
        return parse_message(message, clock)


class CefShape(LineShape):
    """A CEF event, with the canonical names of its addresses, users and files."""

    name = "cef"
    code = ("DeviceEventClassID",)
    host = ("dvchost", "deviceHostName", "host", "dhost", "dvc")
    user = ("suser", "duser")
    canonical: ClassVar[Mapping[str, str]] = {
        "src": "SourceIp",
        "spt": "SourcePort",
        "dst": "DestinationIp",
        "dpt": "DestinationPort",
        "dhost": "DestinationHostname",
        "proto": "Protocol",
        "request": "Url",
        "requestClientApplication": "UserAgent",
        "filePath": "TargetFilename",
        "msg": "Message",
    }


def parse_message(message: str, clock: Clock) -> dict[str, Any] | None:
    """The mapping of a text that begins with "CEF:"; None where its head is not complete."""
    if _START.match(message) is None:
        return None
    parts = split_head(message, 8)
    if len(parts) < 7:
        return None
    raw: dict[str, Any] = {KEY: message, KIND: "cef"}
    for name, value in zip(HEADER_NAMES, parts[1:7], strict=True):
        if value:
            raw[name] = _ESCAPED.sub(_plain, value) if "\\" in value else value
    if len(parts) == 8:
        pairs(parts[7], raw)
    add_time(raw, _TIMES, clock)
    return raw


def split_head(text: str, most: int) -> list[str]:
    r"""At most `most` parts of a text at the bars that no backslash stands in front of."""
    if "\\" not in text:
        return text.split("|", most - 1)
    parts: list[str] = []
    begin = at = 0
    while len(parts) < most - 1 and (at := text.find("|", at)) >= 0:
        before = at
        while before > begin and text[before - 1] == "\\":
            before -= 1
        if (at - before) % 2 == 0:
            parts.append(text[begin:at])
            begin = at + 1
        at += 1
    parts.append(text[begin:])
    return parts


def pairs(text: str, raw: dict[str, Any]) -> None:
    """Add the pairs of an extension: a value goes on to the next key, blanks included."""
    parts = _KEY.split(text)
    for name, value in zip(parts[1::2], parts[2::2], strict=True):
        value = value.strip()
        if value and name not in raw:
            raw[name] = _ESCAPED.sub(_plain, value) if "\\" in value else value
    if "Label=" not in text:
        return
    for label in [name for name in raw if name[-5:] == "Label" and _LABELLED.fullmatch(name)]:
        value = raw.get(label[:-5])
        if value is not None and raw[label] and raw[label][0] != "#":
            raw.setdefault(raw[label], value)


def _plain(found: re.Match[str]) -> str:
    return _MEANS.get(found[1], found[1] if found[1] in "\\=|" else found[0])


def add_time(raw: dict[str, Any], names: tuple[str, ...], clock: Clock) -> None:
    """Set the time from the first of the keys that holds one: milliseconds since 1970, or written."""
    for name in names:
        value = raw.get(name)
        if value is None:
            continue
        time = parse_time(value)
        if time is None:
            written = _WRITTEN.match(value)
            base = clock.month_day(written[1]) if written is not None else None
            time = base + float(written[2]) if written is not None and base is not None else None
        if time is not None:
            raw[TIME] = time
            return
