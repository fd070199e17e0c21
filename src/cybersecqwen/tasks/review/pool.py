"""Processes that look at files, each of which may be ended at any time: parsers cannot be asked to stop.

Reading what is no program takes tree-sitter time that grows with the square of its lines, inside one call
that nothing interrupts. So every file is looked at by a process that the system ends when its time for the
file is over, or its memory; the file is named, and another process goes on with the rest.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Generic, TypeVar

from cybersecqwen.detect import workers

SECONDS = 10
"""Processor time for one file."""
SHORT_SECONDS = 2
"""The same once `_PATIENCE` files took longer: a tree of such files must come to an end, too."""
_MEMORY = 1 << 30
"""Bytes that one of these processes may take beyond what it has when it begins."""
_PATIENCE = 5
_BATCH = 16
_ALONE = 40
"""Files that one process looks at faster than several start."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Worker(Generic[Item]):
    process: BaseProcess
    connection: Connection
    waiting: deque[tuple[int, Item]] = field(default_factory=deque)
    """What it was given and has not answered, in order."""


class Pool(Generic[Item, Result]):
    """Calls a function on items in other processes, started when they are first needed."""

    def __init__(self, work: Callable[[Item], Result], late: Callable[[Item], Result], count: int) -> None:
        """Make one.

        Args:
            work: What is done; may raise, which is raised here again.
            late: The result for an item that takes too long.
            count: Processes at most.
        """
        self._work = work
        self._late = late
        self._count = max(1, count)
        self._workers: list[_Worker[Item]] = []
        self._ended = 0

    def __enter__(self) -> Pool[Item, Result]:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._workers:
            _stop(one)
        self._workers.clear()

    def map(self, items: Sequence[Item]) -> Iterator[Result]:
        """The results in the order of the items. What an item raises is raised when its turn comes."""
        todo = deque(enumerate(items))
        done: dict[int, Result | BaseException] = {}
        wanted = 1 if len(items) <= _ALONE else self._count
        for number in range(len(items)):
            while number not in done:
                self._feed(todo, wanted)
                self._listen(todo, done)
            found = done.pop(number)
            if isinstance(found, BaseException):
                raise found
            yield found

    def _feed(self, todo: deque[tuple[int, Item]], wanted: int) -> None:
        while len(self._workers) < wanted and todo:
            self._workers.append(self._started())
        for one in self._workers:
            if one.waiting or not todo:
                continue
            batch = [todo.popleft() for _ in range(min(_BATCH, len(todo)))]
            one.waiting.extend(batch)
            seconds = SECONDS if self._ended < _PATIENCE else SHORT_SECONDS
            try:
                one.connection.send((seconds, [item for _, item in batch]))
            except OSError:  # it ended meanwhile; `_listen` sees it
                continue

    def _listen(self, todo: deque[tuple[int, Item]], done: dict[int, Result | BaseException]) -> None:
        busy = {one.connection: one for one in self._workers if one.waiting}
        for connection in wait(list(busy)):
            assert isinstance(connection, Connection)
            one = busy[connection]
            try:
                good, answer = connection.recv()
            except (EOFError, OSError):
                number, item = one.waiting.popleft()
                done[number] = self._late(item)
                self._ended += 1
                todo.extendleft(reversed(one.waiting))
                _stop(one)
                self._workers.remove(one)
            else:
                number, _ = one.waiting.popleft()
                done[number] = answer if good else RuntimeError(answer) if isinstance(answer, str) else answer

    def _started(self) -> _Worker[Item]:
        context: Any = workers.context()
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._work), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)


def _stop(one: _Worker[Item]) -> None:
    one.connection.close()
    one.process.kill()
    one.process.join()


def _serve(connection: Connection, work: Callable[[Item], Result]) -> None:
    workers.begin()
    if hasattr(signal, "SIGPROF"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)  # which ends the process wherever it is
    _bound_memory()
    while True:
        try:
            seconds, items = connection.recv()
        except (EOFError, OSError):
            return
        for item in items:
            _limit(seconds)
            answer: tuple[bool, object]
            try:
                answer = (True, work(item))
            except MemoryError:
                os._exit(1)  # as a parser ends it that gets no memory
            except Exception as error:
                answer = (False, error)
            _limit(0)
            try:
                connection.send(answer)
            except OSError:
                return
            except Exception as error:  # what cannot be sent as it is
                connection.send((False, f"{type(error).__name__}: {error}"))


def _bound_memory() -> None:
    """Let this process take `_MEMORY` more than it has: a parser that tries ever more takes gigabytes.

    Where the system does not know such a bound, time alone is one. A parser that gets no memory says so and
    ends the process; its words are nobody's business, the file is named.
    """
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with suppress(ImportError, OSError, ValueError, StopIteration):
        import resource

        lines = Path("/proc/self/status").read_text().splitlines()
        has = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (has + _MEMORY, resource.RLIM_INFINITY))


def _limit(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
