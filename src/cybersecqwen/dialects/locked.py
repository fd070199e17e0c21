"""SQL on DuckDB and SQLite, which run in a process of their own that is bounded in memory and time.

One process serves all queries of this one; where a query takes it down the next query gets another.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from cybersecqwen.errors import LimitError, UnsayableError

from .columns import Column
from .locked_worker import LARGEST, LENGTH, SECONDS
from .spending import spend_elsewhere

_WAIT_S = 3.0 * SECONDS
"""Seconds for an answer, however busy the machine is or whatever a query waits for."""

Fetched = tuple[list[str], list[list[Any]]]
"""(names of the columns, rows)"""


def fetched(
    engine: str,
    tables: Sequence[tuple[str, Sequence[Column]]],
    sql: str,
    most: int,
    *,
    views: Sequence[tuple[str, str]] = (),
    moments: Mapping[str, float] | None = None,
) -> Fetched:
    """What a SELECT gives in an engine ("duckdb", "sqlite") that holds these tables and nothing else.

    In DuckDB `views` are further names of tables, `moments` the times that its parameters stand for. Times
    are seconds since 1970. Raises UnsayableError where the engine refuses it, LimitError where it takes
    too long or too much, or gives more rows than `most`.
    """
    columns = [[name, [[one.name, one.kind, one.values] for one in some]] for name, some in tables]
    request = {
        "engine": engine,
        "tables": columns,
        "views": list(views),
        "moments": dict(moments or {}),
        "sql": sql,
        "most": most,
    }
    answer = _child(os.getpid()).ask(json.dumps(request, separators=(",", ":")).encode())
    if "refused" in answer:
        raise UnsayableError(answer["refused"], what="what the engine refuses")
    if "limit" in answer:
        raise LimitError(answer["limit"])
    return answer["names"], answer["rows"]


class _Child:
    """The process, which is started when it is first asked, and again when it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        atexit.register(self.stop)

    def ask(self, request: bytes) -> dict[str, Any]:
        """The answer to a request. Raises LimitError where there is none."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self.stop()
                self._process = _started()
            process = self._process
            timer = threading.Timer(_WAIT_S, process.kill)
            timer.start()
            try:
                answer = _answer(process, request)
            except BaseException:
                self.stop()  # what it would say next is no answer to what it is asked next
                raise
            finally:
                timer.cancel()
            if answer is None:
                self.stop()
                spend_elsewhere(SECONDS)
                raise LimitError(
                    f"The query takes longer than {SECONDS} seconds, or more memory than is allowed."
                )
            spend_elsewhere(answer.get("seconds", 0.0))
            return answer

    def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            try:
                stream.close()
            except OSError:  # what was not written yet
                continue


@lru_cache(maxsize=1)
def _child(_process: int) -> _Child:
    """The one of this process: a fork must not read what another asked for."""
    return _Child()


def _started() -> subprocess.Popen[bytes]:
    worker = Path(__file__).with_name("locked_worker.py")
    return subprocess.Popen(
        [sys.executable, "-I", str(worker)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _answer(process: subprocess.Popen[bytes], request: bytes) -> dict[str, Any] | None:
    """What the process answers; None where it has ended."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(LENGTH.pack(len(request)) + request)
        process.stdin.flush()
    except OSError:
        return None
    body = _read(process.stdout)
    if body is None:
        return None
    answer: dict[str, Any] = json.loads(body)
    return answer


def _read(stream: IO[bytes]) -> bytes | None:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    body = stream.read(size) if size <= LARGEST else b""
    return body if len(body) == size else None
