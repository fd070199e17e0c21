"""Walking over trees and changing them, whatever they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")

_PASSED_OVER = frozenset(("place", "notes"))


@lru_cache(maxsize=200)
def parts(kind: type[Any]) -> tuple[str, ...] | None:
    """Names of what a kind of nodes holds; None for what is no node."""
    if not is_dataclass(kind):
        return None
    return tuple(one.name for one in fields(kind) if one.name not in _PASSED_OVER)


def walk(tree: Any) -> Iterator[Any]:
    """The tree and every node in it, from the outside in and in the order of the text."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.__class__ is tuple:
            waiting.extend(reversed(node))
        elif (names := parts(node.__class__)) is not None:
            yield node
            waiting.extend(getattr(node, name) for name in reversed(names))


def children(node: Any) -> Iterator[Any]:
    """What lies right inside a node, or a tuple of them."""
    if node.__class__ is tuple:
        yield from node
    elif names := parts(node.__class__):
        yield from (getattr(node, name) for name in names)


def height(tree: Any) -> int:
    """How many nodes lie one inside the other at most."""
    waiting, highest = [(tree, 0)], 0
    while waiting:
        node, level = waiting.pop()
        if node.__class__ is tuple:
            waiting.extend((one, level) for one in node)
        elif names := parts(node.__class__):
            highest = max(highest, level)
            waiting.extend((getattr(node, name), level + 1) for name in names)
    return highest


def find(tree: Any, kind: type[T]) -> Iterator[T]:
    """Every node of a kind."""
    for node in walk(tree):
        if isinstance(node, kind):
            yield node


def changed(tree: T, change: Callable[[Any], Any]) -> T:
    """The tree with every node replaced by what `change` gives for it, from the inside out.

    Nodes that stay the same are the same objects.
    """
    found: Any = _changed(tree, change)
    return found  # type: ignore[no-any-return]


_LEAVES = frozenset(("Text", "Number", "Duration", "Typed", "Truth", "Null", "Name", "Star", "Dynamic"))
"""Kinds of nodes that hold none that a change could be about."""


def _changed(node: Any, change: Callable[[Any], Any]) -> Any:
    kind = node.__class__
    if kind is tuple:
        made = [_changed(one, change) for one in node]
        for one, other in zip(made, node, strict=True):
            if one is not other:
                return tuple(made)
        return node
    if kind.__name__ in _LEAVES:
        return change(node)
    names = parts(kind)
    if names is None:
        return node
    new = {}
    for name in names:
        before = getattr(node, name)
        if before.__class__ is str or before is None or before == ():
            continue
        after = _changed(before, change)
        if after is not before:
            new[name] = after
    return change(replace(node, **new) if new else node)
