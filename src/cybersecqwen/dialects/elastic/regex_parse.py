"""Regular expressions read: RE2's syntax, and that of Lucene.

RE2: https://github.com/google/re2/wiki/Syntax. Lucene as Elasticsearch has it:
https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax. What only one of them has is
refused by name.
"""

from __future__ import annotations

import re

from cybersecqwen.errors import UnsayableError

from .regex_tree import (
    ANY,
    DIGIT,
    NO_BREAK,
    SPACE,
    WORD,
    Chars,
    Choice,
    Edge,
    Node,
    Repeat,
    chars,
    folded,
    of_text,
    others,
    row,
)

_DEEPEST = 60
_MOST = 1_000
"""Times that something may be repeated: RE2's own bound."""
_SIGNS = 3
_TIMES = re.compile(r"\{(\d{1,5})(,(\d{0,5}))?\}")
_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")
_NAMED = re.compile(r"\(\?P?<[A-Za-z_]\w*>")
_HEX = re.compile(r"\\x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))")
_CLASSES = {"d": DIGIT, "w": WORD, "s": SPACE, "D": others(DIGIT), "W": others(WORD), "S": others(SPACE)}
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_NAMES = {
    "alnum": chars([(48, 57), (65, 90), (97, 122)]),
    "alpha": chars([(65, 90), (97, 122)]),
    "digit": DIGIT,
    "lower": chars([(97, 122)]),
    "upper": chars([(65, 90)]),
    "space": of_text("\t\n\v\f\r "),
    "punct": chars([(33, 47), (58, 64), (91, 96), (123, 126)]),
    "xdigit": chars([(48, 57), (65, 70), (97, 102)]),
    "word": WORD,
}


def refused(what: str) -> UnsayableError:
    """The error for a regular expression that the other syntax has no words for."""
    return UnsayableError(
        f"A regular expression here cannot have {what}.",
        what="regular expressions",
        hint="Lucene's expressions hold for the whole value and have neither anchors within nor boundaries.",
    )


def parse_re2(pattern: str) -> Node:
    """The expression that RE2 reads. Raises UnsayableError for what Lucene cannot say."""
    return _Reader(pattern, lucene=False).whole()


def parse_lucene(pattern: str, *, caseless: bool = False) -> Node:
    """The expression that Lucene reads. Ranges keep their case, as Elasticsearch documents.

    Raises UnsayableError for Lucene's optional operators.
    """
    return _Reader(pattern, lucene=True, caseless=caseless).whole()


