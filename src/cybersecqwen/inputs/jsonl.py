"""JSON lines: one object a line. The fast path of the house.

Measured on 597 MB of recorded Windows events (2.6 KB a line): docs/inputs.md.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from cybersecqwen.errors import InputError
from cybersecqwen.records import Damage, Limits

from .interface import Blob, RawRecord, Reader
from .json_values import MOST_VALUES, is_plain, parse, parse_many, too_deep, unwrap
from .lines import BLOCK, Line, TooLong, as_utf8, encoding_of, lines

_PROBED_LINES = 5


class JsonLinesReader(Reader):
    """One JSON object a line, in UTF-8, UTF-16 or UTF-32; also several objects on one line."""

    name = "jsonl"
    by_line = True
    splittable = True

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`."""
        text = as_utf8(head).lstrip()
        if not text.startswith(b"{"):
            return 0
        first, found, rest = text.partition(b"\n")
        bonus = 3 if name.lower().endswith((".jsonl", ".ndjson")) else 0
        if not found:
            return 70 + bonus  # one long line: the document reader takes it whole
        if _is_object(first):
            return (92 if rest.strip() else 75) + bonus
        others = rest.split(b"\n", _PROBED_LINES)[:_PROBED_LINES]
        return (90 if any(map(_is_object, others)) else 40) + bonus

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`."""
        with blob.open() as stream:
            yield from _records(blob, lines(stream, limits), limits)


def _is_object(line: bytes) -> bool:
    line = line.strip()
    if not (line.startswith(b"{") and line.endswith(b"}")):
        return False
    try:
        return bool(parse(line))
    except ValueError:
        return False


def _records(
    blob: Blob, found: Iterable[Line | TooLong], limits: Limits
) -> Generator[RawRecord | Damage, None, int]:
    """Records and damage of lines; returns the number of lines. Adjacent damage is reported as one."""
    loads, error = orjson.loads, orjson.JSONDecodeError
    depth, number = limits.json_depth, 0
    bad = _BadRun(blob)
    for line in found:
        if isinstance(line, TooLong):
            number = line.number
            yield from bad.flush()
            yield _too_long(blob, line, limits)
            continue
        number, offset, data = line
        try:
            raw = loads(data)
        except error:
            values, reason = _salvage(data)
            if reason:
                bad.add(number, offset, reason)
        else:
            if raw.__class__ is dict and not too_deep(raw, depth) and (len(raw) > 24 or is_plain(raw)):
                if bad.count:
                    yield from bad.flush()
                yield number, offset, raw
                continue
            values = [raw]
        for value in values:
            for item in _objects(value):
                problem = _problem(item, depth)
                if problem:
                    bad.add(number, offset, problem)
                else:
                    yield from bad.flush()
                    yield number, offset, item
    yield from bad.flush()
    return number


def _objects(value: Any) -> Iterator[Any]:
    """The records of a parsed line: the object, those in its envelope, or those of a list."""
    for item in value if value.__class__ is list else (value,):
        if item.__class__ is dict:
            yield from unwrap(item)
        else:
            yield item


def _problem(item: Any, depth: int) -> str:
    if item.__class__ is not dict:
        return "It is JSON, but not an object."
    if too_deep(item, depth):
        return f"It nests deeper than {depth} levels."
    return ""


def _salvage(data: bytes) -> tuple[list[Any], str]:
    """(values, reason) of a line that is not one clean JSON value; blank lines are neither."""
    stripped = data.strip(b" \t\r\n\x00\x1e")  # RFC 7464 sequences begin with a record separator
    if not stripped or stripped == b"\xef\xbb\xbf":
        return [], ""
    try:
        return [parse(stripped)], ""
    except ValueError:
        pass
    try:
        values, complete = parse_many(stripped)
        return values, "" if complete else f"It holds more than {MOST_VALUES:,} values; the rest was left."
    except ValueError:
        cut = stripped.startswith(b"{") and not stripped.endswith(b"}")
        return [], "The JSON is cut off." if cut else "It is not valid JSON."


class _BadRun:
    """Damaged lines that follow each other with the same reason: one Damage, however many there are."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._first: tuple[int, int, str] | None = None
        self.count = 0

    def add(self, number: int, offset: int, reason: str) -> None:
        if self._first is None:
            self._first = (number, offset, reason)
        self.count += 1

    def flush(self) -> Iterator[Damage]:
        if self._first is not None:
            number, offset, reason = self._first
            count, self.count, self._first = self.count, 0, None
            yield self._blob.damage(reason, record=number, offset=offset, format="jsonl", records=count)


def _too_long(blob: Blob, line: TooLong, limits: Limits) -> Damage:
    reason = f"The line has {line.length:,} bytes; the bound is {limits.line_bytes:,}."
    return blob.damage(reason, record=line.number, offset=line.offset, format="jsonl")


def split_ranges(path: str | Path, parts: int) -> list[tuple[int, int]]:
    """Byte ranges that cover a JSON lines file, begin at line starts and are about equally long.

    At most `parts`, fewer for small files and one for text that is not UTF-8. Raises InputError where
    the file cannot be read. Give each to `read_range`, in any order or in different processes.
    """
    try:
        with Path(path).open("rb", buffering=0) as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            if encoding_of(stream.read(4_096))[0] != "utf-8":
                return [(0, size)]
            cuts = [0]
            for part in range(1, min(parts, size // BLOCK + 1)):
                cut = _next_line(stream, max(size * part // parts, cuts[-1]))
                if cuts[-1] < cut < size:
                    cuts.append(cut)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    return list(zip(cuts, [*cuts[1:], size], strict=True))


def _next_line(stream: Any, at: int) -> int:
    stream.seek(at)
    while block := stream.read(BLOCK):
        found = block.find(b"\n")
        if found >= 0:
            return int(at + found + 1)
        at += len(block)
    return at


def read_range(
    path: str | Path, start: int, end: int, limits: Limits, *, name: str = ""
) -> Generator[RawRecord | Damage, None, int]:
    """Records and damage of one range of `split_ranges`; the generator returns the number of lines.

    Record numbers count from 1 inside the range (add the line counts of the ranges before it);
    offsets are those of the file. `name` is the path as the user gave it.
    """
    blob = Blob(path=name or str(path), opener=lambda: _open(path), file=Path(path))
    with _open(path) as stream:
        stream.seek(start)
        return (yield from _records(blob, lines(stream, limits, start=start, end=end), limits))


def _open(path: str | Path) -> BinaryIO:
    try:
        return Path(path).open("rb", buffering=BLOCK)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
