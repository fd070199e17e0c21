"""The calls of a file, each by the full name of what it calls."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .names import Names, dotted
from .shapes import Shapes, called
from .tree import Node, Tree

CONSTRUCTIONS = frozenset(
    ("new_expression", "object_creation_expression", "implicit_object_creation_expression")
)


_BACKTICK = re.compile(r"`|%x")
_WORD = re.compile(r"`|%x|<\?=|[A-Za-z_]+")


@dataclass(slots=True)
class Call:
    """A call of a function or method, or the making of an object ("new Name")."""

    name: str
    """Full name, with dots: "subprocess.run", "new java.io.File", "$db.query"."""
    node: Node
    _given: tuple[list[Node], dict[str, Node]] | None = field(default=None)

    @property
    def last(self) -> str:
        """The last part of the name."""
        return self.name.rsplit(".", 1)[-1].removeprefix("new ")

    def argument(self, where: str, keywords: frozenset[str]) -> Node | None:
        """The value of an argument: "0", "shell", or "0|cmd" for either. None where it is not given.

        In JavaScript and PHP a name also means a key of an object or array among the arguments.
        """
        if self._given is None:
            self._given = _arguments(self.node, keywords)
        positional, named = self._given
        for one in where.split("|"):
            if one.isdecimal():
                if int(one) < len(positional):
                    return positional[int(one)]
            elif one == "-1":
                if positional:
                    return positional[-1]
            elif one in named:
                return named[one]
        return None

    def arguments(self, keywords: frozenset[str]) -> Sequence[Node]:
        """The arguments without a name."""
        if self._given is None:
            self._given = _arguments(self.node, keywords)
        return self._given[0]

    def given(self, keywords: frozenset[str]) -> Iterator[tuple[str, Node]]:
        """(place, value) of every argument: "0", "1", … or its name."""
        positional, named = self._given or _arguments(self.node, keywords)
        for number, one in enumerate(positional):
            yield str(number), one
        if self.node.kind() == "call":  # names of keys in objects are no names of parameters
            yield from named.items()

    def spreads(self, keywords: frozenset[str]) -> bool:
        """Whether arguments come out of a list or mapping, so that what is missing cannot be told."""
        return any(_is_spread(one) for one in self.arguments(keywords))


_SPREADS = frozenset(
    ("dictionary_splat", "list_splat", "spread_element", "variadic_unpacking", "hash_splat_argument")
)


def _is_spread(node: Node) -> bool:
    return node.kind() in _SPREADS or any(one.kind() in _SPREADS for one in node.named_children()[:50])


def _arguments(node: Node, keywords: frozenset[str]) -> tuple[list[Node], dict[str, Node]]:
    holder = node.field("arguments") or next(
        (one for one in node.named_children() if "argument" in one.kind()), None
    )
    if holder is None and node.kind() == "command":
        given = [one for one in node.named_children() if one.kind() != "command_name"]
    elif holder is None and _BACKTICK.match(node.text()):  # a command between backticks is one text
        given = [node]
    elif holder is None and _WORD.match(node.text()):
        given = node.named_children()
        if len(given) == 1 and given[0].kind() == "sequence_expression":
            given = given[0].named_children()
    else:
        given = holder.named_children() if holder is not None else []
    positional: list[Node] = []
    named: dict[str, Node] = {}
    for one in given:
        kind = one.kind()
        if kind == "comment":
            continue
        if kind in ("argument",):  # PHP and C# wrap each of them
            name = one.field("name")
            inner = one.named_children()
            if name is not None and len(inner) > 1:
                named[name.text().rstrip(":")] = inner[-1]
                continue
            one = inner[-1] if inner else one
        if kind in keywords:
            name, value = one.field("name") or one.field("key"), one.field("value")
            if name is not None and value is not None:
                named[name.text().strip("'\":")] = value
            continue
        positional.append(one)
        _keys(one, named)
    return positional, named


_OBJECTS = frozenset(("object", "array_creation_expression", "hash"))


def _keys(node: Node, named: dict[str, Node], depth: int = 0) -> None:
    if node.kind() not in _OBJECTS or depth > 1:
        return
    for pair in node.named_children()[:200]:
        key, value = pair.field("key"), pair.field("value")
        if key is None or value is None:
            inner = pair.named_children()
            if pair.kind() != "array_element_initializer" or len(inner) != 2:
                continue
            key, value = inner
        named.setdefault(key.text().strip("'\":"), value)
        _keys(value, named, depth + 1)


class Facts:
    """What is known of a file beyond its tree; made once, shared by all rules."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.names = Names(tree)
        self.shapes = Shapes(tree)

    @cached_property
    def calls(self) -> Mapping[str, Sequence[Call]]:
        """All calls, by the last part of the name."""
        made: dict[str, list[Call]] = defaultdict(list)
        for node in self.tree.find(self.tree.profile.calls):
            name = self.names.full(dotted(called(node)))
            if node.kind() in CONSTRUCTIONS:
                name = f"new {name}"
            call = Call(name=name, node=node)
            made[call.last].append(call)
        for node in self.tree.find(self.tree.profile.statements):
            begins = _WORD.match(node.text())
            if begins:
                made[begins[0]].append(Call(name=begins[0], node=node))
        return made
