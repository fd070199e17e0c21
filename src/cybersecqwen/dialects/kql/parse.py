"""Parsing of a whole query: statements, then one query over tables.

Grammar: https://learn.microsoft.com/kusto/query/statements.
"""

from __future__ import annotations

import re
from typing import Any

from cybersecqwen.dialects.interface import LONGEST
from cybersecqwen.errors import LimitError, QuerySyntaxError

from . import operators, steps
from .cursor import Cursor
from .expressions import expression, named
from .parts import columns, properties
from .steps import Step
from .table import SOURCES
from .tokens import END, NAME, SIGN
from .tree import Column, Expr, KqlQuery, Lambda, Let, Name, Pipeline, Setting, Statement
from .walk import height

_HIGHEST = 200
"""Levels of a tree, brackets or not, so that whatever goes down into it comes back."""
_NOTHING = re.compile(r"[\s\ufeff]*(?://[^\n]*(?:\n[\s\ufeff]*|\Z))*")
_SETTINGS = ("set", "declare", "alias", "restrict")


def parse(text: str) -> KqlQuery:
    """The tree of a query. Raises QuerySyntaxError with line and column, LimitError beyond the bounds."""
    command = _command(text)
    if command:
        return KqlQuery(command=command)
    cursor = Cursor(text, tabular)
    statements: list[Statement] = []
    while cursor.accept(";"):
        pass
    while (found := _statement(cursor)) is not None:
        statements.append(found)
        if not cursor.accept(";"):
            if cursor.token.kind == END:
                break
            raise cursor.error(f"';' is expected behind a statement, and {cursor.told()} comes.")
        while cursor.accept(";"):
            pass
    body = None if cursor.token.kind == END else _body(cursor)
    while cursor.accept(";"):
        pass
    if cursor.token.kind != END:
        raise _second(cursor)
    if not statements and body is None:
        raise cursor.error("The query is empty.")
    tree = KqlQuery(tuple(statements), body, notes=cursor.notes())
    if height(tree) > _HIGHEST:
        raise LimitError(f"A query nests deeper than {_HIGHEST} levels.", hint="Name its parts with let.")
    return tree


def _command(text: str) -> str:
    """A control command with one space between its words; "" where the text is a query.

    Comments and empty lines before it change nothing.
    """
    if len(text) > LONGEST:
        return ""
    before = _NOTHING.match(text)
    start = before.end() if before is not None else 0
    return " ".join(text[start:].split()) if text.startswith(".", start) else ""


def _second(cursor: Cursor) -> QuerySyntaxError:
    if cursor.token.kind == NAME:
        return cursor.error(
            f"The query has ended, and {cursor.told()} begins something else.", "Give one query at a time."
        )
    return cursor.error(f"The query has ended, and {cursor.told()} comes.")


def _body(cursor: Cursor) -> Expr:
    body = tabular(cursor)
    if isinstance(body, Pipeline | Name) or not cursor.sign("="):
        return body
    raise cursor.error("A query begins with a table.")


def _statement(cursor: Cursor) -> Statement | None:
    """The statement that comes next, without its semicolon; None where the query proper comes."""
    notes = cursor.notes()
    after = cursor.ahead()
    if (cursor.word("let") and after.kind == NAME) or (cursor.word("let") and after.text == "["):
        return _let(cursor, notes)
    if cursor.token.kind == NAME and cursor.token.text in _SETTINGS and after.kind == NAME:
        start = end = cursor.token.start
        while cursor.token.kind != END and not cursor.sign(";"):
            end = cursor.next().end
        return Setting(" ".join(cursor.between(start, end).split()), notes)
    return None


def _let(cursor: Cursor, notes: tuple[str, ...]) -> Let:
    cursor.next()
    name = cursor.name()
    cursor.expect("=")
    if _is_lambda(cursor):
        return Let(name, _lambda(cursor), notes)
    return Let(name, tabular(cursor), notes)


def _is_lambda(cursor: Cursor) -> bool:
    """Whether brackets with parameters and then a brace come."""
    at = 1 if cursor.word("view") else 0
    if cursor.ahead(at).text != "(" or cursor.ahead(at).kind != SIGN:
        return False
    depth = 0
    while cursor.ahead(at).kind != END:
        token = cursor.ahead(at)
        if token.kind == SIGN and token.text in "()":
            depth += 1 if token.text == "(" else -1
            if depth == 0:
                return cursor.ahead(at + 1).text == "{" and cursor.ahead(at + 1).kind == SIGN
        elif token.kind == SIGN and token.text in "|;{":
            return False
        at += 1
    return False


