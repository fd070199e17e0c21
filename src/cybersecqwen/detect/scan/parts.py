"""Large files of lines are scanned in several processes, each taking a range; results come in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO

from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.detect.workers import begin, context
from cybersecqwen.errors import InputError
from cybersecqwen.inputs import READERS, Blob, Reader
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.jsonl import split_ranges
from cybersecqwen.inputs.logs.frames import COUNTED
from cybersecqwen.records import Limits

from .scan import Scan
from .scanner import Scanner

WORTH_BYTES = 16 << 20
"""Below this a second process costs more than it saves."""
PART_BYTES = 24 << 20
_COUNTED = 1 << 20

_scanner: Scanner | None = None  # of a worker process, built once by `_start`


@dataclass(frozen=True, slots=True)
class Part:
    """What one range of a file gave."""

    scan: Scan
    end: int
    """Byte offset behind the range."""
    lines: int
    """Lines of the file up to there."""


def worth_it(blob: Blob, reader: Reader, workers: int) -> bool:
    """Whether this input is read faster by several processes."""
    return (
        workers > 1
        and reader.splittable
        and blob.file is not None
        and blob.size >= WORTH_BYTES
        and not _counted(blob.file)
    )


def _counted(path: Path) -> bool:
    """Whether messages are told apart by counts of bytes, so that a line end is no place to begin."""
    try:
        with path.open("rb", buffering=0) as stream:
            return COUNTED.match(stream.read(64)) is not None
    except OSError:
        return True  # the reading itself says what is wrong


def scan_in_parts(
    blob: Blob,
    reader: Reader,
    rules: Ruleset,
    limits: Limits,
    workers: int,
    *,
    watch: bool,
    first: int,
    start: int = 0,
    lines: int = 0,
) -> Iterator[Part]:
    """Scan a file in ranges from byte `start` on, which `lines` lines precede.

    `first` is the number in the whole run of the file's first line. Raises InputError where the file
    cannot be read any more.
    """
    assert blob.file is not None
    ranges = [
        (begin, end)
        for begin, end in split_ranges(blob.file, max(workers, -(-blob.size // PART_BYTES)))
        if end > start
    ]
    with ProcessPoolExecutor(
        workers, mp_context=context(), initializer=_start, initargs=(rules, limits, watch)
    ) as pool:
        waiting: deque[tuple[Future[Scan], int, int]] = deque()
        try:
            for begin, end in ranges:
                begin = max(begin, start)
                job = pool.submit(_part, str(blob.file), blob.path, reader.name, (begin, end), lines, first)
                lines += count_lines(blob.file, begin, end)
                waiting.append((job, end, lines))
                # A worker that has nothing to do costs more than a part that waits; more waiting is memory.
                while len(waiting) > workers or (waiting and waiting[0][0].done()):
                    yield _given(*waiting.popleft())
            while waiting:
                yield _given(*waiting.popleft())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _given(job: Future[Scan], end: int, lines: int) -> Part:
    return Part(job.result(), end, lines)


def count_lines(path: Path, begin: int, end: int) -> int:
    """Lines of a range; what stands behind the last line end counts as one."""
    try:
        with path.open("rb", buffering=0) as stream:
            stream.seek(begin)
            left, count, last = end - begin, 0, b"\n"
            while left > 0 and (block := stream.read(min(left, _COUNTED))):
                count += block.count(b"\n")
                left -= len(block)
                last = block[-1:]
    except OSError as error:
        raise InputError(f"{path} cannot be read further: {error.strerror or error}.") from error
    return count + (last != b"\n")


def _start(rules: Ruleset, limits: Limits, watch: bool) -> None:
    global _scanner
    begin()
    _scanner = Scanner(Engine(rules), limits, watch=watch)


def _part(file: str, name: str, format: str, span: tuple[int, int], lines: int, first: int) -> Scan:
    assert _scanner is not None
    begin, end = span
    blob = Blob(path=name, size=end - begin, opener=partial(_open, file, begin, end), file=Path(file))
    out = _scanner.empty()
    found = records(blob, READERS.get(format)(), _scanner.limits)
    _scanner.scan(blob, format, found, out, first=first, lines=lines, begin=begin)
    return out


def _open(file: str, begin: int, end: int) -> BinaryIO:
    return BufferedReader(_Range(file, begin, end), 1 << 18)


class _Range(RawIOBase):
    """A stretch of a file as a file of its own."""

    def __init__(self, file: str, begin: int, end: int) -> None:
        super().__init__()
        try:
            self._stream = Path(file).open("rb", buffering=0)  # noqa: SIM115 - closed by `close`
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror or error}.") from error
        self._stream.seek(begin)
        self._left = end - begin

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase.readinto`."""
        view = memoryview(buffer)[: self._left]
        size = self._stream.readinto(view) if view else 0
        self._left -= size or 0
        return size or 0

    def close(self) -> None:
        """Close the file as well."""
        self._stream.close()
        super().close()
