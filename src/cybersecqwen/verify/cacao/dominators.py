"""Dominators, strongly connected parts and ways of a directed graph, without recursion and near-linear.

Nodes are 0 … n-1 and a graph is a list of lists of successors. Dominators are found as Lengauer and
Tarjan do (ACM TOPLAS 1, 1979, pages 121-141, the simple version: O(m log n)), connected parts as Tarjan
does (SIAM J. Comput. 1, 1972, pages 146-160: O(n + m)).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

Graph = Sequence[Sequence[int]]
NONE = -1


def reached(graph: Graph, start: int) -> list[int]:
    """Of every node the one before it on a shortest way from `start`; -1 where there is none.

    The start is before itself.
    """
    before = [NONE] * len(graph)
    before[start] = start
    queue = deque((start,))
    while queue:
        node = queue.popleft()
        for after in graph[node]:
            if before[after] == NONE:
                before[after] = node
                queue.append(after)
    return before


def reverse(graph: Graph) -> list[list[int]]:
    """The graph with every edge turned round."""
    turned: list[list[int]] = [[] for _ in graph]
    for node, following in enumerate(graph):
        for after in following:
            turned[after].append(node)
    return turned


def _preorder(graph: Graph, root: int) -> tuple[list[int], list[int]]:
    """(Nodes in the order in which a search in depth meets them, parent of each)."""
    order: list[int] = []
    parent = [NONE] * len(graph)
    seen = [False] * len(graph)
    stack = [(root, NONE)]
    while stack:
        node, above = stack.pop()
        if seen[node]:
            continue
        seen[node] = True
        parent[node] = above
        order.append(node)
        stack.extend((after, node) for after in reversed(graph[node]) if not seen[after])
    return order, parent


class _Forest:
    """The links of Lengauer and Tarjan, with paths made shorter when they are walked."""

    def __init__(self, size: int) -> None:
        self.ancestor = [NONE] * size
        self.semi = [NONE] * size
        self._label = list(range(size))

    def least(self, node: int) -> int:
        """The node with the smallest semidominator on the way to the root of its tree."""
        ancestor, label, semi = self.ancestor, self._label, self.semi
        if ancestor[node] == NONE:
            return label[node]
        way = [node]
        while ancestor[ancestor[way[-1]]] != NONE:
            way.append(ancestor[way[-1]])
        for one in reversed(way[:-1]):
            above = ancestor[one]
            if semi[label[above]] < semi[label[one]]:
                label[one] = label[above]
            ancestor[one] = ancestor[above]
        return label[node]


def immediate_dominators(graph: Graph, root: int) -> list[int]:
    """Of every node the last one that all ways from the root to it go through; -1 where there is none.

    The root and nodes that it does not reach have none.
    """
    size = len(graph)
    order, parent = _preorder(graph, root)
    forest = _Forest(size)
    for number, node in enumerate(order):
        forest.semi[node] = number
    before = reverse(graph)
    bucket: list[list[int]] = [[] for _ in range(size)]
    dominator = [NONE] * size
    for node in reversed(order[1:]):
        for previous in before[node]:
            if forest.semi[previous] != NONE:
                forest.semi[node] = min(forest.semi[node], forest.semi[forest.least(previous)])
        bucket[order[forest.semi[node]]].append(node)
        above = parent[node]
        forest.ancestor[node] = above
        for waiting in bucket[above]:
            least = forest.least(waiting)
            dominator[waiting] = least if forest.semi[least] < forest.semi[waiting] else above
        bucket[above].clear()
    for node in order[1:]:
        if dominator[node] != order[forest.semi[node]]:
            dominator[node] = dominator[dominator[node]]
    return dominator


class Tree:
    """A dominator tree that answers at once whether one node dominates another."""

    def __init__(self, dominator: Sequence[int], root: int) -> None:
        self.root = root
        self.children: list[list[int]] = [[] for _ in dominator]
        for node, above in enumerate(dominator):
            if above != NONE:
                self.children[above].append(node)
        self._enter = [NONE] * len(dominator)
        self._leave = [NONE] * len(dominator)
        clock = 0
        stack = [(root, False)]
        while stack:
            node, done = stack.pop()
            if done:
                self._leave[node] = clock
                continue
            self._enter[node] = clock
            clock += 1
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(self.children[node]))

    def dominates(self, above: int, below: int) -> bool:
        """Whether every way from the root to `below` goes through `above`; each node dominates itself."""
        if self._enter[above] == NONE or self._enter[below] == NONE:
            return False
        return self._enter[above] <= self._enter[below] < self._leave[above]


def connected(graph: Graph) -> list[list[int]]:
    """The parts in which every node leads to every other, of more than one node or with an own loop."""
    size = len(graph)
    number, low = [NONE] * size, [0] * size
    held = [False] * size
    stack: list[int] = []
    parts: list[list[int]] = []
    clock = 0
    for first in range(size):
        if number[first] != NONE:
            continue
        work = [(first, 0)]
        while work:
            node, at = work.pop()
            if at == 0:
                number[node] = low[node] = clock
                clock += 1
                stack.append(node)
                held[node] = True
            else:
                low[node] = min(low[node], low[graph[node][at - 1]])
            for index in range(at, len(graph[node])):
                after = graph[node][index]
                if number[after] == NONE:
                    work.append((node, index + 1))
                    work.append((after, 0))
                    break
                if held[after]:
                    low[node] = min(low[node], number[after])
            else:
                if low[node] == number[node]:
                    part = _taken(stack, held, node)
                    if len(part) > 1 or node in graph[node]:
                        parts.append(part)
    return parts


def _taken(stack: list[int], held: list[bool], node: int) -> list[int]:
    part = []
    while True:
        one = stack.pop()
        held[one] = False
        part.append(one)
        if one == node:
            return part


def cycle(graph: Graph, part: Sequence[int]) -> list[int]:
    """A shortest cycle through the smallest node of a connected part, beginning there."""
    inside, first = frozenset(part), min(part)
    before = {first: NONE}
    queue = deque((first,))
    while queue:
        node = queue.popleft()
        for after in graph[node]:
            if after == first:
                way = [node]
                while before[way[-1]] != NONE:
                    way.append(before[way[-1]])
                return way[::-1]
            if after in inside and after not in before:
                before[after] = node
                queue.append(after)
    return [first]
