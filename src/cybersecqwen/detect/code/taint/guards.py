"""Conditions that let only known values of a name on, and where in the file they do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from cybersecqwen.detect.code.calls import Facts
from cybersecqwen.detect.code.names import dotted
from cybersecqwen.detect.code.shapes import called
from cybersecqwen.detect.code.tree import Node

from .choices import (
    CLAUSES,
    HANDLERS,
    alternatives_of,
    breaks_of,
    clauses_of,
    conditions_of,
    handlers_of,
    sides_of,
)
from .functions import Functions
from .model import Checks
from .telling import Telling, joins

_CHOICES = {
    "python": (
        *("if_statement", "while_statement", "assert_statement", "conditional_expression"),
        *("boolean_operator", "if_clause"),
    ),
    "javascript": ("if_statement", "while_statement", "ternary_expression", "binary_expression"),
    "php": ("if_statement", "while_statement", "conditional_expression", "binary_expression"),
}
_BLOCKS = frozenset(
    (
        *("block", "statement_block", "module", "program", "switch_case", "switch_default"),
        *("compound_statement", "colon_block"),
    )
)
_ENDS = frozenset(
    (
        *("return_statement", "raise_statement", "throw_statement", "throw_expression", "exit_statement"),
        *("continue_statement", "break_statement"),
    )
)
_AWAY = _ENDS - {"return_statement", "continue_statement", "break_statement"}
"""What leaves the caller of a function, too."""
_LONGEST = 2_000
"""Characters of a condition that are looked at."""
_SHORT = 60
_DEEPEST = 20
_MOST_PARTS = 20
"""Names that are made of one."""
_WORD = re.compile(r"[\w$]+")
_MOST_CLAUSES = 30
_MOST = 200
"""Statements of a block, and places where one name is set."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is done or given only where something holds."""

    node: Node
    text: str
    """Of the conditions."""


@dataclass(frozen=True, slots=True)
class _Area:
    """Where a name has a known value; offsets."""

    since: int
    """What is set between here and the use was not asked about."""
    start: int
    end: int


