"""Goes through the words of a query once: what the readers of both languages are built on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cybersecqwen.dialects.interface import DEEPEST
from cybersecqwen.errors import LimitError, QuerySyntaxError

from .expressions import Grammar
from .tokens import Source, Token

_DEEPEST = min(DEEPEST, 120)
"""An expression takes several frames of Python a level; this is far from their end."""
Item = TypeVar("Item")


class Cursor:
    """The place in a query up to which it has been read."""

    def __init__(self, text: str, grammar: Grammar) -> None:
        self.source = Source(text)
        self.tokens = self.source.tokens()
        self.grammar = grammar
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        """The token that is to be read next."""
        return self.tokens[self.at]

    def error(self, message: str, token: Token | None = None, hint: str = "") -> QuerySyntaxError:
        """The error at a token, or at the next one."""
        return self.source.error(message, (token or self.now).start, hint)

    def word(self, ahead: int = 0) -> str:
        """The next word in the form in which keywords are compared; "" where there is none."""
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        if token.kind != "word":
            return ""
        return token.text.lower() if self.grammar.folds_words else token.text

    def is_sign(self, *signs: str) -> bool:
        """Whether one of these signs comes next."""
        return self.now.kind == "symbol" and self.now.text in signs

    def takes(self, text: str) -> bool:
        """Reads a word or a sign if it comes next."""
        if self.is_sign(text) or self.word() == text:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        """Reads a word or a sign. Raises QuerySyntaxError where another comes."""
        token = self.now
        if not self.takes(text):
            raise self.error(f"{text!r} is expected, not {self.shown()}.")
        return token

    def shown(self) -> str:
        """The next token, for messages."""
        return "the end" if self.now.kind == "end" else repr(self.now.text[:40])

    def separated(self, one: Callable[[], Item]) -> tuple[Item, ...]:
        """One or more of them with commas between."""
        found = [one()]
        while self.takes(","):
            found.append(one())
        return tuple(found)

    def deeper(self) -> None:
        """Counts a level. Raises LimitError where there are too many."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise LimitError(f"The query nests deeper than {_DEEPEST} levels.")
