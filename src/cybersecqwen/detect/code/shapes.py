"""How a value is made, as far as the file tells: written there, put together, or unknown."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cached_property

from .names import dotted
from .tree import Node, Tree

_DEEPEST = 30
_MOST_ORIGINS, _LONGEST_ORIGIN = 40, 4_000
_LONGEST = 120
_CAPITALS = re.compile(r"(?:[\w\\]+(?:\.|::|->))*_{0,2}[A-Z][A-Z0-9_]+")
_TYPES = ("type", "type_identifier", "type_descriptor")
_FILLS = re.compile(
    r"\b(\w{1,100})\s{0,5}\.\s{0,5}(?:append|extend|insert|push|unshift|add|update|setdefault|set)\s{0,5}\("
    r"|\bObject\.assign\(\s{0,5}(\w{1,100})"
)
_MAPPINGS = ("dictionary", "object")
_MEMBERS = ("attribute", "member_expression", "field_expression")
MOST_BINDINGS = 8
"""Assignments of a name that are looked at; with more it is unknown."""


class Shape(Enum):
    """How a value is made."""

    CONSTANT = "constant"
    """Nothing but what is written in the file."""
    BUILT = "built"
    """A text put together of written parts and a value that is not."""
    OTHER = "other"
    """Anything else: a parameter, what a function gives, an item of something."""


class Shapes:
    """The shapes of the expressions of one file."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._profile = tree.profile
        self._known: dict[tuple[int, int], Shape] = {}

    def of(self, node: Node | None) -> Shape:
        """The shape of an expression; a missing one is constant."""
        return Shape.CONSTANT if node is None else self._of(node, 0)

    def _of(self, node: Node, depth: int) -> Shape:
        reach = node.range()
        key = (reach.start.index, reach.end.index)
        known = self._known.get(key)
        if known is None:
            if depth > _DEEPEST:
                return Shape.OTHER
            self._known[key] = Shape.OTHER  # a name that is made of itself
            known = self._known[key] = self._judge(node, depth + 1)
        return known

    def _judge(self, node: Node, depth: int) -> Shape:
        kind, profile = node.kind(), self._profile
        if kind in profile.strings:
            return self._string(node, depth)
        if kind in profile.literals:
            return Shape.CONSTANT
        if kind in profile.lists:
            # An empty one is filled by what is called on it later.
            items = node.named_children()
            return self._together(items, depth) if items else Shape.OTHER
        if kind in profile.wrappers:
            inner = [one for one in node.named_children() if not one.kind().endswith(_TYPES)]
            return self._of(inner[-1], depth) if inner else Shape.CONSTANT
        if kind in profile.choices:
            return self._together(self.chosen(node), depth)
        if kind in profile.joins:
            return self._join(node, depth)
        if kind in profile.names:
            return self._name(node, depth)
        if kind in profile.calls:
            return self._call(node, depth)
        if kind in profile.assignments and _adds(node):
            _, added = _sides(node)
            return Shape.CONSTANT if added is None else self._of(added, depth)
        return self._foreign(node)

    def chosen(self, node: Node) -> list[Node]:
        """What a choice is made among."""
        parts = [one for one in node.named_children() if one.kind() not in self._profile.comments]
        if self._tree.language == "python" and len(parts) == 3:  # the condition stands in the middle
            return [parts[0], parts[2]]
        return parts[-2:]

    def _foreign(self, node: Node) -> Shape:
        """What this file does not set: constant where it is written as constants are."""
        capitals = node.kind() in self._profile.capitals and _CAPITALS.fullmatch(node.text()[-_LONGEST:])
        return Shape.CONSTANT if capitals else Shape.OTHER

    def _string(self, node: Node, depth: int) -> Shape:
        holes = (one for one in _below(node, 3) if one.kind() in self._profile.holes)
        constant = all(self._of(self.inner(one), depth) is Shape.CONSTANT for one in holes)
        return Shape.CONSTANT if constant else Shape.BUILT

    def inner(self, hole: Node) -> Node:
        """What stands in a place of a text for a value."""
        parts = [one for one in hole.named_children() if one.kind() != "interpolation_brace"]
        return hole if hole.kind() in self._profile.names or not parts else parts[0]

    def _together(self, nodes: list[Node], depth: int) -> Shape:
        shapes = {self._of(one, depth) for one in nodes if one.kind() not in self._profile.comments}
        for shape in (Shape.BUILT, Shape.OTHER):
            if shape in shapes:
                return shape
        return Shape.CONSTANT

    def _join(self, node: Node, depth: int) -> Shape:
        parts = [node.field("left"), node.field("right")]
        shapes = [self._of(one, depth) for one in parts if one is not None]
        if shapes and all(shape is Shape.CONSTANT for shape in shapes):
            return Shape.CONSTANT
        sign = node.field("operator")
        if sign is None or sign.text() not in self._profile.join_signs:
            return Shape.OTHER
        texts = any(one is not None and self.is_text(one) for one in parts)
        return Shape.BUILT if texts or Shape.BUILT in shapes else Shape.OTHER

    def is_text(self, node: Node, depth: int = 0) -> bool:
        """Whether an expression is surely a text: one that is written, or one that is put together."""
        kind = node.kind()
        if kind in self._profile.strings:
            return True
        if depth < 5 and kind in self._profile.joins:
            parts = (node.field("left"), node.field("right"))
            return any(one is not None and self.is_text(one, depth + 1) for one in parts)
        if kind in self._profile.wrappers:
            return any(self.is_text(one, depth + 1) for one in node.named_children()) if depth < 5 else False
        if kind in self._profile.names and depth < 4:
            set_to = (self.settings(node) or [])[:MOST_BINDINGS]
            return any(one is not None and self.is_text(one, depth + 2) for one in set_to)
        return False

    def written(self, node: Node | None, depth: int = 0) -> str | None:
        """The text of an expression that is written in the file, with its quotes; None for any other."""
        if node is None or depth > 8:
            return None
        kind, profile = node.kind(), self._profile
        if kind in profile.strings:
            return str(node.text()) if self.of(node) is Shape.CONSTANT else None
        if kind in profile.wrappers:
            inner = node.named_children()
            return self.written(inner[-1], depth + 1) if inner else None
        if kind in profile.joins:
            sign = node.field("operator")
            parts = [self.written(node.field(side), depth + 1) for side in ("left", "right")]
            joined = sign is not None and sign.text() in ("+", ".")
            return "".join(map(str, parts)) if joined and None not in parts else None
        if kind in profile.names:
            found = self.settings(node)
            return self.written(found[0], depth + 4) if found and len(found) == 1 else None
        return None

    def _call(self, node: Node, depth: int) -> Shape:
        name = dotted(_called(node))
        last = name.rsplit(".", 1)[-1]
        if name not in self._profile.formatters and last not in self._profile.formatters:
            return Shape.OTHER
        receiver = node.field("function")
        parts = list(receiver.named_children()[:1]) if receiver is not None and "." in name else []
        receiver = node.field("object") or node.field("receiver")
        parts += [receiver] if receiver is not None else []
        arguments = node.field("arguments")
        given = arguments.named_children() if arguments is not None else []
        surely = "." in name and name in self._profile.formatters
        if not surely and not any(self.is_text(one) for one in (*parts, *given)):
            return Shape.OTHER
        # The name of a module before the function (string.Format), which no line sets, is no value.
        shapes = {self._of(one, depth) for one in (*given, *filter(self._is_value, parts))}
        return Shape.CONSTANT if shapes <= {Shape.CONSTANT} else Shape.BUILT

    def _is_value(self, receiver: Node) -> bool:
        if receiver.kind() in self._profile.names:
            return self.settings(receiver) is not None
        return receiver.kind() not in _MEMBERS

    def _name(self, node: Node, depth: int) -> Shape:
        found = self.settings(node)
        if found is None:
            return self._foreign(node)
        if not found or len(found) > MOST_BINDINGS or None in found:
            return Shape.OTHER
        values = [one for one in found if one is not None]
        if self.is_filled(node.text(), values):
            return Shape.OTHER
        shape = self._together(values, depth)
        if shape is Shape.OTHER and any(_adds(one) for one in values) and any(map(self.is_text, values)):
            return Shape.BUILT  # a text that something was added to
        return shape

    def is_filled(self, name: str, values: Iterable[Node]) -> bool:
        """Whether a name is set to a list or mapping that more is put into, anywhere in the file."""
        holders = (*self._profile.lists, *_MAPPINGS)
        return name in self._filled and any(one.kind() in holders for one in values)

    @cached_property
    def _filled(self) -> frozenset[str]:
        return frozenset(found[1] or found[2] for found in _FILLS.finditer(self._tree.text))

    def settings(self, node: Node) -> list[Node | None] | None:
        """What a name is set to where it is bound; with None among it for what cannot be told.

        Empty for a parameter that is set to nothing else; None where the file does not bind the name.
        """
        text = node.text()
        function = self._tree.function_at(node.range().start.index)
        while True:
            found = self._bindings.get((function, text))
            given = function >= 0 and self.is_parameter(function, text)
            if found is not None or given:
                # One more than are looked at says that there are more.
                known = (found or [])[: MOST_BINDINGS + 1]
                return [*known, *((None,) if given and found else ())]
            if function < 0:
                return None
            function = self._tree.function_around(function)

    def origins(self, node: Node) -> Iterator[str]:
        """The text of an expression, of what the names in it are set to or declared as, and so on."""
        seen = {node.range().start.index}
        waiting = [node]
        for _ in range(_MOST_ORIGINS):
            if not waiting:
                return
            one = waiting.pop(0)
            yield one.text()[:_LONGEST_ORIGIN]
            names = [one] if one.kind() in self._profile.names else _below(one, 8)
            for name in [each for each in names if each.kind() in self._profile.names][:_MOST_ORIGINS]:
                for value in (*(self.settings(name) or ()), self._declared(name)):
                    if value is not None and value.range().start.index not in seen:
                        seen.add(value.range().start.index)
                        waiting.append(value)

    def _declared(self, name: Node) -> Node | None:
        """The parameter that a name is, with its type and what is noted at it; None for no parameter."""
        function = self._tree.function_at(name.range().start.index)
        holder = self._tree.functions[function][2] if function >= 0 else None
        given = None
        while holder is not None and given is None:  # C has them inside of what is declared
            given, holder = holder.field("parameters"), holder.field("declarator")
        if given is None or not self.is_parameter(function, name.text()):
            return None
        ends = re.compile(rf"(?:^|[^\w$]){re.escape(name.text())}(?:$|\W)")
        return next(
            (one for one in given.named_children() if ends.search(one.text()[:_LONGEST_ORIGIN])), None
        )

    def is_set(self, function: int, name: str) -> bool:
        """Whether a function sets a name or is given it."""
        return (function, name) in self._bindings or (function >= 0 and self.is_parameter(function, name))

    def is_parameter(self, function: int, name: str) -> bool:
        """Whether a name is a parameter of a function."""
        return name in self._parameters(function)

    def _parameters(self, number: int) -> frozenset[str]:
        known = self._parameter_names.get(number)
        if known is None:
            node = self._tree.functions[number][2]
            given = node.field("parameters") or node.field("parameter") or node.field("declarator")
            names = _below(given, 6) if given is not None else []
            kinds = self._profile.names | {"identifier", "shorthand_property_identifier_pattern"}
            known = frozenset(one.text() for one in names if one.kind() in kinds)
            if given is not None and given.kind() in kinds:
                known |= {given.text()}
            self._parameter_names[number] = known
        return known

    @cached_property
    def _parameter_names(self) -> dict[int, frozenset[str]]:
        return {}

    @cached_property
    def _bindings(self) -> dict[tuple[int, str], list[Node | None]]:
        """(function, name) → what it is set to there; None for what cannot be told."""
        made: dict[tuple[int, str], list[Node | None]] = defaultdict(list)
        for node in self._tree.find(self._profile.assignments):
            target, value = _sides(node)
            if target is None:
                continue
            function = self._tree.function_at(node.range().start.index)
            grows = "augmented" in node.kind() or node.kind() == "operator_assignment"
            sign = node.field("operator")
            grows = grows or (sign is not None and sign.text() not in ("=", ":="))
            for name in _targets(target, self._profile.names):
                # An array of a size is room, which calls fill after it was set up.
                room = target.kind() == "array_declarator" and target.field("size") is not None
                alone = target.kind() in self._profile.names or len(target.named_children()) < 2
                alone = alone and not room
                added = node if alone and _adds(node) else None
                made[(function, name)].append(value if alone and not grows else added)
        return made


