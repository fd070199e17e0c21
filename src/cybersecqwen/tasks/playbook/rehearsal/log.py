"""The log of a rehearsal: one JSON object a line, on the disk before the next question is asked.

A line is written in one piece and flushed. Where the machine stops in the middle of one, the next reader
drops that last line and says so; a damaged line before it is an error, for then somebody changed the file.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cybersecqwen.errors import InputError, LimitError, OutputError, UsageError
from cybersecqwen.records.rehearsal import Reply

SCHEMA = "csq.rehearsal/1"
MOST_BYTES = 64 << 20
"""Bytes of a log that is read."""
MOST_NOTE = 2_000
"""Characters of a note."""
_MOST_LINE = 64 << 10
_HINT = "A log begins with a line of csq playbook rehearse; start a rehearsal anew with --log."

Entry = Mapping[str, Any]
"""One line: `kind`, `time`, and what FIELDS lists for its kind."""

_TEXTS, _NUMBER, _WHOLE = "texts", "number", "whole"
_TOLD = {"step": str, "name": str, "text": str, "outcome": str}
FIELDS: Mapping[str, Mapping[str, Any]] = {
    "start": {
        "schema": str,
        "playbook": dict,
        "version": str,
        "seed": _WHOLE,
        "injects": str,
        "rounds": _WHOLE,
        "steps": _WHOLE,
    },
    "answer": {
        "step": str,
        "name": str,
        "phase": str,
        "who": str,
        "effect": str,
        "expected_minutes": (_WHOLE, None),
        "answer": str,
        "values": _TEXTS,
        "seconds": _NUMBER,
    },
    "decision": {"step": str, "name": str, "condition": str, "answer": str, "seconds": _NUMBER},
    "switch": {"step": str, "branch": _WHOLE, "seconds": _NUMBER},
    "back": {"step": str, "seconds": _NUMBER},
    "note": {"step": str, "name": str, "note": str, "seconds": _NUMBER},
    "inject": {
        "step": str,
        "name": str,
        "visit": _WHOLE,
        "inject": str,
        "text": str,
        "answer": str,
        "seconds": _NUMBER,
    },
    "decided": _TOLD,
    "branches": _TOLD,
    "branch-end": _TOLD,
    "joined": _TOLD,
    "skipped": _TOLD,
    "bound": _TOLD,
    "unsaid": _TOLD,
    "stop": {"step": str, "reason": str, "seconds": _NUMBER},
    "resume": {"version": str},
    "end": {"scenario_minutes": _WHOLE},
}
"""Every kind of line with what it must hold, beside `kind` and `time`."""
TOLD = frozenset(kind for kind, fields in FIELDS.items() if fields is _TOLD)
"""Kinds that the machine told without an input."""
_PLAYBOOK = {"id": str, "name": str, "sha256": str}
_REPLIES = frozenset(one.value for one in Reply)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A log that was read."""

    header: Entry
    entries: tuple[Entry, ...]
    """Without the header."""
    whole: int
    """Bytes up to the end of the last whole line."""
    dropped: int
    """Bytes of a damaged last line."""

    @property
    def ended(self) -> bool:
        """Whether the rehearsal came to its end."""
        return any(one["kind"] == "end" for one in self.entries)


def read_log(data: bytes) -> Recorded:
    """A log from its bytes.

    Raises:
        LimitError: it is larger than MOST_BYTES.
        InputError: it is no log of a rehearsal, or a line before the last one is damaged.
    """
    if len(data) > MOST_BYTES:
        raise LimitError(f"The log has over {MOST_BYTES >> 20} MiB.", hint="Nobody rehearses that long.")
    entries: list[Entry] = []
    whole = 0
    for line in io.BytesIO(data):
        one = _entry(line[:-1]) if line.endswith(b"\n") else None
        if one is None and whole + len(line) < len(data):
            raise InputError(f"Line {len(entries) + 1:,} of the log is damaged.", hint=_HINT)
        if one is not None:
            entries.append(one)
            whole += len(line)
    if not entries or entries[0]["kind"] != "start":
        raise InputError("This is no log of a rehearsal: its first line is missing or damaged.", hint=_HINT)
    if any(one["kind"] == "start" for one in entries[1:]):
        raise InputError("This log has the beginning of a second rehearsal in it.", hint=_HINT)
    return Recorded(header=entries[0], entries=tuple(entries[1:]), whole=whole, dropped=len(data) - whole)


