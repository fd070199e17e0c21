"""Regular expressions of the middle, which RE2 searches for, and those of Lucene, for whole values.

What Elasticsearch calls caseless leaves sets of characters as they are:
https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from cybersecqwen.dialects import patterns
from cybersecqwen.dialects.patterns import Chars, Choice, Node, Repeat, Row


class Case(Enum):
    """How an expression is compared with a value."""

    KEPT = "kept"
    """With regard to case."""
    FOLDED = "folded"
    """Without regard to case, but for sets of characters, as EQL's `regex~` does."""
    LOWERED = "lowered"
    """With the value in lower case, as ES|QL's `TO_LOWER` gives it."""


@dataclass(frozen=True, slots=True)
class Lucene:
    """An expression for whole values, as Lucene reads it."""

    text: str
    case: Case


def lucene_of(pattern: str, folding: Case) -> Lucene:
    """The expression for whole values that says what RE2 finds anywhere. Raises UnsayableError.

    Where the pattern has no regard to case, the expression is for `folding`, else for the value as it is.
    """
    node = patterns.whole(patterns.parse(pattern))
    case = folding if _is_caseless(node) else Case.KEPT
    if case is Case.LOWERED:
        node = patterns.lowered(node)
    elif case is Case.FOLDED:
        node = _changed(node, _single_lowered)
    return Lucene(patterns.spell(node, patterns.IN_LUCENE), case)


def glob_lucene(text: str, case: Case) -> str:
    """The expression for whole text in which `globs.ANY` and `globs.ONE` are wildcards."""
    node = patterns.from_wildcards(text if case is Case.KEPT else text.lower(), cased=True)
    return patterns.spell(node, patterns.IN_LUCENE)


def re2_of(pattern: str, case: Case) -> str:
    """The expression that RE2 searches for, where Lucene matches whole values. Raises UnsayableError."""
    return patterns.source_of(patterns.searched(_read(pattern, case)))


def whole_re2(pattern: str, case: Case) -> str:
    """The same expression in RE2's syntax, for whole values. Raises UnsayableError."""
    node = _read(pattern, case)
    return "(?s)" + patterns.spell(node) if patterns.has_all(node) else patterns.spell(node, dot_all=False)


def wildcards_of(pattern: str, case: Case) -> str | None:
    """The text with wildcards that says the same, if there is one. Raises UnsayableError."""
    return patterns.wildcards_in(_read(pattern, case), cased=case is Case.KEPT)


def _is_caseless(node: Node) -> bool:
    sets = [one for one in patterns.nodes(node) if isinstance(one, Chars)]
    return patterns.is_closed(node) and any(patterns.lowered(one) != one for one in sets)


def _read(pattern: str, case: Case) -> Node:
    node = patterns.parse(pattern, patterns.LUCENE)
    if case is Case.KEPT:
        return node
    return _changed(node, _single_folded if case is Case.FOLDED else _on_lowered)


def _changed(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with every part changed, the innermost first."""
    if isinstance(node, Repeat):
        return change(Repeat(_changed(node.inner, change), node.least, node.most))
    if isinstance(node, Row | Choice):
        return change(type(node)(tuple(_changed(part, change) for part in node.parts)))
    return change(node)


def _is_single(node: Node) -> bool:
    return isinstance(node, Chars) and len(node.ranges) == 1 and node.ranges[0][0] == node.ranges[0][1]


def _single_lowered(node: Node) -> Node:
    if not isinstance(node, Chars):
        return node
    low = patterns.lowered(node)
    return low if _is_single(low) else node


def _single_folded(node: Node) -> Node:
    return patterns.fold(node) if _is_single(node) else node


def _on_lowered(node: Node) -> Node:
    """The characters that, once they are in lower case, are in the set."""
    if not isinstance(node, Chars):
        return node
    kept = [
        (max(first, low), min(last, high))
        for first, last in node.ranges
        for low, high in ((0, 64), (91, 0x10FFFF))
        if first <= high and last >= low
    ]
    return patterns.fold(Chars(tuple(kept)))
