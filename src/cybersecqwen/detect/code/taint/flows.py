"""Following a value back to where it comes from, within one file: over assignments, texts and functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from cybersecqwen.detect.code.calls import Call, Facts
from cybersecqwen.detect.code.formats import inserted
from cybersecqwen.detect.code.names import dotted
from cybersecqwen.detect.code.shapes import called
from cybersecqwen.detect.code.tree import Node

from .bindings import MEMBERS, Bindings, constant_key, is_self, item_of, key_of
from .entries import Entries
from .functions import Functions
from .guards import Guards
from .harmless import DEEPEST, GETTERS, MOST_WORK, SILENT, Harmless, is_typed
from .model import Model

_CALLS = 4
"""Functions inside functions."""
_SHORT = 60
_COMPARING = frozenset(("==", "!=", "===", "!==", "<", ">", "<=", ">=", "in", "instanceof"))


@dataclass(frozen=True, slots=True)
class Step:
    """A station of a way, as it is told: first where the value comes in."""

    node: Node
    what: str


@dataclass(frozen=True, slots=True)
class _Inside:
    """The function that is being looked at, entered by a call."""

    number: int
    """Of its own: the same function may be entered by several calls."""
    function: int
    call: Call
    before: _Inside | None
    depth: int


class Flows:
    """The ways of values in one file."""

    def __init__(self, facts: Facts, model: Model) -> None:
        self._facts = facts
        self._tree = facts.tree
        self.model = model
        """What is known of the language."""
        self._bindings = Bindings(facts)
        self._functions = Functions(facts.tree)
        self._guards = Guards(facts, self._functions, model.checks)
        self._entries = Entries(model)
        self._harmless = Harmless(facts, model, self._bindings, self._functions, self._guards)
        self._left = 0
        self._entered = 0
        """Functions that were gone into so far."""
        self.opened = False
        """Whether parameters that nobody in the file gives count as given by strangers."""
        self.entered: tuple[str, str] | None = None
        """(function, place of the parameter) by which the last way came in, where it came in so."""

    @cached_property
    def has_source(self) -> bool:
        """Whether what strangers send may come in within the file."""
        return self.model.may_come_in(self._tree.text)

    def to(self, node: Node, kind: str) -> tuple[Step, ...]:
        """The way by which a value of strangers reaches an expression; () where none is known.

        Args:
            node: The expression.
            kind: The kind of harm that it does there ("command", "path"), which some functions end.
        """
        if not (self.opened or self.has_source):
            return ()
        self._left = MOST_WORK
        self.entered = None
        found = self._trace(node, kind, None, 0, set())
        return tuple(reversed(found)) if found else ()

    def is_harmless(self, node: Node, kind: str) -> bool:
        """Whether nothing reaches an expression but what is written in the file or can do no such harm."""
        return self._harmless.is_harmless(node, kind)

    def _trace(
        self, node: Node, kind: str, inside: _Inside | None, depth: int, seen: set[tuple[int, int, int]]
    ) -> list[Step] | None:
        """The way back from an expression, its last station first; None for none."""
        reach = node.range()
        key = (reach.start.index, reach.end.index, inside.number if inside else 0)
        self._left -= 1
        if key in seen or depth > DEEPEST or self._left < 0:
            return None
        seen.add(key)
        what = node.kind()
        if what in SILENT or what in self._tree.profile.literals:
            return None
        source = self._source(node, kind)
        if source is not None:
            return [Step(node, source)] if source and not self._held(node, kind) else None
        sign = node.field("operator") if what == "binary_expression" else None
        if sign is not None and sign.text() in _COMPARING:
            return None
        some = inserted(node, self._facts, self.model.verbs)
        if some is not None:
            return self._any(some, kind, inside, depth, seen)
        if what in self._tree.profile.calls:
            return self._call(node, kind, inside, depth, seen)
        if what in ("identifier", "shorthand_property_identifier"):
            return self._name(node, kind, inside, depth, seen)
        if what in MEMBERS:
            return self._member(node, kind, inside, depth, seen)
        if what in ("conditional_expression", "ternary_expression"):
            parts = node.named_children()
            del parts[1 if what == "conditional_expression" else 0]  # the condition itself
            return self._any(parts, kind, inside, depth, seen)
        if what in ("keyword_argument", "pair"):
            value = node.field("value")
            return None if value is None else self._trace(value, kind, inside, depth + 1, seen)
        return self._any(node.named_children(), kind, inside, depth, seen)

    def _member(
        self, node: Node, kind: str, inside: _Inside | None, depth: int, seen: set[tuple[int, int, int]]
    ) -> list[Step] | None:
        """Back from a part of something: an attribute of the object itself, an item, or anything of it."""
        field, name = MEMBERS[node.kind()]
        holder = node.field(field)
        if holder is None:
            return None
        if name and is_self(holder):
            return self._of_self(node, _text(node.field(name)), kind, inside, depth, seen)
        if holder.kind() != "identifier":
            return self._trace(holder, kind, inside, depth + 1, seen)
        return self._name(holder, kind, inside, depth, seen, key_of(node), node)

    def _of_self(
        self,
        node: Node,
        name: str,
        kind: str,
        inside: _Inside | None,
        depth: int,
        seen: set[tuple[int, int, int]],
    ) -> list[Step] | None:
        """Back from an attribute of the object itself to what methods of its class set it to."""
        use = node.range().start.index
        function = self._tree.function_at(use)
        for binding in self._bindings.of_self(node, name):
            # Another method is not within this call, and is gone through once whoever reads what it sets.
            here = self._tree.function_at(binding.at) == function
            within = inside if here else None
            if self._guards.hold(function, node.text(), use, kind, binding.at if here else -1):
                continue
            found = self._trace(binding.value, kind, within, depth + 1, seen)
            if found is not None:
                step = Step(binding.value, f"becomes {_short(node.text())}")
                return found if found[0].node == binding.value else [step, *found]
        return None

    def _any(
        self,
        nodes: Sequence[Node],
        kind: str,
        inside: _Inside | None,
        depth: int,
        seen: set[tuple[int, int, int]],
    ) -> list[Step] | None:
        for one in nodes[:200]:
            found = self._trace(one, kind, inside, depth + 1, seen)
            if found is not None:
                return found
        return None

    def _source(self, node: Node, kind: str) -> str | None:
        """What a reader is told of a source; "" for one that is harmless as it comes in; None for none."""
        if node.kind() not in MEMBERS and node.kind() not in (*self._tree.profile.calls, "identifier"):
            return None
        name = self._facts.names.full(_chain(node))
        if not name:
            return None
        model = self.model
        if node.kind() in self._tree.profile.calls and name in model.called:
            return model.called[name] if name not in model.local or kind in model.local_kinds else ""
        parts = name.split(".")
        for end in range(len(parts), 0, -1):
            prefix = ".".join(parts[:end])
            said = model.sources.get(prefix)
            if said is None:
                continue
            if prefix in model.local and kind not in model.local_kinds:
                return ""
            # What ends the harm may stand right behind: request.args.get("n", type=int).
            typed = is_typed(node, model.types)
            return "" if typed or any(model.ends(one, kind) for one in parts[end:]) else said
        return None

    def _call(
        self, node: Node, kind: str, inside: _Inside | None, depth: int, seen: set[tuple[int, int, int]]
    ) -> list[Step] | None:
        name = self._facts.names.full(dotted(called(node)))
        if node.kind() == "new_expression":
            name = f"new {name}"
        if self.model.ends(name, kind):
            return None
        call = Call(name=name, node=node)
        function = self._functions.named(name)
        if function >= 0 and (inside is None or inside.depth < _CALLS):
            self._entered += 1
            entered = _Inside(self._entered, function, call, inside, inside.depth + 1 if inside else 1)
            for value in self._functions.returned(function):
                found = self._trace(value, kind, entered, depth + 1, seen)
                if found is not None:
                    return [Step(node, f"goes through {_short(name)}"), *found]
            return None
        parts: list[Node] = []
        holder = node.field("function")
        if holder is not None and holder.kind() in MEMBERS:
            inner = holder.field("object")
            if inner is not None and inner.kind() == "identifier" and call.last in GETTERS:
                key = constant_key(call.argument("0", self._tree.profile.keywords))
                return self._name(inner, kind, inside, depth, seen, key, node)
            parts += [inner] if inner is not None else []
        if self.model.carries(name) or name.rsplit(".", 1)[-1] in self._tree.profile.formatters:
            arguments = node.field("arguments")
            parts += arguments.named_children() if arguments is not None else []
        return self._any(parts, kind, inside, depth, seen)

    def _name(
        self,
        node: Node,
        kind: str,
        inside: _Inside | None,
        depth: int,
        seen: set[tuple[int, int, int]],
        key: str | None = None,
        part: Node | None = None,
    ) -> list[Step] | None:
        """Back from a name, or with a key from an item of what it holds, which the part is."""
        name, use = node.text(), node.range().start.index
        function = self._tree.function_at(use)
        passed: list[int] = []
        while True:
            passed.append(function)
            for binding in self._bindings.reaching(function, name, use, key):
                if self._guarded(passed, node, part, kind, binding.at):
                    continue
                whole = key is None or binding.key is not None
                value = binding.value if whole else item_of(binding.value, key or "")
                if value is None:
                    continue
                found = self._trace(value, kind, inside, depth + 1, seen)
                if found is not None:
                    step = Step(value, f"becomes {name}")
                    return found if found[0].node == value else [step, *found]
            if self._bindings.binds(function, name) and not self._functions.is_parameter(function, name):
                return None
            if function < 0:
                return None
            if self._functions.is_parameter(function, name):
                if self._bindings.replaced(function, name, use, key) or self._guarded(
                    passed, node, part, kind
                ):
                    return None
                return self._parameter(function, name, kind, inside, depth, seen)
            function = self._tree.function_around(function)

    def _guarded(
        self, functions: Sequence[int], node: Node, part: Node | None, kind: str, at: int = -1
    ) -> bool:
        """Whether conditions in some functions let only known values on to a name, or to the part of it."""
        hold = self._guards.hold
        use, name, alone = node.range().start.index, node.text(), part is None
        item = part.text() if part is not None else ""
        return any(
            hold(one, name, use, kind, at, parts=alone) or (item != "" and hold(one, item, use, kind, at))
            for one in functions
        )

    def _parameter(
        self,
        function: int,
        name: str,
        kind: str,
        inside: _Inside | None,
        depth: int,
        seen: set[tuple[int, int, int]],
    ) -> list[Step] | None:
        """From the call by which the function was entered, else from its callers, else from the outside."""
        place = self._functions.place(function, name)
        keywords = self._tree.profile.keywords
        if inside is not None and inside.function == function:
            value = inside.call.argument(place, keywords)
            return None if value is None else self._trace(value, kind, inside.before, depth + 1, seen)
        node = self._tree.functions[function][2]
        if self._entries.of(node) and name not in ("self", "cls", "request"):
            if self._entries.is_number(node, name):
                return None
            return [
                Step(node.field("parameters") or node, f"comes in as {name}, by the address of a request")
            ]
        called_as = self._functions.called_as(function)
        calls = [one for one in self._facts.calls.get(called_as, ()) if called_as][:20]
        if inside is not None and inside.depth >= _CALLS:
            return None
        for call in calls:
            if not self._functions.is_called(function, call.name):
                continue
            value = call.argument(place, keywords)
            if value is None:
                continue
            found = self._trace(value, kind, None, depth + 1, seen)
            if found is not None:
                return [Step(call.node, f"is given to {_short(called_as)}"), *found]
        if self.opened and called_as and self._tree.function_around(function) < 0 and kind:
            self.entered = (called_as, place)
            return [Step(node.field("parameters") or node, f"comes in as {name}")]
        return None

    def _held(self, node: Node, kind: str) -> bool:
        """Whether a value that comes in is held to known ones, or what it is made of by methods."""
        for _ in range(DEEPEST):
            if self._guards.held(node, kind):
                return True
            if node.kind() in self._tree.profile.calls:
                function = node.field("function")
                node = function if function is not None else node
            part = MEMBERS.get(node.kind())
            inner = node.field(part[0]) if part is not None else None
            if inner is None or inner.kind() == "identifier":
                return False
            node = inner
        return False


def _chain(node: Node) -> str:
    """An expression as a dotted name without its brackets: `request.args["a"]` is request.args."""
    parts: list[str] = []
    for _ in range(30):
        kind = node.kind()
        if kind == "identifier":
            return ".".join((node.text(), *reversed(parts)))
        if kind in ("this", "self"):
            return ".".join((kind, *reversed(parts)))
        if kind in MEMBERS:
            holder, member = MEMBERS[kind]
            if member:
                parts.append(_text(node.field(member)))
            inner = node.field(holder)
        elif kind in ("call", "call_expression"):
            inner = node.field("function")
        elif kind in ("await", "await_expression", "parenthesized_expression", "non_null_expression"):
            inner = next(iter(node.named_children()), None)
        else:
            return ""
        if inner is None:
            return ""
        node = inner
    return ""


def _text(node: Node | None) -> str:
    return str(node.text()) if node is not None else ""


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def ways(steps: Sequence[Step]) -> Iterator[Step]:
    """The stations that a reader is told: neighbours on the same stretch are one."""
    last: tuple[int, int] | None = None
    for one in steps:
        reach = one.node.range()
        key = (reach.start.index, reach.end.index)
        if key != last:
            yield one
        last = key