def _lambda(cursor: Cursor) -> Lambda:
    view = cursor.accept_word("view")
    cursor.expect("(")
    parameters = () if cursor.sign(")") else cursor.several(_parameter)
    cursor.expect(")")
    cursor.expect("{")
    cursor.deeper()
    statements: list[Statement] = []
    while (found := _statement(cursor)) is not None:
        statements.append(found)
        cursor.expect(";")
    body = tabular(cursor)
    while cursor.accept(";"):
        pass
    cursor.expect("}", "The body of a function ends with a brace.")
    cursor.depth -= 1
    return Lambda(parameters, tuple(statements), body, view)


def _parameter(cursor: Cursor) -> Column:
    """A parameter: name: type = default, or name: (columns) for a table."""
    name = cursor.name()
    if not cursor.accept(":"):
        return Column(name)
    if cursor.sign("("):
        found = columns(cursor)
        return Column(name, columns=() if [one.name.text for one in found] == ["*"] else found)
    type_ = cursor.name().text
    return Column(name, type_, expression(cursor) if cursor.accept("=") else None)


def tabular(cursor: Cursor) -> Expr:
    """A value or a query, whichever comes: arguments, brackets and `let` take both."""
    notes = cursor.notes()
    source = _source(cursor)
    if not cursor.sign("|"):
        return source if not isinstance(source, Step) and not notes else _alone(source, notes)
    found: list[Step] = []
    while cursor.sign("|"):
        found.append(operators.step(cursor))
    if isinstance(source, Pipeline):
        return Pipeline(source.source, (*source.steps, *found), (*source.notes, *notes))
    return Pipeline(source, tuple(found), notes)


def _alone(source: Expr | Step, notes: tuple[str, ...]) -> Expr:
    """A source without operators behind it. Comments are kept before tables alone, not before values."""
    if isinstance(source, Step):
        return Pipeline(source, (), notes)
    return source


_AFTER_A_NAME = frozenset((".", ",", ")", "=", "==", "!=", "|", ";", "/", "<", ">", "}", "]"))


def _source(cursor: Cursor) -> Expr | Step:
    token = cursor.token
    if token.kind != NAME or token.text not in SOURCES:
        return named(cursor)
    after = cursor.ahead()
    if after.kind == END or (after.kind == SIGN and after.text in _AFTER_A_NAME):
        return named(cursor)
    if token.text == "range" and after.text == "(":
        return named(cursor)
    cursor.next()
    return _BEGINNINGS[token.text](cursor, token.text, {"place": token.place})


def _print(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    return steps.Print(items=cursor.several(named), **common)


def _range(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    column = cursor.name()
    cursor.expect_word("from")
    start = expression(cursor)
    cursor.expect_word("to")
    end = expression(cursor)
    cursor.expect_word("step")
    return steps.Range(column=column, start=start, end=end, step=expression(cursor), **common)


def _datatable(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    found = columns(cursor)
    set_ = properties(cursor)
    values = _values(cursor)
    return steps.DataTable(columns=found, options=set_, values=values, **common)


def _values(cursor: Cursor) -> tuple[Expr, ...]:
    """Values in square brackets; a comma may stand behind the last."""
    cursor.expect("[")
    found: list[Expr] = []
    while not cursor.sign("]"):
        found.append(expression(cursor))
        if not cursor.accept(","):
            break
    cursor.expect("]")
    return tuple(found)


def _externaldata(cursor: Cursor, _word: str, common: dict[str, Any]) -> Step:
    found = columns(cursor)
    bracket = cursor.accept("(")
    addresses = _values(cursor) if cursor.sign("[") else cursor.several(expression)
    if bracket:
        cursor.expect(")")
    return steps.ExternalData(columns=found, addresses=addresses, options=properties(cursor), **common)


_BEGINNINGS: dict[str, operators.Parsed] = {
    "union": operators.union,
    "search": operators.search,
    "print": _print,
    "range": _range,
    "datatable": _datatable,
    "externaldata": _externaldata,
    "find": operators.other,
}
