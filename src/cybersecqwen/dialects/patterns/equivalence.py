"""Whether two expressions find the same texts, shown by walking both automata at once.

Each expression becomes a nondeterministic automaton (Thompson, "Regular expression search algorithm", 1968);
both are made deterministic step by step, and states that must agree are joined (Hopcroft and Karp, "A linear
algorithm for testing equivalence of finite automata", 1971). Characters that no set tells apart are one.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from cybersecqwen.errors import UnsayableError

from .anchoring import whole
from .parsing import parse
from .tree import LAST, Chars, Choice, Edge, Node, Repeat, Row, nodes

_MOST_PLACES = 4_000
"""States of one automaton: repetitions are written out."""
_MOST_PAIRS = 20_000
"""Pairs of sets of states that are looked at; beyond that nothing is shown."""

_MOST_WORK = 2_000_000
"""Steps along edges, and states reached, in both automata; beyond that nothing is shown."""

States = frozenset[int]


@lru_cache(maxsize=2_000)
def find_same(one: str, other: str) -> bool:
    """Whether two RE2 expressions find the same texts; False also where it cannot be shown."""
    if one == other:
        return True
    try:
        return same(whole(parse(one)), whole(parse(other)))
    except UnsayableError:
        return False


def same(one: Node, other: Node) -> bool:
    """Whether two trees for a whole text hold for the same texts; False also where that takes too long."""
    if one == other:
        return True
    if any(isinstance(part, Edge) for node in (one, other) for part in nodes(node)):
        return False
    letters = _letters(one, other)
    first, second = _Automaton(letters), _Automaton(letters)
    return first.build(one) and second.build(other) and _agree(first, second)


def _letters(*trees: Node) -> list[int]:
    """The first character of each stretch that no set of the trees tells apart."""
    cuts = {0}
    for tree in trees:
        for node in nodes(tree):
            if isinstance(node, Chars):
                for low, high in node.ranges:
                    cuts.add(low)
                    cuts.add(high + 1)
    return sorted(cut for cut in cuts if cut <= LAST)


class _Automaton:
    """States with edges for letters, and edges that take none."""

    def __init__(self, letters: list[int]) -> None:
        self._letters = letters
        self._free: list[list[int]] = []
        self._edges: list[list[tuple[range, int]]] = []
        self.end = -1
        self.work = 0
        self._closed: dict[States, States] = {}

    def build(self, node: Node) -> bool:
        """Make the states of a tree; False where there would be too many."""
        self.start = self._state()
        end = self._add(node, self.start)
        if end is None:
            return False
        self.end = end
        return True

    def _state(self) -> int:
        self._free.append([])
        self._edges.append([])
        return len(self._free) - 1

    def _add(self, node: Node, at: int) -> int | None:
        """Put a tree behind a state; gives the state behind it, None where there are too many."""
        if len(self._free) > _MOST_PLACES:
            return None
        if isinstance(node, Chars):
            end = self._state()
            for low, high in node.ranges:
                first = bisect_right(self._letters, low) - 1
                self._edges[at].append((range(first, bisect_right(self._letters, high)), end))
            return end
        if isinstance(node, Row):
            for part in node.parts:
                found = self._add(part, at)
                if found is None:
                    return None
                at = found
            return at
        if isinstance(node, Choice):
            end = self._state()
            for part in node.parts:
                begin = self._state()
                self._free[at].append(begin)
                found = self._add(part, begin)
                if found is None:
                    return None
                self._free[found].append(end)
            return end
        assert isinstance(node, Repeat)
        return self._repeat(node, at)

    def _repeat(self, node: Repeat, at: int) -> int | None:
        for _ in range(node.least):
            found = self._add(node.inner, at)
            if found is None:
                return None
            at = found
        if node.most is None:
            loop = self._state()
            self._free[at].append(loop)
            found = self._add(node.inner, loop)
            if found is None:
                return None
            self._free[found].append(loop)
            end = self._state()
            self._free[loop].append(end)
            return end
        end = self._state()
        for _ in range(node.most - node.least):
            self._free[at].append(end)
            found = self._add(node.inner, at)
            if found is None:
                return None
            at = found
        self._free[at].append(end)
        return end

    def closed(self, states: States) -> States:
        """The states and all that are reached without a letter."""
        found = self._closed.get(states)
        if found is None:
            seen, stack = set(states), list(states)
            while stack:
                for target in self._free[stack.pop()]:
                    if target not in seen:
                        seen.add(target)
                        stack.append(target)
            self.work += len(seen)
            found = self._closed[states] = frozenset(seen)
        return found

    def steps(self, states: States) -> dict[int, States]:
        """Where each letter leads; what no edge takes leads nowhere and is left out."""
        out: dict[int, set[int]] = {}
        for state in states:
            for letters, target in self._edges[state]:
                self.work += len(letters)
                for letter in letters:
                    out.setdefault(letter, set()).add(target)
        return {letter: self.closed(frozenset(one)) for letter, one in out.items()}


_NOWHERE: States = frozenset()


def _agree(first: _Automaton, second: _Automaton) -> bool:
    joined: dict[tuple[int, States], tuple[int, States]] = {}

    def root(one: tuple[int, States]) -> tuple[int, States]:
        while (up := joined.get(one)) is not None:
            joined[one] = joined.get(up, up)
            one = up
        return one

    begin = first.closed(frozenset((first.start,))), second.closed(frozenset((second.start,)))
    stack, looked_at = [begin], 0
    while stack:
        left, right = stack.pop()
        one, other = root((0, left)), root((1, right))
        if one == other:
            continue
        looked_at += 1
        if (first.end in left) != (second.end in right) or looked_at > _MOST_PAIRS:
            return False
        if first.work + second.work > _MOST_WORK:
            return False
        joined[one] = other
        here, there = first.steps(left), second.steps(right)
        letters = here.keys() | there.keys()
        stack.extend({(here.get(c, _NOWHERE), there.get(c, _NOWHERE)) for c in letters})
    return True
