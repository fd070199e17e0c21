"""What a condition tells of a value: that it is a known one where it holds, or where it does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from cybersecqwen.detect.code.calls import Facts
from cybersecqwen.detect.code.shapes import Shape
from cybersecqwen.detect.code.tree import Node

from .model import Checks

_DEEPEST = 40
_LONGEST = 500
"""Characters of one comparison or call."""
_SAME, _OTHER = frozenset(("==", "===", "is", "in")), frozenset(("!=", "!==", "<>", "is not", "not in"))
_NOTHING = frozenset(("none", "null", "undefined", "false", "0", "-1", '""', "''", "``"))
_TRUE = frozenset(("true", "1"))
_NOT_FOUND = {"<": frozenset("0"), ">=": frozenset("0"), ">": frozenset(("-1",))}
"""Comparisons that ask whether something was found at a place, which -1 stands for no place of."""
ALIKE = frozenset(
    (
        *("strip", "lstrip", "rstrip", "trim", "lower", "upper", "casefold", "toLowerCase", "toUpperCase"),
        "toString",
    )
)
"""Methods that leave a text what it is."""
_ALIKE = rf"(?:\.(?:{'|'.join(sorted(ALIKE))})\(\))*"
_MARK = "\x01"
_SAME_VALUE = re.compile(rf"\(*{_MARK}\)*{_ALIKE}")
_GIVEN = re.compile(rf"(?:!!|(?:len|strlen|isset|bool|Boolean)\()?{_MARK}{_ALIKE}(?:\.length)?\)?")
"""Asks whether there is a value, or how long it is."""
_JOINS = {"and": "and", "&&": "and", "or": "or", "||": "or"}


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether a value is a known one."""

    when: bool = False
    """Where the condition holds."""
    unless: bool = False
    """Where it does not."""

    def turned(self) -> Truth:
        """Of the opposite condition."""
        return Truth(self.unless, self.when)


