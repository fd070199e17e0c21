"""Indicators looked for in logs of any size: files in parts over several processes, the rest as it comes.

Lines are searched as bytes, without being parsed: an indicator counts wherever it stands. What is no text
by itself (EVTX, UTF-16) is read record by record first.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cybersecqwen.detect.workers import begin, context
from cybersecqwen.errors import InputError
from cybersecqwen.inputs import Blob, Reader
from cybersecqwen.inputs.damages import Damages
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.lines import encoding_of
from cybersecqwen.records import Damage, Limits, Source

from .lookup import BLOCK, LineHit, Lookup

PART_BYTES = 64 << 20
"""Of a file, what one process searches at a time."""
WORTH_BYTES = 32 << 20
"""Below this a second process costs more than it saves."""
PLACES = 5
"""Lines that are kept for each indicator and part."""
LINE_CHARS = 400
"""Characters of a line that are kept."""
_BINARY = frozenset({"evtx", "journal"})
_HEAD = 4096
_OVERLAP = 1 << 16
"""Bytes of a line longer than a block that two pieces of it share: no indicator is longer."""

_lookup: Lookup | None = None  # of a worker process, set once by `_start`


class LinePlace(NamedTuple):
    """A line that holds an indicator."""

    path: str
    """File, with members of archives behind "!"."""
    line: int
    """Line or record number, from 1."""
    text: str
    """The line around the indicator, at most `LINE_CHARS`."""


@dataclass(slots=True)
class Sighted:
    """Where one indicator stands."""

    count: int = 0
    places: list[LinePlace] = field(default_factory=list)

    def add(self, other: Sighted) -> None:
        """Take over what another part saw."""
        self.count += other.count
        self.places += other.places[: max(0, PLACES - len(self.places))]


@dataclass(slots=True)
class Searched:
    """What was searched and found."""

    lines: int = 0
    bytes: int = 0
    files: int = 0
    sighted: dict[int, Sighted] = field(default_factory=dict)
    """By the number of the indicator."""
    damage: Damages = field(default_factory=Damages)

    def add(self, other: Searched) -> None:
        """Take over another part."""
        self.lines += other.lines
        self.bytes += other.bytes
        self.damage.merge(other.damage)
        for entry, seen in other.sighted.items():
            self.sighted.setdefault(entry, Sighted()).add(seen)


def search(
    inputs: Iterable[tuple[Blob, Reader] | Damage], lookup: Lookup, limits: Limits, workers: int = 1
) -> Iterator[Searched]:
    """Search every input; gives what was found so far, growing, after each part."""
    done = Searched()
    with _Pool(lookup, workers) as pool:
        for one in inputs:
            if isinstance(one, Damage):
                done.damage.add(one)
                continue
            blob, reader = one
            done.files += 1
            for part in _readable(blob, reader, _parts(blob, reader, lookup, limits, pool)):
                done.add(part)
                yield done
    yield done


def _readable(blob: Blob, reader: Reader, parts: Iterator[Searched]) -> Iterator[Searched]:
    """The parts of a file; where it fails while it is read, a damage behind them."""
    try:
        yield from parts
    except InputError as error:
        yield _damaged(blob.damage(error.message, format=reader.name))
    except OSError as error:
        reason = f"It cannot be read further: {error.strerror or error}."
        yield _damaged(blob.damage(reason, format=reader.name))


def _parts(blob: Blob, reader: Reader, lookup: Lookup, limits: Limits, pool: _Pool) -> Iterator[Searched]:
    with blob.open() as stream:
        head = stream.read(_HEAD)
        text = reader.name not in _BINARY and encoding_of(head)[0] == "utf-8"
        parts = blob.file is not None and blob.size >= WORTH_BYTES and pool.workers > 1
        if text and not parts:
            yield from _stream(stream, head, _name(blob), lookup, limits)
            return
    if text:
        yield from pool.search(blob)
    elif blob.size < 0:  # it can be read once, and its first bytes are read
        reason = "It comes as a stream in another encoding than UTF-8; save it as a file first."
        yield _damaged(blob.damage(reason))
    else:
        yield from _records(blob, reader, lookup, limits)


def _stream(stream: BinaryIO, head: bytes, name: str, lookup: Lookup, limits: Limits) -> Iterator[Searched]:
    """Blocks of whole lines; a line longer than a block is searched in pieces that overlap."""
    rest, line, again, read = head, 1, 0, len(head)
    while True:
        try:
            data = stream.read(BLOCK - len(rest))
        except (OSError, EOFError, ValueError) as error:
            yield _stopped(name, f"It cannot be read further: {error}.")
            return
        read += len(data)
        if read > limits.file_bytes:
            yield _stopped(
                name, f"It holds more than {limits.file_bytes:,} bytes; the rest was not searched."
            )
            return
        block = rest + data
        if not block:
            return
        end, following = _cut(block, last=not data)
        yield _block(block[:end], name, line, lookup, again, last=not data)
        line += block.count(b"\n", 0, following)
        again = end - following
        rest = block[following:]


def _stopped(name: str, reason: str) -> Searched:
    return _damaged(Damage(source=Source(path=name), reason=reason))


def _damaged(one: Damage) -> Searched:
    found = Searched()
    found.damage.add(one)
    return found


def _cut(block: bytes, *, last: bool) -> tuple[int, int]:
    """Where a block ends and where the next one begins: before the end within a line that fills the block."""
    if last:
        return len(block), len(block)
    end = block.rfind(b"\n") + 1
    if end:
        return end, end
    return len(block), max(len(block) - _OVERLAP, len(block) // 2) if len(block) == BLOCK else 0


def _block(
    block: bytes, name: str, first: int, lookup: Lookup, again: int = 0, *, last: bool = False
) -> Searched:
    """Search one block whose first line has the number `first`; its first `again` bytes are known."""
    lines = block.count(b"\n", again) + (last and bool(block) and not block.endswith(b"\n"))
    found = Searched(lines=lines, bytes=len(block) - again)
    line, at = first, 0
    for hit in lookup.find(block):
        if hit.end <= again:
            continue
        seen = found.sighted.setdefault(hit.entry, Sighted())
        seen.count += 1
        if len(seen.places) < PLACES:
            line += block.count(b"\n", at, hit.start)
            at = hit.start
            seen.places.append(LinePlace(name, line, _excerpt(block, hit)))
    return found


def _excerpt(block: bytes, hit: LineHit) -> str:
    start = block.rfind(b"\n", 0, hit.start) + 1
    end = block.find(b"\n", hit.end)
    end = len(block) if end < 0 else end
    if end - start > LINE_CHARS:
        around = (LINE_CHARS - min(hit.end - hit.start, LINE_CHARS)) // 2
        start, end = max(start, hit.start - around), min(end, hit.start + LINE_CHARS - around)
    return block[start:end].decode("utf-8", "replace").strip()


def _records(blob: Blob, reader: Reader, lookup: Lookup, limits: Limits) -> Iterator[Searched]:
    """Records as JSON lines, a block at a time; the number of the record stands for the line."""
    import orjson

    lines: list[bytes] = []
    numbers: list[int] = []
    size = 0
    for record in records(blob, reader, limits):
        if isinstance(record, Damage):
            yield _damaged(record)
            continue
        try:
            line = orjson.dumps(record[2], default=str, option=orjson.OPT_NON_STR_KEYS)
        except TypeError:  # a number of more than 64 bits, or half a character
            line = str(record[2]).encode("utf-8", "replace")
        if size + len(line) + 1 > BLOCK and lines:
            yield _numbered(lines, numbers, blob, lookup)
            lines, numbers, size = [], [], 0
        if len(line) >= BLOCK:
            for part in _stream(io.BytesIO(line), b"", _name(blob), lookup, limits):
                yield _renumbered(part, [record[0]])
            continue
        lines.append(line)
        numbers.append(record[0])
        size += len(line) + 1
    if lines:
        yield _numbered(lines, numbers, blob, lookup)


def _numbered(lines: list[bytes], numbers: list[int], blob: Blob, lookup: Lookup) -> Searched:
    return _renumbered(_block(b"\n".join(lines), _name(blob), 1, lookup, last=True), numbers)


def _renumbered(found: Searched, numbers: list[int]) -> Searched:
    """Lines of a block told by the numbers of their records."""
    for seen in found.sighted.values():
        seen.places = [place._replace(line=numbers[place.line - 1]) for place in seen.places]
    return found


def _name(blob: Blob) -> str:
    return f"{blob.path}!{blob.member}" if blob.member else blob.path


class _Pool:
    """Worker processes, started when the first large file comes."""

    def __init__(self, lookup: Lookup, workers: int) -> None:
        self.workers = workers
        self._lookup = lookup
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def search(self, blob: Blob) -> Iterator[Searched]:
        """A large file in parts, in order, with the numbers of its lines."""
        assert blob.file is not None
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self.workers, mp_context=context(), initializer=_start, initargs=(self._lookup,)
            )
        jobs = [
            self._executor.submit(_part, str(blob.file), _name(blob), start, end)
            for start, end in _ranges(blob.file, blob.size)
        ]
        before = 0
        for job in jobs:
            part = job.result()
            for seen in part.sighted.values():
                seen.places = [place._replace(line=place.line + before) for place in seen.places]
            before += part.lines
            yield part


def _start(lookup: Lookup) -> None:
    global _lookup
    begin()
    _lookup = lookup


def _part(file: str, name: str, start: int, end: int) -> Searched:
    """One range of a file, which begins and ends at line ends."""
    assert _lookup is not None
    found = Searched()
    at, line, again = start, 1, 0
    try:
        with Path(file).open("rb") as stream:
            while at + again < end:
                stream.seek(at)
                block = stream.read(min(BLOCK, end - at))
                last = at + len(block) >= end
                stop, following = _cut(block, last=last)
                if not following:  # the file became shorter
                    break
                found.add(_block(block[:stop], name, line, _lookup, again, last=last))
                line += block.count(b"\n", 0, following)
                again = stop - following
                at += following
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}.") from error
    return found


def _ranges(path: Path, size: int) -> Iterator[tuple[int, int]]:
    """Ranges of about `PART_BYTES` that end behind a line; a line without an end for long is cut."""
    start = 0
    with path.open("rb") as stream:
        while start < size:
            end = min(start + PART_BYTES, size)
            if end < size:
                stream.seek(end)
                tail = stream.read(BLOCK)
                end += tail.find(b"\n") + 1 or len(tail)
            yield start, min(end, size)
            start = end
