"""A query that a person gives: its language, its tree, whose fields it names, what it means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.fields.checking import unknown
from cybersecqwen.dialects.fields.mapping import unmapped
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.interface import Dialect
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import EffectError, NothingAnalysedError, QueryError

from .guessing import dialect_of
from .targets import TARGETS

SchemaOf = Callable[[str], Schema]


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A query as it was understood."""

    text: str
    dialect: Dialect[Any]
    tree: Any
    schema: Schema | None
    """Whose names it uses; None where that cannot be told."""
    query: Query | None
    """What it means in its own names; None where the middle has no words for it."""
    beyond: str = ""
    """What the middle has no words for, one sentence."""
    sigma: Query | None = None
    """The same in Sigma's names; None where they cannot be told."""


def given(
    text: str, named: str, schema_name: str, schema_of: SchemaOf, *, reading_only: bool = True
) -> Given:
    """Understand a query.

    Raises NothingAnalysedError for an empty text, UsageError where its language cannot be told,
    QuerySyntaxError where it does not parse, and EffectError where it would do more than read and
    `reading_only` is asked.
    """
    if not text.strip():
        raise NothingAnalysedError("The query is empty.")
    name = dialect_of(text, named)
    dialect: Dialect[Any] = DIALECTS.get(name)()
    tree = dialect.parse(text)
    effects = dialect.effects(tree)
    if effects and reading_only:
        first = effects[0]
        raise EffectError(
            f"The query would do more than read: {first.command} {first.what} (line {first.line}).",
            hint="Queries that write, delete, send or start something are neither run nor rewritten.",
        )
    schema = schema_of(schema_name) if schema_name else _schema(dialect, tree, schema_of)
    query, beyond = None, ""
    try:
        query = dialect.read(tree)
    except QueryError as error:
        beyond = error.message
    return Given(
        text=text,
        dialect=dialect,
        tree=tree,
        schema=schema,
        query=query,
        beyond=beyond,
        sigma=_sigma(query, schema),
    )


def _schema(dialect: Dialect[Any], tree: Any, schema_of: SchemaOf) -> Schema | None:
    """The schema of the language that lacks fewest of the names; None where each lacks half of them."""
    names = dialect.names(tree)
    count = len(names.tables) + len(names.fields)
    tried = dict.fromkeys(
        schema for target in TARGETS.values() if target.dialect == dialect.name for schema in target.schemas
    )
    found = [(len(unknown(names, schema_of(name))), name) for name in tried]
    if not found or not count:
        return schema_of(next(iter(tried))) if tried else None
    missing, best = min(found, key=lambda one: one[0])
    return schema_of(best) if missing <= count / 2 else None


def _sigma(query: Query | None, schema: Schema | None) -> Query | None:
    if query is None or schema is None:
        return None
    try:
        return unmapped(query, schema)
    except QueryError:
        return None
