"""What the names of a function are set to, in the order of the text, and which of it reaches a use."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cybersecqwen.detect.code.tree import Node, Tree

_TARGETS = frozenset(
    ("identifier", "shorthand_property_identifier_pattern", "variable_name", "as_pattern_target")
)
_LOOPS = ("for_statement", "for_in_clause", "for_in_statement", "enhanced_for_statement")
_BLOCKS = frozenset(("block", "statement_block", "module", "program", "switch_case", "else_clause"))
_MOST = 12
"""Settings of a name that are looked at for one use."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A name is set."""

    at: int
    """Offset where it is done."""
    value: Node
    """What it is set to; for a loop what is gone through."""
    block: tuple[int, int]
    """The innermost block around it."""
    grows: bool
    """It adds to what was there."""


class Bindings:
    """All of one file."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    @cached_property
    def _all(self) -> dict[tuple[int, str], list[Binding]]:
        made: dict[tuple[int, str], list[Binding]] = defaultdict(list)
        profile = self._tree.profile
        kinds = (
            *profile.assignments,
            *(one for one in _LOOPS if _has(self._tree, one)),
            *_patterns(self._tree),
        )
        for node in self._tree.find(kinds):
            target, value, grows = _sides(node)
            if target is None or value is None:
                continue
            reach = node.range()
            function = self._tree.function_at(reach.start.index)
            block = _block(node)
            for name in _names(target):
                made[(function, name)].append(Binding(reach.start.index, value, block, grows))
        for some in made.values():
            some.sort(key=lambda one: one.at)
        return made

    def reaching(self, function: int, name: str, use: int) -> Iterator[Binding]:
        """What a name may hold where it is used, the last setting first.

        A setting in a block that the use stands in too replaces all before it, one in another branch does
        not. Where none stands before the use, as in a loop, all may.
        """
        found = self._all.get((function, name), ())
        before = bisect_left(found, use, key=lambda one: one.at)
        if not before:
            yield from found[-_MOST:]
            return
        for one in reversed(found[max(0, before - _MOST) : before]):
            yield one
            if one.block[0] <= use <= one.block[1] and not one.grows:
                return

    def knows(self, function: int, name: str) -> bool:
        """Whether a name is set anywhere in a function."""
        return (function, name) in self._all


def _has(tree: Tree, kind: str) -> bool:
    """Whether a grammar has a kind of node: asking for one that it has not is an error."""
    loops = {"python": ("for_statement", "for_in_clause"), "javascript": ("for_in_statement",)}
    name = "python" if tree.language == "python" else "javascript"
    return kind in loops[name]


def _patterns(tree: Tree) -> tuple[str, ...]:
    return ("as_pattern",) if tree.language == "python" else ()


def _sides(node: Node) -> tuple[Node | None, Node | None, bool]:
    if node.kind() == "as_pattern":
        parts = node.named_children()
        return (parts[-1], parts[0], False) if len(parts) == 2 else (None, None, False)
    target = node.field("left") or node.field("name")
    value = node.field("right") or node.field("value")
    sign = node.field("operator")
    grows = "augmented" in node.kind() or (sign is not None and sign.text() not in ("=", ":=", "in", "of"))
    return target, value, grows


def _names(target: Node) -> Iterator[str]:
    """The names that a target sets: an item or attribute that is set counts as its holder."""
    kind = target.kind()
    if kind in _TARGETS:
        yield target.text()
        return
    if kind in ("subscript", "attribute", "member_expression", "subscript_expression"):
        first = next(iter(target.named_children()), None)
        if kind.startswith("subscript") and first is not None:
            yield from _names(first)
        return
    for one in target.named_children()[:50]:
        if one.kind() == "pair_pattern":
            one = one.field("value") or one
        yield from _names(one)


def _block(node: Node) -> tuple[int, int]:
    for one in node.ancestors():
        if one.kind() in _BLOCKS:
            reach = one.range()
            return reach.start.index, reach.end.index
    return 0, 1 << 60
