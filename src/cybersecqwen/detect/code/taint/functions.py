"""The functions of a file: by their names, with their parameters and what they give back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from cybersecqwen.detect.code.tree import Node, Tree

from .bindings import CLASSES

_CONSTRUCTORS = ("__init__", "constructor")


class Functions:
    """Those of one file, by their numbers in `Tree.functions`."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._returns: dict[int, list[Node]] = {}
        self._names: dict[int, list[str]] = {}

    @cached_property
    def _by_name(self) -> dict[str, int]:
        """Name → number of the function, for names that one function of the file has."""
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, (_, _, node) in enumerate(self._tree.functions):
            name = _text(node.field("name"))
            if not name:
                parent = node.parent()
                if parent is not None and parent.kind() in (
                    "variable_declarator",
                    "pair",
                    "assignment_expression",
                ):
                    name = _text(parent.field("name") or parent.field("key") or parent.field("left"))
            if name:
                numbers[name.rsplit(".", 1)[-1]].append(number)
        return {name: some[0] for name, some in numbers.items() if len(some) == 1}

    def named(self, name: str) -> int:
        """The function of this file that a plain name, or a method of self or this, calls; -1 for none."""
        first, _, rest = name.partition(".")
        if rest and (first not in ("self", "this", "cls") or "." in rest):
            return -1
        return self._by_name.get(rest or first, -1)

    def returned(self, function: int) -> Sequence[Node]:
        """What a function gives back, an expression for each return."""
        known = self._returns.get(function)
        if known is None:
            node = self._tree.functions[function][2]
            body = node.field("body")
            known = []
            if body is not None and body.kind() not in ("block", "statement_block"):
                known = [body]  # an arrow function of one expression
            else:
                for one in node.find_all({"rule": {"kind": "return_statement"}})[:50]:
                    if self._tree.function_at(one.range().start.index) == function:
                        known += one.named_children()[:1]
            self._returns[function] = known
        return known

    def _parameters(self, function: int) -> list[str]:
        known = self._names.get(function)
        if known is None:
            node = self._tree.functions[function][2]
            given = node.field("parameters") or node.field("parameter")
            if given is None:
                known = []
            elif given.kind() == "identifier":
                known = [given.text()]
            else:
                known = [_parameter_name(one) for one in given.named_children()]
            self._names[function] = known
        return known

    def is_parameter(self, function: int, name: str) -> bool:
        """Whether a name is a parameter of a function; -1 stands for none."""
        return function >= 0 and name in self._parameters(function)

    def called_as(self, function: int) -> str:
        """The name that calls of a function have: of what sets up an object that of its class."""
        node = self._tree.functions[function][2]
        name = _text(node.field("name"))
        if name not in _CONSTRUCTORS:
            return name
        holder = next((one for one in node.ancestors() if one.kind() in CLASSES), None)
        return _text(holder.field("name")) if holder is not None else name

    def is_called(self, function: int, name: str) -> bool:
        """Whether a call of a full name is one of a function, or makes the object that it sets up."""
        if self.named(name) == function:
            return True
        own = _text(self._tree.functions[function][2].field("name"))
        return own in _CONSTRUCTORS and name.removeprefix("new ") == self.called_as(function)

    def place(self, function: int, name: str) -> str:
        """Where a call gives a parameter, as `Call.argument` takes it."""
        names = [one for one in self._parameters(function) if one not in ("self", "cls")]
        return f"{names.index(name)}|{name}" if name in names else name


def _parameter_name(node: Node) -> str:
    name = node.field("name") or node.field("left") or node.field("pattern")
    if name is None and node.kind() != "identifier":
        name = next((one for one in node.named_children() if one.kind() == "identifier"), None)
    return _text(name if name is not None else node)


def _text(node: Node | None) -> str:
    return str(node.text()) if node is not None else ""
