"""Windows (and Sysmon for Linux) events as XML: wevtutil, Event Viewer, XmlWinEventLog, syslog lines.

The XML is parsed event by event with defusedxml, which refuses entities and DTDs. Schema:
https://learn.microsoft.com/windows/win32/wes/eventschema-schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cybersecqwen.records import Damage, Limits

from .damage_runs import DamageRun
from .interface import Blob, RawRecord, Reader
from .lines import BLOCK, as_utf8, decoded

_BEGIN = re.compile(rb"<Event(?=[ >\r\n\t])")
_END = b"</Event>"
_FIRST = re.compile(rb"<Event(?:s?>|\s[^>]{0,400}>)\s{0,64}<(?:System|Event)\b")


class EventXmlReader(Reader):
    """`<Event>` elements, wherever they stand; gives the mapping that an EVTX file would give."""

    name = "winxml"

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`."""
        text = as_utf8(head)
        if b"<Event" not in text:
            return 0
        return 95 if _FIRST.search(text[:8_192]) is not None and not text.lstrip().startswith(b"{") else 0

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`."""
        number = 0
        bad = DamageRun(blob, self.name)
        for offset, data in _elements(blob, limits):
            number += 1
            raw = mapping_of(data) if data.endswith(_END) else None
            if raw is not None:
                yield from bad.flush()
                yield number, offset, raw
                continue
            reason = "It is not a valid event in XML."
            if not data.endswith(_END):
                reason = "The event does not end" + (" within the bound of a record." if data else ".")
            yield from bad.add(number, offset, reason)
        yield from bad.flush()


def _elements(blob: Blob, limits: Limits) -> Iterator[tuple[int, bytes]]:
    """(offset, text) of each element; text without its end where there is none within the bound."""
    base, buffer, final = 0, b"", False
    with blob.open() as raw:
        stream = decoded(raw)
        while not final:
            block = stream.read(BLOCK)
            final = not block
            buffer += block
            at, end = 0, 0
            while (begin := _BEGIN.search(buffer, at)) is not None:
                if 0 <= end < begin.end():  # searched once for all that begin before it
                    end = buffer.find(_END, begin.end())
                next_one = _BEGIN.search(buffer, begin.end(), end if end >= 0 else len(buffer))
                if next_one is not None:  # it begins anew before it ends: the first one is damaged
                    stop = min(next_one.start(), begin.start() + 1_000)
                    yield base + begin.start(), buffer[begin.start() : stop]
                    at = next_one.start()
                elif end >= 0:
                    at = end + len(_END)
                    yield base + begin.start(), buffer[begin.start() : at]
                elif final or len(buffer) - begin.start() > limits.line_bytes:
                    yield base + begin.start(), buffer[begin.start() : begin.start() + 1_000]
                    at = len(buffer)
                else:
                    at = begin.start()
                    break
            else:
                at = max(at, len(buffer) - 8)  # an "<Event" may be cut in two
            base += at
            buffer = buffer[at:]


def mapping_of(data: bytes) -> dict[str, Any] | None:
    """The mapping of one `<Event>` element; None where it is not valid or has no `System`."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(data.decode("utf-8", "replace"))
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        return None
    event: dict[str, Any] = {}
    for part in root:
        name = _local(part.tag)
        if name == "EventData":
            event[name] = _data(part)
        else:
            event[name] = _plain(part, 0)
    return {"Event": event} if isinstance(event.get("System"), dict) else None


def _data(part: Any) -> dict[str, Any]:
    """Named values by their names, nameless ones as the list "Data", as the `evtx` package writes them."""
    found: dict[str, Any] = {}
    nameless: list[str] = []
    for child in part:
        name = child.get("Name")
        text = child.text or ""
        if name:
            found[name] = text
        elif _local(child.tag) == "Data":
            nameless.append(text)
        else:
            found[_local(child.tag)] = text
    if nameless:
        found["Data"] = {"#text": nameless if len(nameless) > 1 else nameless[0]}
    return found


def _plain(part: Any, depth: int) -> Any:
    if depth > 8:
        return ""
    found: dict[str, Any] = {"#attributes": dict(part.attrib)} if part.attrib else {}
    for child in part:
        found.setdefault(_local(child.tag), _plain(child, depth + 1))
    text = (part.text or "").strip()
    if not found:
        return text
    if text:
        found["#text"] = text
    return found


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]
