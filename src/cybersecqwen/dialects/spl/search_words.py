"""Reading the expressions of `search`: words, comparisons, AND, OR, NOT, brackets.

all    = either (["AND"] either)*
either = one ("OR" one)*
one    = "NOT" one | "(" all ")" | "[" search "]" | macro | field op value | field "IN" "(" values ")" | word
"""

from __future__ import annotations

from collections.abc import Callable

from .tokens import Placed, Reader, Token, balanced, unescaped
from .tree import All, AnyOf, Compare, Directive, Found, Free, Macro, OneOf, Pipeline, Sub, Without
from .values import macro_of

Subsearch = Callable[[Reader], Pipeline]
"""Reads the search between two brackets."""

_OPERATORS = frozenset(("=", "!=", "<", ">", "<=", ">=", "=="))
_RESERVED = frozenset(("and", "or", "not"))


def parse_found(reader: Reader, sub: Subsearch, stop: frozenset[str] = frozenset()) -> Found | None:
    """The expression up to the end of the command or a word of `stop`; None where nothing stands."""
    return _Expression(reader, sub, stop).whole()


class _Expression:
    def __init__(self, reader: Reader, sub: Subsearch, stop: frozenset[str]) -> None:
        self.reader = reader
        self.sub = sub
        self.stop = stop

    def whole(self) -> Found | None:
        if self.ends():
            return None
        found = self.every()
        if self.reader.is_mark(")"):
            raise self.reader.error("`)` closes nothing that was opened.", self.reader.peek().at)
        return found

    def ends(self) -> bool:
        reader = self.reader
        return reader.at_end() or reader.is_mark(")") or self.stops(reader.peek())

    def stops(self, token: Token) -> bool:
        if not self.stop or token.kind != "word" or token.text.lower() not in self.stop:
            return False
        after = self.reader.text[token.end : token.end + 3].lstrip()
        return not after.startswith(("=", "!=", "<", ">"))

    def every(self) -> Found:
        parts = [self.either()]
        while not self.ends():
            if self.reader.is_mark(","):  # between the words of a list, as some write
                self.reader.take()
                continue
            if self.reader.is_word("and"):
                self.operator("AND")
            parts.append(self.either())
        return _joined(All, parts)

    def either(self) -> Found:
        parts = [self.one()]
        while self.reader.is_word("or"):
            self.operator("OR")
            parts.append(self.one())
        return _joined(AnyOf, parts)

    def operator(self, name: str) -> None:
        token = self.reader.take()
        if self.ends():
            raise self.reader.error(f"{name} has nothing behind it.", token.at)

    def one(self) -> Found:
        reader = self.reader
        token = reader.take()
        if token.kind == "macro":
            return macro_of(reader, token)
        if token.kind == "mark":
            return self.bracketed(token)
        if token.kind == "word" and token.text.lower() in _RESERVED and not self.compares():
            if token.text.lower() != "not":
                raise reader.error(f"{token.text.upper()} has nothing before it.", token.at)
            if self.ends():
                raise reader.error("NOT has nothing behind it.", token.at)
            reader.deeper()
            inner = self.one()
            reader.depth -= 1
            return Without(inner)
        return self.compared(token)

    def compares(self) -> bool:
        following = self.reader.peek()
        return following.kind == "mark" and following.text in _OPERATORS

    def bracketed(self, token: Token) -> Found:
        reader = self.reader
        if token.text == "(":
            reader.deeper()
            if reader.is_mark(")"):
                raise reader.error("There is nothing between the parentheses.", token.at)
            found = self.every() if not reader.at_end() else None
            reader.expect(")", token.at, "A parenthesis")
            reader.depth -= 1
            assert found is not None
            return found
        if token.text == "[":
            return bracket(reader, self.sub, token)
        raise reader.error(f"`{token.text}` has no field before it.", token.at)

    def compared(self, token: Token) -> Found:
        reader = self.reader
        name = Placed(_plain(token), token.at)
        following = reader.peek()
        if following.kind == "mark" and following.text in _OPERATORS:
            op = reader.take().text
            return self.valued(name, "=" if op == "==" else op, following)
        if token.kind == "word" and following.kind == "mark" and following.text == "(":
            if name.lower() in ("term", "case"):
                return Directive(name.lower(), self.inside(name))
        elif following.kind == "word" and following.text.lower() == "in":
            place = reader.at
            reader.take()
            if reader.is_mark("("):
                return OneOf(name, self.listed())
            reader.back(place)
        return Free(name)

    def valued(self, name: Placed, op: str, operator: Token) -> Found:
        """What stands behind an operator: a value, and what is written to it without a space."""
        reader = self.reader
        if self.reader.at_end() or reader.is_mark(")"):
            raise reader.error(f"`{operator.text}` has no value behind it.", operator.at)
        token = reader.take()
        if token.kind == "word" and token.text.lower() in ("term", "case") and reader.is_mark("("):
            made = Directive(token.text.lower(), self.inside(token.text), name)
            return Without(made) if op == "!=" else made
        if token.kind in ("macro", "mark"):
            raise reader.error(f"{token.text[:40]!r} is no value to compare with.", token.at)
        value = _plain(token)
        while token.kind == "word":  # what is written on without a space belongs to it: a=b=c
            token = reader.peek()
            if token.at != reader.at or not (token.kind == "word" or token.text in _OPERATORS):
                break
            value += _plain(reader.take())
            token = Token("word", "", token.at, token.end)
        if reader.is_mark("(") and reader.peek().at == reader.at:
            value += self.parenthesised()
        return Compare(name, op, value)

    def parenthesised(self) -> str:
        """Parentheses that stand in a value without quotes: *GetCurrent()*."""
        start = self.reader.at
        balanced(self.reader)
        while (token := self.reader.peek()).kind == "word" and token.at == self.reader.at:
            self.reader.take()
        return unescaped(self.reader.text[start : self.reader.at])

    def inside(self, name: str) -> str:
        """The text between the parentheses of TERM and CASE."""
        reader = self.reader
        opened = reader.take()
        parts: list[str] = []
        while not (reader.at_end() or reader.is_mark(")")):
            parts.append(_plain(reader.take()))
        reader.expect(")", opened.at, name.upper() + "(")
        if not parts:
            raise reader.error("There is nothing between the parentheses.", opened.at)
        return " ".join(parts)

    def listed(self) -> tuple[str | Macro, ...]:
        reader = self.reader
        opened = reader.take()
        values: list[str | Macro] = []
        while not (reader.at_end() or reader.is_mark(")")):
            token = reader.take()
            if token.kind in ("word", "string"):
                values.append(_plain(token))
            elif token.kind == "macro":
                values.append(macro_of(reader, token))
            elif token.text != ",":
                raise reader.error(f"{token.text[:40]!r} is no value of a list.", token.at)
        reader.expect(")", opened.at, "A list")
        if not values:
            raise reader.error("The list has no values.", opened.at)
        return tuple(values)


def bracket(reader: Reader, sub: Subsearch, opened: Token) -> Sub:
    """The search between two brackets, of which the first is behind."""
    reader.deeper(5)
    pipeline = sub(reader)
    reader.expect("]", opened.at, "A subsearch")
    reader.depth -= 5
    return Sub(pipeline, opened.at)


def _plain(token: Token) -> str:
    return unescaped(token.text[1:-1] if token.kind == "string" else token.text)


def _joined(kind: type[All] | type[AnyOf], parts: list[Found]) -> Found:
    if len(parts) == 1:
        return parts[0]
    flat: list[Found] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else [part])
    return kind(tuple(flat))
