"""Tokens of constant expressions as PowerShell, JavaScript and VBScript write them.

One tokeniser serves the three, since their string expressions hardly contradict each other. Every
character is looked at a bounded number of times: see `_Scanner.double`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

STRING, NUMBER, LIST = "string", "number", "list"
VALUES = frozenset({STRING, NUMBER, LIST})
VARIABLE, CAST, CALL, METHOD, PROPERTY, MAP = "variable", "cast", "call", "method", "property", "map"
OPEN, CLOSE, BRACKET, UNBRACKET, ASSIGN = "(", ")", "[", "]", "="
OPERATOR, END, OTHER = "operator", "end", "other"


@dataclass(slots=True)
class Token:
    """One token, also a value that several were folded into."""

    kind: str
    """One of the constants of this module."""
    start: int
    """Offset of its first character in the source."""
    end: int
    """Offset after its last character."""
    name: str = ""
    """Lower-case name of an operator, call, method, cast, property or variable."""
    parts: list[str] | None = None
    """Pieces of a string value; concatenation only adds a piece."""
    value: int = 0
    """A number value."""
    items: list[str | int] | None = None
    """A list value."""
    changed: bool = False
    """Whether the value differs from what the source shows."""

    def text(self) -> str:
        """The string value in one piece."""
        if self.parts is None:
            return ""
        if len(self.parts) > 1:
            self.parts = ["".join(self.parts)]
        return self.parts[0] if self.parts else ""


_TYPES = "char|string|int|int32|int16|byte|text|object|array"
_MASTER = re.compile(
    rf"""
    (?P<space>[ \t]++)
  | (?P<end>[\r\n]++|;)
  | (?P<cast>\[\s*+(?:system\.)?(?:{_TYPES})\s*+(?:\[\s*+\]\s*+)?\](?!::))
  | (?P<static>\[[a-z.]{{1,60}}\]::\w{{1,40}}\s*+\()
  | (?P<method>\.\s*+["']?[a-z]{{1,40}}["']?\s*+\()
  | (?P<property>\.\s*+(?:length|count|value)\b)
  | (?P<call>(?:string\.fromcharcode|[a-z_]\w{{0,60}})\s*+\()
  | (?P<variable>\$\{{?[a-z_][\w:]{{0,60}}\}}?)
  | (?P<map>\|\s*+(?:%|foreach(?:-object)?)\s*+\{{[^{{}}]{{1,200}}\}})
  | (?P<operator>-(?:join|[ci]?split|[ci]?replace|bxor|f)(?![a-z])|\.\.|[+&,*-])
  | (?P<number>0x[0-9a-f]{{1,8}}(?!\w)|[0-9]{{1,9}}(?![\w]))
  | (?P<name>\w++)
  | (?P<escaped>\\"[^"\\]*+\\")
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SINGLE = re.compile(r"'([^']*+(?:''[^']*+)*+)'")
_DOUBLE = re.compile(r'"([^"`]*+(?:(?:`.|"")[^"`]*+)*+)"', re.DOTALL)
_TICK = re.compile(r"`(.)|\"\"", re.DOTALL)
_REGEX = re.compile(r"/([^/\\\[\](){}.*+?|^$\n]{1,64})/[gi]{0,2}")
_SIMPLE = {"(": OPEN, ")": CLOSE, "[": BRACKET, "]": UNBRACKET, "=": ASSIGN}
_SPACE_IN_NAME = re.compile(r"[\s\"'().\[\]{}$]")


def tokens(text: str) -> list[Token]:
    """The tokens of `text` without blanks; whatever is not understood becomes an OTHER token."""
    return _Scanner(text).run()


class _Scanner:
    """One pass over a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[Token] = []
        self.dead: set[str] = set()  # quotes without a partner from here on
        self.transparent: set[int] = set()  # closing quotes that quoted a whole command
        self.looked = 0

    def run(self) -> list[Token]:
        at, size = 0, len(self.text)
        while at < size:
            at = self._step(at)
        return self.out

    def _step(self, at: int) -> int:
        char = self.text[at]
        if char in "'\"" and char not in self.dead and at not in self.transparent:
            return self._quoted(at, char)
        if char == "/" and self.out and self.out[-1].kind == METHOD:
            match = _REGEX.match(self.text, at)
            if match:
                return self._string(at, match.end(), match[1])
        match = _MASTER.match(self.text, at)
        if not match:
            self.out.append(Token(_SIMPLE.get(char, OTHER), at, at + 1))
            return at + 1
        self._matched(match)
        return match.end()

    def _quoted(self, at: int, quote: str) -> int:
        match = (_SINGLE if quote == "'" else _DOUBLE).match(self.text, at)
        if match is None:
            self.dead.add(quote)
            self.out.append(Token(OTHER, at, at + 1))
            return at + 1
        body = match[1]
        if quote == "'":
            return self._string(at, match.end(), body.replace("''", "'") if "''" in body else body)
        if ("'" in body or body[-1:] == "\\") and self.looked < 4 * len(self.text):
            # quotes around a whole command ("iex ('a'+'b')"): what counts stands inside; the sum of
            # such second looks is bounded, which keeps the scan linear
            self.looked += len(body)
            self.transparent.add(match.end() - 1)
            self.out.append(Token(OTHER, at, at + 1))
            return at + 1
        return self._string(
            at, match.end(), _TICK.sub(_unticked, body) if "`" in body or '""' in body else body
        )

    def _string(self, start: int, end: int, value: str) -> int:
        self.out.append(Token(STRING, start, end, parts=[value]))
        return end

    def _matched(self, match: re.Match[str]) -> None:
        kind, (start, end) = match.lastgroup, match.span()
        word = match.group()
        if kind == "space" or kind is None:
            return
        if kind == "end":
            if word == ";" or not (self.out and self.out[-1].kind in (OPERATOR, OPEN, CALL, METHOD, ASSIGN)):
                self.out.append(Token(END, start, end))
        elif kind == "number":
            self._number(word, start, end)
        elif kind == "escaped":
            self._string(start, end, word[2:-2])
        elif kind in ("name", "variable"):
            name = word.lower().replace("{", "").replace("}", "")
            self.out.append(Token(VARIABLE, start, end, name=name))
        elif kind == "map":
            self.out.append(Token(MAP, start, end, name=word[word.index("{") + 1 : -1]))
        elif kind in ("static", "call"):
            name = word[:-1].strip().lower().replace("[", "").replace("]", "").removeprefix("system.")
            self.out.append(Token(CALL, start, end, name=name))
        else:
            self.out.append(Token(kind, start, end, name=_SPACE_IN_NAME.sub("", word).lower() or word))

    def _number(self, word: str, start: int, end: int) -> None:
        value = int(word, 16) if word[:2] in ("0x", "0X") else int(word)
        self.out.append(Token(NUMBER, start, end, value=value))


def _unticked(match: re.Match[str]) -> str:
    return match[1] if match[1] is not None else '"'
