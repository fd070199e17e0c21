r"""Cutting the text of a search into words: one alphabet for searches and arguments, one for expressions.

Backslashes stand as Splunk's Search Manual says: `\\` is one, `\"` is a quotation mark, and before anything
else a backslash is itself (https://docs.splunk.com/Documentation/Splunk/latest/Search/Backslashes).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from cybersecqwen.dialects.interface import DEEPEST, LONGEST
from cybersecqwen.errors import LimitError, QuerySyntaxError

_SPACE = r"(?>(?:\s++|```(?s:.*?)```)*+)"
WORDS = re.compile(
    _SPACE
    + r"""(?:(?P<string>"(?:[^"\\]|\\.)*+")
    |(?P<macro>`[^`]*`)
    |(?P<word><<\w+>>|(?:\\["\\]|[^\s"`\[\](),|=<>!]|!(?!=))++)
    |(?P<mark>[\[\](),|]|!=|<=|>=|==|[=<>])
    |(?P<end>\Z)|(?P<bad>.))""",
    re.DOTALL | re.VERBOSE,
)
"""Words of search expressions and of most commands."""

TERMS = re.compile(
    _SPACE
    + r"""(?:(?P<string>"(?:[^"\\]|\\.)*+")
    |(?P<quoted>'(?:[^'\\]|\\.)*+')
    |(?P<macro>`[^`]*`)
    |(?P<number>\d++(?:\.\d++)?+(?:[eE][+-]?\d++)?+(?!\w))
    |(?P<word><<\w+>>|\$[\w.]+\$|\d*[A-Za-z_@][\w:@]*(?:\{\d*\})?(?:\.[A-Za-z_@][\w:@]*(?:\{\d*\})?)*)
    |(?P<mark>==|!=|<=|>=|<>|[=<>+\-*/%.,()\[\]|!&])
    |(?P<end>\Z)|(?P<bad>.))""",
    re.DOTALL | re.VERBOSE,
)
"""Words of `eval` and `where`."""

_ESCAPED = re.compile(r'\\([\\"])')


class Placed(str):
    """Text of a query that knows where it stood; equal to any text of the same characters."""

    at: int
    """Offset in the query, in characters."""

    def __new__(cls, text: str, at: int = 0) -> Placed:
        """The text, and its place."""
        made = super().__new__(cls, text)
        made.at = at
        return made


def place_of(text: str) -> int:
    """Where a text stood; 0 for one that was never read."""
    return text.at if isinstance(text, Placed) else 0


@dataclass(frozen=True, slots=True)
class Token:
    """One word, mark or string."""

    kind: str
    """string, quoted, macro, number, word, mark, end."""
    text: str
    """As written."""
    at: int
    end: int


def unescaped(text: str) -> str:
    """The text that stands for itself: pairs of backslashes and escaped quotation marks resolved."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def line_starts(text: str) -> tuple[int, ...]:
    """The offset of each line."""
    return (0, *(found.end() for found in re.finditer("\n", text)))


def position(starts: tuple[int, ...], at: int) -> tuple[int, int]:
    """Line and column, from 1, of an offset."""
    line = bisect_right(starts, at) if starts else 1
    return line, at - (starts[line - 1] if starts else 0) + 1


class Reader:
    """A place in the text of a query, and what stands there."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise LimitError(f"The search has more than {LONGEST:,} characters.")
        self.text = text
        self.at = 0
        self.depth = 0
        self._seen: Token | None = None
        self._alphabet = WORDS

    def peek(self, alphabet: re.Pattern[str] = WORDS) -> Token:
        """The next token; it stays."""
        seen = self._seen
        if seen is not None and self._alphabet is alphabet:
            return seen
        found = alphabet.match(self.text, self.at)
        assert found is not None and found.lastgroup is not None  # `bad` takes anything
        kind = found.lastgroup
        start, end = found.span(kind)
        if kind == "bad":
            self.unreadable(start)
        seen = Token(kind, self.text[start:end], start, end)
        self._seen, self._alphabet = seen, alphabet
        return seen

    def take(self, alphabet: re.Pattern[str] = WORDS) -> Token:
        """The next token, which is then behind."""
        token = self.peek(alphabet)
        self.at, self._seen = token.end, None
        return token

    def back(self, at: int) -> None:
        """Go back to a place."""
        self.at, self._seen = at, None

    def is_mark(self, text: str, alphabet: re.Pattern[str] = WORDS) -> bool:
        """Whether the next token is this mark."""
        token = self.peek(alphabet)
        return token.kind == "mark" and token.text == text

    def is_word(self, *words: str) -> bool:
        """Whether the next token is one of these words, in any case, and no name of an option."""
        token = self.peek()
        return token.kind == "word" and token.text.lower() in words

    def at_end(self) -> bool:
        """Whether the command ends here."""
        token = self.peek()
        return token.kind == "end" or (token.kind == "mark" and token.text in ("|", "]"))

    def expect(self, text: str, opened: int, what: str, alphabet: re.Pattern[str] = WORDS) -> None:
        """Take a closing mark; an error says where it was opened."""
        if not self.is_mark(text, alphabet):
            token = self.peek(alphabet)
            if token.kind == "end" or token.text in ("|", "]", ")"):
                raise self.error(f"{what} is opened here and not closed.", opened)
            raise self.error(f"{token.text[:40]!r} stands where `{text}` was expected.", token.at)
        self.take(alphabet)

    def deeper(self, levels: int = 1) -> None:
        """Go some levels deeper. Raises LimitError beyond the bound."""
        self.depth += levels
        if self.depth > DEEPEST:
            raise LimitError(f"The search nests deeper than {DEEPEST} levels.")

    def error(self, message: str, at: int, hint: str = "") -> QuerySyntaxError:
        """The error that says where."""
        line, column = position(line_starts(self.text), at)
        return QuerySyntaxError(message, line=line, column=column, hint=hint)

    def unreadable(self, at: int) -> None:
        """Raise the error for a character that begins nothing."""
        sign = self.text[at]
        names = {'"': "A quotation mark", "`": "A macro", "'": "A quoted field name"}
        if sign in names:
            raise self.error(f"{names[sign]} is opened here and not closed.", at)
        raise self.error(f"The character {sign!r} has no meaning here.", at)


def balanced(reader: Reader) -> str:
    """A pair of parentheses with all that is in it, as written."""
    opened = reader.take()
    open_ = 1
    while open_:
        token = reader.take()
        if token.kind == "end":
            raise reader.error("A parenthesis is opened here and not closed.", opened.at)
        if token.kind == "mark":
            open_ += (token.text == "(") - (token.text == ")")
    return reader.text[opened.at : reader.at]
