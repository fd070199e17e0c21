"""Known-bad look-up: which of a million indicators stand in a block of log lines, and where.

Every indicator is known by its longest token (a run of letters, digits, dot, hyphen and underscore). The
hash of every token of a block is computed at once, from prefix sums, and held against a table of bits;
the few tokens that may be one of ours are compared letter for letter with what stands around them.

The hash is Σ byte[k]·B^k mod 2^64, divided by B^start, which is possible because an odd B has an inverse. It
has no strength against chosen collisions, and needs none: a collision costs one comparison.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 4 << 20
"""Bytes that `find` is meant to be given at a time; memory is about thirty times as much."""
SHORTEST = 4
"""Bytes of a token below which an indicator is not looked for: "a.b" stands everywhere."""
_BASE = 0x9E3779B97F4A7C15  # odd; the golden ratio, as in Fibonacci hashing
_BATCH = 4096
_MOST_SIGNS = 16  # dots and hyphens behind a token that are taken off
_LONGEST = 1000  # bytes of a token that are hashed when the table is made
_BITS = 24  # of the table: 16 MiB, so that a million indicators leave one token in sixteen to look at
_TOKEN = re.compile(rb"[a-z0-9._\-\x80-\xff]+")
_IPV4 = re.compile(rb"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_HIVES = {"hklm": r"\registry\machine", "hku": r"\registry\user", "hkcr": "", "hkcu": "", "hkcc": ""}
_EXACT = frozenset({"ipv4", "ipv6", "md5", "sha1", "sha256", "sha512", "cve", "asn", "mac"})
_OPEN = frozenset({"domain"})
"""Types of which a part of a longer name counts: evil.example is in a.evil.example."""
_PLAIN = frozenset({"ipv4", "domain", "md5", "sha1", "sha256", "sha512", "cve"})
"""Types whose values are one token, so that two of the same value are the same indicator."""
_UNSOUGHT = frozenset({"attack", "yara", "sigma", "suricata"})
"""What no log line holds."""
_JOINERS = frozenset("\u200c\u200d")
_DEVIANT = _JOINERS | set("ßς")
"""What IDNA 2003 drops, or maps to ss and σ, which may be a name of somebody else."""
_INNER = b"abcdefghijklmnopqrstuvwxyz0123456789_-"


class Entry(NamedTuple):
    """One indicator that is looked for."""

    type: str
    value: str


class LineHit(NamedTuple):
    """An indicator in a block of lines."""

    entry: int
    """Number of the indicator, in the order in which they were given."""
    start: int
    """First byte in the block."""
    end: int
    """After the last one."""


@dataclass(frozen=True, slots=True)
class _Spelling:
    entry: int
    text: bytes
    """In lower case."""
    at: int
    """Where the anchor stands in it."""
    pattern: re.Pattern[bytes] | None
    """For values with slashes, which logs escape; None where the bytes are compared."""


class Lookup:
    """A set of indicators, ready to be looked for."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        import numpy as np

        self.entries: tuple[Entry, ...] = tuple(Entry(*one) for one in entries)
        """As they were given."""
        self.unsought: tuple[Entry, ...] = ()
        """Those that are not looked for: too short, or of a kind that no log line holds."""
        self._whole: dict[bytes, int] = {}
        self._by_anchor: dict[bytes, list[_Spelling]] = {}
        self._networks: list[tuple[int, Any]] = []
        left = []
        for number, entry in enumerate(self.entries):
            if not self._add(number, entry):
                left.append(entry)
        self.unsought = tuple(left)
        self._powers, self._inverses = _powers(BLOCK)
        self._table = np.zeros(1 << _BITS, dtype=np.bool_)
        for known in (self._whole, self._by_anchor):
            self._table[self._slots(list(known))] = True
        self._shortest = min(map(len, (*self._whole, *self._by_anchor)), default=1 << 30)

    def find(self, block: bytes) -> list[LineHit]:
        """Every indicator in a block of whole lines, in order; a block is at most `BLOCK` bytes.

        Raises ValueError for a longer one.
        """
        if len(block) > BLOCK:
            raise ValueError("a block is too long")
        low = block.lower()
        hits = [hit for start, end in self._candidates(low) for hit in self._check(low, start, end)]
        if self._networks:
            hits += self._inside_networks(block)
        hits.sort(key=lambda hit: (hit.start, -hit.end, hit.entry))
        kept: list[LineHit] = []
        reach: dict[int, int] = {}
        for hit in hits:  # a URL with and without its scheme is one
            if hit.end > reach.get(hit.entry, -1):
                reach[hit.entry] = hit.end
                kept.append(hit)
        return kept

    def _add(self, number: int, entry: Entry) -> bool:
        if entry.type in _UNSOUGHT:
            return False
        if entry.type == "cidr":
            try:
                self._networks.append((number, ip_network(entry.value, strict=False)))
            except ValueError:
                return False
            return True
        added = False
        for text in _spellings(entry):
            if entry.type in _PLAIN and len(text) >= SHORTEST and _TOKEN.fullmatch(text):
                self._whole.setdefault(text, number)
                added = True
                continue
            anchor, at = _anchor(text)
            if len(anchor) >= SHORTEST:
                pattern = _pattern(text) if b"/" in text or b"\\" in text else None
                self._by_anchor.setdefault(anchor, []).append(_Spelling(number, text, at, pattern))
                added = True
        return added

    def _candidates(self, low: bytes) -> Iterator[tuple[int, int]]:
        """Tokens, and their parts behind a dot, whose hash is in the table."""
        import numpy as np

        data = np.frombuffer(low, dtype=np.uint8)
        size = len(data)
        if not size or not (self._whole or self._by_anchor):
            return
        inside = np.zeros(size + 2, dtype=np.bool_)
        inside[1:-1] = _classes()[data]
        edges = np.flatnonzero(inside[1:] != inside[:-1])
        starts, ends = edges[::2], edges[1::2]
        ends = _trimmed(data, starts, ends)
        inner = _inner_starts(data, inside[1:-1])
        run = np.searchsorted(starts, inner, side="right") - 1
        fits = (run >= 0) & (inner < ends[np.maximum(run, 0)]) if len(starts) else np.zeros(0, np.bool_)
        starts = np.concatenate([starts, inner[fits]])
        ends = np.concatenate([ends, ends[run[fits]]])
        long = ends - starts >= self._shortest
        starts, ends = starts[long], ends[long]
        sums = np.empty(size + 1, dtype=np.uint64)
        sums[0] = 0
        np.cumsum(data * self._powers[:size], out=sums[1:])
        hashes = (sums[ends] - sums[starts]) * self._inverses[starts]
        known = self._table[_slots(hashes)]
        yield from zip(starts[known].tolist(), ends[known].tolist(), strict=True)

    def _slots(self, tokens: list[bytes]) -> NDArray[np.int64]:
        """Places in the table of bits of many tokens at once."""
        import numpy as np

        slots = []
        for first in range(0, len(tokens), _BATCH):
            batch = tokens[first : first + _BATCH]
            lengths = np.array([min(len(token), _LONGEST) for token in batch], dtype=np.int64)
            data = np.frombuffer(b"".join([token[:_LONGEST] for token in batch]), dtype=np.uint8)
            ends = np.cumsum(lengths)
            sums = np.zeros(len(data) + 1, dtype=np.uint64)
            np.cumsum(data * self._powers[: len(data)], out=sums[1:])
            starts = ends - lengths
            slots.append(_slots((sums[ends] - sums[starts]) * self._inverses[starts]))
        return np.concatenate(slots) if slots else np.zeros(0, np.int64)

    def _check(self, low: bytes, start: int, end: int) -> Iterator[LineHit]:
        token = low[start:end]
        number = self._whole.get(token, -1)
        if number >= 0 and _bounded(
            low,
            start,
            end,
            open=self.entries[number].type in _OPEN,
            exact=self.entries[number].type in _EXACT,
        ):
            yield LineHit(number, start, end)
        for spelling in self._by_anchor.get(token, ()):
            type = self.entries[spelling.entry].type
            if spelling.pattern is None:
                begin = start - spelling.at
                stop = begin + len(spelling.text)
                if begin < 0 or low[begin:stop] != spelling.text:
                    continue
            else:
                found = _around(spelling, low, start)
                if found is None:
                    continue
                begin, stop = found
            if _bounded(low, begin, stop, open=type in _OPEN, exact=type in _EXACT):
                yield LineHit(spelling.entry, begin, stop)

    def _inside_networks(self, block: bytes) -> Iterator[LineHit]:
        for match in _IPV4.finditer(block):
            try:
                address = ip_address(match[0].decode("ascii"))
            except ValueError:
                continue
            for number, network in self._networks:
                if address in network:
                    yield LineHit(number, match.start(), match.end())


