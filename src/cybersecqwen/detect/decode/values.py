"""Tokens as values and back: between the parser and the operations."""

from __future__ import annotations

from .operations import Value
from .tokens import LIST, NUMBER, STRING, Token


def value_of(token: Token) -> Value:
    """The value of a value token; a list is copied."""
    if token.kind == STRING:
        return token.text()
    return token.value if token.kind == NUMBER else list(token.items or [])


def token_of(value: Value, start: int, end: int) -> Token:
    """A value token for a folded stretch of the source."""
    if isinstance(value, str):
        return Token(STRING, start, end, parts=[value], changed=True)
    if isinstance(value, int):
        return Token(NUMBER, start, end, value=value, changed=True)
    return Token(LIST, start, end, items=list(value), changed=True)


def shown(token: Token) -> str:
    """The value as source text, in the quotes that need no doubling where there are such."""
    if token.kind == STRING:
        return _quoted(token.text())
    if token.kind == NUMBER:
        return str(token.value)
    return ",".join(_quoted(x) if isinstance(x, str) else str(x) for x in token.items or [])


def _quoted(text: str) -> str:
    if "'" in text and '"' not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"
