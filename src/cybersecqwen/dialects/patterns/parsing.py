"""From the text of a regular expression to a tree: RE2's syntax, Java's as far as both agree, Lucene's.

RE2: https://github.com/google/re2/wiki/Syntax. Lucene: https://www.elastic.co/docs/reference/query-languages/
query-dsl/regexp-syntax. Java: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/regex/
Pattern.html.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .classes import ESCAPED, NAMED, SHORT
from .flavours import RE2, Flavour
from .fold import folded
from .tree import (
    ALL,
    ANYTHING,
    LAST,
    Chars,
    Edge,
    Node,
    Ranges,
    Repeat,
    Where,
    beyond,
    choice,
    inverse,
    merged,
    row,
)

_NO_LINE = Chars(((0, 9), (11, LAST)))
_DEEPEST = 40
_IN_A_ROW = 3
_LONGEST = 20_000
_MOST = 1_000
_PLAIN = re.compile(r"[\w /:,;=%'!-]{2,}")
"""Characters that stand for themselves in every flavour."""
_IN_LUCENE = frozenset("#&<>~")


@lru_cache(maxsize=4_096)
def parse(source: str, flavour: Flavour = RE2, flags: str = "") -> Node:
    """The tree of an expression; `flags` of i, m, s hold from its beginning.

    Raises UnsayableError for what is beyond the common subset, and for what is no expression.
    """
    if len(source) > _LONGEST:
        raise beyond(f"more than {_LONGEST:,} characters")
    reader = _Reader(source, flavour, frozenset(flags))
    found = reader.choice()
    if not reader.done():
        raise beyond("a bracket that closes nothing")
    return found


@lru_cache(maxsize=512)
def _single(c: str, fold: bool) -> Chars:
    ranges = ((ord(c), ord(c)),)
    return Chars(folded(ranges) if fold else ranges)


class _Reader:
    def __init__(self, source: str, flavour: Flavour, flags: frozenset[str]) -> None:
        self.source = source
        self.at = 0
        self.flavour = flavour
        self.flags = flags
        self.depth = 0

    def done(self) -> bool:
        return self.at >= len(self.source)

    def starts(self, text: str) -> bool:
        if self.source.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def next(self) -> str:
        if self.done():
            raise beyond("an end where something must follow")
        self.at += 1
        return self.source[self.at - 1]

    def choice(self) -> Node:
        parts, before = [self.row()], self.flags
        while self.starts("|"):
            parts.append(self.row())
        self.flags = before if self.depth else self.flags
        return choice(parts)

    def row(self) -> Node:
        parts: list[Node] = []
        while not self.done() and self.source[self.at] not in "|)":
            plain = _PLAIN.match(self.source, self.at)
            if plain:
                # The last character may be repeated by what follows.
                end = plain.end() - 1
                parts += [_single(c, "i" in self.flags) for c in self.source[self.at : end]]
                self.at = end
            atom = self.atom()
            if atom is not None:
                parts.append(self.repeated(atom))
        return row(parts)

    def repeated(self, atom: Node) -> Node:
        for _ in range(_IN_A_ROW + 1):
            bounds = None if self.done() else self.bounds()
            if bounds is None:
                return atom
            if isinstance(atom, Edge):
                raise beyond("a repeated edge")
            atom = Repeat(atom, *bounds)
            if self.flavour.flags:
                self.starts("?")  # lazy: the same texts match
                if not self.done() and self.source[self.at] == "+":
                    raise beyond("a possessive repetition")
        raise beyond("a repetition of a repetition of a repetition")

    def bounds(self) -> tuple[int, int | None] | None:
        if self.source[self.at] not in "*+?{":
            return None
        for sign, found in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.starts(sign):
                return found
        end = self.source.find("}", self.at)
        least, comma, most = self.source[self.at + 1 : max(end, 0)].partition(",")
        if end < 0 or not least.isdecimal() or not (most == "" or most.isdecimal()):
            if self.flavour.flags:
                return None
            raise beyond("a curly bracket that counts nothing")
        low, high = int(least[:6]), int(most[:6]) if most else None if comma else int(least[:6])
        if max(low, high or 0) > _MOST or (high is not None and high < low):
            raise beyond(f"a repetition beyond {_MOST:,} times")
        self.at = end + 1
        return low, high

    def atom(self) -> Node | None:
        c = self.next()
        if c == "(":
            return self.group()
        if c == "[":
            return Chars(self.set())
        if c == ".":
            return ALL if not self.flavour.flags or "s" in self.flags else _NO_LINE
        if c == "\\":
            return self.escape()
        if c in "*+?":
            raise beyond("a repetition of nothing")
        if self.flavour.flags and c in "^$":
            return Edge(_EDGES[c, "m" in self.flags])
        if self.flavour.quotes and c == '"':
            return self.quoted()
        if not self.flavour.flags and c in _IN_LUCENE:
            raise beyond("an operator of Lucene alone (# & < > ~)")
        if not self.flavour.flags and c == "@":
            return ANYTHING
        return self.literal(ord(c))

    def quoted(self) -> Node:
        end = self.source.find('"', self.at)
        if end < 0:
            raise beyond("a quote without its end")
        text, self.at = self.source[self.at : end], end + 1
        return row(self.literal(ord(c)) for c in text)

    def literal(self, code: int) -> Chars:
        return _single(chr(code), "i" in self.flags)

    def group(self) -> Node | None:
        outer = self.flags
        if self.flavour.flags and self.starts("?") and not self.opened():
            return None  # flags alone hold on
        self.depth += 1
        if self.depth > _DEEPEST:
            raise beyond(f"more than {_DEEPEST} levels of groups")
        found = self.choice()
        if not self.starts(")"):
            raise beyond("a group without its end")
        self.depth -= 1
        self.flags = outer
        return found

    def opened(self) -> bool:
        """Read what stands behind `(?`; False where it was flags up to a closing bracket."""
        if self.starts("P<") or (
            self.source[self.at : self.at + 1] == "<" and self.source[self.at + 1 : self.at + 2] not in "=!"
        ):
            self.at = self.source.find(">", self.at) + 1
            if not self.at:
                raise beyond("a name of a group without its end")
            return True
        on, flags = True, set(self.flags)
        while True:
            c = self.next()
            if c in ":)":
                self.flags = frozenset(flags)
                return c == ":"
            if c == "-":
                on = False
            elif c in "imsU":
                (flags.add if on else flags.discard)(c)
            else:
                raise beyond("look-around, or a flag of its own")

    def escape(self) -> Node:
        c = self.next()
        if c in SHORT:
            return Chars(SHORT[c])
        if not self.flavour.flags:
            return self.literal(ord(c))
        if c in _PLACES:
            return Edge(_PLACES[c])
        if c == "Q":
            end = self.source.find("\\E", self.at)
            text = self.source[self.at : end if end >= 0 else None]
            self.at = end + 2 if end >= 0 else len(self.source)
            return row(self.literal(ord(one)) for one in text)
        return self.literal(self.code(c))

    def code(self, c: str) -> int:
        """The character that an escape stands for."""
        if c in ESCAPED:
            return ESCAPED[c]
        if c == "x":
            digits = self.next()
            if digits == "{":
                end = self.source.find("}", self.at)
                digits, self.at = self.source[self.at : max(end, self.at)], max(end, self.at) + 1
            else:
                digits += self.next()
            if digits and len(digits) <= 6 and all(d in "0123456789abcdefABCDEF" for d in digits):
                return min(int(digits, 16), LAST)
            raise beyond("a code that is none")
        if c in "pP":
            # Written out, the letters alone are some 650 ranges: more than the 1,000 characters that
            # Elasticsearch takes (index.max_regex_length,
            # https://www.elastic.co/docs/reference/elasticsearch/index-settings/index-modules).
            raise beyond(f"a class of Unicode's characters (\\{c})")
        if c.isalnum() and c.isascii():
            raise beyond(f"the escape \\{c}")
        return ord(c)

    def set(self) -> Ranges:
        negated = self.starts("^")
        found: list[tuple[int, int]] = []
        first = True
        while first or not self.starts("]"):
            found += self.member(first)
            first = False
        ranges = merged(found)
        if "i" in self.flags:
            ranges = folded(ranges)
        return inverse(ranges) if negated else ranges

    def member(self, first: bool) -> Ranges:
        """One character, range or class between the brackets of a set."""
        if self.flavour.flags and self.starts("[:"):
            end = self.source.find(":]", self.at)
            name = self.source[self.at : max(end, self.at)]
            if name.lstrip("^") not in NAMED:
                raise beyond("a class of its own")
            self.at = end + 2
            ranges = NAMED[name.lstrip("^")]
            return inverse(ranges) if name.startswith("^") else ranges
        c = self.next()
        if c == "]" and first and self.flavour.name != "RE2":
            raise beyond("an empty set")
        if self.flavour.name == "Java" and (c == "[" or (c == "&" and self.starts("&"))):
            raise beyond("a set within a set")
        if c == "\\":
            c = self.next()
            if c in SHORT:
                return SHORT[c]
            low = self.code(c) if self.flavour.flags else ord(c)
        else:
            low = ord(c)
        if self.source[self.at : self.at + 1] != "-" or self.source[self.at + 1 : self.at + 2] in ("]", ""):
            return ((low, low),)
        self.at += 1
        c = self.next()
        if c == "\\":
            c = self.next()
            if c in SHORT:
                raise beyond("a range that ends in a class")
            high = self.code(c) if self.flavour.flags else ord(c)
        else:
            high = ord(c)
        if high < low:
            raise beyond("a range backwards")
        return ((low, high),)


_EDGES = {
    ("^", False): Where.START,
    ("$", False): Where.END,
    ("^", True): Where.LINE_START,
    ("$", True): Where.LINE_END,
}
_PLACES = {"A": Where.START, "z": Where.END, "b": Where.WORD, "B": Where.NOT_WORD}
