"""Cuts text of EQL or ES|QL into words, and says where each stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from cybersecqwen.dialects.interface import LONGEST
from cybersecqwen.errors import LimitError, QuerySyntaxError

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n\r]*|/\*(?s:.*?)\*/)
  | (?P<raw>\"{3}(?s:.*?)\"{3})
  | (?P<text>"(?:\\.|[^"\\\r\n])*")
  | (?P<quoted>(?:`(?:``|[^`])*`))
  | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>[^\W\d][\w@]*~?|@[\w@]*~?)
  | (?P<symbol>==|!=|<=|>=|::|\?\?|!\[|[-+*/%<>=:,.()\[\]{}|!?~])
    """,
    re.VERBOSE,
)
_UNICODE = re.compile(r"u\{([0-9A-Fa-f]{2,8})\}")
_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"'}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a sign, a number or a text of a query."""

    kind: str
    """raw, text, quoted, number, word, symbol, or end."""
    text: str
    """As written."""
    start: int
    end: int


class Source:
    """A query and the place of every character in it."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise LimitError(f"The query has more than {LONGEST:,} characters.")
        self.text = text
        self._lines = [0, *(found.end() for found in re.finditer(r"\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def error(self, message: str, offset: int, hint: str = "") -> QuerySyntaxError:
        """The error that stands at a character."""
        line, column = self.place(offset)
        return QuerySyntaxError(message, line=line, column=column, hint=hint)

    def tokens(self) -> list[Token]:
        """All tokens, and one of the kind "end". Raises QuerySyntaxError for what is none."""
        found: list[Token] = []
        at, text = 0, self.text
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self.error(f"{text[at : at + 1]!r} has no meaning here.", at)
            kind = match.lastgroup or ""
            if text.startswith("/*", at) and kind == "symbol":
                raise self.error("A comment is opened that never closes.", at)
            if kind != "space":
                found.append(Token(kind, match.group(), at, match.end()))
            at = match.end()
        found.append(Token("end", "", len(text), len(text)))
        return found

    def string(self, token: Token, *, unicode_escapes: bool) -> str:
        """The text that a token stands for, without quotes and escapes."""
        if token.kind == "raw":
            return token.text[3:-3]
        body = token.text[1:-1]
        if "\\" not in body:
            return body
        out: list[str] = []
        at = 0
        while at < len(body):
            c = body[at]
            at += 1
            if c != "\\":
                out.append(c)
                continue
            escaped = body[at : at + 1]
            code = _UNICODE.match(body, at) if unicode_escapes else None
            if code is not None and int(code[1], 16) <= 0x10FFFF:
                out.append(chr(int(code[1], 16)))
                at = code.end()
            elif escaped in _ESCAPES:
                out.append(_ESCAPES[escaped])
                at += 1
            else:
                raise self.error(f"\\{escaped} is no escape in a text.", token.start + at)
        return "".join(out)


def quoted(text: str, *, unicode_escapes: bool) -> str:
    r"""Text as a literal: `"…"`, or `\"\"\"…\"\"\"` where that saves doubled backslashes."""
    plain = '"""' not in text and not text.endswith('"') and not text.startswith('"')
    if "\\" in text and plain and not _CONTROL.search(text):
        return f'"""{text}"""'
    out = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    out = out.replace("\r", "\\r").replace("\t", "\\t")
    if unicode_escapes and _CONTROL.search(out):
        out = "".join(f"\\u{{{ord(c):02x}}}" if ord(c) < 32 or c == "\x7f" else c for c in out)
    return f'"{out}"'