class Guards:
    """Those of one file."""

    def __init__(self, facts: Facts, functions: Functions, checks: Checks) -> None:
        self._facts = facts
        self._tree = facts.tree
        self._functions = functions
        self._checks = checks
        self._areas: dict[tuple[int, str, str, bool], tuple[_Area, ...]] = {}

    def hold(
        self, function: int, name: str, use: int, kind: str, at: int = -1, *, parts: bool = True
    ) -> bool:
        """Whether conditions in a function let only known values of a name on to a use.

        Args:
            function: Number of the function whose conditions count.
            name: A name, or an expression for an item, as it is written.
            use: Offset of the use.
            kind: The kind of harm that the value can do there.
            at: Offset where the name gets the value in question, -1 for before all conditions.
            parts: Whether what is asked of a part of a value (`a.host`) counts for the value; it says nothing
                of other parts.
        """
        if len(name) > _SHORT or not self._checks.tells or function not in self._choices:
            return False
        key = (function, name, kind if kind in self._checks.kinds else "any", parts)
        areas = self._areas.get(key)
        if areas is None:
            areas = self._areas[key] = tuple(self._found(*key))
        return any(one.start <= use < one.end and not one.since < at < use for one in areas)

    def _found(self, function: int, name: str, kind: str, parts: bool) -> list[_Area]:
        """Where conditions in a function make a name known."""
        made = self._made_of(function, name) if parts else ()
        choices = self._about(function, (name, *made))
        if not choices:
            return []
        telling = Telling(self._checks, self._facts, kind, name, parts=parts, made_of=made)
        found = [
            area
            for choice in choices
            if telling.may_tell(choice.text)
            for area in self._of(choice.node, telling)
        ]
        for loop in self._loops.get(function, ()) if found else ():
            found += self._behind(loop, found, telling)
        return found

    def held(self, node: Node, kind: str) -> bool:
        """Whether conditions around an expression let only known values of it on, by how it is written."""
        text, use = node.text(), node.range().start.index
        function = self._tree.function_at(use)
        while not self.hold(function, text, use, kind):
            if function < 0:
                return False
            function = self._tree.function_around(function)
        return True

    @cached_property
    def _choices(self) -> dict[int, list[_Choice]]:
        """Function → the choices in it."""
        made: dict[int, list[_Choice]] = defaultdict(list)
        language = self._tree.language
        for node in self._tree.find(_CHOICES.get(language, _CHOICES["javascript"])):
            conditions = conditions_of(node)
            if not conditions:
                continue
            start = node.range().start.index
            if joins(node):  # it begins with its condition, and in a chain each node has all before it
                asked = self._tree.text[start : start + _LONGEST]
            else:
                asked = "\n".join(one.text()[:_LONGEST] for one in conditions)
            made[self._tree.function_at(start)].append(_Choice(node, asked))
        return made

    def _about(self, function: int, names: Sequence[str]) -> list[_Choice]:
        """The choices whose conditions have the words of one of some names, in their order."""
        words, choices = self._words[function], self._choices[function]
        numbers: set[int] = set()
        for name in names:
            # Of an item the last word is the rarest one: of `req.query.a` that of the key.
            parts = _WORD.findall(name)
            numbers.update(words.get(parts[-1], ()) if parts else ())
        return [choices[number] for number in sorted(numbers)]

    @cached_property
    def _words(self) -> dict[int, dict[str, list[int]]]:
        """Function → word → the numbers of the choices in whose conditions it stands."""
        made: dict[int, dict[str, list[int]]] = {}
        for function, choices in self._choices.items():
            found = made.setdefault(function, {})
            for number, choice in enumerate(choices):
                for word in set(_WORD.findall(choice.text)):
                    found.setdefault(word, []).append(number)
        return made

    @cached_property
    def _loops(self) -> dict[int, list[Node]]:
        """Function → the loops in it that only `break` ends, inner ones first."""
        made: dict[int, list[Node]] = defaultdict(list)
        for node in reversed(self._tree.find(["while_statement"])):
            condition = node.field("condition")
            if condition is not None and condition.text().strip("()").lower() in ("true", "1"):
                made[self._tree.function_at(node.range().start.index)].append(node)
        return made

    def _behind(self, loop: Node, known: Sequence[_Area], telling: Telling) -> Iterator[_Area]:
        """What follows a loop that asks until the value is a known one."""
        breaks = [one.range().start.index for one in breaks_of(loop)]
        if breaks and all(any(one.start <= at < one.end for one in known) for at in breaks):
            yield from self._after(loop, telling, loop.range().end.index)

    @cached_property
    def _settings(self) -> dict[tuple[int, str], list[Node]]:
        """(function, what is set, as it is written) → the assignments that set the whole of it."""
        made: dict[tuple[int, str], list[Node]] = defaultdict(list)
        for node in self._tree.find(self._tree.profile.assignments):
            target = node.field("left") or node.field("name")
            if target is not None and "augmented" not in node.kind():
                made[(self._tree.function_at(node.range().start.index), target.text())].append(node)
        return made

    def _made_of(self, function: int, name: str) -> Sequence[str]:
        """The names that a function sets to something with a name in it: a part of an address, say."""
        return self._parts.get((function, name), ())

    @cached_property
    def _parts(self) -> dict[tuple[int, str], list[str]]:
        """(function, name) → names that are set to something with it in it."""
        made: dict[tuple[int, str], list[str]] = defaultdict(list)
        for (function, target), nodes in self._settings.items():
            if len(target) > _SHORT or not target.isidentifier():
                continue
            values = (one.field("right") or one.field("value") for one in nodes[:5])
            text = " ".join(one.text()[:_LONGEST] for one in values if one is not None)
            for word in {*_WORD.findall(text)} - {target}:
                known = made[(function, word)]
                if len(known) < _MOST_PARTS:
                    known.append(target)
        return made

    def _of(self, node: Node, telling: Telling) -> Iterator[_Area]:
        """Where a choice makes a value known."""
        kind, reach = node.kind(), node.range()
        if kind == "if_statement":
            yield from self._if(node, telling)
        elif kind in ("conditional_expression", "ternary_expression"):
            condition, chosen, other = alternatives_of(node)
            truth = telling.of(condition)
            for part, known in ((chosen, truth.when), (other, truth.unless)):
                if known and part is not None:
                    yield _area(part, reach.start.index)
        elif kind in ("boolean_operator", "binary_expression"):
            yield from self._joined(node, telling)
        elif kind == "assert_statement":
            if telling.of(node.named_children()[0]).when:
                yield from self._after(node, telling, reach.end.index)
        elif kind == "while_statement":
            truth, body = telling.of(node.field("condition")), node.field("body")
            if truth.when and body is not None:
                yield _area(body, body.range().start.index)
            if truth.unless and body is not None and not breaks_of(body):
                yield from self._after(node, telling, reach.end.index)
        elif kind == "if_clause" and telling.of(node.named_children()[0]).when:
            made = node.parent().field("body") if node.parent() is not None else None
            if made is not None:
                yield _area(made, reach.start.index)

    def _if(self, node: Node, telling: Telling) -> Iterator[_Area]:
        sides, told = sides_of(node, telling)
        for side in sides:
            if side.known and side.body is not None:
                yield _area(side.body, side.body.range().start.index)
        ended = [self._ends(side.body, telling.name) for side in sides]
        if told and any(ended) and all(one.known or end for one, end in zip(sides, ended, strict=True)):
            # What its branches set stands behind its condition.
            yield from self._after(node, telling, conditions_of(node)[0].range().end.index)

    def _joined(self, node: Node, telling: Telling) -> Iterator[_Area]:
        """What stands behind `and` is reached where the first part is true, behind `or` where it is not."""
        left, right = node.field("left"), node.field("right")
        if left is None or right is None or _length(left) > _LONGEST:
            return  # each part of a long chain would be gone through for all behind it
        truth, both = telling.of(left), joins(node) == "and"
        if truth.when if both else truth.unless:
            yield _area(right, left.range().end.index)
        statement = node.parent()
        alone = statement is not None and statement.kind() == "expression_statement"
        if alone and (truth.unless if both else truth.when) and self._leaves_by(right):
            yield from self._after(statement, telling, left.range().end.index)

    def _after(self, node: Node, telling: Telling, since: int) -> Iterator[_Area]:
        """What follows a statement that only known values pass: its block, and those around that."""
        for _ in range(_DEEPEST):
            holder = node.parent()
            if holder is not None and holder.kind() in _BLOCKS:
                yield _Area(since, node.range().end.index, holder.range().end.index)
                node, holder = holder, holder.parent()
            if holder is not None and holder.kind() in CLAUSES:
                node, holder = holder, holder.parent()
            if holder is None or not self._passes(holder, node, telling):
                return
            node = holder

    def _passes(self, holder: Node, part: Node, telling: Telling) -> bool:
        """Whether only known values pass a statement, as they are all that pass a part of it."""
        kind = holder.kind()
        if kind == "if_statement":
            if len(clauses_of(holder)) > _MOST_CLAUSES:
                return False  # all of them would be gone through for each
            start = part.range().start.index
            others = [
                one
                for one in sides_of(holder, telling)[0]
                if one.body is None or not start <= one.body.range().start.index < part.range().end.index
            ]
            return all(one.known or self._ends(one.body, telling.name) for one in others)
        if kind == "try_statement":
            inside = holder.field("body")
            same = inside is not None and inside.range().start.index == part.range().start.index
            return same and all(map(self._leaves, handlers_of(holder)))
        return bool(kind == "with_statement")

    def _ends(self, body: Node | None, name: str) -> bool:
        """Whether what a name held before is gone behind a branch: it is left, or the name set anew."""
        if body is None:
            return False
        if self._leaves(body):
            return True
        reach = body.range()
        function = self._tree.function_at(reach.start.index)
        for one in self._settings.get((function, name), ())[:_MOST]:
            if not reach.start.index <= one.range().start.index < reach.end.index:
                continue
            block = next((each for each in one.ancestors() if each.kind() in _BLOCKS), None)
            if block is None or block.range().start.index <= reach.start.index:
                return True
        return False

    def _leaves(self, node: Node, kinds: frozenset[str] = _ENDS, depth: int = 0) -> bool:
        """Whether what follows a statement is not reached by it."""
        kind = node.kind()
        if kind in kinds:
            return True
        if depth > _DEEPEST:
            return False
        if kind == "expression_statement":
            return any(
                one.kind() in kinds or self._leaves_by(one, depth + 1) for one in node.named_children()[:1]
            )
        if kind in _BLOCKS or kind in CLAUSES or kind in HANDLERS:
            return any(self._leaves(one, kinds, depth + 1) for one in node.named_children()[:_MOST])
        if kind == "if_statement":
            sides = [one.body for one in sides_of(node, None)[0]]
            return all(one is not None and self._leaves(one, kinds, depth + 1) for one in sides)
        if kind in ("with_statement", "try_statement"):
            parts = [node.field("body"), *handlers_of(node)]
            return all(one is not None and self._leaves(one, kinds, depth + 1) for one in parts)
        return False

    def _leaves_by(self, node: Node, depth: int = 0) -> bool:
        """Whether an expression calls what never comes back."""
        if node.kind() in _AWAY:
            return True
        if node.kind() not in self._tree.profile.calls:
            return False
        name = self._facts.names.full(dotted(called(node)))
        if name in self._checks.leaves or name.rsplit(".", 1)[-1] in self._checks.leaves:
            return True
        function = self._functions.named(name)
        body = self._tree.functions[function][2].field("body") if function >= 0 else None
        return body is not None and self._leaves(body, _AWAY, depth + 1)


def _area(node: Node, since: int) -> _Area:
    reach = node.range()
    return _Area(since, reach.start.index, reach.end.index)


def _length(node: Node) -> int:
    reach = node.range()
    return int(reach.end.index - reach.start.index)
