"""Lines of text that a program wrote: syslog, the journal, audit records, and lines that no reader knows.

What each reader puts into a record: docs/inputs.md, "What the raw mappings hold".
"""

from __future__ import annotations

from typing import Any, ClassVar

from cybersecqwen.inputs.logs.line_reader import TIME
from cybersecqwen.inputs.text import KEY
from cybersecqwen.inputs.times import EARLIEST, LATEST
from cybersecqwen.records import Event

from .getters import mapped, top
from .interface import Getter, Raw, Rows
from .kinds import Kind
from .line_marks import PAIR_NAMES, UNKNOWN, Pair, of_line, of_program
from .plain_form import Names, PlainForm, Told


class LineForm(PlainForm):
    """What a line reader took apart."""

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`: the reader has worked them out."""
        values = [raw.get(TIME) for raw in rows.raws]
        return [
            value if value.__class__ is float and EARLIEST <= value <= LATEST else None for value in values
        ]

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`."""
        return _first_texts(rows, getattr(self.of, "host", ("host",)))

    def users(self, rows: Rows) -> list[str]:
        """See `Form.users`."""
        return _first_texts(rows, getattr(self.of, "user", ()))

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`: FortiGate's pairs are taken out of the line."""
        if kind.product == "fortigate" and kind.shape in ("syslog", "text"):
            return mapped(top(KEY), Pair(PAIR_NAMES.get(field, field)).find)
        return None


def _first_texts(rows: Rows, names: tuple[str, ...]) -> list[str]:
    found = [""] * len(rows.raws)
    for name in names:
        if name not in rows.top_names:
            continue
        values = [raw.get(name) for raw in rows.raws]
        found = [f or (v if v.__class__ is str else "") for f, v in zip(found, values, strict=True)]
        if all(found):
            break
    return found


class SyslogForm(LineForm):
    """A syslog message: the program tells the service."""

    text = ("Message", KEY)

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        program = raw.get("program")
        told = of_program(program) if program.__class__ is str else None
        if told is not None:
            return told
        line = raw.get(KEY)
        if line.__class__ is str and ("%" in line or "logid=" in line):
            told = of_line(line)
            if told is not UNKNOWN:
                return told
        auth = raw.get("facility") in ("auth", "authpriv")
        return "linux", "auth" if auth else "syslog", ""


class JournalForm(LineForm):
    """An entry of the journal."""

    text = ("MESSAGE",)
    marks = ("__REALTIME_TIMESTAMP", "_BOOT_ID")
    names: ClassVar[Names] = {
        "Message": ("MESSAGE",),
        "program": ("SYSLOG_IDENTIFIER", "_COMM"),
        "type": ("_AUDIT_TYPE_NAME",),
        "exe": ("_EXE",),
        "comm": ("_COMM",),
        "unit": ("UNIT", "_SYSTEMD_UNIT"),
        "host": ("_HOSTNAME",),
    }

    def key(self, raw: Raw) -> Any:
        """See `Form.key`."""
        return self.tell(raw) if self.of.recognise(raw) else None

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        program = raw.get("SYSLOG_IDENTIFIER") or raw.get("_COMM")
        if raw.get("_TRANSPORT") == "audit":
            return "linux", "auditd", ""
        told = of_program(program) if isinstance(program, str) else None
        if told is not None:
            return told
        return "linux", "auth" if raw.get("SYSLOG_FACILITY") in ("4", "10") else "syslog", ""

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        found = super().times(rows)
        return [self.event(raw).time if t is None else t for raw, t in zip(rows.raws, found, strict=True)]


class AuditForm(LineForm):
    """A record of the Linux audit system; those that tell of a start, a file or a connection say so."""

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        type_, category = raw.get("type"), ""
        if type_ == "SYSCALL":
            started = raw.get("SYSCALL") in ("execve", "execveat") and raw.get("success") == "yes"
            category = "process_creation" if started else ""
        elif type_ == "PATH":
            category = "file_event" if raw.get("nametype") == "CREATE" else ""
        elif type_ == "SOCKADDR":
            connects = raw.get("SYSCALL") == "connect" and "DestinationIp" in raw
            category = "network_connection" if connects else ""
        return "linux", "auditd", category


class TextForm(LineForm):
    """A line that no reader knows."""

    text = (KEY,)

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        return of_line(raw.get(KEY))

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        found = super().times(rows)
        if None not in found:
            return found
        return [
            event.time if event is not None else time
            for event, time in zip(self._begun(rows), found, strict=True)
        ]

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`."""
        return [event.host if event is not None else "" for event in self._begun(rows)]

    def _begun(self, rows: Rows) -> list[Event | None]:
        """The lines that may begin with a time, as events; None for the others, which name no host either."""
        return rows.once(
            "begun", lambda: [self.event(raw) if _may_begin(raw.get(KEY)) else None for raw in rows.raws]
        )


def _may_begin(line: Any) -> bool:
    start = str(line)[:1]
    return start in ("<", "[") or start.isdecimal() or "A" <= start <= "Z"
