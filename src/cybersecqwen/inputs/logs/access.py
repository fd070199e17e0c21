"""Access logs of Apache and nginx: common and combined format, also with the virtual host in front.

https://httpd.apache.org/docs/2.4/logs.html, https://nginx.org/en/docs/http/ngx_http_log_module.html.
Names are those of Sigma's web server rules, which come from the W3C extended format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.text import KEY
from cybersecqwen.records import Limits

from .clock import clock_for
from .line_reader import KIND, TIME, LineReader, Parse
from .line_shape import LineShape

_QUOTED = r"\"([^\"\\]*+(?:\\.[^\"\\]*+)*+)\""
_REST = (
    r"\[([0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}):([0-6][0-9]) ([+-][0-9]{4})\] "
    + _QUOTED
    + r" ([0-9]{3}|-) ([0-9]{1,19}|-)(?:(?: [0-9.]{1,20}){0,3} "  # some servers add how long it took
    + _QUOTED
    + r" "
    + _QUOTED
    + r")?"
)
_LINE = re.compile(r"([^\s]{1,512}) ([^\s]{1,512}) ([^\s]{1,512}) " + _REST)
_TAIL = re.compile(_REST)
_LATE = 4_096  # characters in front of the time that are looked through
_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([\"\\]))")
_METHOD = re.compile(r"[A-Za-z_-]{1,40}")
_PORT = re.compile(r"(.*):([0-9]{1,5})", re.DOTALL)


class AccessLogReader(LineReader):
    """One request a line."""

    name = "access"

    def fits(self, line: str) -> bool:
        """See `LineReader.fits`."""
        return _LINE.match(line) is not None or _behind_host(line) is not None

    def parser(self, blob: Blob, limits: Limits) -> Parse:
        """See `LineReader.parser`."""
        del limits
        clf = clock_for(blob).clf

        def parse(text: str) -> dict[str, Any] | None:
            found = _LINE.match(text)
            if found is not None:
                address, ident, user, minute, second, zone, request, status, size, referer, agent = (
                    found.groups()
                )
                raw: dict[str, Any] = {KEY: text, KIND: "access", "c-ip": address}
                del ident
            else:
                behind = _behind_host(text)
                if behind is None:
                    return None
                host, address, user, rest = behind
                minute, second, zone, request, status, size, referer, agent = rest.groups()
                raw = {KEY: text, KIND: "access", "c-ip": address}
                if host:
                    add_host(host, raw)
            base = clf(minute, zone)
            if base is not None:
                raw[TIME] = base + int(second)
            if user != "-":
                raw["cs-username"] = user
            add_request(request, raw)
            if status != "-":
                raw["sc-status"] = status
            if size != "-":
                raw["sc-bytes"] = size
            if referer is not None:
                if referer != "-" and referer:
                    raw["cs-referer"] = unescaped(referer) if "\\" in referer else referer
                if agent != "-" and agent:
                    raw["cs-user-agent"] = unescaped(agent) if "\\" in agent else agent
            return raw

        return parse


class AccessLogShape(LineShape):
    """A request that a web server answered."""

    name = "access"
    code = ("cs-method",)
    host = ("cs-host",)
    user = ("cs-username",)
    canonical: ClassVar[Mapping[str, str]] = {"c-ip": "SourceIp", "cs-user-agent": "UserAgent"}


def _behind_host(text: str) -> tuple[str, str, str, re.Match[str]] | None:
    """(virtual host, address, user, the rest) of a line with a virtual host or a user with blanks."""
    at = text.find(" [", 0, _LATE)
    rest = _TAIL.match(text, at + 1) if at > 0 else None
    if rest is None:
        return None
    words = text[:at].split(" ")
    if len(words) < 3:
        return None
    # An address has a colon or a dot; so has a host name, but an ident never has.
    if len(words) > 3 and ("." in words[1] or ":" in words[1]):
        return words[0], words[1], " ".join(words[3:]), rest
    return "", words[0], " ".join(words[2:]), rest


def add_host(host: str, raw: dict[str, Any]) -> None:
    """Set `cs-host`, and `s-port` where one is named."""
    port = _PORT.fullmatch(host)
    if port is not None:
        raw["cs-host"], raw["s-port"] = port[1], port[2]
    elif host != "-":
        raw["cs-host"] = host


def add_request(request: str, raw: dict[str, Any]) -> None:
    """Add method, path, query and version of a request line; all of it as `cs-uri` where it is none."""
    if "\\" in request:
        request = unescaped(request)
    method, found, target = request.partition(" ")
    if not found or _METHOD.fullmatch(method) is None:
        if request not in ("-", ""):
            raw["cs-uri"] = raw["cs-uri-stem"] = request
        return
    raw["cs-method"] = method
    if target[-9:-3] == " HTTP/":
        raw["cs-version"] = target[-8:]
        target = target[:-9]
    raw["cs-uri"] = target
    stem, found, query = target.partition("?")
    raw["cs-uri-stem"] = stem
    if query:
        raw["cs-uri-query"] = query


def unescaped(text: str) -> str:
    r"""Text with `\"`, `\\` and `\x22` as the characters they stand for; bytes beyond ASCII stay escaped."""
    return _ESCAPED.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    if found[2]:
        return found[2]
    code = int(found[1], 16)
    return chr(code) if 32 <= code < 127 else found[0]
