"""KQL cut into words, with the line and column of each.

Literals: https://learn.microsoft.com/kusto/query/scalar-data-types/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from cybersecqwen.dialects.interface import LONGEST
from cybersecqwen.errors import LimitError, QuerySyntaxError

from .tree import Place

NAME, NUMBER, DURATION, TEXT, TYPED, SIGN, END = "name", "number", "duration", "text", "typed", "sign", "end"

_MOST_TOKENS = 300_000

_TYPES = "datetime|date|timespan|time|guid|uuid|uniqueid|decimal|int|long|real|double|boolean|bool"
_UNITS = (
    "d|days?|h|hrs?|hours?|m|min|minutes?|ms|milli|millis|milliseconds?|s|sec|seconds?|"
    "micro|micros|microseconds?|nano|nanos|nanoseconds?|ticks?"
)
_HYPHENED = (
    r"project-(?:away|keep|rename|reorder|smart|by-names)|mv-expand|mv-apply|make-series|make-graph|"
    r"parse-where|parse-kv|sample-distinct|top-nested|top-hitters|graph-[a-z-]+|granny-(?:asc|desc)|"
    r"partition-by|macro-expand"
)
_NEGATED = (
    r"!(?:in~|between|has_cs|has_any|has_all|hasprefix_cs|hasprefix|hassuffix_cs|hassuffix|has|contains_cs|"
    r"contains|startswith_cs|startswith|endswith_cs|endswith|in)(?![A-Za-z0-9_])"
)
_TOKEN = re.compile(
    rf"""(?P<space>[\s\ufeff\u200b\u00a0]+)
    |(?P<comment>//[^\n]*)
    |(?P<typed>(?:{_TYPES})\s*\(\s*(?:[^()'"\n,]*|"[^"\n]*"|'[^'\n]*')\s*\))
    |(?P<text>[hH]?@"(?:[^"]|"")*"|[hH]?@'(?:[^']|'')*'
        |[hH]?"(?:[^"\\\n]|\\.)*"|[hH]?'(?:[^'\\\n]|\\.)*'|[hH]?```.*?```|[hH]?~~~.*?~~~)
    |(?P<duration>\d+(?:\.\d+)?(?:{_UNITS})(?![A-Za-z0-9_]))
    |(?P<number>0[xX][0-9a-fA-F]+(?!\w)|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w))
    |(?P<name>(?:{_HYPHENED})(?![\w-])|in~|[$]?\w+)
    |(?P<sign>{_NEGATED}|\.\.|==|!=|<>|<=|>=|=~|!~|=>|[|;,()\[\]{{}}.+*/%<>=:?!@$-])""",
    re.VERBOSE | re.DOTALL,
)
_TYPED = re.compile(r"(\w+)\s*\(\s*(.*?)\s*\)\Z", re.DOTALL)
_ALIASES = {
    "date": "datetime",
    "time": "timespan",
    "uuid": "guid",
    "uniqueid": "guid",
    "double": "real",
    "boolean": "bool",
}
_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))", re.DOTALL
)
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


class Token(NamedTuple):
    """A word of a query."""

    kind: str
    text: str
    """As written; of a text its value, of a typed literal its type."""
    line: int
    column: int
    start: int
    """Character at which it begins, from 0."""
    end: int
    """Character behind it."""
    extra: str = ""
    """Of a typed literal what stands between its brackets."""

    @property
    def place(self) -> Place:
        """Line and column, from 1."""
        return self.line, self.column


@dataclass(frozen=True, slots=True)
class Tokens:
    """All words, with the comments that stand between them."""

    tokens: list[Token]
    """The last one is of kind END."""
    notes: dict[int, tuple[str, ...]]
    """Number of a word to the lines of comment right before it."""


def tokenize(text: str) -> Tokens:
    """The words of a query.

    Raises QuerySyntaxError for a character that begins none, LimitError for too many.
    """
    if len(text) > LONGEST:
        raise LimitError(f"A query of more than {LONGEST:,} characters is not read.", hint="Split the query.")
    tokens: list[Token] = []
    notes: dict[int, tuple[str, ...]] = {}
    said: list[str] = []
    line, line_start, at, size = 1, 0, 0, len(text)
    match, append = _TOKEN.match, tokens.append
    while at < size:
        found = match(text, at)
        if found is None:
            raise _unreadable(text, at, line, at - line_start + 1)
        kind, end = found.lastgroup, found.end()
        if kind == "comment":
            said.append(text[at + 2 : end].rstrip())
        elif kind != "space":
            if said:
                notes[len(tokens)] = tuple(said)
                said.clear()
            append(_token(str(kind), text, at, end, line, at - line_start + 1))
            if len(tokens) > _MOST_TOKENS:
                raise LimitError(f"A query of more than {_MOST_TOKENS:,} words is not read.")
        if kind != "sign" and kind != "name":
            lines = text.count("\n", at, end)
            if lines:
                line += lines
                line_start = text.rfind("\n", at, end) + 1
        at = end
    if said:
        notes[len(tokens)] = tuple(said)
    append(Token(END, "", line, at - line_start + 1, size, size))
    return Tokens(tokens, notes)


def _token(kind: str, text: str, at: int, end: int, line: int, column: int) -> Token:
    raw = text[at:end]
    if kind == "text":
        raw = _text_value(raw)
    elif kind == "typed":
        found = _TYPED.match(raw)
        assert found is not None
        name, inner = found[1], found[2]
        if len(inner) > 1 and inner[0] in "\"'":
            inner = inner[1:-1].strip()
        return Token(kind, _ALIASES.get(name, name), line, column, at, end, inner)
    elif kind == "sign" and raw == "<>":
        raw = "!="
    return Token(kind, raw, line, column, at, end)


def _text_value(raw: str) -> str:
    if raw[0] in "hH":
        raw = raw[1:]
    if raw[0] in "`~":
        return raw[3:-3]
    if raw[0] == "@":
        return raw[2:-1].replace(raw[1] * 2, raw[1])
    inner = raw[1:-1]
    return _ESCAPE.sub(_unescaped, inner) if "\\" in inner else inner


def _unescaped(found: re.Match[str]) -> str:
    short, long, code, octal, plain = found.groups()
    if short or code:
        return chr(int(short or code, 16))
    if long:
        number = int(long, 16)
        return chr(number) if number < 0x110000 else found[0]
    if octal:
        return chr(int(octal, 8))
    return _PLAIN_ESCAPES.get(plain, plain)


def _unreadable(text: str, at: int, line: int, column: int) -> QuerySyntaxError:
    found = text[at]
    if found in "\"'":
        return QuerySyntaxError(
            "A text is not closed on its line.", line=line, column=column, hint=f"Close it with {found}."
        )
    return QuerySyntaxError(f"The character {found!r} begins no word.", line=line, column=column)
