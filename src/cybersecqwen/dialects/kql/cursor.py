"""A place among the words of a query, and what every part of the parser asks of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cybersecqwen.errors import LimitError, QuerySyntaxError

from .tokens import END, NAME, SIGN, TEXT, Token, Tokens, tokenize
from .tree import Expr, Name

_DEEPEST = 80
"""Levels of brackets: each takes some frames of the interpreter, which has about a thousand."""
LONGEST_CHAIN = 100
"""Operators or parts in a row that nest in the tree."""

T = TypeVar("T")


class Cursor:
    """Reads words one after the other; errors say where it stands."""

    __slots__ = ("_notes", "_text", "at", "depth", "tabular", "token", "tokens")

    def __init__(self, text: str, tabular: Callable[[Cursor], Expr]) -> None:
        found: Tokens = tokenize(text)
        self._text = text
        self._notes = found.notes
        self.tokens = found.tokens
        self.at = 0
        self.token = self.tokens[0]
        """The word that comes next."""
        self.depth = 0
        self.tabular = tabular
        """Parses what may be a value or a query."""

    def next(self) -> Token:
        """The word that comes next, which is passed over."""
        token = self.token
        if token.kind != END:
            self.at += 1
            self.token = self.tokens[self.at]
        return token

    def ahead(self, count: int = 1) -> Token:
        """A word further on."""
        return self.tokens[min(self.at + count, len(self.tokens) - 1)]

    def sign(self, text: str) -> bool:
        """Whether a sign comes next."""
        token = self.token
        return token.text == text and token.kind == SIGN

    def word(self, text: str) -> bool:
        """Whether a word comes next."""
        token = self.token
        return token.text == text and token.kind == NAME

    def accept(self, text: str) -> bool:
        """Whether a sign came next; it is then passed over."""
        token = self.token
        if token.text == text and token.kind == SIGN:
            self.at += 1
            self.token = self.tokens[self.at]
            return True
        return False

    def accept_word(self, text: str) -> bool:
        """Whether a word came next; it is then passed over."""
        token = self.token
        if token.text == text and token.kind == NAME:
            self.at += 1
            self.token = self.tokens[self.at]
            return True
        return False

    def expect(self, text: str, hint: str = "") -> Token:
        """A sign, passed over. Raises QuerySyntaxError where something else comes."""
        if not self.sign(text):
            raise self.error(f"{text!r} is expected, and {self.told()} comes.", hint)
        return self.next()

    def expect_word(self, text: str) -> Token:
        """A word, passed over. Raises QuerySyntaxError where something else comes."""
        if not self.word(text):
            raise self.error(f"The word {text!r} is expected, and {self.told()} comes.")
        return self.next()

    def name(self) -> Name:
        """A name, plain or in brackets with quotes. Raises QuerySyntaxError where none comes."""
        token = self.token
        if token.kind == NAME:
            self.next()
            return Name(token.text, token.place)
        if self.sign("[") and self.ahead().kind == TEXT and self.ahead(2).text == "]":
            self.next()
            text = self.next().text
            self.expect("]")
            return Name(text, token.place)
        raise self.error(f"A name is expected, and {self.told()} comes.")

    def notes(self) -> tuple[str, ...]:
        """Lines of comment right before the next word."""
        return self._notes.get(self.at, ()) if self._notes else ()

    def told(self) -> str:
        """The next word, for messages."""
        if self.token.kind == END:
            return "the end"
        return repr(self._text[self.token.start : self.token.end][:40])

    def between(self, start: int, end: int) -> str:
        """The text from one character to another, as written."""
        return self._text[start:end]

    def error(self, message: str, hint: str = "") -> QuerySyntaxError:
        """An error at the next word."""
        return QuerySyntaxError(message, line=self.token.line, column=self.token.column, hint=hint)

    def deeper(self) -> None:
        """One level down. Raises LimitError where that is one too many."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise LimitError(f"A query nests deeper than {_DEEPEST} levels.", hint="Name its parts with let.")

    def several(self, one: Callable[[Cursor], T]) -> tuple[T, ...]:
        """One or more, with commas between them."""
        found = [one(self)]
        while self.accept(","):
            found.append(one(self))
        return tuple(found)
