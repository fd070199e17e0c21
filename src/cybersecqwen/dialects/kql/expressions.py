"""Parsing of values: literals, names, calls, operators."""

from __future__ import annotations

from cybersecqwen.errors import LimitError

from .cursor import LONGEST_CHAIN, Cursor
from .json_values import json_value
from .table import AND, BETWEEN, EQUAL, KEYWORDS, LISTS, OPERATORS, OR, UNARY
from .tokens import DURATION, NAME, NUMBER, SIGN, TEXT, TYPED
from .tree import (
    Among,
    Between,
    Binary,
    Call,
    Duration,
    Dynamic,
    Expr,
    Index,
    Logic,
    Member,
    Name,
    Named,
    Number,
    Sign,
    Star,
    Text,
    Truth,
    Typed,
)

_ALTERNATIVES = {"<>": "!=", "notcontains": "!contains", "containscs": "contains_cs"}


def expression(cursor: Cursor, weakest: int = OR) -> Expr:
    """A value whose operators bind at least as strongly as `weakest`. Raises QuerySyntaxError."""
    left = _operand(cursor)
    chain = 0
    while True:
        token = cursor.token
        if token.kind != SIGN and token.kind != NAME:
            return left
        found = _infix(cursor, token.text, left, weakest)
        if found is None:
            return left
        left = found
        chain += 1
        if chain > LONGEST_CHAIN:
            raise LimitError(f"More than {LONGEST_CHAIN} operators stand in a row.", hint="Use lists.")


def _infix(cursor: Cursor, operator: str, left: Expr, weakest: int) -> Expr | None:
    """The value with what follows it; None where no operator follows that binds strongly enough."""
    if operator == "matches" and cursor.ahead().text == "regex":
        operator = "matches regex"
    strength = OPERATORS.get(operator)
    if strength is not None:
        if strength < weakest:
            return None
        cursor.next()
        if operator == "matches regex":
            cursor.next()
        operator = _ALTERNATIVES.get(operator, operator)
        return Binary(operator, left, expression(cursor, strength + 1))
    if operator == "and" or operator == "or":
        return _logic(cursor, operator, left, weakest)
    if operator in LISTS and weakest <= EQUAL:
        return _among(cursor, left)
    if operator in BETWEEN and weakest <= EQUAL:
        return _between(cursor, left)
    return None


def _logic(cursor: Cursor, operator: str, left: Expr, weakest: int) -> Expr | None:
    strength = AND if operator == "and" else OR
    if strength < weakest:
        return None
    parts = [left]
    while cursor.accept_word(operator):
        parts.append(expression(cursor, strength + 1))
    return Logic(operator, tuple(parts))


def _among(cursor: Cursor, left: Expr) -> Expr:
    operator = cursor.next().text
    if not cursor.accept("("):
        return Among(operator, left, (expression(cursor, UNARY),))
    cursor.deeper()
    items = () if cursor.sign(")") else cursor.several(cursor.tabular)
    if cursor.accept(","):  # pragma: no cover - several() takes commas
        raise cursor.error("A value is missing.")
    cursor.expect(")", "A list ends with a bracket.")
    cursor.depth -= 1
    return Among(operator, left, items)


def _between(cursor: Cursor, left: Expr) -> Expr:
    negated = cursor.next().text == "!between"
    cursor.expect("(")
    cursor.deeper()
    low = expression(cursor)
    cursor.expect("..")
    high = expression(cursor)
    cursor.expect(")")
    cursor.depth -= 1
    return Between(left, low, high, negated)


def _operand(cursor: Cursor) -> Expr:
    """A literal, a name or a call, with signs before it and parts behind it."""
    signs = ""
    while cursor.token.kind == SIGN and cursor.token.text in "+-":
        signs += cursor.next().text
        if len(signs) > LONGEST_CHAIN:
            raise LimitError(f"More than {LONGEST_CHAIN} signs stand in a row.", hint="One is enough.")
    value = _primary(cursor)
    chain = 0
    while cursor.token.kind == SIGN and cursor.token.text in (".", "["):
        chain += 1
        if chain > LONGEST_CHAIN:
            raise LimitError(f"More than {LONGEST_CHAIN} parts stand in a row.", hint="Name some with let.")
        value = _part(cursor, value)
    for sign in reversed(signs):
        value = Sign(sign, value)
    return value


