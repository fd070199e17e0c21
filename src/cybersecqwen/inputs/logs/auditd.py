"""Linux audit records: each line a record, with what the records of its event know together.

docs/inputs.md ("Audit records of one event") says what is joined, and why records stay apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.interface import Blob, RawRecord, Reader
from cybersecqwen.inputs.lines import TooLong, lines
from cybersecqwen.inputs.text import KEY, text_of
from cybersecqwen.records import Category, Damage, Limits

from .audit_types import type_name
from .audit_values import HEADER, fields_of
from .clock import Clock
from .line_reader import KIND, TIME, probe, too_long
from .line_shape import LineShape
from .syscalls import syscall_name

EVENT = "#event"
"""Key of the serial that records of one event share."""

# What a collector puts in front: a syslog header with the program's name. Bounded, so that searching is.
_BEFORE = re.compile(
    r"(?:[^=\n]{0,200}?(?: |: ))?(?=(?:node=[^\s]{1,255} )?type=[A-Za-z0-9_\[\]]{1,64} msg=audit\()"
)
_HOST = re.compile(
    r"(?:<[0-9]{1,3}>)?(?:[A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9:]{8}|[0-9]{4}-[0-9T:.+Z-]{10,40}) "
    r"([^\s]{1,255}) "
)
# How the kernel prints a record where no daemon takes it.
_KERNEL = re.compile(
    r"(?:\[ {0,8}[0-9.]{1,20}\] )?audit: type=([0-9]{4}) "
    r"audit\(([0-9]{1,12})\.([0-9]{3}):([0-9]{1,20})\): ?"
)
_JOINED = frozenset(("EXECVE", "CWD", "PATH", "SOCKADDR", "PROCTITLE"))
_STARTS = ("execve", "execveat")
_LOGONS = ("USER_LOGIN", "USER_AUTH")
_ACCOUNTS = ("ADD_USER", "DEL_USER", "ADD_GROUP", "DEL_GROUP", "USER_MGMT", "GRP_MGMT", "USER_CHAUTHTOK")
_OPEN = 8  # events whose records may come interleaved
_RECORDS = 256  # of one event
_PROCESSES = 10_000  # that are remembered as parents
_COMMAND_CHARS = 2_048  # of their command lines
_HELD = 4 << 20  # characters of lines that wait for the end of their event


class AuditReader(Reader):
    """`/var/log/audit/audit.log`, `ausearch --raw`, and the same lines sent through syslog."""

    name = "auditd"
    by_line: ClassVar[bool] = True

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`."""
        if b"msg=audit(" not in head:
            return 0
        sample = probe(head)
        return (
            85
            if sample and sum(_BEFORE.match(line) is not None for line in sample) > 0.8 * len(sample)
            else 0
        )

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`. Records of interleaved events come together, so numbers may go back a little."""
        joiner = Joiner()
        with blob.open() as stream:
            for line in lines(stream, limits):
                if isinstance(line, TooLong):
                    yield too_long(blob, line, limits, self.name)
                    continue
                number, offset, data = line
                text = text_of(data).rstrip("\r\n")
                raw = record_of(text)
                if raw is not None:
                    yield from joiner.add((number, offset, raw), len(text))
                elif text.strip("\x00 \t"):
                    yield number, offset, {KEY: text}
        yield from joiner.end()


class AuditShape(LineShape):
    """An audit record: process starts, created files and connections by their canonical names."""

    name = "auditd"
    code = ("type",)
    user = ("User", "acct", "AUID", "auid")
    canonical: ClassVar[Mapping[str, str]] = {"exe": "Image"}

    def category(self, raw: Mapping[str, Any]) -> Category:
        """See `LineShape.category`."""
        kind = raw.get("type")
        if kind == "SYSCALL" and raw.get("SYSCALL") in _STARTS and raw.get("success") == "yes":
            return Category.PROCESS
        if kind == "PATH" and raw.get("nametype") == "CREATE":
            return Category.FILE
        if kind == "SOCKADDR" and "DestinationIp" in raw:
            return Category.NETWORK
        if kind in _LOGONS:
            return Category.LOGON if raw.get("res") in ("success", "1") else Category.LOGON_FAILED
        if isinstance(kind, str) and kind in _ACCOUNTS:
            return Category.ACCOUNT
        return Category.OTHER


def record_of(text: str) -> dict[str, Any] | None:
    """The mapping of a line; None where it is no audit record."""
    before = _BEFORE.match(text)
    header = HEADER.match(text, before.end()) if before is not None else None
    if header is None:
        return None
    node, kind, seconds, milliseconds, serial = header.groups()
    raw = _record(text, kind, (seconds, milliseconds, serial), text[header.end() :])
    if node is not None:
        raw["host"] = node
    elif before is not None and before.end():
        host = _HOST.match(text)
        if host is not None:
            raw["host"] = host[1]
    return raw


def _record(line: str, kind: str, event: tuple[str, str, str], fields: str) -> dict[str, Any]:
    seconds, milliseconds, serial = event
    raw: dict[str, Any] = {
        KEY: line,
        KIND: "auditd",
        TIME: int(seconds) + int(milliseconds) / 1_000,
        EVENT: f"{seconds}.{milliseconds}:{serial}",
        "type": kind,
    }
    for name, value in fields_of(kind, fields).items():
        raw.setdefault(name, value)
    if kind == "SYSCALL":
        _about_syscall(raw)
    return raw


def parse_message(message: str, clock: Clock) -> dict[str, Any] | None:
    """An audit record inside a syslog line; nothing is joined there."""
    del clock  # audit records carry their own
    found = _KERNEL.match(message)
    if found is not None:
        number, seconds, milliseconds, serial = found.groups()
        return _record(message, type_name(number), (seconds, milliseconds, serial), message[found.end() :])
    return record_of(message)


def _about_syscall(raw: dict[str, Any]) -> None:
    name = raw.get("SYSCALL") or syscall_name(raw.get("arch", ""), raw.get("syscall", ""))
    if name:
        raw["SYSCALL"] = name
    for canonical, own in (("Image", "exe"), ("ProcessId", "pid"), ("ParentProcessId", "ppid")):
        if own in raw:
            raw[canonical] = raw[own]
    user = raw.get("UID") or ("root" if raw.get("uid") == "0" else raw.get("uid"))
    if user:
        raw["User"] = user


class Joiner:
    """Holds the records of an event until it is over, and tells them what they know together."""

    def __init__(self) -> None:
        self._open: dict[str, list[RawRecord]] = {}
        self._held = 0
        self._processes: dict[tuple[Any, Any], tuple[str, str]] = {}  # (host, pid) to what it last started

    def add(self, record: RawRecord, size: int) -> Iterator[RawRecord]:
        """Records that are complete now; `size` is the length of the line in characters."""
        raw = record[2]
        kind, event = raw["type"], raw[EVENT]
        begun = self._open.get(event)
        if kind == "SYSCALL":
            if begun is not None:
                yield from self._close(event)
            self._open[event] = [record]
            if len(self._open) > _OPEN:
                yield from self._close(next(iter(self._open)))
        elif begun is None:
            yield record
            return
        elif kind not in _JOINED:
            if kind == "EOE":
                yield from self._close(event)
            yield record
            return
        else:
            begun.append(record)
        self._held += size
        if kind == "PROCTITLE" or len(self._open[event]) >= _RECORDS:
            yield from self._close(event)
        elif self._held > _HELD:
            yield from self.end()

    def end(self) -> Iterator[RawRecord]:
        """All that is still held."""
        for event in list(self._open):
            yield from self._close(event)

    def _close(self, event: str) -> Iterator[RawRecord]:
        records = self._open.pop(event)
        raws = [record[2] for record in records]
        _share(raws)
        if raws[0].get("SYSCALL") in _STARTS and raws[0].get("success") == "yes":
            self._know_parent(raws[0])
        if not self._open:
            self._held = 0
        yield from records

    def _know_parent(self, call: dict[str, Any]) -> None:
        """Tell a process start what its parent had started, where that stands earlier in the same log."""
        host = call.get("host")
        parent = self._processes.get((host, call.get("ppid")))
        if parent is not None:
            call["ParentImage"], call["ParentCommandLine"] = parent
        if len(self._processes) >= _PROCESSES:
            del self._processes[next(iter(self._processes))]
        command = call.get("CommandLine", "")[:_COMMAND_CHARS]
        self._processes[host, call.get("pid")] = call.get("Image", ""), command


def _share(records: list[dict[str, Any]]) -> None:
    """Add to the records of one event, the system call first, what the others know."""
    call = records[0]
    cwd = command = ""
    for raw in records[1:]:
        if raw["type"] == "CWD":
            cwd = raw.get("cwd", "")
        elif raw["type"] == "EXECVE":
            command = _command(raw)
        elif raw["type"] == "PROCTITLE" and not command:
            command = raw.get("proctitle", "")
    if command:
        call["CommandLine"] = command
    if cwd:
        call["CurrentDirectory"] = cwd
    own = {name: call[name] for name in _CONTEXT if name in call}
    for raw in records[1:]:
        kind = raw["type"]
        if kind not in ("EXECVE", "PATH", "SOCKADDR"):
            continue
        for name, value in own.items():
            raw.setdefault(name, value)
        if kind == "PATH" and "name" in raw:
            raw["TargetFilename"] = _below(cwd, raw["name"])
        elif kind == "SOCKADDR" and "SYSCALL" in call and "DestinationIp" in raw:
            raw["Initiated"] = "true" if call["SYSCALL"] == "connect" else "false"


_CONTEXT = ("exe", "comm", "SYSCALL", "Image", "CommandLine", "CurrentDirectory", "ProcessId", "User", "host")


def _command(raw: dict[str, Any]) -> str:
    """The arguments of an EXECVE record, a0 first."""
    found: list[str] = []
    while (argument := raw.get(f"a{len(found)}")) is not None:
        found.append(argument)
    return " ".join(found)


def _below(folder: str, name: str) -> str:
    if name.startswith("/") or not folder:
        return name
    return f"{folder.rstrip('/')}/{name.removeprefix('./')}"
