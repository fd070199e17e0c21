"""Reading a text from left to right: blanks, signs, quotes, and where an error is."""

from __future__ import annotations

import re

from cybersecqwen.dialects.interface import LONGEST
from cybersecqwen.dialects.places import Places
from cybersecqwen.errors import LimitError, QuerySyntaxError

from .table import BLANK, FLAGS
from .tree import Place, Regex

_DEEPEST = 100
"""Levels of brackets: each takes up to seven calls."""


class Reader:
    """A text and a place in it."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise LimitError(f"The query is longer than {LONGEST:,} characters.")
        self.text = text
        self.places = Places(text)
        self.at = 0
        self.depth = 0
        self.parts = 0

    def place(self, at: int | None = None) -> Place:
        """Line and column of a place, else of this one."""
        return self.places.at(self.at if at is None else at)

    def error(self, message: str, at: int | None = None, hint: str = "") -> QuerySyntaxError:
        """What is wrong at a place, else at this one."""
        line, column = self.place(at)
        return QuerySyntaxError(message, line=line, column=column, hint=hint)

    def blanks(self) -> None:
        """Over blanks and comments."""
        found = BLANK.match(self.text, self.at)
        if found:
            self.at = found.end()
        if self.text.startswith("/*", self.at):
            raise self.error("A comment is opened that never closes.")

    def done(self) -> bool:
        """Whether nothing but blanks follows."""
        self.blanks()
        return self.at >= len(self.text)

    def peek(self) -> str:
        """The next character; "" at the end."""
        return self.text[self.at : self.at + 1]

    def starts(self, sign: str) -> bool:
        """Whether a sign stands here, behind blanks; read over."""
        self.blanks()
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def sees(self, sign: str) -> bool:
        """Whether a sign stands here, behind blanks."""
        self.blanks()
        return self.text.startswith(sign, self.at)

    def need(self, sign: str, opened: int | None = None) -> None:
        """Over a sign that must stand here; `opened` is where the bracket is that it closes."""
        if not self.starts(sign):
            if opened is not None:
                raise self.error("A bracket is opened that never closes.", opened)
            raise self.error(f"{sign} must stand here.")

    def word(self, *words: str) -> str:
        """One of some words in any case, read over; "" for none."""
        self.blanks()
        for one in words:
            end = self.at + len(one)
            behind = self.text[end : end + 1]
            ends = not behind or not (behind.isalnum() or behind in "_.@#*")
            if ends and self.text[self.at : end].lower() == one:
                self.at = end
                return one
        return ""

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What a pattern finds here, behind blanks; read over."""
        self.blanks()
        found = pattern.match(self.text, self.at)
        if found and found.end() > self.at:
            self.at = found.end()
            return found
        return None

    def deeper(self) -> None:
        """One level down; LimitError where there are too many."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise LimitError(f"The query nests deeper than {_DEEPEST} levels.")

    def quoted(self) -> str:
        """Text in double quotes that begins here."""
        start, out = self.at, []
        self.at += 1
        while (c := self.peek()) != '"':
            if not c:
                raise self.error("A double quote is opened that never closes.", start)
            self.at += 1
            if c == "\\" and self.peek() in ('"', "\\"):
                c = self.peek()
                self.at += 1
            out.append(c)
        self.at += 1
        return "".join(out)

    def regex(self) -> Regex:
        """An expression between slashes that begins here, with its flags."""
        start, out = self.at, []
        self.at += 1
        while (c := self.peek()) != "/":
            if c in ("", "\n"):
                raise self.error("A regular expression begins that never ends.", start, "A slash is `\\/`.")
            self.at += 1
            if c == "\\" and self.peek() not in ("", "\n"):
                c = "/" if self.peek() == "/" else c + self.peek()
                self.at += 1
            out.append(c)
        self.at += 1
        begin = self.at
        while self.peek() and self.peek() in FLAGS:
            self.at += 1
        if self.peek().isalnum():
            raise self.error(f"{self.peek()!r} is no flag of a regular expression.")
        return Regex(source="".join(out), flags="".join(sorted(set(self.text[begin : self.at]))))
