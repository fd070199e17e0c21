"""Text with wildcards: between the patterns that tests hold and what a dialect writes.

A test of `Op.GLOB` holds a regular expression for the whole text (`(?s)`, `.*`, `.`, and what is escaped).
Here it is text again, in which the character `ANY` stands for any characters and `ONE` for one.
"""

from __future__ import annotations

import re

from cybersecqwen.detect.sigma.model import Expression, Op, Test
from cybersecqwen.detect.sigma.modifiers import ANY, ONE
from cybersecqwen.detect.sigma.parse import text_test

__all__ = ["ANY", "ONE", "pieces", "test_of", "wildcards", "wildcards_of"]

_PART = re.compile(r"\\x([0-9a-fA-F]{2})|\\(.)|(\.\*)|(\.)|(.)", re.DOTALL)


def wildcards(pattern: str) -> str:
    """The text with wildcards that a pattern of `Op.GLOB` was made from."""
    out: list[str] = []
    for code, escaped, any_, one, plain in _PART.findall(pattern.removeprefix("(?s)")):
        out.append(chr(int(code, 16)) if code else escaped or (ANY if any_ else ONE if one else plain))
    return "".join(out)


_AROUND = {Op.EQUALS: ("", ""), Op.CONTAINS: (ANY, ANY), Op.STARTS: ("", ANY), Op.ENDS: (ANY, "")}


def wildcards_of(test: Test) -> tuple[str, ...]:
    """Each value of a test about text as text with wildcards; () for operations that have none."""
    if test.op is Op.GLOB:
        return tuple(map(wildcards, test.values))
    before, after = _AROUND.get(test.op, (None, ""))
    return () if before is None else tuple(before + value + after for value in test.values)


def pieces(text: str) -> list[str]:
    """The text cut into wildcards and what stands between them, in order; no empty ones."""
    return [part for part in re.split(f"([{ANY}{ONE}])", text) if part]


def test_of(field: str, text: str, *, cased: bool = False) -> Expression:
    """The test for text with wildcards, whole: by the cheapest operation that says the same.

    `ANY` alone asks that the field is there.
    """
    return text_test(field, text, None if field else Op.EQUALS, cased)
