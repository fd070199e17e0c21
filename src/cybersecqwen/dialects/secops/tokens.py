"""From the text of a search to its words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cybersecqwen.dialects.interface import LONGEST
from cybersecqwen.dialects.places import Places
from cybersecqwen.errors import LimitError, QuerySyntaxError

from .table import COMPARISONS, ESCAPES, NAME, WINDOW

_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_VARIABLE = re.compile(r"([$#])([A-Za-z_]\w*)", re.ASCII)
_LIST = re.compile(r"%([A-Za-z_]\w*)", re.ASCII)
_SIGNS = ("(", ")", ",", ":", ".", "+", "-", "*", "/")
_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign."""

    kind: str
    """name, variable, count, list, text, regex, number, window, sign or end."""
    text: str
    """What it says: of text and expressions what stands between their ends."""
    at: int
    """Where it begins."""


def error(text: str, at: int, message: str, hint: str = "") -> QuerySyntaxError:
    """What is wrong at a place."""
    line, column = Places(text).at(at)
    return QuerySyntaxError(message, line=line, column=column, hint=hint)


def tokens(text: str) -> list[Token]:
    """The words of a search. Raises QuerySyntaxError, or LimitError for what is too long."""
    if len(text) > LONGEST:
        raise LimitError(f"The query is longer than {LONGEST:,} characters.")
    found: list[Token] = []
    at = 0
    while True:
        blank = _BLANK.match(text, at)
        at = blank.end() if blank else at
        if at >= len(text):
            return [*found, Token("end", "", len(text))]
        token, at = _token(text, at, found[-1] if found else None)
        found.append(token)
        if len(found) > _MOST:
            raise LimitError(f"The query has more than {_MOST:,} words.")


def _token(text: str, at: int, before: Token | None) -> tuple[Token, int]:
    c = text[at]
    if text.startswith("/*", at):
        raise error(text, at, "A comment is opened that never closes.")
    if c == '"':
        return _quoted(text, at)
    if c == "`":
        end = text.find("`", at + 1)
        if end < 0:
            raise error(text, at, "A back quote is opened that never closes.")
        return Token("text", text[at + 1 : end], at), end + 1
    if c == "/" and _may_begin_regex(before):
        return _regex(text, at)
    for kind, pattern in (("window", WINDOW), ("number", _NUMBER), ("name", NAME)):
        found = pattern.match(text, at)
        if found and not (kind == "window" and text[found.end() : found.end() + 1].isalnum()):
            return Token(kind, found[0], at), found.end()
    found = _VARIABLE.match(text, at)
    if found:
        return Token("variable" if found[1] == "$" else "count", found[2], at), found.end()
    found = _LIST.match(text, at)
    if found:
        return Token("list", found[1], at), found.end()
    for sign in (*COMPARISONS, *_SIGNS):
        if text.startswith(sign, at):
            return Token("sign", sign, at), at + len(sign)
    raise error(text, at, f"{c!r} stands where nothing like it can.")


def _may_begin_regex(before: Token | None) -> bool:
    """Whether a slash here begins an expression; behind a value it divides."""
    return before is None or (before.kind == "sign" and before.text != ")")


def _quoted(text: str, at: int) -> tuple[Token, int]:
    out, now = [], at + 1
    while text[now : now + 1] != '"':
        c = text[now : now + 1]
        if c in ("", "\n"):
            raise error(text, at, "A double quote is opened that never closes.")
        if c == "\\":
            code = text[now + 1 : now + 2]
            if code not in ESCAPES or not code:
                raise error(
                    text, now, "A backslash stands before nothing that it can escape.", "Write `\\\\`."
                )
            c, now = ESCAPES[code], now + 1
        out.append(c)
        now += 1
    return Token("text", "".join(out), at), now + 1


def _regex(text: str, at: int) -> tuple[Token, int]:
    out, now = [], at + 1
    while text[now : now + 1] != "/":
        c = text[now : now + 1]
        if c in ("", "\n"):
            raise error(text, at, "A regular expression begins that never ends.", "A slash is `\\/`.")
        if c == "\\" and now + 1 < len(text) and text[now + 1] != "\n":
            c = text[now + 1] if text[now + 1] == "/" else text[now : now + 2]
            now += 1
        out.append(c)
        now += 1
    return Token("regex", "".join(out), at), now + 1
