"""Dominators and connected parts against their definitions, on random graphs."""

from __future__ import annotations

import random
from collections.abc import Collection

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.verify.cacao.dominators import (
    NONE,
    Graph,
    Tree,
    connected,
    cycle,
    immediate_dominators,
    reached,
    reverse,
)
from tests.strategies import UNHURRIED


@st.composite
def graphs(draw: st.DrawFn, most: int = 9) -> list[list[int]]:
    size = draw(st.integers(1, most))
    return draw(st.lists(st.lists(st.integers(0, size - 1), max_size=4), min_size=size, max_size=size))


def reachable(graph: Graph, start: int, without: Collection[int] = ()) -> set[int]:
    """By definition, one edge after the other."""
    found = {start} - set(without)
    while True:
        more = {after for node in found for after in graph[node]} - set(without) - found
        if not more:
            return found
        found |= more


@UNHURRIED
@given(graphs())
def test_a_node_dominates_what_cannot_be_reached_without_it(graph: list[list[int]]) -> None:
    there = reachable(graph, 0)
    tree = Tree(immediate_dominators(graph, 0), 0)
    for above in range(len(graph)):
        left = reachable(graph, 0, (above,))
        for below in range(len(graph)):
            wanted = {above, below} <= there and (below == above or below not in left)
            assert tree.dominates(above, below) == wanted, (above, below)


@UNHURRIED
@given(graphs())
def test_the_immediate_dominator_is_the_last_one(graph: list[list[int]]) -> None:
    dominator = immediate_dominators(graph, 0)
    there = reachable(graph, 0)
    for node in range(len(graph)):
        strict = {one for one in there - {node} if node not in reachable(graph, 0, (one,))}
        if node not in there or node == 0:
            assert dominator[node] == NONE
            continue
        last = dominator[node]
        assert last in strict
        assert all(one == last or last not in reachable(graph, 0, (one,)) for one in strict)


@UNHURRIED
@given(graphs())
def test_parts_are_what_leads_back(graph: list[list[int]]) -> None:
    wanted = set()
    for node in range(len(graph)):
        behind = set().union(*(reachable(graph, after) for after in graph[node]))
        if node in behind:
            wanted.add(frozenset(one for one in behind if node in reachable(graph, one)))
    parts = connected(graph)
    assert {frozenset(part) for part in parts} == wanted
    assert len(parts) == len(wanted)
    for part in parts:
        way = cycle(graph, part)
        assert way[0] == min(part) and len(set(way)) == len(way)
        assert all(after in graph[node] for node, after in zip(way, [*way[1:], way[0]], strict=True))


@UNHURRIED
@given(graphs())
def test_reached_holds_ways_from_the_start(graph: list[list[int]]) -> None:
    before = reached(graph, 0)
    assert {node for node, one in enumerate(before) if one != NONE} == reachable(graph, 0)
    assert all(node in graph[one] or node == 0 for node, one in enumerate(before) if one != NONE)


def test_a_chain_of_thirty_thousand_needs_no_recursion() -> None:
    size = 30_000
    chain = [[node + 1, max(0, node - 3)] for node in range(size - 1)] + [[]]
    dominator = immediate_dominators(chain, 0)
    assert dominator[1:] == list(range(size - 1))
    assert len(connected(chain)) == 1
    assert immediate_dominators(reverse(chain), size - 1)[0] == 1
    assert Tree(dominator, 0).dominates(5, size - 1)


def test_many_random_graphs() -> None:
    """Larger than what is drawn above: a wrong semidominator shows in one of twenty of these."""
    chance = random.Random(1)
    for _ in range(600):
        size = chance.randint(8, 14)
        graph = [
            [chance.randrange(size) for _ in range(chance.choice((0, 1, 1, 2, 2, 3)))] for _ in range(size)
        ]
        tree, there = Tree(immediate_dominators(graph, 0), 0), reachable(graph, 0)
        for above in there:
            left = reachable(graph, 0, (above,))
            wrong = [one for one in there if tree.dominates(above, one) != (one == above or one not in left)]
            assert wrong == [], graph
