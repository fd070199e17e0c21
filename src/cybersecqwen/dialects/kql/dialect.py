"""The dialect: what its modules do, under the names that every dialect has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, ParamSpec, TypeVar

from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.interface import Atom, Data, Dialect, Effect, Names, Rows, Running
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import LimitError

from .rules import RULES
from .tree import KqlQuery

P = ParamSpec("P")
R = TypeVar("R")


def _bounded(method: Callable[P, R]) -> Callable[P, R]:
    """What nests so deep that the interpreter gives up is refused like all that is too large."""

    @wraps(method)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except RecursionError:
            raise LimitError("A query nests too deep.", hint="Name its parts with let.") from None

    return called


class Kql(Dialect[KqlQuery]):
    """Kusto, as Sentinel, Defender and ASIM take it."""

    name: ClassVar[str] = "kql"
    title: ClassVar[str] = "Microsoft KQL (Sentinel, Defender)"
    schema: ClassVar[str] = "defender"
    other_engine: ClassVar[str] = "duckdb-kql"
    rules: ClassVar[tuple[Rule[Any], ...]] = RULES

    @_bounded
    def parse(self, text: str) -> KqlQuery:
        """The tree. Raises QuerySyntaxError with line and column, LimitError for what is too long or deep."""
        from .parse import parse

        return parse(text)

    @_bounded
    def render(self, tree: KqlQuery) -> str:
        """The text of a tree, an operator on each line."""
        from .render import render

        return render(tree)

    @_bounded
    def read(self, tree: KqlQuery) -> Query:
        """What the tree means. Raises UnsayableError where the middle has no words for a part of it."""
        from .read import read

        return read(tree)

    @_bounded
    def write(self, query: Query) -> KqlQuery:
        """A tree that means the query. Raises UnsayableError where KQL has no words for a part."""
        from .write import write

        return write(query)

    def prepared(self, query: Query) -> Query:
        """With empty and missing text as the same, since columns of text are never null."""
        from .prepare import prepared

        return prepared(query)

    @_bounded
    def names(self, tree: KqlQuery) -> Names:
        """The tables and columns that it takes from the schema."""
        from .names import names

        return names(tree)

    @_bounded
    def effects(self, tree: KqlQuery) -> tuple[Effect, ...]:
        """What it would write, delete, send, fetch or start; () for a query that only reads."""
        from .effects import effects

        return effects(tree)

    @_bounded
    def run(self, tree: KqlQuery, data: Data, running: Running) -> Rows:
        """The rows that it gives. Raises UnsayableError for what cannot be run here, else LimitError."""
        from .run import run

        return run(tree, data, running)

    def run_elsewhere(self, text: str, data: Data, running: Running) -> Rows:
        """The rows that duckdb-kql gives, translated to SQL and run on DuckDB."""
        from cybersecqwen.dialects.engines import run_kql_on_duckdb

        return run_kql_on_duckdb(text, data, running)

    @_bounded
    def atoms(self, tree: KqlQuery) -> tuple[Atom, ...]:
        """Every comparison of a column with a value, wherever it stands."""
        from .atoms import atoms

        return atoms(tree)

    @_bounded
    def timed(self, tree: KqlQuery, time_field: str) -> KqlQuery:
        """The tree with the time of records under this name: Sentinel calls Defender's time TimeGenerated."""
        from .write import timed

        return timed(tree, time_field)

    @_bounded
    def typed(self, tree: KqlQuery, types: Mapping[str, str]) -> KqlQuery:
        """The tree with numbers compared with numbers, and text looked for in text."""
        from .typed import typed

        return typed(tree, types)

    @_bounded
    def cost(self, tree: KqlQuery, context: Context) -> float:
        """What running it costs, in work of reading one event once, over a million events."""
        from .cost import cost

        return cost(tree, context)

    @_bounded
    def describe(self, tree: KqlQuery) -> tuple[str, ...]:
        """What it does in plain sentences."""
        from .describe import describe

        return describe(tree)

    @_bounded
    def leading(self, tree: KqlQuery) -> KqlQuery | None:
        """Its leading filter alone; None where it begins with something else."""
        from .describe import leading

        return leading(tree)

    @_bounded
    def sources(self, tree: KqlQuery) -> tuple[str, ...]:
        """The data that it needs, a sentence for each kind."""
        from .describe import sources

        return sources(tree)
