"""Parsing of what several operators have in common: options, keys of an order, columns with types."""

from __future__ import annotations

from collections.abc import Callable

from .cursor import Cursor
from .expressions import expression, named
from .steps import Expanded, Key, Step
from .table import UNARY
from .tokens import END, NAME, SIGN, TEXT
from .tree import Array, Column, Expr, Name, Option

HINTS = ("hint",)


def options(cursor: Cursor, allowed: tuple[str, ...]) -> tuple[Option, ...]:
    """Settings that stand before what an operator is about: kind=inner hint.strategy=shuffle."""
    found: list[Option] = []
    while cursor.token.kind == NAME and cursor.token.text in allowed:
        name = cursor.token.text
        if name == "hint" and cursor.ahead().text == ".":
            cursor.next()
            cursor.next()
            name = f"hint.{cursor.name().text}"
        elif cursor.ahead().text == "=":
            cursor.next()
        else:
            break
        cursor.expect("=")
        found.append(Option(name, _setting(cursor)))
        if name.startswith("hint.") and cursor.sign(","):
            cursor.next()
    return tuple(found)


def _setting(cursor: Cursor) -> Expr:
    """A word or a literal: what a bracket behind it holds is something else."""
    token = cursor.token
    if token.kind == NAME and token.text not in ("true", "false"):
        return Name(cursor.next().text, token.place)
    return expression(cursor, UNARY)


def properties(cursor: Cursor) -> tuple[Option, ...]:
    """Those of `with (a=1, b=2)`, or of `with a=1, b=2`."""
    if not cursor.accept_word("with"):
        return ()
    bracket = cursor.accept("(")
    found: list[Option] = []
    while cursor.token.kind == NAME:
        name = cursor.next().text
        cursor.expect("=")
        found.append(Option(name, _property(cursor)))
        if not cursor.accept(",") and (bracket or cursor.token.kind != NAME):
            break
    if bracket:
        cursor.expect(")")
    return tuple(found)


def _property(cursor: Cursor) -> Expr:
    """A value of a property; several columns in a row are a list."""
    first = expression(cursor)
    names = [first]
    while cursor.sign(",") and cursor.ahead().kind == NAME and cursor.ahead(2).text != "=":
        cursor.next()
        names.append(cursor.name())
    return first if len(names) == 1 else Array(tuple(names))


def keys(cursor: Cursor) -> tuple[Key, ...]:
    """Columns to order by."""
    return cursor.several(_key)


def _key(cursor: Cursor) -> Key:
    by = named(cursor)
    ascending = None
    if cursor.token.kind == NAME and cursor.token.text in ("asc", "desc"):
        ascending = cursor.next().text == "asc"
    nulls = ""
    if cursor.accept_word("nulls"):
        if cursor.token.text not in ("first", "last"):
            raise cursor.error(f"first or last is expected behind nulls, and {cursor.told()} comes.")
        nulls = cursor.next().text
    return Key(by=by, ascending=ascending, nulls=nulls)


def columns(cursor: Cursor) -> tuple[Column, ...]:
    """(name: type, ...), with brackets; `*` among them stands for the columns that there are."""
    cursor.expect("(")
    found: list[Column] = []
    while not cursor.sign(")"):
        found.append(_column(cursor))
        if not cursor.accept(","):
            break
    cursor.expect(")")
    return tuple(found)


def _column(cursor: Cursor) -> Column:
    place = cursor.token.place
    if cursor.accept("*"):
        return Column(Name("*", place))
    name = Name(cursor.next().text, place) if cursor.token.kind == TEXT else cursor.name()
    return Column(name, cursor.name().text if cursor.accept(":") else "")


def expanded(cursor: Cursor) -> Expanded:
    """A list for mv-expand, with the type of its elements."""
    value = named(cursor)
    type_ = ""
    if cursor.accept_word("to"):
        cursor.expect_word("typeof")
        cursor.expect("(")
        type_ = cursor.name().text
        cursor.expect(")")
    return Expanded(value=value, type=type_)


def inner_steps(cursor: Cursor, step: Callable[[Cursor, bool], Step]) -> tuple[Step, ...]:
    """Operators in brackets; before the first no bar is needed."""
    cursor.expect("(")
    cursor.deeper()
    found = [step(cursor, False)]
    while cursor.sign("|"):
        found.append(step(cursor, True))
    cursor.expect(")")
    cursor.depth -= 1
    return tuple(found)


def tabular_operand(cursor: Cursor) -> Expr:
    """A table: a name, a pattern of names, a call, or a query in brackets."""
    return expression(cursor, UNARY)


def rest(cursor: Cursor) -> str:
    """The words up to the end of an operator, one space between them."""
    depth, words = 0, []
    while cursor.token.kind != END:
        token = cursor.token
        if token.kind == SIGN:
            if token.text in "([{":
                depth += 1
            elif token.text in ")]}":
                if depth == 0:
                    break
                depth -= 1
            elif depth == 0 and token.text in "|;":
                break
        words.append(cursor.between(token.start, token.end))
        cursor.next()
    return " ".join(words)