def _slots(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    import numpy as np

    return (hashes >> np.uint64(64 - _BITS)).astype(np.int64)


def _powers(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Powers of the base and of its inverse, for every place of a block."""
    import numpy as np

    made = []
    for base in (_BASE, pow(_BASE, -1, 1 << 64)):
        powers = np.full(size + 1, base, dtype=np.uint64)
        powers[0] = 1
        made.append(np.cumprod(powers, dtype=np.uint64))
    return made[0], made[1]


def _inner_starts(data: NDArray[np.uint8], inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    r"""Where a name may begin inside a token: behind a dot, and behind an escaped line end (\n, \r, \t)."""
    import numpy as np

    behind_dot = np.flatnonzero((data[:-1] == 0x2E) & inside[1:] & (data[1:] != 0x2E)) + 1
    slashes = np.flatnonzero(data == 0x5C)
    slashes = slashes[slashes + 2 < len(data)]
    escaped = _escaped()[data[slashes + 1]] & inside[slashes + 2]
    return np.concatenate([behind_dot, slashes[escaped] + 2])


def _trimmed(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Ends of tokens without the dots and hyphens of a sentence."""
    ends = ends.copy()
    for _ in range(_MOST_SIGNS):
        last = data[ends - 1]
        extra = ((last == 0x2E) | (last == 0x2D)) & (ends - 1 > starts)
        if not extra.any():
            break
        ends[extra] -= 1
    return ends


@lru_cache(maxsize=1)
def _escaped() -> NDArray[np.bool_]:
    """For each byte whether it stands for a blank behind a backslash."""
    import numpy as np

    return np.array([byte in b"nrt" for byte in range(256)], dtype=np.bool_)


@lru_cache(maxsize=1)
def _classes() -> NDArray[np.bool_]:
    """For each byte whether tokens are made of it."""
    import numpy as np

    return np.array([_TOKEN.fullmatch(bytes([byte])) is not None for byte in range(256)], dtype=np.bool_)


def _anchor(text: bytes) -> tuple[bytes, int]:
    """The longest token of a value, as the block's tokens are cut, and where it stands."""
    best, at = b"", 0
    for match in _TOKEN.finditer(text):
        token = match[0].rstrip(b".-") or match[0][:1]
        if len(token) > len(best):
            best, at = token, match.start()
    return best, at


def _in_ascii(name: str) -> Iterator[bytes]:
    """A name as DNS carries it, by the rules that keep ß and ς where it has them (IDNA 2008)."""
    try:
        if _DEVIANT.isdisjoint(name):
            yield name.encode("idna")
        elif _JOINERS.isdisjoint(name):
            labels = unicodedata.normalize("NFC", name).split(".")
            yield b".".join(
                label.encode() if label.isascii() else b"xn--" + label.encode("punycode") for label in labels
            )
    except UnicodeError:
        return


def _spellings(entry: Entry) -> Iterator[bytes]:
    """How logs may write an indicator, in lower case."""
    low = entry.value.lower()
    yield low.encode("utf-8", "replace")
    if entry.type == "ipv6":
        try:
            yield ip_address(low).exploded.encode()
        except ValueError:
            return
    elif entry.type == "domain" and not low.isascii():
        yield from _in_ascii(low)
    elif entry.type == "registry":
        hive, mark, rest = low.partition("\\")
        if mark and hive in _HIVES and rest:
            yield ((_HIVES[hive] + mark + rest) if _HIVES[hive] else rest).encode("utf-8", "replace")
    elif entry.type == "url":
        scheme, mark, rest = low.partition("://")
        if mark and rest and scheme:  # proxies write the host and the path alone
            yield rest.encode("utf-8", "replace")


def _pattern(text: bytes) -> re.Pattern[bytes]:
    """A value with slashes, which logs double or escape."""
    parts = []
    for piece in re.split(rb"([\\/])", text[:4096]):
        if piece == b"\\":
            parts.append(rb"\\{1,4}")
        elif piece == b"/":
            parts.append(rb"\\{0,2}/")
        else:
            parts.append(re.escape(piece))
    return re.compile(b"".join(parts))


def _around(spelling: _Spelling, low: bytes, start: int) -> tuple[int, int] | None:
    """Where the whole value stands, given where its anchor does."""
    assert spelling.pattern is not None
    slashes = spelling.text[: spelling.at].count(b"\\") + spelling.text[: spelling.at].count(b"/")
    for begin in range(max(0, start - spelling.at - 3 * slashes), start - spelling.at + 1):
        match = spelling.pattern.match(low, begin)
        if match and match.end() > start:
            return match.span()
    return None


def _bounded(low: bytes, begin: int, end: int, *, open: bool, exact: bool) -> bool:
    """Whether the value stands by itself and is no part of a longer word."""
    before, after = low[begin - 1 : begin] if begin else b"", low[end : end + 1]
    if after and (after in _INNER or after >= b"\x80"):
        return False
    if after == b"." and low[end + 1 : end + 2].isalnum():  # evil.com.br is another name
        return False
    if not before:
        return True
    if before in b"nrt" and low[begin - 2 : begin - 1] == b"\\":
        return True
    if before in _INNER or before >= b"\x80":
        return False
    return open or before != b"." or not (exact or low[begin - 2 : begin - 1].isalnum())
