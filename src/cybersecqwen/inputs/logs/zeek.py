"""Zeek's logs: tables that describe themselves, and the same records as JSON.

https://docs.zeek.org/en/master/log-formats.html and the reference of its scripts, one page for each log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from cybersecqwen.inputs.damage_runs import DamageRun
from cybersecqwen.inputs.interface import Blob, RawRecord, Reader
from cybersecqwen.inputs.lines import TooLong, as_utf8, lines
from cybersecqwen.inputs.text import KEY, text_of
from cybersecqwen.records import Damage, Limits

from .line_reader import TIME, too_long

PATH = "_path"
"""Key of the name of a log, as Zeek's JSON writer has it for streams that hold several."""

_START = re.compile(rb"#(?:separator|fields|path)[ \t]")
_BYTES = re.compile(r"(?:\\x[0-9A-Fa-f]{2})+")
_MOST = 512  # fields of a table
_LISTS = ("set[", "vector[", "table[")
_NAMED = re.compile(
    r"([a-z][a-z0-9_]{1,40}?)(?:[.\-_](?:[0-9]{2,4}[-_.:0-9T]{0,40}|current))?\.(?:log|json|jsonl|ndjson)"
)

# Fields that only one log has; enough to tell the records that carry no name.
_MARKS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (log, frozenset(fields.split()))
    for log, fields in (
        ("dns", "query qtype_name rcode_name qclass_name"),
        ("http", "status_msg uri user_agent resp_mime_types"),
        ("ssl", "cipher server_name ja3 cert_chain_fps cert_chain_fuids"),
        ("x509", "certificate.serial certificate.subject certificate.version"),
        ("files", "fuid mime_type seen_bytes"),
        ("dce_rpc", "endpoint operation named_pipe"),
        ("kerberos", "request_type till"),
        ("smb_files", "prev_name share_type times.modified"),
        ("smb_mapping", "native_file_system"),
        ("ntlm", "server_nb_computer_name domainname"),
        ("rdp", "cookie keyboard_layout security_protocol"),
        ("ssh", "auth_attempts hassh host_key"),
        ("smtp", "mailfrom rcptto helo"),
        ("ftp", "data_channel.passive reply_code"),
        ("dhcp", "client_fqdn assigned_addr lease_time"),
        ("notice", "note actions"),
        ("weird", "addl notice peer"),
        ("conn", "conn_state orig_bytes missed_bytes orig_pkts"),
    )
)


