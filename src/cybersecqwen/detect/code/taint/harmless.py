"""Expressions that can do no harm of a kind: written in the file, numbers, or held to known values."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence

from cybersecqwen.detect.code.calls import Call, Facts
from cybersecqwen.detect.code.formats import inserted
from cybersecqwen.detect.code.names import dotted
from cybersecqwen.detect.code.shapes import called
from cybersecqwen.detect.code.tree import Node

from .bindings import MEMBERS, Bindings
from .entries import Entries
from .functions import Functions
from .guards import Guards
from .model import SURE, Model
from .telling import ALIKE

DEEPEST = 40
"""Steps from an expression to what it is made of."""
MOST_WORK = 3_000
"""Expressions that are looked at for one question."""
SILENT = frozenset(
    (
        *(
            "comparison_operator",
            "not_operator",
            "lambda",
            "arrow_function",
            "function_expression",
            "unary_operator",
        ),
        *("unary_expression", "comment", "type", "string_content", "string_fragment", "function_declaration"),
        *("string_start", "string_end", "escape_sequence", "regex", "generator_function"),
    )
)
"""What gives nothing on of what stands in it: a truth, a function, a mark."""
_MARKS = frozenset(
    (
        *("string_content", "string_fragment", "string_start", "string_end", "escape_sequence", "comment"),
        *("escape_interpolation", "format_specifier", "type_conversion"),
    )
)
_COMPREHENSIONS = frozenset(("list_comprehension", "generator_expression", "set_comprehension"))
_CONSTANT = re.compile(r"(?:\w+\.)+_{0,2}[A-Z][A-Z0-9_]+")
"""A constant of another module, by how it is written."""
_MAPPINGS = frozenset(("dictionary", "object"))
_SHORT = 60
GETTERS = frozenset(("get", "pop"))
"""Methods that give the item under a key."""
_ASKED = GETTERS | {"getlist"}


class Bounded(ABC):
    """Goes from an expression to what it is made of, so many steps and no more."""

    def __init__(self, facts: Facts, model: Model) -> None:
        self._facts = facts
        self._tree = facts.tree
        self._model = model
        self._left = 0

    def is_harmless(self, node: Node, kind: str) -> bool:
        """Whether nothing reaches an expression but what is written in the file or can do no such harm."""
        self._left = MOST_WORK
        return self._of(node, kind, 0)

    def _of(self, node: Node | None, kind: str, depth: int) -> bool:
        self._left -= 1
        return node is not None and self._left >= 0 and depth <= DEEPEST and self._is(node, kind, depth)

    def _all(self, nodes: Sequence[Node | None], kind: str, depth: int) -> bool:
        return all(self._of(one, kind, depth + 1) for one in nodes)

    @abstractmethod
    def _is(self, node: Node, kind: str, depth: int) -> bool:
        """What is so of each kind of expression."""


class Harmless(Bounded):
    """Those of one file in a language in which values are followed."""

    def __init__(
        self, facts: Facts, model: Model, bindings: Bindings, functions: Functions, guards: Guards
    ) -> None:
        super().__init__(facts, model)
        self._bindings = bindings
        self._functions = functions
        self._guards = guards
        self._entries = Entries(model)

    def _is(self, node: Node, kind: str, depth: int) -> bool:
        what, profile = node.kind(), self._tree.profile
        if what in profile.literals or what in _MARKS:
            return True
        some = inserted(node, self._facts, self._model.verbs)
        if some is not None:
            return self._all(some, kind, depth)
        if what in profile.calls:
            return self._call(node, kind, depth)
        if what in profile.names or what == "shorthand_property_identifier":
            return self._name(node, kind, depth)
        if what in _COMPREHENSIONS:  # what is gone through does not matter, only what is made of it
            body = node.field("body")
            return body is not None and self._of(body, kind, depth + 1)
        if what in MEMBERS:
            return self._member(node, kind, depth)
        if what in SILENT or what == "method_definition":
            return False
        parts = node.named_children()
        if what in _MAPPINGS and not parts:
            return False  # it is filled elsewhere
        return self._all(parts, kind, depth)

    def _call(self, node: Node, kind: str, depth: int) -> bool:
        name = self._facts.names.full(dotted(called(node)))
        if self._model.ends(name, kind) or self._guards.held(node, SURE):
            return True
        if is_typed(node, self._model.types):
            other = Call(name=name, node=node).argument("1|default", self._tree.profile.keywords)
            return other is None or self._of(other, kind, depth + 1)
        last = name.rsplit(".", 1)[-1]
        holder, arguments = node.field("function"), node.field("arguments")
        inner = holder.field("object") if holder is not None and holder.kind() in MEMBERS else None
        given = arguments.named_children() if arguments is not None else []
        if last in GETTERS and inner is not None:  # the key does not matter, only what stands under keys
            held = inner.kind() == "identifier" and self._name(inner, kind, depth + 1, parts=False)
            return held and self._all(given[1:], kind, depth)
        if last in ALIKE and inner is not None and not given:
            return self._of(inner, kind, depth + 1)
        if last not in self._tree.profile.formatters:
            return False
        return self._all([*([inner] if inner is not None else []), *given], kind, depth)

    def _member(self, node: Node, kind: str, depth: int) -> bool:
        """A part of what is harmless is harmless, too; an attribute of Python may be anything of it."""
        if self._guards.held(node, SURE):
            return True
        holder = node.field(MEMBERS[node.kind()][0])
        named = node.kind() != "attribute" and holder is not None and holder.kind() == "identifier"
        if named and holder is not None and self._name(holder, kind, depth + 1, parts=False):
            return True
        return bool(_CONSTANT.fullmatch(node.text()[-_SHORT:]))

    def _name(self, node: Node, kind: str, depth: int, parts: bool = True) -> bool:
        name, use = node.text(), node.range().start.index
        function = self._tree.function_at(use)
        passed = [function]
        while function >= 0 and not self._bindings.knows(function, name):
            if self._functions.is_parameter(function, name):
                break
            function = self._tree.function_around(function)
            passed.append(function)

        def is_held(at: int) -> bool:
            return any(self._guards.hold(one, name, use, SURE, at, parts=parts) for one in passed)

        found = list(self._bindings.reaching(function, name, use))
        if self._facts.shapes.is_filled(name, [one.value for one in found if one.value is not None]):
            return False
        given = self._functions.is_parameter(function, name)
        if given and not self._bindings.replaced(function, name, use):
            held = is_held(-1) or self._entries.is_number(self._tree.functions[function][2], name)
            if not held:
                return False
        if not found:
            return given or is_held(-1)
        return all(is_held(one.at) or self._of(one.value, kind, depth + 1) for one in found)


def is_typed(node: Node, types: frozenset[str]) -> bool:
    """Whether an item is asked for as a number: `request.args.get("n", type=int)`."""
    name, arguments = node.field("function"), node.field("arguments")
    if name is None or arguments is None or name.kind() != "attribute":
        return False
    last = name.field("attribute")
    if last is None or last.text() not in _ASKED:
        return False
    for one in arguments.named_children()[:20]:
        key, value = one.field("name"), one.field("value")
        if one.kind() == "keyword_argument" and key is not None and key.text() == "type":
            return value is not None and value.text() in types
    return False
