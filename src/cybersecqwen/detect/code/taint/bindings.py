"""What the names of a function are set to, in the order of the text, and which of it reaches a use."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from cybersecqwen.detect.code.calls import Facts
from cybersecqwen.detect.code.tree import Node

_TARGETS = frozenset(
    ("identifier", "shorthand_property_identifier_pattern", "variable_name", "as_pattern_target")
)
_LOOPS = ("for_statement", "for_in_clause", "for_in_statement", "enhanced_for_statement")
_BLOCKS = frozenset(("block", "statement_block", "module", "program", "switch_case", "else_clause"))
_BRANCHING = frozenset(("if_statement", "while_statement", "for_statement", "for_in_statement"))
CLASSES = frozenset(("class_definition", "class_declaration", "abstract_class_declaration", "class"))
_OF_THEIR_OWN = frozenset(("function_declaration", "function_expression", "generator_function_declaration"))
"""Functions of JavaScript in which `this` is none of the class around them."""
_SELVES = frozenset(("self", "cls"))
_FILLS = ("append", "appendleft", "extend", "insert", "add", "push", "unshift")
"""Methods that put what they are given into a list or set, which is followed as a whole."""
MEMBERS = {
    "attribute": ("object", "attribute"),
    "member_expression": ("object", "property"),
    "subscript": ("value", ""),
    "subscript_expression": ("object", ""),
}
"""Expressions for a part of something → (the field of the whole, that of the name of the part)."""
UNKNOWN = ""
"""The key of an item where it is not written in the file, or a number: lists are followed as a whole."""
_LONGEST = 200
"""Characters of a key."""
_PAIRS = 200
_MOST_PASSED = 200
"""Settings of other parts of it that are passed over."""
_MOST = 12
"""Settings of a name that are looked at for one use."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A name is set."""

    at: int
    """Offset where it is done."""
    value: Node
    """What it is set to; for a loop what is gone through."""
    made: tuple[int, int]
    """Where that begins and ends."""
    block: tuple[int, int]
    """The innermost block around it."""
    grows: bool
    """It adds to what was there."""
    key: str | None = None
    """The item or attribute that is set; None for the whole."""
    fills: bool = False
    """It is put in by a method."""

    def is_made_of(self, use: int) -> bool:
        """Whether the name that is used at an offset is a part of what is set."""
        return self.made[0] <= use < self.made[1]

    def replaces(self, use: int, key: str | None) -> bool:
        """Whether a use behind it finds nothing of what was there before."""
        whole = self.key is None or (self.key == key and key != UNKNOWN)
        return whole and self.at < use and self.block[0] <= use <= self.block[1] and not self.grows

    def is_of(self, key: str | None) -> bool:
        """Whether it may be what stands under a key; of attributes the whole shows nothing."""
        if self.key is None or self.key == key:
            return True
        if key is None or UNKNOWN in (key, self.key):
            return not self.key.startswith(".") and not (key or "").startswith(".")
        return False


