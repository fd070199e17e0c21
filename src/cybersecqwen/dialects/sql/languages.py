"""The two languages as sqlglot knows them, with negations laid out as people write them.

This module imports sqlglot, so it is imported on first use alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, ClassVar

from cybersecqwen.errors import CsqError

try:
    from sqlglot import exp
    from sqlglot.dialects.duckdb import DuckDB
    from sqlglot.dialects.sqlite import SQLite
    from sqlglot.generators.duckdb import DuckDBGenerator
    from sqlglot.generators.sqlite import SQLiteGenerator
    from sqlglot.parser import binary_range_parser
    from sqlglot.parsers.duckdb import DuckDBParser
    from sqlglot.tokenizer_core import TokenType
except ImportError as error:  # pragma: no cover - the extra is not installed
    raise CsqError("SQL needs the package sqlglot.", hint="Install cybersecqwen[siem].") from error

from .tree import Flavour

logging.getLogger("sqlglot").addHandler(logging.NullHandler())


def _negation(generator: Any, expression: exp.Not) -> str:
    """NOT where people write it: IS NOT NULL, NOT IN, else before what is negated."""
    inner = expression.this
    if isinstance(inner, exp.Is):
        return f"{generator.sql(inner, 'this')} IS NOT {generator.sql(inner, 'expression')}"
    if isinstance(inner, exp.In):
        field = generator.sql(inner, "this")
        text = generator.sql(inner)
        return f"{field} NOT{text[len(field) :]}" if text.startswith(f"{field} IN ") else f"NOT {text}"
    return f"NOT {generator.sql(inner)}"


_SHORT = 90
"""Characters of what stands in brackets on one line."""
_FEW = 60
"""Parts of an expression that may be so short."""


def _brackets(generator: Any, expression: exp.Paren) -> str:
    """Brackets on one line where what they hold is short."""
    if generator.pretty and not expression.find(exp.Query) and _is_small(expression):
        generator.pretty = False
        try:
            text = str(generator.paren_sql(expression))
        finally:
            generator.pretty = True
        # A line that ends inside a string must not be moved in.
        if len(text) <= _SHORT and "\n" not in text:
            return text
    return str(generator.paren_sql(expression))


def _is_small(expression: exp.Expr) -> bool:
    return all(number < _FEW for number, _ in enumerate(expression.walk()))


_CHANGES: dict[type[exp.Expr], Callable[[Any, Any], str]] = {exp.Not: _negation, exp.Paren: _brackets}


class Lite(SQLite):
    """SQLite, with negations as people write them."""

    class Generator(SQLiteGenerator):
        """Its text."""

        TRANSFORMS: ClassVar[dict[Any, Any]] = {**SQLiteGenerator.TRANSFORMS, **_CHANGES}


class Duck(DuckDB):
    """DuckDB, with negations as people write them, and `~` for the whole text, as DuckDB has it."""

    class Parser(DuckDBParser):
        """Its grammar."""

        RANGE_PARSERS: ClassVar[dict[Any, Any]] = {
            **DuckDBParser.RANGE_PARSERS,
            TokenType.TILDE: binary_range_parser(exp.RegexpFullMatch),
        }

    class Generator(DuckDBGenerator):
        """Its text."""

        TRANSFORMS: ClassVar[dict[Any, Any]] = {**DuckDBGenerator.TRANSFORMS, **_CHANGES}


LANGUAGES: dict[Flavour, type[SQLite] | type[DuckDB]] = {"sqlite": Lite, "duckdb": Duck}
