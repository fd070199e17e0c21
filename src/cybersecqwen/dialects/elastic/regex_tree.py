r"""Regular expressions as data: what RE2 and Lucene both can say.

Characters are sets of code points, so that `[^\n]`, `\d` and `a` are one kind of thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

_LAST = 0x10FFFF

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of a set."""

    ranges: Ranges
    """First and last code point of each stretch; in order, apart from each other."""


@dataclass(frozen=True, slots=True)
class Row:
    """One after the other; () is the empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The inner one several times."""

    inner: Node
    least: int
    most: int | None
    """None for any number."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The beginning or the end of the text."""

    end: bool


Node = Chars | Row | Choice | Repeat | Edge


def chars(ranges: Iterable[tuple[int, int]]) -> Chars:
    """The set of all these stretches, joined where they meet."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return Chars(tuple(joined))


def others(these: Chars) -> Chars:
    """All characters but these."""
    found: list[tuple[int, int]] = []
    at = 0
    for first, last in these.ranges:
        if at < first:
            found.append((at, first - 1))
        at = last + 1
    return Chars((*found, (at, _LAST)) if at <= _LAST else tuple(found))


def of_text(text: str) -> Chars:
    """The characters of a text as a set."""
    return chars((ord(c), ord(c)) for c in text)


ANY = Chars(((0, _LAST),))
NO_BREAK = others(of_text("\n"))
DIGIT = chars([(48, 57)])
WORD = chars([(48, 57), (65, 90), (95, 95), (97, 122)])
SPACE = of_text("\t\n\f\r ")
ANYTHING = Repeat(ANY, 0, None)
EMPTY = Row(())


def row(parts: Iterable[Node]) -> Node:
    """The parts in a row, without rows inside it; "anything" twice is "anything"."""
    found: list[Node] = []
    for part in parts:
        for one in part.parts if isinstance(part, Row) else (part,):
            if one == ANYTHING and found and found[-1] == ANYTHING:
                continue
            found.append(one)
    return found[0] if len(found) == 1 else Row(tuple(found))


def single(these: Chars) -> int | None:
    """The only character of a set; None where there are several."""
    if len(these.ranges) == 1 and these.ranges[0][0] == these.ranges[0][1]:
        return these.ranges[0][0]
    return None


def folded(these: Chars) -> Chars:
    """The set with the other case of each of its letters."""
    found = list(these.ranges)
    for first, last in these.ranges:
        for low, high, shift in ((65, 90, 32), (97, 122, -32)):
            if first <= high and last >= low:
                found.append((max(first, low) + shift, min(last, high) + shift))
        if last > 127 and last - first < 64:
            found += [(ord(c), ord(c)) for code in range(max(first, 128), last + 1) for c in _cases(code)]
    return chars(found)


def _cases(code: int) -> list[str]:
    return [c for c in (chr(code).lower(), chr(code).upper()) if len(c) == 1]


def lowered(these: Chars) -> Chars:
    """The set without capital letters of ASCII."""
    kept = [
        (max(first, low), min(last, high))
        for first, last in these.ranges
        for low, high in ((0, 64), (91, _LAST))
        if first <= high and last >= low
    ]
    return chars(kept)


def on_lowered(these: Chars) -> Chars:
    """The characters that, once they are in lower case, are in the set."""
    return folded(lowered(these))


def sets(node: Node) -> list[Chars]:
    """Every set of characters in it."""
    if isinstance(node, Chars):
        return [node]
    if isinstance(node, Repeat):
        return sets(node.inner)
    return [] if isinstance(node, Edge) else [one for part in node.parts for one in sets(part)]


def _has_capitals(these: Chars) -> bool:
    return any(first <= 90 and last >= 65 for first, last in these.ranges)


def is_caseless(node: Node) -> bool:
    """Whether it takes letters in both cases wherever it takes one, and does not take just any letter."""
    found = sets(node)
    some = any(_has_capitals(one) and _has_capitals(others(one)) for one in found)
    return some and all(folded(one) == one for one in found)


def changed(node: Node, change: Callable[[Chars], Node]) -> Node:
    """The same with every set of characters changed."""
    if isinstance(node, Chars):
        return change(node)
    if isinstance(node, Repeat):
        return Repeat(changed(node.inner, change), node.least, node.most)
    if isinstance(node, Edge):
        return node
    return type(node)(tuple(changed(part, change) for part in node.parts))
