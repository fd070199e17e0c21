"""A query that a person gives: its language, its tree, whose fields it names, what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.fields.checking import unknown
from cybersecqwen.dialects.fields.mapping import Mapped
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.fields.taxonomy import Home
from cybersecqwen.dialects.interface import Dialect
from cybersecqwen.dialects.query import ANYTHING, Query
from cybersecqwen.dialects.spending import Allowance, OutOfTime
from cybersecqwen.errors import EffectError, LimitError, NothingAnalysedError, QueryError

from .building import WhoseOf
from .guessing import dialect_of
from .targets import TARGETS
from .whose import Whose

READING_S = 30.0
"""Processor time in which a query must be understood, in seconds: several times what the longest takes."""


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
    home: Home | None = None
    """Where the records stand that it is about; None where that is not known, or for a sequence."""
    notes: tuple[str, ...] = ()
    """What was taken for granted when it was said in Sigma's names, a sentence each."""

    @property
    def schema(self) -> Schema | None:
        """The schema of those names."""
        return self.whose.schema if self.whose else None


def given(
    text: str,
    named: str,
    schema_name: str,
    whose_of: WhoseOf,
    *,
    reading_only: bool = True,
    seconds: float = READING_S,
) -> Given:
    """Understand a query, in at most so many seconds of processor time.

    Raises NothingAnalysedError for an empty text, UsageError where its language cannot be told,
    QuerySyntaxError where it does not parse, EffectError where it would do more than read and
    `reading_only` is asked, and LimitError where it is too long, too deep, or takes too long.
    """
    if not text.strip():
        raise NothingAnalysedError("The query is empty.")
    try:
        with Allowance(seconds=seconds).held():
            return _given(text, named, schema_name, whose_of, reading_only)
    except OutOfTime:
        raise LimitError(
            "The query is not looked at: it takes too long.", hint="Shorten it, or leave parts of it out."
        ) from None


def _given(text: str, named: str, schema_name: str, whose_of: WhoseOf, reading_only: bool) -> Given:
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
    likely = [whose_of(schema_name)] if schema_name else _whose(dialect, tree, whose_of)
    query, beyond = None, ""
    try:
        query = dialect.read(tree)
    except QueryError as error:
        beyond = error.message
    names, back, nameless = _sigma(query, likely)
    return Given(
        text=text,
        dialect=dialect,
        tree=tree,
        whose=names,
        query=query,
        beyond=beyond,
        sigma=back.query if back else None,
        nameless=nameless,
        home=back.home if back else None,
        notes=back.notes if back else (),
    )


def _whose(dialect: Dialect[Any], tree: Any, whose_of: WhoseOf) -> list[Whose]:
    """The names of the language's schemas, first that which lacks fewest; none that lacks more than half."""
    names = dialect.names(tree)
    count = len(names.tables) + len(names.fields)
    tried = dict.fromkeys(
        schema for target in TARGETS.values() if target.dialect == dialect.name for schema in target.schemas
    )
    found = [whose_of(name) for name in tried]
    missing = [(len(unknown(names, one.schema)), one) for one in found if one.schema is not None]
    missing.sort(key=lambda pair: pair[0])
    return [one for lacks, one in missing if lacks <= count / 2] if count else found[:1]


def _sigma(query: Query | None, likely: list[Whose]) -> tuple[Whose | None, Mapped | None, str]:
    """The first names by which the query can be said in Sigma's, what it is then, and why not."""
    first = likely[0] if likely else None
    if query is None:
        return first, None, ""
    nameless = "" if likely else "Its tables and fields stand in no schema that is known."
    for names in likely:
        try:
            found = names.read_back(query)
        except QueryError as error:
            nameless = nameless or error.message
            continue
        # Names that hold for any record tell nothing: they are taken only where they are the likeliest, and
        # not for a part of a data model.
        if found.home is None or found.home.logsources != (ANYTHING,):
            return names, found, ""
        if names is first and not any("." in table for table in query.tables):
            return names, found, ""
        nameless = nameless or f"{names.name} has no logsource of Sigma for {', '.join(query.tables)}."
    return first, None, nameless
