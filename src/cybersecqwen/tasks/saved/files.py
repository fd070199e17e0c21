"""Files in, saved reports of csq out: bounded, and whatever else is there is named and left out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from cybersecqwen.errors import CsqError
from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.json_values import deeper_than
from cybersecqwen.inputs.open import each_file
from cybersecqwen.records import Damage, Limits
from cybersecqwen.records.audit import NotRead
from cybersecqwen.tasks.interface import Request

SCHEMA = "cybersecqwen/report/1"
"""What the key `schema` of an envelope says."""
LARGEST = 64 << 20
"""Bytes of one report."""
MOST = 1_000
"""Reports of one audit."""
DEEPEST = 64
"""Levels that a report may nest."""
_ANY_SCHEMA = re.compile(r"cybersecqwen/report/(\d{1,6})")
_JSON = b"{["


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """A saved report."""

    path: str
    sha256: str
    saved: float | None
    """When the file was last written; None for standard input."""
    data: Mapping[str, Any]


def read(request: Request, limits: Limits) -> Iterator[Envelope | NotRead]:
    """Every report of the paths in order; what is none, with the reason.

    Raises InputError before the first where a path does not exist or may not be read.
    """
    found = 0
    for item in each_file(request.paths, limits, _whole, stdin=request.stdin, go_on=True):
        if isinstance(item, Damage):
            yield NotRead(path=str(item.source), reason=item.reason)
            continue
        if found >= MOST:
            yield NotRead(path=item.path, reason=f"More than {MOST:,} reports are not read at once.")
            return
        one = _envelope(item)
        found += isinstance(one, Envelope)
        yield one


def _whole(blob: Blob, limits: Limits, depth: int) -> Iterator[Blob | Damage]:
    """Reports are read from plain files; archives are not opened."""
    del limits, depth
    yield blob


def _envelope(blob: Blob) -> Envelope | NotRead:
    try:
        with blob.open() as stream:
            raw = stream.read(LARGEST + 1)
    except (OSError, CsqError) as error:
        reason = error.message if isinstance(error, CsqError) else f"It cannot be read: {error.strerror}."
        return NotRead(path=blob.path, reason=reason)
    if len(raw) > LARGEST:
        return NotRead(path=blob.path, reason=f"It holds more than {LARGEST:,} bytes.")
    data, reason = parsed(raw)
    if reason:
        return NotRead(path=blob.path, reason=reason)
    return Envelope(
        path=blob.path, sha256=hashlib.sha256(raw).hexdigest(), saved=_saved(blob.path), data=data
    )


def parsed(raw: bytes) -> tuple[Mapping[str, Any], str]:
    """(the envelope, why it is none: one sentence or "")."""
    start = raw.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        return {}, "It is empty."
    if start[:1] not in _JSON:
        return {}, "It is no report of csq: it is not JSON."
    try:
        data = orjson.loads(start)
    except orjson.JSONDecodeError:  # nesting beyond 1,024 levels as well
        return {}, "It is damaged JSON."
    return (data, _reason(data)) if isinstance(data, dict) else ({}, "It is no report of csq: it is a list.")


def _reason(data: Mapping[str, Any]) -> str:
    """Why an object is no envelope that can be read; "" where it is one."""
    schema = data.get("schema")
    if schema != SCHEMA:
        match = _ANY_SCHEMA.fullmatch(schema) if isinstance(schema, str) else None
        if match is None:
            return "It is no report of csq: `--format json` writes one."
        return f"It is of version {int(match[1])} of the envelope; version 1 is read here."
    if deeper_than(data, DEEPEST):
        return f"It nests more than {DEEPEST} levels."
    return "" if isinstance(data.get("task"), str) else "It does not say which task made it."


def _saved(path: str) -> float | None:
    try:
        return None if path == "-" else float(int(Path(path).stat().st_mtime))
    except OSError:
        return None
