"""A query that a person gives: its language, its tree, whose fields it names, what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.fields.checking import unknown
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.interface import Dialect
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import EffectError, NothingAnalysedError, QueryError

from .building import WhoseOf
from .guessing import dialect_of
from .targets import TARGETS
from .whose import Whose


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A query as it was understood."""

    text: str
    dialect: Dialect[Any]
    tree: Any
    whose: Whose | None
    """Whose names it uses; None where that cannot be told."""
    query: Query | None
    """What it means in its own names; None where the middle has no words for it."""
    beyond: str = ""
    """What the middle has no words for, one sentence."""
    sigma: Query | None = None
    """The same in Sigma's names; None where they cannot be told."""
    nameless: str = ""
    """Why they cannot be told, one sentence."""

    @property
    def schema(self) -> Schema | None:
        """The schema of those names."""
        return self.whose.schema if self.whose else None


def given(text: str, named: str, schema_name: str, whose_of: WhoseOf, *, reading_only: bool = True) -> Given:
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
    names = whose_of(schema_name) if schema_name else _whose(dialect, tree, whose_of)
    query, beyond = None, ""
    try:
        query = dialect.read(tree)
    except QueryError as error:
        beyond = error.message
    sigma, nameless = _sigma(query, names)
    return Given(
        text=text,
        dialect=dialect,
        tree=tree,
        whose=names,
        query=query,
        beyond=beyond,
        sigma=sigma,
        nameless=nameless,
    )


def _whose(dialect: Dialect[Any], tree: Any, whose_of: WhoseOf) -> Whose | None:
    """The names of the language's schemas that lack fewest of the query's; None where each lacks half."""
    names = dialect.names(tree)
    count = len(names.tables) + len(names.fields)
    tried = dict.fromkeys(
        schema for target in TARGETS.values() if target.dialect == dialect.name for schema in target.schemas
    )
    found = [whose_of(name) for name in tried]
    if not found or not count:
        return found[0] if found else None
    missing, best = min(
        ((len(unknown(names, one.schema)), one) for one in found if one.schema is not None),
        key=lambda pair: pair[0],
    )
    return best if missing <= count / 2 else None


def _sigma(query: Query | None, names: Whose | None) -> tuple[Query | None, str]:
    if query is None:
        return None, ""
    if names is None:
        return None, "Its tables and fields stand in no schema that is known."
    try:
        return names.unmapped(query), ""
    except QueryError as error:
        return None, error.message
