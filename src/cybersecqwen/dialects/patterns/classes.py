"""Classes of characters and escapes by letters, as RE2 has them: ASCII alone."""

from __future__ import annotations

from .tree import Ranges, inverse, merged

_DIGIT: Ranges = ((48, 57),)
_SPACE: Ranges = ((9, 10), (12, 13), (32, 32))
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_UPPER: Ranges = ((65, 90),)
_LOWER: Ranges = ((97, 122),)

SHORT: dict[str, Ranges] = {
    "d": _DIGIT,
    "D": inverse(_DIGIT),
    "s": _SPACE,
    "S": inverse(_SPACE),
    "w": _WORD,
    "W": inverse(_WORD),
}
"""`\\d` and its like. Java's `\\s` has the vertical tab as well, which no log has."""

ESCAPED = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
"""Control characters."""

NAMED: dict[str, Ranges] = {
    "alnum": merged((*_DIGIT, *_UPPER, *_LOWER)),
    "alpha": merged((*_UPPER, *_LOWER)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": _DIGIT,
    "graph": ((33, 126),),
    "lower": _LOWER,
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": _UPPER,
    "word": _WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}
"""`[[:alpha:]]` and its like."""
