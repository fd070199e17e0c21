"""Upper and lower case in trees."""

from __future__ import annotations

from functools import lru_cache

from .tree import Chars, Choice, Edge, Node, Ranges, Repeat, Row, merged, nodes

_A, _Z, _a, _z = 65, 90, 97, 122
_BEYOND = (0x80, 0x10FFFF)
_TO_CASE = 32
_LAST_CASED = 0x1E943


@lru_cache(maxsize=4_096)
def folded(ranges: Ranges) -> Ranges:
    """The set with the other case of each of its letters."""
    more = list(ranges)
    for low, high in ranges:
        more += _shifted(low, high, _A, _Z, _TO_CASE) + _shifted(low, high, _a, _z, -_TO_CASE)
    if not _plain_beyond(ranges):
        more += [(other, other) for code, other in _pairs() if _has(ranges, code)]
    return merged(more)


def _shifted(low: int, high: int, first: int, last: int, by: int) -> list[tuple[int, int]]:
    low, high = max(low, first), min(high, last)
    return [(low + by, high + by)] if low <= high else []


def _plain_beyond(ranges: Ranges) -> bool:
    """Whether beyond ASCII there is nothing in the set, or everything."""
    last = ranges[-1] if ranges else (0, 0)
    return last[1] < _BEYOND[0] or (last[1] == _BEYOND[1] and last[0] <= _BEYOND[0])


def _has(ranges: Ranges, code: int) -> bool:
    return any(low <= code <= high for low, high in ranges)


@lru_cache(maxsize=1)
def _pairs() -> tuple[tuple[int, int], ...]:
    """Letters beyond ASCII and their other cases, both ways; letters that fold into ASCII are left out."""
    found: dict[str, list[int]] = {}
    for code in range(0x80, _LAST_CASED + 1):
        c = chr(code)
        low = c.lower()
        if len(low) == 1 and (low != c or c.upper() != c):
            found.setdefault(low, []).append(code)
    groups = [codes for low, codes in found.items() if ord(low) >= 0x80 and len(codes) > 1]
    return tuple((one, other) for codes in groups for one in codes for other in codes if one != other)


def is_closed(node: Node) -> bool:
    """Whether the case of letters makes no difference to the tree."""
    return all(folded(one.ranges) == one.ranges for one in nodes(node) if isinstance(one, Chars))


def fold(node: Node) -> Node:
    """The tree without regard to case."""
    return _mapped(node, lower=False)


def lowered(node: Node) -> Node:
    """The tree for text that is in lower case: of every set what lower case leaves of it."""
    return _mapped(node, lower=True)


def _mapped(node: Node, *, lower: bool) -> Node:
    if isinstance(node, Chars):
        return Chars(_lower(node.ranges) if lower else folded(node.ranges))
    if isinstance(node, Edge):
        return node
    if isinstance(node, Repeat):
        return Repeat(_mapped(node.inner, lower=lower), node.least, node.most)
    parts = tuple(_mapped(part, lower=lower) for part in node.parts)
    return Row(parts) if isinstance(node, Row) else Choice(parts)


@lru_cache(maxsize=4_096)
def _lower(ranges: Ranges) -> Ranges:
    """Without the capitals whose small letters are in it; wide sets keep theirs, which no text then has."""
    if not any(low <= _Z and high >= _A for low, high in ranges) and _plain_beyond(ranges):
        return ranges
    if sum(high - low for low, high in ranges) > 1_000:
        return ranges
    codes = {ord(low) for a, b in ranges for code in range(a, b + 1) if len(low := chr(code).lower()) == 1}
    return merged((code, code) for code in codes)
