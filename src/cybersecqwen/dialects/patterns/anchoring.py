"""Between expressions that are searched for anywhere and those that hold for a whole text."""

from __future__ import annotations

from .tree import ANYTHING, EMPTY, Choice, Edge, Node, Repeat, Row, Where, beyond, choice, nodes, row

_MOST = 64
"""Branches that a tree is taken apart into."""

_Branch = tuple[bool, tuple[Node, ...], bool]
"""Whether it begins at the start, what it is, whether it ends at the end."""


def whole(node: Node) -> Node:
    """A tree without edges that holds for a whole text where the given one is found somewhere in it.

    Raises UnsayableError where edges stand within it.
    """
    branches = [_trimmed(*one) for one in _branches(node)]
    if any(isinstance(one, Edge) for _, parts, _ in branches for part in parts for one in nodes(part)):
        raise beyond("edges of words or lines, or edges within it")
    if len({(start, end) for start, _, end in branches}) == 1:
        start, _, end = branches[0]
        inner: Node = choice(row(parts) for _, parts, _ in branches)
        return row([*([] if start else [ANYTHING]), inner, *([] if end else [ANYTHING])])
    return choice(
        row([*([] if start else [ANYTHING]), *parts, *([] if end else [ANYTHING])])
        for start, parts, end in branches
    )


def searched(node: Node) -> Node:
    """The other way: a tree to be searched for from one that holds for a whole text."""
    branches = [_unframed(part) for part in (node.parts if isinstance(node, Choice) else (node,))]
    if len({(start, end) for start, _, end in branches}) == 1:
        start, _, end = branches[0]
        inner = choice(row(parts) for _, parts, _ in branches)
        return row(_framed(start, (inner,), end))
    return choice(row(_framed(*one)) for one in branches)


def _framed(start: bool, parts: tuple[Node, ...], end: bool) -> list[Node]:
    return [*([Edge(Where.START)] if start else []), *parts, *([Edge(Where.END)] if end else [])]


def _unframed(node: Node) -> _Branch:
    parts = node.parts if isinstance(node, Row) else (node,)
    start = not (parts and parts[0] == ANYTHING)
    parts = parts if start else parts[1:]
    end = not (parts and parts[-1] == ANYTHING) and not (not parts and not start)
    return _trimmed(start, parts if end or not parts else parts[:-1], end)


def _branches(node: Node) -> list[_Branch]:
    """The branches of a tree, choices with edges at either end taken apart."""
    if isinstance(node, Choice):
        found = [branch for part in node.parts for branch in _branches(part)]
        if len(found) > _MOST:
            raise beyond("too many branches with edges")
        return found
    parts = node.parts if isinstance(node, Row) else (node,)
    for at in (0, len(parts) - 1):
        part = parts[at] if parts else EMPTY
        if isinstance(part, Choice) and any(isinstance(one, Edge) for one in nodes(part)):
            return _branches(Choice(tuple(row([*parts[:at], one, *parts[at + 1 :]]) for one in part.parts)))
    start = end = False
    while parts and parts[0] == Edge(Where.START):
        start, parts = True, parts[1:]
    while parts and parts[-1] == Edge(Where.END):
        end, parts = True, parts[:-1]
    if (start or end) and any(isinstance(one, Edge) for part in parts for one in nodes(part)):
        inner = _branches(row(parts))
        return [(start or one, body, end or other) for one, body, other in inner]
    return [(start, parts, end)]


def _trimmed(start: bool, parts: tuple[Node, ...], end: bool) -> _Branch:
    """Without what may be missing at an open side, which finds nothing more."""
    while not start and parts and (found := _fewest(parts[0])) is not None:
        parts = (*found, *parts[1:])
    while not end and parts and (found := _fewest(parts[-1])) is not None:
        parts = (*parts[:-1], *found)
    return start, parts, end


def _fewest(node: Node) -> tuple[Node, ...] | None:
    """Of a repetition at an open side the fewest times; None for what is that already."""
    if not isinstance(node, Repeat) or _edged(node):
        return None
    if node.least == 0:
        return ()
    if node.least == 1:
        return node.inner.parts if isinstance(node.inner, Row) else (node.inner,)
    return None if node.most == node.least else (Repeat(node.inner, node.least, node.least),)


def _edged(node: Node) -> bool:
    return any(isinstance(one, Edge) for one in nodes(node))
