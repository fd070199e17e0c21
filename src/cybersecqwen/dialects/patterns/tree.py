"""What an expression is once its flags are worked in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cybersecqwen.errors import UnsayableError

LAST = 0x10FFFF
"""The greatest code point."""

Ranges = tuple[tuple[int, int], ...]
"""Code points from and to, both included; in order, apart from each other."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Row:
    """One after the other; empty for the empty text."""

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
    """None for as often as one likes."""


class Where(StrEnum):
    """What an edge asks for."""

    START = "start of the text"
    END = "end of the text"
    LINE_START = "start of a line"
    LINE_END = "end of a line"
    WORD = "edge of a word"
    NOT_WORD = "no edge of a word"


@dataclass(frozen=True, slots=True)
class Edge:
    """A place between characters."""

    where: Where


Node = Chars | Row | Choice | Repeat | Edge

ALL = Chars(((0, LAST),))
"""Any character, line breaks included."""
ANYTHING = Repeat(ALL, 0, None)
"""Any text."""
EMPTY = Row(())


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The ranges in order, those that touch joined."""
    out: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return tuple(out)


def inverse(ranges: Ranges) -> Ranges:
    """All other characters."""
    out, at = [], 0
    for low, high in ranges:
        if at < low:
            out.append((at, low - 1))
        at = high + 1
    if at <= LAST:
        out.append((at, LAST))
    return tuple(out)


def row(parts: Iterable[Node]) -> Node:
    """The parts in a row, flat; a single one by itself."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Row) else [part])
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def choice(parts: Iterable[Node]) -> Node:
    """One of the parts, flat, each once; single characters of equal rank joined into a set."""
    flat: dict[Node, None] = {}
    for part in parts:
        for one in part.parts if isinstance(part, Choice) else [part]:
            flat[one] = None
    found = list(flat)
    if found and all(isinstance(one, Chars) for one in found):
        return Chars(merged(pair for one in found if isinstance(one, Chars) for pair in one.ranges))
    return found[0] if len(found) == 1 else Choice(tuple(found))


def nodes(node: Node) -> Iterator[Node]:
    """The node and everything in it."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        if isinstance(one, Row | Choice):
            stack.extend(one.parts)
        elif isinstance(one, Repeat):
            stack.append(one.inner)


def meets_empty(node: Node) -> bool:
    """Whether it is found in empty text."""
    if isinstance(node, Row):
        return all(map(meets_empty, node.parts))
    if isinstance(node, Choice):
        return any(map(meets_empty, node.parts))
    if isinstance(node, Repeat):
        return node.least == 0 or meets_empty(node.inner)
    return isinstance(node, Edge) and node.where is not Where.WORD


def beyond(what: str) -> UnsayableError:
    """The refusal of an expression, with what is in its way."""
    return UnsayableError(
        f"A regular expression has {what}, which not all languages know.",
        what="regular expressions",
        hint="Write it with characters, sets, choices and repetitions alone.",
    )