class ZeekReader(Reader):
    """A table with `#separator`, `#fields` and `#types`; such tables one behind the other too."""

    name = "zeek"
    by_line: ClassVar[bool] = True

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`: Zeek's own directives in the first lines."""
        text = as_utf8(head).lstrip()
        if _START.match(text) is None:
            return 0
        return 96 if b"\n#fields" in text or text.startswith((b"#fields", b"#separator")) else 0

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`. A row with other cells than the fields gives what fits, and a damage."""
        table = _Table(min(limits.fields, _MOST))
        other = DamageRun(blob, self.name)
        with blob.open() as stream:
            for line in lines(stream, limits):
                if isinstance(line, TooLong):
                    yield too_long(blob, line, limits, self.name)
                    continue
                number, offset, data = line
                text = text_of(data).rstrip("\r\n")
                if text[:1] == "#":
                    table.directive(text)
                    continue
                if not text.strip("\x00 "):
                    continue
                if not table.names:
                    yield number, offset, {KEY: text}
                    continue
                cells = text.split(table.separator)
                if len(cells) != len(table.names):
                    reason = f"The row has other cells than the header ({len(table.names)})."
                    yield from other.add(number, offset, reason)
                raw = table.record(cells)
                if raw:
                    yield number, offset, raw
        yield from other.flush()


class _Table:
    """What the directives say, and rows by it."""

    def __init__(self, most: int) -> None:
        self.names: list[str] = []
        self.separator = "\t"
        self._most = most
        self._between, self._empty, self._unset, self._path = ",", "(empty)", "-", ""
        self._lists: list[str] = []
        self._time = ""

    def directive(self, text: str) -> None:
        if text.startswith("#separator "):
            self.separator = _decoded(text[11:].strip(" ")) or "\t"
            return
        name, *values = text.split(self.separator)
        if name == "#set_separator":
            self._between = _decoded("".join(values[:1])) or ","
        elif name == "#empty_field":
            self._empty = "".join(values[:1])
        elif name == "#unset_field":
            self._unset = "".join(values[:1])
        elif name == "#path":
            self._path = "".join(values[:1])[:128]
        elif name == "#fields":
            self.names = [value.strip("#")[:128] for value in values[: self._most]]
            self._lists, self._time = [], "ts" if "ts" in self.names else ""
        elif name == "#types":
            pairs = list(zip(self.names, values, strict=False))
            self._lists = [field for field, kind in pairs if kind.startswith(_LISTS)]

    def record(self, cells: list[str]) -> dict[str, Any]:
        unset, empty = self._unset, self._empty
        raw: dict[str, Any] = {
            name: cell for name, cell in zip(self.names, cells, strict=False) if cell != unset
        }
        if not raw:
            return raw
        for name in self._lists:
            value = raw.get(name)
            if value is not None:
                raw[name] = [] if value == empty else [_decoded(part) for part in value.split(self._between)]
        for name, value in raw.items():
            if value.__class__ is str and (value == empty or "\\x" in value):
                raw[name] = "" if value == empty else _decoded(value)
        if self._path:
            raw[PATH] = self._path
        if self._time:
            time = time_of(raw.get("ts"))
            if time is not None:
                raw[TIME] = time
        return raw


def _decoded(text: str) -> str:
    return _BYTES.sub(_characters, text) if "\\x" in text else text


def _characters(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("\\x", "")).decode("utf-8", "replace")


def time_of(value: Any) -> float | None:
    """Seconds since 1970 of a `ts`: a number of seconds, or written out."""
    if value.__class__ is str and value[:1].isdigit() and "-" not in value:
        try:
            found = float(value)
        except ValueError:
            return None
        return found if 0.0 < found < 7.3e9 else None
    from cybersecqwen.inputs.times import parse_time

    return parse_time(value)


def is_zeek(raw: Mapping[str, Any]) -> bool:
    """Whether a mapping is a record of Zeek: a log's name with a time, or a connection in Zeek's spelling."""
    if PATH in raw:
        return isinstance(raw[PATH], str) and ("ts" in raw or "uid" in raw or "fuid" in raw)
    return "ts" in raw and (
        "id.orig_h" in raw or ("fuid" in raw and "source" in raw) or "certificate.serial" in raw
    )


def log_of(raw: Mapping[str, Any], name: str = "") -> str:
    """The kind of log ("dns") by `_path`, the file's name, or the fields; "" where none tells."""
    path = raw.get(PATH)
    if isinstance(path, str) and path:
        return path
    named = _NAMED.match(name.lower()) if name else None
    if named is not None and named[1] in _LOGS:
        return named[1]
    return _by_fields(tuple(raw)) if len(raw) <= _MOST else ""


@lru_cache(maxsize=1_024)
def _by_fields(names: tuple[str, ...]) -> str:
    """Records of one log have the same fields, or a few sets of them, so most answers are known."""
    return next((log for log, fields in _MARKS if not fields.isdisjoint(names)), "")


_LOG_NAMES = (
    "analyzer bacnet capture_loss conn dce_rpc dhcp dnp3 dns dpd files ftp http intel irc kerberos "
    "known_hosts known_services modbus mysql notice ntlm ntp ocsp packet_filter pe quic radius "
    "rdp reporter rfb sip smb_files smb_mapping smtp snmp socks software ssh ssl syslog tunnel weird x509"
)
_LOGS = frozenset(_LOG_NAMES.split())
