"""From the text of a query string to its tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from cybersecqwen.dialects.interface import LONGEST
from cybersecqwen.dialects.places import Places
from cybersecqwen.errors import LimitError, QuerySyntaxError

from .table import (
    BLANKS,
    CLOSING,
    COMPARISONS,
    INSIDE,
    JOINTS,
    OPENING,
    SIGNS,
    SPECIAL,
    TO,
    WILDCARDS,
    WORDS,
)
from .tree import Clause, Comparison, Field, Group, Node, Pattern, Phrase, Place, Range, Word

_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
_DEEPEST = 80
"""Levels of brackets: each is several of a tree, and trees are compared level by level."""
_STARS = 500
"""Wildcards in a term: each makes what it means larger."""
_PRIVATE = frozenset(WILDCARDS.values())
_BEHIND = SPECIAL - INSIDE - {"*", "?", ":", "\\"}
"""What ends a word: before anything else `AND` is the beginning of a term."""


def parse(text: str) -> Group:
    """The tree of a query string. Raises QuerySyntaxError, or LimitError for what is too long or deep."""
    if len(text) > LONGEST:
        raise LimitError(f"The query is longer than {LONGEST:,} characters.")
    reader = _Reader(text)
    found = reader.group()
    if not reader.done():
        raise reader.error("A bracket closes that was never opened.")
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.places = Places(text)
        self.at = 0
        self.depth = 0

    def place(self, at: int) -> Place:
        return self.places.at(at)

    def error(self, message: str, at: int | None = None, hint: str = "") -> QuerySyntaxError:
        line, column = self.place(self.at if at is None else at)
        return QuerySyntaxError(message, line=line, column=column, hint=hint)

    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in BLANKS:
            self.at += 1

    def done(self) -> bool:
        self.blanks()
        return self.at >= len(self.text)

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def starts(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def operator(self, table: Mapping[str, tuple[str, ...]]) -> str:
        """The joint or sign that stands here, read over; "" for none. Words end where a term would."""
        for name, texts in table.items():
            for text in texts:
                end = self.at + len(text)
                behind = self.text[end : end + 1]
                ends = text in SPECIAL or behind == "" or behind in _BEHIND
                if ends and self.text.startswith(text, self.at):
                    self.at = end
                    return name
        return ""

    def group(self) -> Group:
        """Clauses up to a closing bracket or the end."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise LimitError(f"The query nests deeper than {_DEEPEST} levels.")
        clauses: list[Clause] = []
        while not self.done() and self.peek() != ")":
            start = self.at
            joint = self.operator(JOINTS)
            if joint and not clauses:
                raise self.error(f"{joint} joins nothing here.", start)
            self.blanks()
            clauses.append(Clause(joint=joint, sign=self.sign(), node=self.clause()))
        if not clauses:
            raise self.error("Something to look for is missing.", hint="Everything is `*:*`.")
        self.depth -= 1
        return Group(clauses=tuple(clauses))

    def sign(self) -> str:
        found = self.operator(SIGNS)
        self.blanks()
        again = self.at
        if found and self.operator(SIGNS):
            raise self.error("Only one of NOT, + and - may stand before a clause.", again)
        return found

    def clause(self) -> Node:
        if self.done():
            raise self.error("The query ends where something to look for must follow.")
        start = self.at
        if self.peek() == "(":
            return self.bracket()
        leaf = self.leaf()
        if not isinstance(leaf, Word) or leaf.boost or leaf.fuzzy is not None or not self.colon():
            return leaf
        if self.done():
            raise self.error("The query ends where a value must follow.")
        inner = self.bracket() if self.peek() == "(" else self.leaf()
        if self.peek() == ":":
            raise self.error("A value has a colon in it.", hint="Write `\\:`, or put it in double quotes.")
        return Field(name=leaf.text, inner=inner, place=self.place(start))

    def colon(self) -> bool:
        """Whether a colon follows, also behind blanks; read over with those around it."""
        before = self.at
        self.blanks()
        if not self.starts(":"):
            self.at = before
            return False
        self.blanks()
        return True

    def bracket(self) -> Group:
        start = self.at
        self.at += 1
        found = self.group()
        if not self.starts(")"):
            raise self.error("A bracket is opened that never closes.", start)
        return replace(found, boost=self.boost())

    def leaf(self) -> Word | Phrase | Pattern | Range | Comparison:
        c = self.peek()
        if c == '"':
            text = self.quoted()
            slop = self.tilde()
            return Phrase(text=text, slop=slop, boost=self.boost())
        if c == "/":
            return Pattern(source=self.slashes(), boost=self.boost())
        if c in OPENING:
            return self.range()
        for sign in COMPARISONS:
            if self.starts(sign):
                return self.comparison(sign)
        return self.word()

    def comparison(self, sign: str) -> Comparison:
        start = self.at
        text = self.quoted() if self.peek() == '"' else self.term(inside=True)
        if not text or not _PRIVATE.isdisjoint(text):
            raise self.error(f"A bound must follow {sign}.", start)
        return Comparison(operator=sign, text=text, boost=self.boost())

    def word(self) -> Word:
        start = self.at
        text = self.term()
        if not text:
            raise self.error(
                f"{self.peek()!r} stands where something to look for must.",
                start,
                "Put a backslash before it, or the text in double quotes.",
            )
        if self.text[start : self.at] in WORDS:
            raise self.error(f"{self.text[start : self.at]} stands where something to look for must.", start)
        fuzzy = self.tilde()
        return Word(text=text, fuzzy=fuzzy, boost=self.boost())

    def term(self, *, inside: bool = False) -> str:
        """Characters up to one that ends a term; `inside` one the first may be plus or minus."""
        out: list[str] = []
        while (c := self.peek()) and (
            c not in SPECIAL or c in WILDCARDS or c == "\\" or ((out or inside) and c in INSIDE)
        ):
            self.at += 1
            if c == "\\":
                c = self.escaped()
            elif c in _PRIVATE:
                raise self.error("A character for private use stands for a wildcard here.", self.at - 1)
            else:
                c = WILDCARDS.get(c, c)
            out.append(c)
        text = "".join(out)
        if sum(map(text.count, _PRIVATE)) > _STARS:
            raise LimitError(f"A term has more than {_STARS:,} wildcards.")
        return text

    def escaped(self) -> str:
        """What a backslash stands before: the character, or the one of four hexadecimal digits behind u."""
        c = self.peek()
        if not c or c in _PRIVATE:
            raise self.error("A backslash stands before nothing that it can escape.", self.at - 1)
        self.at += 1
        code = self.text[self.at : self.at + 4]
        if c == "u" and re.fullmatch(r"[0-9a-fA-F]{4}", code) and chr(int(code, 16)) not in _PRIVATE:
            self.at += 4
            return chr(int(code, 16))
        return c

    def quoted(self) -> str:
        start, out = self.at, []
        self.at += 1
        while (c := self.peek()) != '"':
            if not c:
                raise self.error("A double quote is opened that never closes.", start)
            if c in _PRIVATE:
                raise self.error("A character for private use stands for a wildcard here.")
            self.at += 1
            out.append(self.escaped() if c == "\\" else c)
        self.at += 1
        return "".join(out)

    def slashes(self) -> str:
        start, out = self.at, []
        self.at += 1
        while (c := self.peek()) != "/":
            if not c:
                raise self.error("A regular expression begins that never ends.", start, "A slash is `\\/`.")
            self.at += 1
            if c == "\\" and self.peek():
                c = self.peek() if self.peek() == "/" else c + self.peek()
                self.at += 1
            out.append(c)
        self.at += 1
        return "".join(out)

    def range(self) -> Range:
        start = self.at
        with_low = OPENING[self.peek()]
        self.at += 1
        low = self.bound(start)
        self.blanks()
        if not self.starts(TO):
            raise self.error("TO must stand between the bounds of a range.")
        high = self.bound(start)
        self.blanks()
        if self.peek() not in CLOSING or not self.peek():
            raise self.error("A range is opened that never closes.", start)
        with_high = CLOSING[self.peek()]
        self.at += 1
        return Range(low=low, high=high, with_low=with_low, with_high=with_high, boost=self.boost())

    def bound(self, start: int) -> str | None:
        self.blanks()
        if self.peek() == '"':
            return self.quoted()
        begin = self.at
        while self.peek() and self.peek() not in BLANKS and self.peek() not in CLOSING:
            self.at += 1
        text = self.text[begin : self.at]
        if not text:
            raise self.error("A range lacks a bound.", start, "No bound is `*`.")
        return None if text == "*" else text

    def tilde(self) -> str | None:
        return self.number() if self.starts("~") else None

    def boost(self) -> str:
        if not self.starts("^"):
            return ""
        found = self.number()
        if not found:
            raise self.error("A number must follow ^.")
        return found

    def number(self) -> str:
        found = _NUMBER.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""