def _adds(node: Node) -> bool:
    """Whether it is an assignment that adds to what was there, as texts are added to."""
    sign = node.field("operator")
    return sign is not None and sign.text() in ("+=", ".=")


def _sides(node: Node) -> tuple[Node | None, Node | None]:
    target = node.field("left") or node.field("name") or node.field("declarator")
    value = node.field("right") or node.field("value")
    if value is None and node.kind() == "variable_declarator":  # C# has the value behind the sign, unnamed
        children = node.named_children()
        value = children[-1] if len(children) > 1 else None
        target = target or (children[0] if children else None)
    if value is not None and value.kind() == "expression_list" and len(value.named_children()) == 1:
        value = value.named_children()[0]
    return target, value


def _targets(target: Node, names: frozenset[str]) -> list[str]:
    if target.kind() in names:
        return [target.text()]
    if target.kind() in (*_MEMBERS, "subscript", "subscript_expression"):
        return []
    return [one.text() for one in _below(target, 3) if one.kind() in names]


def _below(node: Node, depth: int) -> list[Node]:
    """The named nodes inside of one, to a depth."""
    found = []
    level = [node]
    for _ in range(depth):
        level = [child for one in level for child in one.named_children()]
        found += level
    return found


def _called(node: Node) -> str:
    """What a call calls, as it stands: "a.b", "new X", "ls"."""
    function = node.field("function") or node.field("constructor")
    if function is not None:
        return str(function.text())
    name = node.field("name") or node.field("method") or node.field("type")
    receiver = node.field("object") or node.field("receiver") or node.field("scope")
    if name is None:
        first = next((one for one in node.named_children() if "argument" not in one.kind()), None)
        return str(first.text()) if first is not None else ""
    if receiver is not None and len(receiver.text()) < 300:
        return f"{receiver.text()}.{name.text()}"
    return str(name.text())


called = _called