class Bindings:
    """All of one file."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._tree = facts.tree
        self._attributes: dict[tuple[int, str], list[Binding]] = defaultdict(list)
        """(where the class begins, attribute) → what it is set to in the methods of the class."""

    @cached_property
    def _all(self) -> dict[tuple[int, str], list[Binding]]:
        made: dict[tuple[int, str], list[Binding]] = defaultdict(list)
        profile = self._tree.profile
        kinds = (
            *profile.assignments,
            *(one for one in _LOOPS if _has(self._tree.language, one)),
            *(("as_pattern",) if self._tree.language == "python" else ()),
        )
        for node in self._tree.find(kinds):
            target, value, grows = _sides(node)
            if target is None or value is None:
                continue
            reach = node.range()
            function = self._tree.function_at(reach.start.index)
            block = _block(node)
            within = _reach(value)
            for name, key in _names(target):
                made[(function, name)].append(Binding(reach.start.index, value, within, block, grows, key))
            for owner, name, whole in _of_selves(target):
                one = Binding(reach.start.index, value, within, block, grows or not whole)
                self._attributes[(owner, name)].append(one)
        for name, call, value in self._fills():
            at = call.range().start.index
            one = Binding(at, value, _reach(value), _block(call), True, None, True)
            made[(self._tree.function_at(at), name)].append(one)
        for some in made.values():
            some.sort(key=lambda one: one.at)
        return made

    def _fills(self) -> Iterator[tuple[str, Node, Node]]:
        """(name of a list, call of a method that puts something into it, what)."""
        keywords = self._tree.profile.keywords
        for method in _FILLS:
            for call in self._facts.calls.get(method, ()):
                function = call.node.field("function")
                holder = function.field("object") if function is not None else None
                if holder is not None and holder.kind() == "identifier":
                    for value in call.arguments(keywords)[:10]:
                        yield holder.text(), call.node, value

    @cached_property
    def _known(self) -> frozenset[tuple[int, str]]:
        """The names that are set, or a part of them is, otherwise than by putting something in."""
        return frozenset(place for place, some in self._all.items() if any(not one.fills for one in some))

    @cached_property
    def _bound(self) -> frozenset[tuple[int, str]]:
        """The names that are set as a whole."""
        return frozenset(
            place
            for place, some in self._all.items()
            if any(one.key is None and not one.fills for one in some)
        )

    def binds(self, function: int, name: str) -> bool:
        """Whether a function sets a name as a whole, so that it is none of the functions around it."""
        return (function, name) in self._bound

    def of_self(self, node: Node, name: str) -> Iterator[Binding]:
        """What an attribute of the object itself may hold where it is used.

        A setting before the use in the same method replaces others; else those of all methods count.
        """
        use, _ = node.range().start.index, self._all
        found = self._attributes.get((_owner(node), name), ())
        here = self._tree.function_at(use)
        found = [one for one in found if not one.is_made_of(use)]
        own = [one for one in found if one.at < use and self._tree.function_at(one.at) == here]
        for one in reversed(own[-_MOST:]):
            yield one
            if one.block[0] <= use <= one.block[1] and not one.grows:
                return
        places = {one.at for one in own}
        yield from [one for one in found if one.at not in places][-_MOST:]

    def reaching(self, function: int, name: str, use: int, key: str | None = None) -> Iterator[Binding]:
        """What a name, or the item of it under a key, may hold where it is used, the last setting first.

        A setting in a block that the use stands in too replaces all before it, one in another branch does
        not. Where none stands before the use, as in a loop, all may. One that the use is a part of is none:
        `a = a.strip()` takes what `a` held before.
        """
        found = self._all.get((function, name), [])
        before = bisect_left(found, use, key=lambda one: one.at)
        near = [one for one in found[max(0, before - _MOST_PASSED) : before] if not one.is_made_of(use)]
        if not near:
            near = [one for one in found[-_MOST_PASSED:] if not one.is_made_of(use)]
        some = islice((one for one in reversed(near) if one.is_of(key)), _MOST)
        for one in some:
            yield one
            if one.replaces(use, key):
                return

    def replaced(self, function: int, name: str, use: int, key: str | None = None) -> bool:
        """Whether what a name held when the function began is surely gone where it is used."""
        return any(one.replaces(use, key) for one in self.reaching(function, name, use, key))

    def knows(self, function: int, name: str) -> bool:
        """Whether a name, or a part of it, is set anywhere in a function."""
        return (function, name) in self._known


def _has(language: str, kind: str) -> bool:
    """Whether a grammar has a kind of node: asking for one that it has not is an error."""
    return kind in (("for_statement", "for_in_clause") if language == "python" else ("for_in_statement",))


def is_self(node: Node) -> bool:
    """Whether an expression is the object that a method belongs to."""
    return node.kind() == "this" or (node.kind() == "identifier" and node.text() in _SELVES)


def key_of(node: Node) -> str:
    """The part that an expression means: `d["a"]`, `d.a` in JavaScript: "a"; an attribute of Python: ".a"."""
    name = MEMBERS[node.kind()][1]
    if name:
        part = node.field(name)
        dot = "." if node.kind() == "attribute" else ""
        return f"{dot}{part.text()}" if part is not None else UNKNOWN
    written = node.field("subscript") or node.field("index")
    return constant_key(written)


def constant_key(node: Node | None) -> str:
    """A key that is a text written in the file; UNKNOWN for any other."""
    if node is None or node.kind() != "string" or len(node.text()) > _LONGEST:
        return UNKNOWN
    text = str(node.text())
    return text[1:-1] if text[:1] in "'\"" and "\\" not in text else UNKNOWN


def item_of(value: Node, key: str) -> Node | None:
    """What stands under a key in a mapping that is written out; the whole where that cannot be told."""
    if value.kind() not in ("dictionary", "object") or key in (UNKNOWN, None) or key.startswith("."):
        return value
    found = None
    for one in value.named_children()[:_PAIRS]:
        if one.kind() == "comment":
            continue
        name, content = one.field("key"), one.field("value")
        if one.kind() == "shorthand_property_identifier":
            known, content = str(one.text()), one
        elif name is None or content is None:
            return value
        elif name.kind() == "property_identifier":
            known = str(name.text())
        else:
            known = constant_key(name)
            if known == UNKNOWN and name.kind() not in ("integer", "number"):
                return value
        found = content if known == key else found
    return found if len(value.named_children()) <= _PAIRS else value


def _of_selves(target: Node) -> Iterator[tuple[int, str, bool]]:
    """(class, attribute, whether the whole of it is set) of a target `self.a`, `this.a`, `self.a["b"]`."""
    whole, node = True, target
    if node.kind().startswith("subscript"):
        whole = False
        node = node.field(MEMBERS[node.kind()][0]) or node
    if node.kind() not in ("attribute", "member_expression"):
        return
    holder, name = node.field("object"), node.field(MEMBERS[node.kind()][1])
    if holder is not None and name is not None and is_self(holder):
        owner = _owner(node)
        if owner >= 0:
            yield owner, str(name.text()), whole


def _owner(node: Node) -> int:
    """Where the class begins whose object `self` or `this` is; -1 for none."""
    for one in node.ancestors():
        if one.kind() in CLASSES:
            return int(one.range().start.index)
        if one.kind() in _OF_THEIR_OWN:
            return -1
    return -1


def _sides(node: Node) -> tuple[Node | None, Node | None, bool]:
    if node.kind() == "as_pattern":
        parts = node.named_children()
        return (parts[-1], parts[0], False) if len(parts) == 2 else (None, None, False)
    target = node.field("left") or node.field("name")
    value = node.field("right") or node.field("value")
    sign = node.field("operator")
    grows = "augmented" in node.kind() or (sign is not None and sign.text() not in ("=", ":=", "in", "of"))
    return target, value, grows


def _names(target: Node) -> Iterator[tuple[str, str | None]]:
    """(name, key) of what a target sets; the key is None where it is the whole."""
    kind = target.kind()
    if kind in _TARGETS:
        yield target.text(), None
        return
    if kind in MEMBERS:
        holder = target.field(MEMBERS[kind][0])
        if holder is not None and holder.kind() == "identifier":
            if not is_self(holder):
                yield holder.text(), key_of(target)
        elif kind.startswith("subscript") and holder is not None and holder.kind().startswith("subscript"):
            for name, _ in _names(holder):  # what stands deeper is a part of any item
                yield name, UNKNOWN
        return
    for one in target.named_children()[:50]:
        if one.kind() == "pair_pattern":
            one = one.field("value") or one
        yield from _names(one)


def _reach(node: Node) -> tuple[int, int]:
    reach = node.range()
    return reach.start.index, reach.end.index


def _block(node: Node) -> tuple[int, int]:
    """The innermost block, or the one statement that stands in the place of a block."""
    inner = node
    for one in node.ancestors():
        if one.kind() in _BLOCKS or (one.kind() in _BRANCHING and inner.kind() == "expression_statement"):
            return _reach(one if one.kind() in _BLOCKS else inner)
        inner = one
    return 0, 1 << 60