def _part(cursor: Cursor, value: Expr) -> Expr:
    """A value with one part behind it: .name, .name(...), [...]."""
    if cursor.accept(".") and not cursor.sign("["):
        name = cursor.name().text
        return Member(value, name, _arguments(cursor) if cursor.sign("(") else None)
    cursor.expect("[")
    cursor.deeper()
    at = expression(cursor)
    cursor.expect("]")
    cursor.depth -= 1
    return Index(value, at)


def _arguments(cursor: Cursor) -> tuple[Expr, ...]:
    cursor.expect("(")
    cursor.deeper()
    found = () if cursor.sign(")") else cursor.several(cursor.tabular)
    cursor.expect(")", "A bracket that is opened must be closed.")
    cursor.depth -= 1
    return found


def _primary(cursor: Cursor) -> Expr:
    token = cursor.token
    kind = token.kind
    if kind == NAME:
        return _named_or_called(cursor)
    if kind == TEXT:
        return _text(cursor)
    if kind == NUMBER:
        return Number(cursor.next().text)
    if kind == DURATION:
        return Duration(cursor.next().text.lower())
    if kind == TYPED:
        cursor.next()
        return Typed(token.text, token.extra)
    if cursor.sign("("):
        return _bracketed(cursor)
    if cursor.sign("["):
        return cursor.name()
    if cursor.sign("*"):
        cursor.next()
        return Star(token.place)
    raise cursor.error(f"A value is expected, and {cursor.told()} comes.")


def _text(cursor: Cursor) -> Text:
    """A text; several in a row are one."""
    value = cursor.next().text
    while cursor.token.kind == TEXT:
        value += cursor.next().text
    return Text(value)


def _named_or_called(cursor: Cursor) -> Expr:
    token = cursor.next()
    text = token.text
    if text in ("true", "false", "True", "False", "TRUE", "FALSE"):
        return Truth(text.lower() == "true")
    if cursor.sign("("):
        if text == "dynamic":
            cursor.next()
            value = Dynamic(json_value(cursor))
            cursor.expect(")")
            return value
        return Call(text, _arguments(cursor), token.place)
    after = cursor.token
    if after.text == "*" and after.kind == SIGN and after.start == token.end and _pattern_ends(cursor):
        cursor.next()
        return Name(_pattern(cursor, text + "*"), token.place)
    return Name(text, token.place)


def _pattern_ends(cursor: Cursor) -> bool:
    """Whether a star right behind a name belongs to it: nothing follows that it could be multiplied by."""
    after = cursor.ahead()
    if after.kind == NAME:
        return after.text in KEYWORDS
    return after.kind not in (NUMBER, TEXT, DURATION, TYPED) and after.text != "("


def _pattern(cursor: Cursor, text: str) -> str:
    """The rest of a pattern of names: words and stars without space between."""
    end = cursor.tokens[cursor.at - 1].end
    while cursor.token.start == end and (cursor.token.kind == NAME or cursor.sign("*")):
        end = cursor.token.end
        text += cursor.next().text
    return text


def _bracketed(cursor: Cursor) -> Expr:
    cursor.next()
    cursor.deeper()
    value = cursor.tabular(cursor)
    cursor.expect(")", "A bracket that is opened must be closed.")
    cursor.depth -= 1
    return value


def named(cursor: Cursor) -> Expr:
    """A value, with a name or names before it or without."""
    if cursor.sign("(") and (names := _tuple_of_names(cursor)):
        return Named(names, expression(cursor), tuple_=True)
    value = expression(cursor)
    if isinstance(value, Name) and cursor.sign("="):
        cursor.next()
        return Named((value,), expression(cursor))
    return value


def _tuple_of_names(cursor: Cursor) -> tuple[Name, ...]:
    """The names of `(x, y) = `, passed over; () where no such thing comes."""
    at = _behind_name(cursor, 1)
    while at and cursor.ahead(at).text == ",":
        at = _behind_name(cursor, at + 1)
    if not at or cursor.ahead(at).text != ")" or cursor.ahead(at + 1).text != "=":
        return ()
    cursor.next()
    names = cursor.several(Cursor.name)
    cursor.expect(")")
    cursor.expect("=")
    return names


def _behind_name(cursor: Cursor, at: int) -> int:
    """Which word follows a name, plain or in brackets; 0 where there is none."""
    token = cursor.ahead(at)
    if token.kind == NAME:
        return at + 1
    if token.text == "[" and cursor.ahead(at + 1).kind == TEXT and cursor.ahead(at + 2).text == "]":
        return at + 3
    return 0
