"""A JSON document: an array of records, one record, an export envelope, or pretty-printed records."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, BinaryIO

from cybersecqwen.records import Damage, Limits

from .damage_runs import DamageRun
from .interface import HEAD_BYTES, Blob, RawRecord, Reader
from .json_values import ENVELOPE, parse, too_deep, unwrap
from .lines import BLOCK, as_utf8, decoded

_ENVELOPE_HEAD = 4_096  # bytes in which the list of an envelope begins
_WHOLE = 64 << 20  # larger documents are read element by element, in memory bounded by line_bytes
# Possessive, so that a quote without its partner costs one pass. JSON strings hold no raw line end.
_TOKEN = re.compile(rb'"(?:[^"\\\n]++|\\.)*+"|[{}\[\]"]')
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
        bad = DamageRun(blob, self.name)
        for offset, size, data in objects(blob, limits):
            number += 1
            if data is None:
                reason = f"The object has over {size:,} bytes; the bound is {limits.line_bytes:,}."
                yield from bad.add(number, offset, reason)
                continue
            try:
                value = parse(data)
            except ValueError:
                reason = "It is not valid JSON." if data.endswith(b"}") else "The JSON is cut off."
                yield from bad.add(number, offset, reason)
                continue
            yield from bad.flush()
            for item in unwrap(value) if value.__class__ is dict else (value,):
                yield _checked(blob, number, offset, item, limits)
        yield from bad.flush()
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

    The text is None for one longer than `limits.line_bytes`, and cut off for one whose end is missing.
    What stands between objects (brackets of arrays, commas) is passed over; so is the head of an export
    envelope, where the list stands in the first bytes.
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


_ARRAY, _INNER, _MAYBE, _NEW = range(4)
"""What an open bracket begins: an array, the value of a key or the first of an array; an object that may be
a record of its own if what it stands in turns out to be damaged; one that cannot stand where it does."""
_DEEPEST = 1_000  # beyond, brackets are only counted
_LOOK_BACK = 256
_MOST_MAYBE = 1 << 20


class _Scan:
    """Finds objects in pieces of text: pairs brackets outside strings.

    Where the end of an object is missing, all behind it would be part of it. So an object that begins where
    none can be (behind a comma, or on a line of its own, where a key is expected) ends those that are open:
    these are damaged. Inside one that is too long, or that the file ends in, objects behind a comma or at the
    beginning of a line are taken as records.
    """

    def __init__(self, bound: int) -> None:
        self.base = 0
        """Where `_buffer` begins in the file."""
        self._bound = bound
        self._buffer = b""
        self._before = b""  # the end of what stood before it
        self._at = 0  # scanned up to here
        self._in_string = False
        self._open: list[tuple[int, int]] = []  # place in the file and sort of each open bracket
        self._arrays = 0  # of these
        self._passed = 0  # the outermost of these that are no records, or are told as damaged
        self._deeper = 0  # open brackets beyond `_DEEPEST`
        self._maybe: list[tuple[int, int]] = []  # begin and end of objects that may be records of their own

    def feed(self, block: bytes) -> Iterator[tuple[int, int, bytes | None]]:
        self._buffer += block
        if not self._in_string or self._leave_string():
            yield from self._tokens()
        here = self.base + len(self._buffer)
        while len(self._open) > self._passed and here - self._open[self._passed][0] > self._bound:
            yield from self._damaged(here)
        self._shrink()

    def _tokens(self) -> Iterator[tuple[int, int, bytes | None]]:
        while (token := _TOKEN.search(self._buffer, self._at)) is not None:
            kind, self._at = token[0], token.end()
            if kind == b"{":
                place = self.base + token.start()
                sort = self._sort(token.start()) if self._open else _NEW
                if sort == _NEW and not self._deeper:
                    while len(self._open) > self._passed:
                        yield from self._damaged(place)
                self._begin(place, sort)
            elif kind == b"}":
                if not self._inner_ends(self.base + token.end()):
                    yield from self._record_ends(self.base + token.end())
            elif kind == b"[":
                if self._open:
                    self._begin(self.base + token.start(), _ARRAY)
            elif kind == b"]":
                if self._deeper:
                    self._deeper -= 1
                elif self._open and self._open[-1][1] == _ARRAY:
                    self._pop()
                elif self._arrays:
                    yield from self._array_ends(self.base + token.end())
            elif kind == b'"' and not self._leave_string():
                return
        self._at = len(self._buffer)

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
        while len(self._open) > self._passed:
            yield from self._damaged(self.base + len(self._buffer))

    def _begin(self, place: int, sort: int) -> None:
        if len(self._open) >= _DEEPEST:
            self._deeper += 1
            return
        if len(self._open) == self._passed and sort in (_ARRAY, _INNER):
            self._passed += 1
        self._open.append((place, sort))
        self._arrays += sort == _ARRAY

    def _pop(self) -> tuple[int, int]:
        place, sort = self._open.pop()
        self._arrays -= sort == _ARRAY
        self._passed = min(self._passed, len(self._open))
        return place, sort

    def _sort(self, at: int) -> int:
        """What an object inside another bracket is, by what stands before it."""
        last, line = self._buffer[max(0, at - 2) : at].rstrip(b" ")[-1:], False
        if last not in (b":", b","):  # as it is not in what most programs write
            text = (self._before + self._buffer[max(0, at - _LOOK_BACK) : at])[-_LOOK_BACK:]
            front = text.rstrip()
            last, line = front[-1:], b"\n" in text[len(front) :]
        if not last or last == b":" or not (last == b"," or line):
            return _INNER
        return _MAYBE if self._open[-1][1] == _ARRAY else _NEW

    def _inner_ends(self, end: int) -> bool:
        """End an object that is no record by itself; False where the outermost record ends."""
        if self._deeper:
            self._deeper -= 1
            return True
        while self._open and self._open[-1][1] == _ARRAY:
            self._pop()
        if len(self._open) == self._passed + 1:
            return False
        if len(self._open) <= self._passed:
            if self._open:
                self._pop()
            return True
        start, sort = self._open.pop()
        while self._maybe and self._maybe[-1][0] > start:
            self._maybe.pop()
        if sort == _MAYBE and len(self._maybe) < _MOST_MAYBE:
            self._maybe.append((start, end))
        return True

    def _record_ends(self, end: int) -> Iterator[tuple[int, int, bytes | None]]:
        start = self._open[-1][0]
        if end - start > self._bound:
            yield from self._damaged(end)
        else:
            yield start, end - start, self._text(start, end)
            self._maybe.clear()
        self._pop()

    def _array_ends(self, end: int) -> Iterator[tuple[int, int, bytes | None]]:
        while self._open[-1][1] != _ARRAY:  # the end of an object is missing inside the array
            if len(self._open) == self._passed + 1:
                yield from self._damaged(end)
            self._pop()
        self._pop()

    def _damaged(self, end: int) -> Iterator[tuple[int, int, bytes | None]]:
        """The outermost record that is open, which has no end; and the records that are inside it."""
        start = self._open[self._passed][0]
        following = next(
            (at for at in range(self._passed + 1, len(self._open)) if self._open[at][1] in (_MAYBE, _NEW)),
            len(self._open),
        )
        limit = self._open[following][0] if following < len(self._open) else end
        inside = self._maybe[: bisect_left(self._maybe, (limit,))]
        del self._maybe[: len(inside)]
        self._passed = following
        stop = inside[0][0] if inside else limit
        yield start, end - start, None if end - start > self._bound else self._text(start, stop)
        for start, stop in inside:
            yield start, stop - start, None if stop - start > self._bound else self._text(start, stop)

    def _text(self, start: int, end: int) -> bytes:
        return self._buffer[start - self.base : end - self.base]

    def _shrink(self) -> None:
        keep = self._at
        if len(self._open) > self._passed:
            keep = self._open[self._passed][0] - self.base
        self._before = (self._before + self._buffer[max(0, keep - _LOOK_BACK) : keep])[-_LOOK_BACK:]
        self._buffer = self._buffer[keep:]
        self.base += keep
        self._at -= keep
