"""Parsing of what stands inside dynamic(): JSON, with the literals of KQL besides."""

from __future__ import annotations

from .cursor import Cursor
from .tokens import DURATION, NAME, NUMBER, TEXT, TYPED
from .tree import Array, Bag, Duration, Dynamic, Expr, Name, Null, Number, Sign, Text, Truth, Typed

_WORDS: dict[str, Expr] = {"true": Truth(True), "false": Truth(False), "null": Null()}


def json_value(cursor: Cursor) -> Expr:
    """A value of JSON. Raises QuerySyntaxError for anything else, LimitError where it nests too deep."""
    token = cursor.token
    if token.kind == TEXT:
        return Text(cursor.next().text)
    if cursor.sign("["):
        return _array(cursor)
    if cursor.sign("{"):
        return _bag(cursor)
    if cursor.accept("-"):
        return Sign("-", Number(_number(cursor)))
    if token.kind == NUMBER:
        return Number(cursor.next().text)
    if token.kind == DURATION:
        return Duration(cursor.next().text.lower())
    if token.kind == TYPED:
        cursor.next()
        return Typed(token.text, token.extra)
    if token.kind == NAME:
        return _word(cursor)
    raise cursor.error(f"A value of JSON is expected, and {cursor.told()} comes.")


def _number(cursor: Cursor) -> str:
    if cursor.token.kind != NUMBER:
        raise cursor.error(f"A number is expected, and {cursor.told()} comes.")
    return cursor.next().text


def _word(cursor: Cursor) -> Expr:
    token = cursor.next()
    if token.text == "dynamic" and cursor.accept("("):
        cursor.deeper()
        value = json_value(cursor)
        cursor.expect(")")
        cursor.depth -= 1
        return Dynamic(value)
    return _WORDS.get(token.text.lower()) or Name(token.text, token.place)


def _array(cursor: Cursor) -> Expr:
    cursor.next()
    cursor.deeper()
    items: list[Expr] = []
    while not cursor.sign("]"):
        items.append(json_value(cursor))
        if not cursor.accept(","):
            break
    cursor.expect("]", "A list ends with a square bracket.")
    cursor.depth -= 1
    return Array(tuple(items))


def _bag(cursor: Cursor) -> Expr:
    cursor.next()
    cursor.deeper()
    pairs: list[tuple[str, Expr]] = []
    while not cursor.sign("}"):
        if cursor.token.kind not in (TEXT, NAME):
            raise cursor.error(f"A key is expected, and {cursor.told()} comes.")
        key = cursor.next().text
        cursor.expect(":")
        pairs.append((key, json_value(cursor)))
        if not cursor.accept(","):
            break
    cursor.expect("}", "A mapping ends with a brace.")
    cursor.depth -= 1
    return Bag(tuple(pairs))
