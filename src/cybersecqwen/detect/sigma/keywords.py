"""Which records of a batch can hold any keyword at all: one pass over their JSON, many at a time.

Keywords ask about the whole text of a record, and a set has rules with keywords for every Windows event. To
put that text together costs more than everything else, so RE2 looks first for the literals that the tests
cannot do without, as JSON escapes them. Measured on recorded Windows events of 4.7 kB: 7 µs a record, against
25 µs for the text itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import re2

from cybersecqwen.inputs.text import KEY

from .literal import required_literal
from .model import Op, Test
from .values import whole_text

_TOGETHER = 64  # records whose JSON is searched at once
_MOST_LITERALS = 5_000

Suspects = Callable[[Sequence[Mapping[str, Any]]], list[bool]]
"""For each record whether one of the tests could hold for it."""


@dataclass(frozen=True, slots=True)
class Keywords:
    """What can be told of keywords without looking at records one by one."""

    covered: frozenset[int]
    """Numbers of the tests that cannot hold for a record without a literal of theirs."""
    suspects: Suspects
    """For each record whether one of these tests could hold for it."""


def keywords_of(tests: Sequence[tuple[int, Test]]) -> Keywords | None:
    """The tests whose literals can be looked for in many records at once; None where there are none."""
    literals: set[str] = set()
    covered: set[int] = set()
    for number, test in tests:
        found = literals_of(test)
        if found and len(literals) + len(found) <= _MOST_LITERALS:
            literals |= found
            covered.add(number)
    options = re2.Options()
    options.log_errors = False
    try:
        in_json = _searcher({orjson.dumps(literal)[1:-1] for literal in literals}, options)
        in_lines = _searcher({literal.encode() for literal in literals}, options)
    except re2.error:  # larger than RE2 is willing to build
        return None
    if not covered:
        return None

    def suspects(raws: Sequence[Mapping[str, Any]]) -> list[bool]:
        lines = KEY in raws[0]
        return list(_suspects(in_lines if lines else in_json, _as_lines if lines else _json, raws))

    return Keywords(frozenset(covered), suspects)


def _searcher(literals: set[bytes], options: Any) -> Callable[[bytes], Any]:
    escaped = sorted(map(re2.escape, literals))
    found: Callable[[bytes], Any] = re2.compile(b"(?i)" + b"|".join(escaped), options).search
    return found


def literals_of(test: Test) -> set[str]:
    """A literal for each value of a test; empty where one has none, or holds without any."""
    if test.op not in _TEXT or test.part:
        return set()
    found = set()
    for value in test.values:
        literal = value if test.op not in (Op.GLOB, Op.REGEX) else required_literal(value)
        if not _shows(literal):
            return set()
        found.add(literal.lower())
    return found


_TEXT = (Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS, Op.GLOB, Op.REGEX)


def _shows(literal: str) -> bool:
    """Whether a text with this literal is sure to have it in its JSON.

    Numbers may be written in other ways ("nan" not at all), a line break may stand between two values, and
    beyond ASCII folding case is not the same everywhere.
    """
    if not literal.isascii() or not literal.isprintable() or literal.lower() in "-infinity nan":
        return False
    return any(c.isalpha() and c not in "eE" for c in literal)


def _suspects(
    search: Callable[[bytes], Any],
    written: Callable[[Sequence[Mapping[str, Any]]], bytes | None],
    raws: Sequence[Mapping[str, Any]],
) -> Iterator[bool]:
    for start in range(0, len(raws), _TOGETHER):
        some = raws[start : start + _TOGETHER]
        text = written(some)
        if text is not None and text.isascii() and search(text) is None:
            yield from (False,) * len(some)
            continue
        for raw in some:
            text = written((raw,))
            yield text is None or not text.isascii() or search(text) is not None


def _json(raws: Sequence[Mapping[str, Any]]) -> bytes | None:
    """Records as JSON; None where they have none (lone surrogates, huge numbers)."""
    try:
        return orjson.dumps(list(raws))
    except (TypeError, ValueError):
        return None


def _as_lines(raws: Sequence[Mapping[str, Any]]) -> bytes | None:
    """The whole texts of records that were read from lines."""
    try:
        return "\n".join(map(whole_text, raws)).encode()
    except UnicodeEncodeError:  # lone surrogates
        return None
