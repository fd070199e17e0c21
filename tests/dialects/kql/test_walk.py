"""Walking over trees of KQL: in which order, how deep, and what changing leaves as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cybersecqwen.dialects.kql import Kql
from cybersecqwen.dialects.kql.tree import Call, Name
from cybersecqwen.dialects.kql.walk import changed, children, find, height, walk

KQL = Kql()
TEXT = """// why
let v = 5;
T // what
| where a == 1 and (f(b, c) > 2 or not(d has 'x'))
| summarize n = count() by e
"""


def _names(tree: Any) -> list[str]:
    return [one.text for one in find(tree, Name)]


def test_nodes_come_in_the_order_of_the_text() -> None:
    tree = KQL.parse(TEXT)
    assert [name for name in _names(tree) if name in "Tabcde"] == ["T", "a", "b", "c", "d", "e"]
    assert [one.name for one in find(tree, Call)] == ["f", "not", "count"]
    assert next(walk(tree)) is tree


def test_comments_and_places_are_no_part_of_a_tree() -> None:
    plain = "\n".join(line.partition("//")[0] for line in TEXT.splitlines())
    assert list(map(type, walk(KQL.parse(TEXT)))) == list(map(type, walk(KQL.parse(plain))))


def test_children_are_what_lies_right_inside() -> None:
    call = next(find(KQL.parse("T | where f(a, g(b)) == 1"), Call))
    (arguments,) = (one for one in children(call) if isinstance(one, tuple) and one)
    assert [type(one) for one in children(arguments)] == [Name, Call]
    assert call.name in children(call) and list(children("text")) == []


def test_the_highest_branch_counts_wherever_it_stands() -> None:
    flat = height(KQL.parse("T | where a == 1 and b == 2"))
    assert height(KQL.parse("T | where f(g(h(a))) == 1 and b == 2")) == flat + 3
    assert height(KQL.parse("T | where b == 2 and f(g(h(a))) == 1")) == flat + 3


def test_what_stays_the_same_is_the_same_object() -> None:
    tree = KQL.parse(TEXT)
    assert changed(tree, lambda node: node) is tree
    made = changed(tree, lambda node: replace(node, text="z") if node == Name("c") else node)
    assert made is not tree
    assert _names(made) == ["z" if name == "c" else name for name in _names(tree)]
    assert "f(b, z)" in KQL.render(made)
