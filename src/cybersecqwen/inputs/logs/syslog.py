"""Syslog: RFC 3164 (and what daemons make of it), RFC 5424, and octet-counted frames (RFC 6587, 3.4.1).

https://www.rfc-editor.org/rfc/rfc3164, https://www.rfc-editor.org/rfc/rfc5424. What travels inside a line
(CEF, LEEF, an audit record, a JSON object, a Windows event in XML) is read as what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.lines import Line, TooLong, lines
from cybersecqwen.inputs.text import KEY, json_tail
from cybersecqwen.records import Limits

from .clock import Clock, clock_for
from .frames import COUNTED, frames
from .inside import INSIDE
from .line_reader import KIND, TIME, LineReader, Parse, probe
from .line_shape import LineShape
from .programs import PROGRAMS

# The tag: a program, perhaps of several words where a number follows, perhaps with what it acts for.
_TAG = (
    r"(?:([^\s:\[]{1,128}(?:(?: [^\s:\[]{1,64}){1,2}(?=\[))?)"
    r"(?:\[([^\]\s]{0,32})\](?: \([^)\n]{0,128}\))?)?:(?: |$))?"
)
_HOST = r"(?: ([^\s\[\]]{0,254}[^\s\[\]:])(?= |$))?"
_BSD = re.compile(
    r"(?:<([0-9]{1,3})>)?"
    r"(?:([A-Z][a-z]{2} {1,2}[0-9]{1,2} (?:[0-9]{4} )?[0-9]{2}:[0-9]{2}):([0-6][0-9](?:\.[0-9]{1,9})?)"
    r"|([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}):([0-6][0-9](?:\.[0-9]{1,9})?)"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?)" + _HOST + r" ?(?:: )?" + _TAG
)
# Sequence number, sender and a mark for an unset clock, as routers and switches write them.
_CISCO = re.compile(
    r"(?:<([0-9]{1,3})>)?(?:[0-9]{1,10}: ){0,2}(?:([^\s:]{1,255}): )?(?:[0-9]{1,10}: )?[*.]?"
    r"([A-Z][a-z]{2} {1,2}[0-9]{1,2} (?:[0-9]{4} )?[0-9]{2}:[0-9]{2}):([0-6][0-9](?:\.[0-9]{1,9})?)"
    r"(?: [A-Z]{2,5})?: (%[A-Z0-9_]{1,64}-[0-7]-[A-Z0-9_]{1,64}): "
)
_IETF = re.compile(
    r"<([0-9]{1,3})>[1-9][0-9]{0,2} "
    r"(?:-|([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}):([0-6][0-9](?:\.[0-9]{1,9})?)"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?|[^\s]{1,64}) "
    r"([^\s]{1,255}) ([^\s]{1,128}) ([^\s]{1,128}) ([^\s]{1,128})(?: |$)"
)
_PRIORITY = re.compile(r"<([0-9]{1,3})>")
_ELEMENT = re.compile(r"\[([^\s=\]\"]{1,64})((?: [^\s=\]\"]{1,64}=\"(?:[^\"\\\]]++|\\.)*+\")*+) ?\]")
_PARAMETER = re.compile(r" ([^\s=\]\"]{1,64})=\"((?:[^\"\\\]]++|\\.)*+)\"")
_ESCAPED = re.compile(r"\\([\"\\\]])")
_XML_SHARE = 97

_FACILITIES = (
    "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock "
    "local0 local1 local2 local3 local4 local5 local6 local7"
)
_SEVERITIES = "emerg alert crit err warning notice info debug"
_PRIORITIES: dict[str, dict[str, str]] = {
    str(8 * at + level): {"priority": str(8 * at + level), "facility": facility, "severity": severity}
    for at, facility in enumerate(_FACILITIES.split())
    for level, severity in enumerate(_SEVERITIES.split())
}


class SyslogReader(LineReader):
    """Lines with a syslog header."""

    name = "syslog"
    sure = 70

    def fits(self, line: str) -> bool:
        """See `LineReader.fits`: a header with a host or program, or a priority."""
        found = _BSD.match(line)
        if found is not None:
            return found[7] is not None or found[8] is not None
        return _PRIORITY.match(line) is not None or _CISCO.match(line) is not None

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`. Surer than "winxml" where only some lines hold XML."""
        if COUNTED.match(head) is not None:
            return 75
        sure = super().recognise(head, name)
        if sure and b"<Event" in head:
            sample = probe(head)
            if 0 < sum("<Event" in line for line in sample) < len(sample):
                return _XML_SHARE
        return sure

    def parser(self, blob: Blob, limits: Limits) -> Parse:
        """See `LineReader.parser`."""
        return SyslogLines(clock_for(blob), limits).parse

    def lines(self, stream: Any, limits: Limits) -> Iterator[Line | TooLong]:
        """Lines, or frames where the stream begins with a count and a priority."""
        peek = getattr(stream, "peek", None)
        if peek is not None and COUNTED.match(bytes(peek(64))) is not None:
            return frames(stream, limits)
        return lines(stream, limits)


