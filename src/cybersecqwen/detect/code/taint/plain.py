"""Expressions that can do no harm of a kind, in languages in which values are not followed.

Only what is surely a number, written in the file or held to known values by a condition counts; of a name all
that the file sets it to must be such, wherever that is done.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from cybersecqwen.detect.code.calls import CONSTRUCTIONS, Facts
from cybersecqwen.detect.code.formats import inserted
from cybersecqwen.detect.code.names import dotted
from cybersecqwen.detect.code.shapes import MOST_BINDINGS, called
from cybersecqwen.detect.code.tree import Node

from .entries import is_of
from .functions import Functions
from .guards import Guards
from .harmless import Bounded
from .model import SURE, Model

_NUMBERS = frozenset(("-", "/"))
"""Signs that make numbers alone, in every language that has them."""
_LONGEST = 200
"""Characters of a type."""
_ITEMS = frozenset(("subscript_expression", "member_access_expression", "element_access_expression"))


class Plain(Bounded):
    """Those of one file."""

    def __init__(self, facts: Facts, model: Model) -> None:
        super().__init__(facts, model)
        self._guards = Guards(facts, Functions(facts.tree), model.checks)
        self._asked: set[tuple[int, str]] = set()
        """(function, name) of names that are being looked at: a name may be made of itself."""

    def is_harmless(self, node: Node, kind: str) -> bool:
        """Whether an expression holds nothing but what is written, numbers and known values."""
        self._asked = set()
        return super().is_harmless(node, kind)

    def _is(self, node: Node, kind: str, depth: int) -> bool:
        what, profile = node.kind(), self._tree.profile
        if what in profile.literals:
            return True
        if what == "cast_expression" and is_of(_text(node.field("type")), self._model.types):
            return True
        some = inserted(node, self._facts, self._model.verbs)
        if some is not None:
            return self._all(some, kind, depth)
        if what in profile.names:
            return self._name(node, kind, depth)
        if what in profile.strings:
            return self._all(self._places(node), kind, depth)
        if what in profile.calls:
            return self._call(node, kind, depth)
        if what in profile.joins:
            sign = node.field("operator")
            if sign is not None and sign.text() in _NUMBERS:
                return True
            return self._all([node.field("left"), node.field("right")], kind, depth)
        if what in profile.wrappers or what in profile.lists:
            parts = [one for one in node.named_children() if not one.kind().endswith("type")]
            return bool(parts) and self._all(parts[-1:] if what in profile.wrappers else parts, kind, depth)
        if what in profile.choices:
            return self._all(self._facts.shapes.chosen(node), kind, depth)
        return what in _ITEMS and self._guards.held(node, SURE)

    def _call(self, node: Node, kind: str, depth: int) -> bool:
        name = self._facts.names.full(dotted(called(node)))
        if node.kind() in CONSTRUCTIONS:
            name = f"new {name}"
        if self._model.ends(name, kind):
            return True
        last = name.rsplit(".", 1)[-1]
        profile, carriers = self._tree.profile, self._model.carriers
        carries = name in carriers or last in carriers
        if not carries and name not in profile.formatters and last not in profile.formatters:
            return False
        holder = node.field("object") or node.field("receiver")
        if holder is None and node.field("function") is not None:
            holder = next(iter(node.field("function").named_children()), None)
        parts = node.field("arguments").named_children() if node.field("arguments") is not None else []
        if holder is not None and "." in name and not self._is_place(holder.text()[:_LONGEST]):
            parts = [holder, *parts]
        return bool(parts) and self._all(parts, kind, depth)

    def _is_place(self, holder: str) -> bool:
        """Whether what a function is called of is a class or a module, and no value."""
        return holder[:1].isupper() or (self._tree.language == "go" and holder in self._facts.names.aliases)

    def _places(self, node: Node, depth: int = 0) -> list[Node]:
        """What stands in a text for values, an item with its key as a whole."""
        found: list[Node] = []
        for one in node.named_children() if depth < 4 else ():
            if one.kind() in self._tree.profile.holes:
                found.append(one if one.kind() in _ITEMS else self._facts.shapes.inner(one))
            else:
                found += self._places(one, depth + 1)
        return found

    def _name(self, node: Node, kind: str, depth: int) -> bool:
        name, use = node.text(), node.range().start.index
        here = self._tree.function_at(use)
        passed, shapes = [here], self._facts.shapes
        while here >= 0 and not shapes.is_set(here, name) and (here, name) not in self._types:
            here = self._tree.function_around(here)
            passed.append(here)
        if (here, name) in self._asked:
            return True
        types = self._types.get((here, name))
        if types is not None and all(is_of(one, self._model.types) for one in types):
            return True

        def is_held(at: int) -> bool:
            return any(self._guards.hold(one, name, use, SURE, at) for one in passed)

        found = shapes.settings(node)
        if found is None:  # nothing in the file sets it
            return is_held(-1)
        values = [one for one in found if one is not None]
        given = here >= 0 and shapes.is_parameter(here, name)
        first = self._results.get((here, name), [])
        if len(found) > MOST_BINDINGS:
            return False
        told = len(values) + given + len(first) >= len(found)
        if (given and not is_held(-1)) or not told or shapes.is_filled(name, values):
            return False
        values = [*values, *first]
        self._asked.add((here, name))
        known = all(is_held(one.range().start.index) or self._of(one, kind, depth + 1) for one in values)
        self._asked.discard((here, name))
        return known and (given or bool(values))

    @cached_property
    def _types(self) -> dict[tuple[int, str], set[str]]:
        """(function, name) → the types that it is declared with there."""
        made: dict[tuple[int, str], set[str]] = defaultdict(set)
        for node in self._tree.find(self._tree.profile.declarations):
            kind = _text(node.field("type"))
            function = self._tree.function_at(node.range().start.index)
            named = node.field_children("name") or [one for one in (node.field("left"),) if one is not None]
            for one in node.named_children():
                if one.kind() == "variable_declarator":
                    named = [*named, one.field("name") or one]
            for one in named:
                made[(function, one.text()[:_LONGEST])].add(kind if kind != "var" else self._read_as(node))
        return made

    @cached_property
    def _results(self) -> dict[tuple[int, str], list[Node]]:
        """(function, name) → the calls in Go whose first result it is set to, with others for the rest."""
        made: dict[tuple[int, str], list[Node]] = defaultdict(list)
        if self._tree.language != "go":
            return made
        for node in self._tree.find(("short_var_declaration", "assignment_statement")):
            left, right = node.field("left"), node.field("right")
            names = left.named_children() if left is not None else []
            values = right.named_children() if right is not None else []
            if len(names) > 1 and len(values) == 1 and values[0].kind() in self._tree.profile.calls:
                function = self._tree.function_at(node.range().start.index)
                made[(function, names[0].text())].append(values[0])
        return made

    def _read_as(self, node: Node) -> str:
        """The type that `int.TryParse(text, out var number)` gives a number without a type."""
        for one in node.ancestors():
            if one.kind() in self._tree.profile.calls:
                return dotted(called(one)).removesuffix(".TryParse")
            if one.kind().endswith("statement"):
                break
        return ""


def _text(node: Node | None) -> str:
    return str(node.text()[:_LONGEST]) if node is not None else ""
