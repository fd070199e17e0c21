"""What a query string looks for, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.retelling import one_of, retold

from .read import Reader, is_everything, required
from .render import render
from .tree import Clause, Group, Node


def describe(tree: Group, reader: Reader) -> tuple[str, ...]:
    """What it keeps and what it leaves out."""
    return words.finished(_whole(tree, reader))


def _whole(tree: Group, reader: Reader) -> Iterator[str]:
    must, may, not_ = (_told(nodes, reader) for nodes in required(tree))
    if not (must or may or not_):
        yield "Gives every record"
        return
    # Beside what must hold the others only say which records come first.
    kept = must or ([one_of(may)] if may else [])
    yield from words.split_up(kept, not_, "records")
    if must and may:
        yield f"Puts first the records where {words.some(may, 'or', 8)}"


def _told(nodes: list[Node], reader: Reader) -> list[str]:
    return retold([one for one in nodes if not is_everything(one)], reader.node, _written)


def _written(node: Node) -> str:
    return render(Group(clauses=(Clause(node=node),)))