class SyslogShape(LineShape):
    """A syslog message; the program is the code."""

    name = "syslog"
    code = ("program",)
    user = ("user",)


class SyslogLines:
    """Takes the lines of one file apart."""

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._limits = limits

    def parse(self, text: str) -> dict[str, Any] | None:
        """The mapping of a line, or None where it has no syslog header."""
        found = _BSD.match(text)
        if found is None:
            return self._other(text)
        priority, minute, second, iso, iso_second, zone, host, program, pid = found.groups()
        if minute is not None:
            base = self._clock.month_day(minute)
        else:
            base, second = self._clock.iso(iso, zone), iso_second
        message = text[found.end() :]
        if priority is None and program is not None and pid is not None and host is not None:
            raw: dict[str, Any] = {
                KEY: text, KIND: "syslog", "host": host, "program": program, "pid": pid, "Message": message,
            }  # fmt: skip
        else:
            raw = {KEY: text, KIND: "syslog"}
            if priority is not None:
                raw.update(_PRIORITIES.get(priority, {}))
            if host is not None:
                raw["host"] = host
            if program is not None:
                raw["program"] = program
            if pid:
                raw["pid"] = pid
            raw["Message"] = message
        if base is not None:
            raw[TIME] = base + float(second)
        if message[:4] in INSIDE or message[:1] in "{[" or program in PROGRAMS:
            return self._inside(raw, message)
        return raw

    def _other(self, text: str) -> dict[str, Any] | None:
        if text[:1] == "\ufeff":
            return self.parse(text.lstrip("\ufeff"))
        found = _IETF.match(text)
        if found is not None:
            return self._ietf(text, found)
        found = _CISCO.match(text)
        if found is not None:
            priority, host, minute, second, program = found.groups()
            raw: dict[str, Any] = {KEY: text, KIND: "syslog", **_PRIORITIES.get(priority or "", {})}
            if host is not None:
                raw["host"] = host
            raw |= {"program": program, "Message": text[found.end() :]}
            base = self._clock.month_day(minute)
            if base is not None:
                raw[TIME] = base + float(second)
            return raw
        found = _PRIORITY.match(text)
        if found is None:
            return None
        message = text[found.end() :]
        raw = {KEY: text, KIND: "syslog", **_PRIORITIES.get(found[1], {}), "Message": message}
        return self._inside(raw, message)

    def _ietf(self, text: str, found: re.Match[str]) -> dict[str, Any]:
        priority, minute, second, zone, host, program, pid, msgid = found.groups()
        raw: dict[str, Any] = {KEY: text, KIND: "syslog", **_PRIORITIES.get(priority, {})}
        named = (("host", host), ("program", program), ("pid", pid), ("msgid", msgid))
        raw |= {name: value for name, value in named if value != "-"}
        if minute is not None:
            base = self._clock.iso(minute, zone)
            if base is not None:
                raw[TIME] = base + float(second)
        at = found.end()
        if text[at : at + 1] == "-":
            at += 1
        else:
            while (element := _ELEMENT.match(text, at)) is not None and len(raw) < self._limits.fields:
                at = element.end()
                for name, value in _PARAMETER.findall(element[2]):
                    if "\\" in value:
                        value = _ESCAPED.sub(r"\1", value)
                    raw.setdefault(f"{element[1]}.{name}", value)
        message = text[at:].removeprefix(" ").removeprefix("\ufeff")
        raw["Message"] = message
        return self._inside(raw, message)

    def _inside(self, raw: dict[str, Any], message: str) -> dict[str, Any]:
        """The record inside a message, with what the header said; the line's own where there is none."""
        if message[:1] == "[" and "] audit: type=" in message[:64]:  # behind the kernel's own clock
            message = message[message.index("audit: ") :]
        parse = INSIDE.get(message[:4])
        if parse is not None:
            inner = parse(message, self._clock)
            if inner is not None:
                for name in (TIME, "host", "program"):
                    if name in raw:
                        inner.setdefault(name, raw[name])
                if KEY in inner:
                    inner[KEY] = raw[KEY]
                return inner
        if message[:1] == "{" and message[-1:] == "}":
            line = raw[KEY]
            found = json_tail(line.encode("utf-8", "replace"), self._limits)
            if found is not None:
                return found
        more = PROGRAMS.get(raw.get("program", ""))
        if more is not None:
            for name, value in more(message).items():
                raw.setdefault(name, value)
        return raw