class Telling:
    """What conditions tell of one name, for one kind of harm."""

    def __init__(
        self,
        checks: Checks,
        facts: Facts,
        kind: str,
        name: str,
        *,
        parts: bool = True,
        made_of: Sequence[str] = (),
    ) -> None:
        """Take the name.

        Args:
            checks: What conditions tell.
            facts: What is known of the file.
            kind: The kind of harm.
            name: A name, or an expression for an item, as it is written.
            parts: Whether what is told of a part of a value (`a.host`) is told of the value.
            made_of: Names that are set to something made of it.
        """
        self.name = name
        """As it is written."""
        self._shapes = facts.shapes
        self._texts = facts.tree.profile.strings
        self._calls = facts.tree.profile.calls
        self._strangers = checks.strangers
        self._word = _word(name, parts and name.lstrip("$").isidentifier())
        self._made_of = made_of
        self._tells, self._against, self._either = (list(map(_compiled, some)) for some in checks.of(kind))

    def may_tell(self, text: str) -> bool:
        """Whether the text of conditions is about the name at all."""
        if self.name in text and self._word.search(text) is not None:
            return True
        return any(one in text and _word(one).search(text) is not None for one in self._made_of)

    def _shown(self, node: Node) -> str:
        """The text of a comparison or call with a mark for the name, so that all names share the patterns."""
        return self._word.sub(_MARK, node.text()[:_LONGEST])

    def of(self, node: Node | None, depth: int = 0) -> Truth:
        """What a condition tells."""
        if node is None or depth > _DEEPEST:
            return Truth()
        kind = node.kind()
        if kind == "parenthesized_expression":
            return self.of(_first(node), depth + 1)
        if kind == "not_operator" or (kind.startswith("unary_") and node.text().startswith("!")):
            return self.of(node.named_children()[-1] if node.named_children() else None, depth + 1).turned()
        left, sign, right = _compared(node)
        how = _JOINS.get(sign)
        if how is not None:
            one, two = self.of(left, depth + 1), self.of(right, depth + 1)
            if how == "and":
                return Truth(one.when or two.when, one.unless and two.unless)
            return Truth(one.when and two.when, one.unless or two.unless)
        if left is not None and right is not None:
            for core, answer in ((left, right), (right, left)):
                told = self._answered(core, sign, answer.text()[:20].lower(), depth)
                if told is not None:
                    return told
            if sign in (*_SAME, *_OTHER) and self._is_known(left, sign, right):
                return Truth(sign in _SAME, sign in _OTHER)
        told = self._by_patterns(node, sign)
        if told != Truth() and any(map(self._is_strangers, self._held_against(node))):
            return Truth()
        return told

    def _answered(self, core: Node, sign: str, answer: str, depth: int) -> Truth | None:
        """What it tells that a function gave an answer, or that there is a value; None for no such answer."""
        found = "ndexOf(" in core.text()[:_LONGEST]  # 0 is the first place there, not nothing
        if sign in _NOT_FOUND and answer in _NOT_FOUND[sign] and found:
            told = self.of(core, depth + 1)
            return told.turned() if sign == "<" else told
        if sign not in (*_SAME, *_OTHER) or sign in ("in", "not in"):
            return None
        if answer in _NOTHING and not (found and answer == "0"):
            told = self.of(core, depth + 1)
            return told.turned() if sign in _SAME else told
        if answer in _TRUE and not _GIVEN.fullmatch(self._shown(core)):
            told = self.of(core, depth + 1)
            return told if sign in _SAME else told.turned()
        return None

    def _is_known(self, left: Node, sign: str, right: Node) -> bool:
        """Whether the value itself is held against a text that is written, or looked for in something."""
        if sign in ("in", "not in"):
            return _SAME_VALUE.fullmatch(self._shown(left)) is not None and not self._is_strangers(right)
        for one, other in ((left, right), (right, left)):
            if _SAME_VALUE.fullmatch(self._shown(one)) and other.kind() in self._texts:
                return self._shapes.of(other) is Shape.CONSTANT
        return False

    def _is_strangers(self, node: Node) -> bool:
        """Whether what the value is looked for in comes from whoever chose the value."""
        theirs = self._strangers
        return theirs is not None and any(theirs.search(text) for text in self._shapes.origins(node))

    def _held_against(self, node: Node) -> list[Node]:
        """Of a call what it is called of and what it is given, but for the value itself."""
        if node.kind() not in self._calls:
            return []
        holder, given = node.field("function"), node.field("arguments")
        inner = holder.named_children()[:1] if holder is not None else []
        parts = [*inner, *(given.named_children()[:20] if given is not None else ())]
        return [one for one in parts if _SAME_VALUE.fullmatch(self._shown(one)) is None]

    def _by_patterns(self, node: Node, sign: str) -> Truth:
        if not self.may_tell(node.text()[:_LONGEST]):
            return Truth()
        text = self._shown(node)
        turned = sign in _OTHER
        if _found(self._against, text):
            return Truth(turned, not turned)
        if _found(self._tells, text):
            return Truth(not turned, turned)
        if _found(self._either, text):
            return Truth(not turned, turned) if turned or sign in _SAME else Truth(True, True)
        if not sign and _GIVEN.fullmatch(text):
            return Truth(unless=True)  # nothing at all does no harm
        return Truth()


def joins(node: Node) -> str:
    """What joins two conditions, "and" or "or"; "" for anything else."""
    sign = node.field("operator")
    return _JOINS.get(sign.text(), "") if sign is not None else ""


def _compared(node: Node) -> tuple[Node | None, str, Node | None]:
    """(one side, the sign, the other side); no sign for what compares and joins nothing."""
    if node.kind() == "comparison_operator":
        parts = [one for one in node.named_children() if one.kind() != "comment"]
        if len(parts) != 2:
            return None, "?", None
        between = node.text()[len(parts[0].text()) : -len(parts[1].text())]
        return parts[0], " ".join(between.split()), parts[1]
    if node.kind() not in ("binary_expression", "boolean_operator"):
        return None, "", None
    sign = node.field("operator")
    return node.field("left"), sign.text() if sign is not None else "", node.field("right")


def _first(node: Node) -> Node | None:
    return next((one for one in node.named_children() if one.kind() != "comment"), None)


def _found(patterns: list[re.Pattern[str]], text: str) -> bool:
    return any(one.search(text) for one in patterns)


@lru_cache(maxsize=4_096)
def _word(name: str, parts: bool = True) -> re.Pattern[str]:
    """A pattern for a name that is not a part of a longer one; a dot before that of PHP joins texts."""
    before = r"(?<![\w$])" if name.startswith("$") else r"(?<![\w$.])"
    behind = "" if parts else rf"(?!{_ALIKE}[.\[(])"
    return re.compile(rf"{before}{re.escape(name)}(?![\w$]){behind}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Patterns of conditions are ours; what they are searched in is short."""
    return re.compile(pattern.replace("NAME", _MARK))
