"""A JSON document: an array of records, one record, an export envelope, or pretty-printed records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from cybersecqwen.records import Damage, Limits

from .interface import HEAD_BYTES, Blob, RawRecord, Reader
from .json_values import ENVELOPE, parse, too_deep, unwrap
from .lines import BLOCK, as_utf8, decoded

_ENVELOPE_HEAD = 4_096  # bytes in which the list of an envelope begins
_WHOLE = 64 << 20  # larger documents are read element by element, in memory bounded by line_bytes
# Possessive, so that a quote without its partner costs one pass. JSON strings hold no raw line end.
_TOKEN = re.compile(rb'"(?:[^"\\\n]++|\\.)*+"|[{}"]')
# The rest of a string that an earlier piece of text began: to its quote, or to the line end.
_STRING_END = re.compile(rb'(?:[^"\\\n]++|\\.)*+["\n]')
_ENVELOPE_LIST = re.compile(
    rb'"(?:Records|value|alerts|results|hits|events|logEvents|items|data|rows|records|entries|Events)"'
    rb"\s*+:\s*+\[\s*+\{"
)


class JsonReader(Reader):
    """A whole JSON document. Damaged or large ones are read object by object."""

    name = "json"

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`."""
        text = as_utf8(head).lstrip()
        bonus = 3 if name.lower().endswith(".json") else 0
        if text.startswith(b"{"):
            inside = text[1:64].lstrip()
            return 80 + bonus if inside[:1] in (b'"', b"}") else 0
        if text.startswith(b"["):
            inside = text[1:64].lstrip()
            return 90 + bonus if inside[:1] in (b"{", b"]", b"[") else 0
        return 0

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`."""
        with blob.open() as stream:
            data = _utf8(stream)
        if data is None:
            yield from self._one_by_one(blob, limits)
            return
        if not data.strip():
            return
        try:
            value = parse(data)
        except ValueError:
            yield from self._one_by_one(blob, limits)
            return
        number = 0
        for raw in value if value.__class__ is list else [value]:
            for item in unwrap(raw) if raw.__class__ is dict else (raw,):
                number += 1
                yield _checked(blob, number, -1, item, limits)

    def _one_by_one(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        number = 0
        for offset, size, data in objects(blob, limits):
            number += 1
            if data is None:
                reason = f"The object has over {size:,} bytes; the bound is {limits.line_bytes:,}."
                yield blob.damage(reason, record=number, offset=offset, format=self.name)
                continue
            try:
                value = parse(data)
            except ValueError:
                reason = "It is not valid JSON." if data.endswith(b"}") else "The JSON is cut off."
                yield blob.damage(reason, record=number, offset=offset, format=self.name)
                continue
            for item in unwrap(value) if value.__class__ is dict else (value,):
                yield _checked(blob, number, offset, item, limits)
        if number == 0:
            yield blob.damage("It begins like JSON, but holds no object.", format=self.name)


def _checked(blob: Blob, number: int, offset: int, item: Any, limits: Limits) -> RawRecord | Damage:
    if item.__class__ is not dict:
        reason = "It is JSON, but not an object."
    elif too_deep(item, limits.json_depth):
        reason = f"It nests deeper than {limits.json_depth} levels."
    else:
        return number, offset, item
    return blob.damage(reason, record=number, offset=offset, format="json")


def _utf8(stream: BinaryIO) -> bytes | None:
    """The document in UTF-8 without mark; None where it is too large to be held."""
    parts, size = [], 0
    while block := stream.read(BLOCK):
        parts.append(block)
        size += len(block)
        if size > _WHOLE:
            return None
    return as_utf8(b"".join(parts))


def objects(blob: Blob, limits: Limits) -> Iterator[tuple[int, int, bytes | None]]:
    """The outermost objects of a document of any size, as (offset, bytes seen, text).

    The text is None for one longer than `limits.line_bytes`, and cut off for one that the file ends
    in. What stands between objects (brackets of arrays, commas) is passed over; so is the head of an
    export envelope, where the list stands in the first bytes.
    """
    scan = _Scan(limits.line_bytes)
    with blob.open() as stream:
        behind = _behind_envelope(as_utf8(stream.read(HEAD_BYTES)))
    with blob.open() as raw:
        stream = decoded(raw)
        if behind:
            scan.base = len(stream.read(behind))
        while block := stream.read(BLOCK):
            yield from scan.feed(block)
    yield from scan.end()


def _behind_envelope(head: bytes) -> int:
    """Where the first record in the list of an export envelope begins; 0 where the document is none.

    What stands in front of the list must be an envelope's: records have lists of such names too.
    """
    found = _ENVELOPE_LIST.search(head, 0, _ENVELOPE_HEAD)
    if found is None:
        return 0
    front = head[: found.start()].rstrip().removesuffix(b",")
    for end in (b"}", b"}}"):
        try:
            value = parse(front + end)
        except ValueError:
            continue
        return found.end() - 1 if value.__class__ is dict and value.keys() <= ENVELOPE else 0
    return 0


class _Scan:
    """Finds objects in pieces of text: counts braces outside strings."""

    def __init__(self, bound: int) -> None:
        self.base = 0
        """Where `_buffer` begins in the file."""
        self._bound = bound
        self._buffer = b""
        self._at = 0  # scanned up to here
        self._depth = 0
        self._in_string = False
        self._start = 0  # of the open object, in the file
        self._lost = False  # the open object is too long: its bytes are not kept

    def feed(self, block: bytes) -> Iterator[tuple[int, int, bytes | None]]:
        self._buffer += block
        if self._in_string and not self._leave_string():
            self._shrink()
            return
        while (token := _TOKEN.search(self._buffer, self._at)) is not None:
            kind, self._at = token[0], token.end()
            if kind == b"{":
                if self._depth == 0:
                    self._start, self._lost = self.base + token.start(), False
                self._depth += 1
            elif kind == b"}" and self._depth:
                self._depth -= 1
                if self._depth == 0:
                    yield self._object(token.end())
            elif kind == b'"' and not self._leave_string():
                break
        else:
            self._at = len(self._buffer)
        self._shrink()

    def _leave_string(self) -> bool:
        """Go behind the string that is open; False where it goes on in the next piece of text."""
        found = _STRING_END.match(self._buffer, self._at)
        self._in_string = found is None
        if found is not None:
            self._at = found.end()
            return True
        tail = self._buffer[self._at :]
        half = (len(tail) - len(tail.rstrip(b"\\"))) % 2  # a backslash whose partner comes next
        self._at = len(self._buffer) - half
        return False

    def end(self) -> Iterator[tuple[int, int, bytes | None]]:
        if self._depth:
            yield self._object(len(self._buffer))

    def _object(self, end: int) -> tuple[int, int, bytes | None]:
        size = self.base + end - self._start
        lost = self._lost or size > self._bound
        return self._start, size, None if lost else self._buffer[self._start - self.base : end]

    def _shrink(self) -> None:
        keep = self._at
        if self._depth and not self._lost:
            open_at = self._start - self.base
            self._lost = len(self._buffer) - open_at > self._bound
            keep = self._at if self._lost else open_at
        self._buffer = self._buffer[keep:]
        self.base += keep
        self._at -= keep
