"""Reports that were read before and saved with `--format json`: they need not be read again."""

from __future__ import annotations

from pathlib import Path

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.records.intel import Intelligence

LARGEST = 256 << 20
"""Bytes of a saved report that are read."""
_HEAD = 4096
_MARK = b'"cybersecqwen/report/1"'


def saved(path: str) -> Intelligence | None:
    """What a saved report holds; None where the file is no saved report.

    Raises:
        InputError: It is a saved report of another task, or damaged.
        LimitError: It is larger than `LARGEST`.
    """
    file = Path(path)
    try:
        if not file.is_file():
            return None
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
            if not head.lstrip().startswith(b"{") or _MARK not in head:
                return None
            data = head + stream.read(LARGEST + 1 - len(head))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(data) > LARGEST:
        raise LimitError(f"{path} holds more than {LARGEST:,} bytes.")
    return _read(path, data)


def _read(path: str, data: bytes) -> Intelligence:
    import orjson

    from cybersecqwen.records.intel_json import from_json

    try:
        envelope = orjson.loads(data)
        task = envelope.get("task")
        if task != "intel":
            raise InputError(
                f"{path} is a saved report of the task {str(task)[:40]!r}, not of intel.",
                hint="Save one with `csq intel REPORT --save NAME.json`.",
            )
        return from_json(envelope["extra"]["intel"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is a damaged report of csq intel.") from error
