"""Answers that were given already, one JSON object a line, so that an interrupted run goes on.

An answer is kept under a hash of the item, the subject with the versions of its weights, and how it was
asked: whatever changes one of them asks again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from cybersecqwen.errors import InputError, OutputError

from .interface import Answer

MAX_BYTES = 256 << 20
"""Of a journal that is read back."""
_MAX_LINE = 1 << 20


class Journal:
    """Answers by key, in memory and, where a path is given, in a file that grows line by line."""

    def __init__(self, path: Path | None = None) -> None:
        """Read what is there; a last line that an interruption cut off is dropped.

        Raises:
            InputError: The file is no journal, or larger than one can be.
        """
        self._path = path
        self._answers = _read(path) if path is not None and path.exists() else {}
        self._file: IO[str] | None = None

    def get(self, key: str) -> Answer | None:
        """The answer that was given, or None."""
        return self._answers.get(key)

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer; on disk before this returns. Raises OutputError where it cannot be written."""
        self._answers[key] = answer
        if self._path is None:
            return
        line = {"key": key, "text": answer.text, "ranked": answer.ranked, "seconds": answer.seconds}
        line |= {"abstained": answer.abstained, "cut": answer.cut, "failed": answer.failed}
        try:
            if self._file is None:
                self._file = self._path.open("a", encoding="utf-8", errors="replace", newline="\n")
                if self._path.stat().st_size:
                    self._file.write("\n")  # ends a line that was cut off; empty ones are skipped
            self._file.write(json.dumps(line, ensure_ascii=True) + "\n")
            self._file.flush()
        except OSError as error:
            raise OutputError(f"{str(self._path)!r} cannot be written: {error.strerror}.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def key_of(item: str, identity: Mapping[str, str], how: Mapping[str, object]) -> str:
    """What an answer is kept under."""
    whole = json.dumps([item, sorted(identity.items()), sorted(how.items())], default=str)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _read(path: Path) -> dict[str, Answer]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path.name} is too large for a journal of answers.", hint="Delete it.")
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror}.") from error
    found: dict[str, Answer] = {}
    bad = 0
    for line in lines:
        if not line.strip():
            continue
        try:
            one = json.loads(line[:_MAX_LINE])
            found[str(one["key"])] = Answer(
                text=str(one["text"]),
                ranked=None if one["ranked"] is None else tuple(map(str, one["ranked"])),
                seconds=float(one["seconds"]),
                abstained=bool(one["abstained"]),
                cut=bool(one["cut"]),
                failed=str(one["failed"]),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            bad += 1
    if bad and not found:
        raise InputError(f"{path.name} is no journal of answers.", hint="Delete it or name another report.")
    return found