def _entry(line: bytes) -> Entry | None:
    """A line that holds what its kind must hold; None for any other."""
    if len(line) > _MOST_LINE:
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        return None
    fields = FIELDS.get(value["kind"])
    if fields is None or not isinstance(value.get("time"), str):
        return None
    if not all(name in value and _is(value[name], wanted) for name, wanted in fields.items()):
        return None
    if value["kind"] == "start":
        known = all(_is(value["playbook"].get(name), kind) for name, kind in _PLAYBOOK.items())
        return value if known and value["schema"] == SCHEMA else None
    if value["kind"] == "answer" and value["answer"] not in _REPLIES:
        return None
    return value


def _is(value: object, wanted: Any) -> bool:
    if isinstance(wanted, tuple):
        return value is None or _is(value, wanted[0])
    if wanted == _NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
    if wanted == _WHOLE:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63
    if wanted == _TEXTS:
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    return isinstance(value, wanted)


class Log:
    """A log that is written to. Close it, or use it in a `with`."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle

    @classmethod
    def new(cls, path: Path) -> Log:
        """A new file, readable for its owner only. Raises UsageError where there is one already."""
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            raise UsageError(
                f"{str(path)[:200]!r} is there already, and a log is never overwritten.",
                hint="Give another name with --log, or go on with that one by --resume.",
            ) from None
        except (OSError, ValueError) as error:
            raise OutputError(f"{str(path)[:200]!r} cannot be written: {_said(error)}.") from error
        return cls(path, handle)._locked()

    @classmethod
    def resumed(cls, path: Path) -> tuple[Log, Recorded]:
        """A log that is there, with what it holds; a damaged last line is cut off when the first is added.

        Raises InputError, LimitError as `read_log`; UsageError where another program writes to it.
        """
        try:
            handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK)
        except (OSError, ValueError) as error:
            raise InputError(f"The log {str(path)[:200]!r} cannot be opened: {_said(error)}.") from error
        log = cls(path, handle)._locked()
        try:
            recorded = read_log(_content(handle))
        except OSError as error:  # a pipe, a terminal
            log.close()
            raise InputError(f"The log {str(path)[:200]!r} cannot be read: {_said(error)}.") from error
        except BaseException:
            log.close()
            raise
        return log, recorded

    def cut(self, whole: int) -> None:
        """Keep the first `whole` bytes. Raises OutputError."""
        try:
            os.ftruncate(self._handle, whole)
        except OSError as error:
            raise OutputError(f"The log cannot be written: {_said(error)}.") from error

    def _locked(self) -> Log:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise UsageError(f"Another rehearsal is writing to {str(self.path)[:200]!r}.") from None
        except OSError:
            pass  # a file system without locks
        return self

    def add(self, entry: Entry) -> None:
        """Write a line; it is on the disk when this returns. Raises OutputError, and no half line stays."""
        line = memoryview(_written(entry))
        size = os.fstat(self._handle).st_size
        try:
            while line:
                line = line[os.write(self._handle, line) :]
            os.fsync(self._handle)
        except OSError as error:
            os.ftruncate(self._handle, size)
            raise OutputError(
                f"The log {str(self.path)[:200]!r} cannot be written: {_said(error)}.",
                hint="What was answered before is kept; --resume goes on with it.",
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _content(handle: int) -> bytes:
    parts, left = [], MOST_BYTES + 1
    while left and (part := os.pread(handle, min(left, 1 << 20), MOST_BYTES + 1 - left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _written(entry: Entry) -> bytes:
    """A line in which nothing stands that a terminal would obey: `cat` is how logs are looked at."""
    text = json.dumps(entry, ensure_ascii=False)
    if not text.isprintable():
        text = "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)
    return text.encode() + b"\n"


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
