"""Outlines of shapes: parts of words that are one parameter as a whole stand as 0, like numbers.

The same parts that `mask` sees (paths, hosts with their port, hexadecimal, UUIDs, between spaces, brackets,
quotes and the like), found for many lines at once in native code, so that lines which differ only in them
need not be cut into words. An outline is a shape itself, and it is masked to the same line as its shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from .shape import WORD_CHARS

_NOT_PATH, _NOT_DOTTED, _NOT_HEX, _NOT_UUID, _ZERO, _APART = 1, 2, 4, 8, 16, 32
_SPACES = b" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
_STOPS = b",;()\"'[]=<>"
"""What ends a path, as in `mask`."""
_OPENS = b"=(['\",<>"
"""After which of them a path may begin, as in `mask`."""
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HEX = b"0ABCDEFabcdef"
_DASH, _DOT, _SLASH, _NOUGHT, _COLON, _BACKSLASH, _X = b"-./0:\\x"


def outlines_of(shapes: Sequence[bytes]) -> list[bytes]:
    """The outline of each shape."""
    import numpy as np

    joined = b"\n".join(shapes)
    long = {
        shape
        for shape in shapes
        if len(shape) > WORD_CHARS and max(map(len, shape.split()), default=0) > WORD_CHARS
    }
    if long:  # a word that is masked as a whole because of its length must not become shorter
        others = iter(outlines_of([shape for shape in shapes if shape not in long]))
        return [shape if shape in long else next(others) for shape in shapes]
    raw = np.frombuffer(joined, dtype=np.uint8)
    flags = _tables()[0][raw]
    apart = np.ones(len(raw) + 2, dtype=np.bool_)
    np.equal(flags, _APART, out=apart[1:-1])
    edges = np.flatnonzero(apart[1:] != apart[:-1])
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return list(shapes)
    whole = _whole(raw, flags, starts, ends)
    starts, ends = starts[whole], ends[whole]
    steps = np.zeros(len(raw) + 1, dtype=np.int8)
    steps[starts + 1] += 1
    steps[ends] -= 1
    outline = raw.copy()
    outline[starts] = _NOUGHT
    kept: bytes = outline[np.cumsum(steps[:-1], dtype=np.int8) == 0].tobytes()
    return kept.split(b"\n")


def _whole(raw: Any, flags: Any, starts: Any, ends: Any) -> Any:
    """Which parts of words are one parameter."""
    import numpy as np

    dot, dash, colon = raw == _DOT, raw == _DASH, raw == _COLON
    flags[1:] |= (dot[1:] & dot[:-1]).view(np.uint8) * np.uint8(_NOT_DOTTED)  # no empty label, no empty group
    flags[1:] |= (dash[1:] & dash[:-1]).view(np.uint8) * np.uint8(_NOT_UUID)
    marks = starts[starts + 1 < len(raw)]
    marks = marks[(raw[marks] == _NOUGHT) & (raw[marks + 1] | 0x20 == _X)] + 1
    flags[marks] &= 255 - _NOT_HEX  # 0x, the mark of a hexadecimal number
    seen = np.bitwise_or.reduceat(flags, starts)
    first, last = raw[starts], raw[ends - 1]

    path = ((first == _SLASH) | (first == _BACKSLASH)) & (seen & _NOT_PATH == 0)
    path &= (starts == 0) | _tables()[1][raw[starts - 1]]
    number = (seen & _NOT_HEX == 0) & (seen & _ZERO != 0)

    uuid = (seen & _NOT_UUID == 0) & (first != _DASH) & (last != _DASH)
    at = np.flatnonzero(uuid & ~number)
    uuid[at] = _times(dash, starts[at], ends[at]) == 4

    dotted = (seen & _NOT_DOTTED == 0) & (first != _DOT) & (first != _COLON) & (last != _DOT)
    at = np.flatnonzero(dotted & ~number)
    begin, end = starts[at], ends[at]
    colons = _times(colon, begin, end)
    port = (colons == 1) & (last[at] == _NOUGHT) & colon[end - 2] & ~dot[np.maximum(end - 3, 0)]
    dotted[at] = (_times(dot, begin, end) >= 2) & ((colons == 0) | port)
    return path | number | uuid | dotted


def _times(sign: Any, starts: Any, ends: Any) -> Any:
    """How often a sign stands in each part."""
    import numpy as np

    total = np.cumsum(sign, dtype=np.int32)
    return total[ends - 1] - total[starts] + sign[starts]


@lru_cache(maxsize=1)
def _tables() -> tuple[Any, Any]:
    """For each byte: what a part with it cannot be (or that it stands between parts), and before a path."""
    import numpy as np

    flags = np.full(256, _NOT_PATH | _NOT_DOTTED | _NOT_HEX | _NOT_UUID, dtype=np.uint8)
    opens = np.zeros(256, dtype=np.bool_)
    for allowed, flag in (
        (bytes(range(33, 127)), _NOT_PATH),
        (_LETTERS + b"0-.:", _NOT_DOTTED),
        (_HEX, _NOT_HEX),
        (_HEX + b"-", _NOT_UUID),
    ):
        flags[list(allowed)] &= 255 - flag
    flags[_NOUGHT] |= _ZERO
    for between in chain(_SPACES, _STOPS):
        flags[between] = _APART
    opens[list(_SPACES + _OPENS)] = True
    return flags, opens
