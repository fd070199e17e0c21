"""From the text of a search to its tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from cybersecqwen.dialects.interface import DEEPEST
from cybersecqwen.dialects.places import Places
from cybersecqwen.errors import LimitError, QuerySyntaxError

from .sections import SECTION_READERS
from .table import AND, COMPARISONS, LISTS, NOCASE, NOT, OR, QUANTIFIERS, RESERVED, SECTIONS, SIGNS
from .tokens import Token, error, tokens
from .tree import (
    And,
    Call,
    Comparison,
    Condition,
    Count,
    Membership,
    Not,
    Number,
    Or,
    Path,
    Regex,
    Search,
    Sum,
    Text,
    Truth,
    Value,
    Variable,
)

_Item = TypeVar("_Item")

_IN_A_ROW = 200
"""Values with signs of one kind between: each is a level of the tree."""
_DEEPEST = min(DEEPEST, 120)
"""Levels of brackets: each takes four calls."""


def parse(text: str) -> Search:
    """The tree of a search. Raises QuerySyntaxError, or LimitError for what is too long or deep."""
    reader = Reader(text)
    sections: dict[str, Any] = {}
    if reader.now.kind == "end":
        raise reader.error("Something to search for is missing.")
    if not reader.section(look=True):
        sections["events"] = reader.conditions()
    while name := reader.section():
        if name in sections:
            raise reader.error(f"There are two sections {name}.", reader.at - 1)
        sections[name] = SECTION_READERS[name](reader)
    if reader.now.kind != "end":
        raise reader.error(f"{reader.now.text[:40]!r} stands where nothing like it can.")
    return Search(**sections)


class Reader:
    """The words of a search and a place among them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places = Places(text)
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        """The word that comes next."""
        return self.tokens[self.at]

    def error(self, message: str, at: int | None = None, hint: str = "") -> QuerySyntaxError:
        """What is wrong at a word, else at the next one."""
        return error(self.text, self.tokens[self.at if at is None else at].at, message, hint)

    def take(self, kind: str, *texts: str) -> Token | None:
        """The word that stands here, if it is of the kind; words of the language in any case."""
        token = self.now
        if token.kind != kind or (texts and token.text.lower() not in texts):
            return None
        self.at += 1
        return token

    def need(self, kind: str, text: str, what: str) -> Token:
        """The word that must stand here, read over."""
        found = self.take(kind, text) if text else self.take(kind)
        if found is None:
            raise self.error(f"{what} must stand here.")
        return found

    def deeper(self) -> None:
        """One level down; LimitError where there are too many."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise LimitError(f"The query nests deeper than {_DEEPEST} levels.")

    def section(self, *, look: bool = False) -> str:
        """The section that begins here, its name and colon read over; "" for none."""
        behind = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if self.now.kind != "name" or self.now.text not in SECTIONS or behind.text != ":":
            return ""
        name = self.now.text
        self.at += 0 if look else 2
        return name

    def conditions(self) -> Condition | None:
        """Conditions up to a section or the end; those without a word between must all hold."""
        return None if self.now.kind == "end" else self.any_of()

    def any_of(self) -> Condition:
        """Conditions of which one must hold."""
        parts = [self.all_of()]
        while self.take("name", OR):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Or(parts=_flat(Or, parts))

    def all_of(self) -> Condition:
        """Conditions that must all hold."""
        parts = [self.negated()]
        while True:
            if not self.take("name", AND) and not self.begins():
                break
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else And(parts=_flat(And, parts))

    def begins(self) -> bool:
        """Whether another condition begins here, without a word before it."""
        token = self.now
        if token.kind == "name":
            return not self.section(look=True) and token.text.lower() != OR
        return token.kind in ("variable", "count", "text", "number", "regex") or token.text == "("

    def negated(self) -> Condition:
        """A condition, with `not` before it or without."""
        if self.take("name", NOT):
            self.deeper()
            inner = self.negated()
            self.depth -= 1
            return Not(inner=inner)
        return self.single()

    def single(self) -> Condition:
        """A condition in brackets, a comparison, a function or a variable."""
        if self.now.text == "(" and self.now.kind == "sign":
            opened = self.at
            self.at += 1
            self.deeper()
            found = self.any_of()
            self.depth -= 1
            if not self.take("sign", ")"):
                raise self.error("A bracket is opened that never closes.", opened)
            return found
        quantifier = self.take("name", *QUANTIFIERS)
        start = self.at
        left = self.sum()
        operator = self.take("sign", *COMPARISONS)
        if operator:
            return self.comparison(left, operator.text, quantifier.text.lower() if quantifier else "")
        if quantifier:
            raise self.error(f"A comparison must follow {quantifier.text}.")
        negated = self.take("name", NOT)
        if self.take("name", "in"):
            found = self.membership(left)
            return Not(inner=found) if negated else found
        if negated:
            raise self.error("in must follow not here.")
        if isinstance(left, Call):
            nocase = bool(self.take("name", NOCASE))
            return Call(name=left.name, arguments=left.arguments, nocase=nocase)
        if isinstance(left, Variable):
            return left
        raise self.error(
            "A comparison must follow a value.", start, 'Text is looked for in a field: `field = "x"`.'
        )

    def comparison(self, left: Value, operator: str, quantifier: str) -> Condition:
        """What stands behind the sign of a comparison."""
        right = self.sum()
        nocase = bool(self.take("name", NOCASE))
        return Comparison(left=left, operator=operator, right=right, nocase=nocase, quantifier=quantifier)

    def membership(self, left: Value) -> Membership:
        """What stands behind `in`."""
        kind = self.take("name", *LISTS)
        name = self.need("list", "", "The name of a list (%name)")
        nocase = bool(self.take("name", NOCASE))
        return Membership(left=left, listed=name.text, kind=kind.text.lower() if kind else "", nocase=nocase)

    def sum(self, level: int = 1) -> Value:
        """A value, with signs of arithmetic between that hold as tight as the level or tighter."""
        if level > max(SIGNS.values()):
            return self.value()
        found = self.sum(level + 1)
        count = 0
        while (sign := self.now.text) in SIGNS and self.now.kind == "sign" and SIGNS[sign] == level:
            self.at += 1
            found = Sum(left=found, sign=sign, right=self.sum(level + 1))
            count += 1
            if count > _IN_A_ROW:
                raise LimitError(f"More than {_IN_A_ROW} values stand in a row.")
        return found

    def value(self) -> Value:
        """A single value."""
        token = self.now
        self.at += 1
        if token.kind == "text":
            return Text(value=token.text)
        if token.kind == "regex":
            return Regex(source=token.text)
        if token.kind == "number":
            return Number(text=token.text)
        if token.kind == "sign" and token.text == "-" and self.now.kind == "number":
            return Number(text="-" + self.need("number", "", "A number").text)
        if token.kind == "count":
            return Count(name=token.text)
        self.at -= 1
        if token.kind in ("variable", "name"):
            return self.named()
        raise self.error("The query ends too soon." if token.kind == "end" else "A value must stand here.")

    def named(self) -> Path | Variable | Call | Truth:
        """A field, a variable, a function or a truth value."""
        token = self.now
        if token.kind == "variable":
            self.at += 1
            if not self.take("sign", "."):
                return Variable(name=token.text)
            name = self.need("name", "", "The name of a field").text
            return Path(name=name, event=token.text, place=self.places.at(token.at))
        if token.text.lower() in ("true", "false"):
            self.at += 1
            return Truth(value=token.text.lower() == "true")
        if token.text.lower() in RESERVED:
            raise self.error(f"{token.text} stands where a value must.")
        self.at += 1
        if self.now.text == "(" and self.now.kind == "sign":
            return self.call(token)
        return Path(name=token.text, place=self.places.at(token.at))

    def call(self, name: Token) -> Call:
        """What stands in the brackets of a function."""
        opened = self.at
        self.at += 1
        self.deeper()
        arguments: list[Value] = []
        if not self.take("sign", ")"):
            arguments = self.several(self.sum)
            if not self.take("sign", ")"):
                raise self.error("A bracket is opened that never closes.", opened)
        self.depth -= 1
        return Call(name=name.text, arguments=tuple(arguments))

    def several(self, item: Callable[[], _Item]) -> list[_Item]:
        """Items with commas between."""
        found = [item()]
        while self.take("sign", ","):
            found.append(item())
        return found

    def key(self) -> Path | Variable:
        """A field or a variable."""
        start = self.at
        if self.now.kind in ("variable", "name"):
            found = self.named()
            if isinstance(found, Path | Variable):
                return found
        raise self.error("A field or a variable must stand here.", start)


def _flat(kind: type[And] | type[Or], parts: list[Condition]) -> tuple[Condition, ...]:
    out: list[Condition] = []
    for part in parts:
        out.extend(part.parts if isinstance(part, kind) else [part])
    return tuple(out)