class _Reader:
    """Goes through the text once."""

    def __init__(self, text: str, *, lucene: bool, caseless: bool = False) -> None:
        self._text = text
        self._at = 0
        self._lucene = lucene
        self._caseless = caseless
        self._dots = lucene
        self._lines = False

    def whole(self) -> Node:
        found = self._choice(0)
        if self._at < len(self._text):
            raise refused("a bracket that nothing opens")
        return found

    def _choice(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise refused(f"more than {_DEEPEST} levels of brackets")
        flags = self._caseless, self._dots, self._lines
        parts = [self._row(depth)]
        while self._takes("|"):
            parts.append(self._row(depth))
        self._caseless, self._dots, self._lines = flags
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _takes(self, text: str) -> bool:
        if self._text.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _row(self, depth: int) -> Node:
        parts: list[Node] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            one = self._one(depth)
            if one is not None:
                parts.append(self._repeated(one))
        return row(parts)

    def _repeated(self, one: Node) -> Node:
        """With the repetitions that follow. That RE2 prefers short ones changes nothing of what is found."""
        for _ in range(_SIGNS + 1):
            bounds = self._bounds()
            if bounds is None:
                return one
            if isinstance(one, Edge):
                raise refused("an anchor that is repeated")
            one = Repeat(one, *bounds)
            if not self._lucene:
                self._takes("?")
        raise refused(f"more than {_SIGNS} signs of repetition in a row")

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._takes(sign):
                return bounds
        found = _TIMES.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        least = int(found[1])
        most = least if found[2] is None else int(found[3]) if found[3] else None
        if max(least, most or 0) > _MOST:
            raise refused(f"more than {_MOST:,} repetitions")
        return least, most

    def _one(self, depth: int) -> Node | None:
        """The next part; None for what only sets flags."""
        c = self._text[self._at]
        if c == "(":
            return self._group(depth)
        if c == "[":
            return self._set()
        if c == "\\":
            return self._escaped()
        self._at += 1
        if c == ".":
            return ANY if self._dots else NO_BREAK
        return self._special(c) if self._lucene else self._plain(c)

    def _plain(self, c: str) -> Node:
        if c in "^$":
            if self._lines:
                raise refused("anchors of lines")
            return Edge(c == "$")
        if c in "*+?":
            raise refused("a repetition of nothing")
        return self._cased(of_text(c))

    def _special(self, c: str) -> Node:
        """Of Lucene: text in quotes, or a character; its optional operators are refused."""
        if c == '"':
            end = self._text.find('"', self._at)
            if end < 0:
                raise refused("a quote that nothing closes")
            text, self._at = self._text[self._at : end], end + 1
            return row(self._cased(of_text(one)) for one in text)
        if c in "#@&<>~*+?{":
            raise refused(f"Lucene's operator {c}")
        return self._cased(of_text(c))

    def _cased(self, these: Chars) -> Chars:
        return folded(these) if self._caseless else these

    def _group(self, depth: int) -> Node | None:
        flags = self._caseless, self._dots, self._lines
        if not self._lucene and self._text.startswith("(?", self._at) and not self._opens():
            return None
        if self._lucene:
            self._at += 1
        elif self._text[self._at - 1] not in ":>":
            self._takes("(")
        inner = self._choice(depth + 1)
        if not self._takes(")"):
            raise refused("a bracket that nothing closes")
        self._caseless, self._dots, self._lines = flags
        return inner

    def _opens(self) -> bool:
        """Reads what stands behind `(?`; False where it only sets flags for what follows."""
        named = _NAMED.match(self._text, self._at)
        if named:
            self._at = named.end()
            return True
        found = _FLAGS.match(self._text, self._at)
        if found is None:
            raise refused("such a group")
        for names, on in ((found[1], True), (found[2] or "", False)):
            self._caseless = on if "i" in names else self._caseless
            self._dots = on if "s" in names else self._dots
            self._lines = on if "m" in names else self._lines
        self._at = found.end()
        return found[3] == ":"

    def _escaped(self) -> Node:
        if not self._lucene and self._text.startswith("\\Q", self._at):
            end = self._text.find("\\E", self._at)
            text = self._text[self._at + 2 : end if end >= 0 else None]
            self._at = end + 2 if end >= 0 else len(self._text)
            return row(self._cased(of_text(c)) for c in text)
        following = self._text[self._at + 1 : self._at + 2]
        if following in _CLASSES:
            self._at += 2
            return _CLASSES[following]
        if not self._lucene and following in ("A", "z"):
            self._at += 2
            return Edge(following == "z")
        return self._cased(of_text(chr(self._code())))

    def _code(self) -> int:
        """The character that stands escaped, or as it is."""
        if self._text[self._at] != "\\":
            self._at += 1
            return ord(self._text[self._at - 1])
        c = self._text[self._at + 1 : self._at + 2]
        if not c:
            raise refused("a backslash at its end")
        if not self._lucene:
            found = _HEX.match(self._text, self._at)
            if found:
                self._at = found.end()
                return min(int(found[1] or found[2], 16), 0x10FFFF)
            if c in _CONTROL:
                self._at += 2
                return ord(_CONTROL[c])
            if c.isalnum() and c.isascii():
                raise refused(f"\\{c}")
        self._at += 2
        return ord(c)

    def _set(self) -> Chars:
        self._at += 1
        negated = self._takes("^")
        ranges: list[tuple[int, int]] = []
        first = True
        while first or not self._text.startswith("]", self._at):
            if self._at >= len(self._text):
                raise refused("a set of characters that nothing closes")
            ranges += self._member()
            first = False
        self._at += 1
        found = chars(ranges)
        # What Lucene calls caseless leaves sets of characters as they are.
        found = folded(found) if self._caseless and not self._lucene else found
        return others(found) if negated else found

    def _member(self) -> tuple[tuple[int, int], ...]:
        if self._text.startswith("[:", self._at) and not self._lucene:
            end = self._text.find(":]", self._at)
            name = self._text[self._at + 2 : max(end, 0)]
            known = _NAMES.get(name.removeprefix("^"))
            if known is None:
                raise refused("such a set of characters")
            self._at = end + 2
            return others(known).ranges if name.startswith("^") else known.ranges
        following = self._text[self._at + 1 : self._at + 2]
        if self._text[self._at] == "\\" and following in _CLASSES:
            self._at += 2
            return _CLASSES[following].ranges
        first = last = self._code()
        behind = self._text[self._at : self._at + 2]
        if len(behind) == 2 and behind[0] == "-" and behind[1] != "]":
            self._at += 1
            last = self._code()
        if last < first:
            raise refused("a range that runs backwards")
        return ((first, last),)
