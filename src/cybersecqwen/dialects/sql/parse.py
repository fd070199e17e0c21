"""From text to a tree, within bounds of length and depth."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from cybersecqwen.dialects.interface import DEEPEST, LONGEST
from cybersecqwen.errors import LimitError, QuerySyntaxError

from .chains import flattened
from .languages import LANGUAGES
from .tree import Flavour, SqlTree

_STATEMENTS = 20
_TOKENS = 40_000
"""Words of a query."""
_LEVELS = 300
"""Levels of a tree; brackets of a query take several each, chains of AND and OR none."""


def parse(text: str, flavour: Flavour) -> SqlTree:
    """The statements of a text. Raises QuerySyntaxError with line and column, LimitError."""
    if len(text) > LONGEST:
        raise LimitError(f"The query is longer than {LONGEST:,} characters.")
    language = LANGUAGES[flavour]()
    try:
        tokens = language.tokenize(text)
        _bound(tokens)
        parsed = language.parser().parse(tokens, text)
        # A comment behind the last semicolon is a statement to sqlglot.
        found = [one for one in parsed if one is not None and not isinstance(one, exp.Semicolon)]
    except ParseError as error:
        raise _said(error) from None
    except TokenError as error:
        line = text.count("\n") + 1
        what = str(error).partition("\n")[0][:120]
        raise QuerySyntaxError(f"A quote or a comment is not closed ({what}).", line=line, column=1) from None
    except RecursionError:
        raise LimitError("The query nests too deep.") from None
    except (SqlglotError, ValueError, TypeError, AttributeError, LookupError, AssertionError) as error:
        # What sqlglot stumbles over without saying so is no SQL that it knows.
        raise QuerySyntaxError(f"It is no SQL ({type(error).__name__}).", line=1, column=1) from None
    if not found:
        raise QuerySyntaxError("There is no statement.", line=1, column=1, hint="Write a SELECT.")
    if len(found) > _STATEMENTS:
        raise LimitError(f"The text holds more than {_STATEMENTS} statements.")
    for statement in found:
        if _depth(statement) > _LEVELS:
            raise LimitError(f"The query nests deeper than {_LEVELS} levels.")
        if any(map(_lacks, statement.walk())):
            raise QuerySyntaxError("A sign stands before nothing.", line=1, column=1)
    return SqlTree(flavour=flavour, statements=tuple(map(flattened, found)), source=text)


_OPEN = frozenset((TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE))
_SHUT = frozenset((TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END))


def _bound(tokens: list[Token]) -> None:
    if len(tokens) > _TOKENS:
        raise LimitError(f"The query has more than {_TOKENS:,} words.")
    depth = 0
    for token in tokens:
        kind = token.token_type
        depth += (kind in _OPEN) - (kind in _SHUT)
        if depth > DEEPEST:
            raise LimitError(f"The query nests deeper than {DEEPEST} levels.")


def _lacks(one: exp.Expr) -> bool:
    """Whether what a sign stands before or between is missing: sqlglot lets that pass for some signs."""
    if not isinstance(one, exp.Unary | exp.Binary | exp.Abs):
        return False
    return any(needed and one.args.get(name) is None for name, needed in one.arg_types.items())


def _depth(statement: exp.Expr) -> int:
    """Levels of a tree; a chain of one connector is one level, however long."""
    stack: list[tuple[exp.Expr, int]] = [(statement, 1)]
    deepest = 0
    while stack:
        one, level = stack.pop()
        deepest = max(deepest, level)
        for child in one.iter_expressions():
            chained = isinstance(one, exp.Connector) and type(child) is type(one)
            stack.append((child, level if chained else level + 1))
    return deepest


def _said(error: ParseError) -> QuerySyntaxError:
    first = error.errors[0] if error.errors else {}
    what = str(first.get("description") or "It cannot be read").rstrip(".")
    word = str(first.get("highlight") or "")[:60]
    line, column = int(first.get("line") or 1), int(first.get("col") or 1)
    column = max(1, column - max(0, len(word) - 1))
    near = f" at {word!r}" if word else ""
    return QuerySyntaxError(f"{what}{near}.", line=line, column=column)
