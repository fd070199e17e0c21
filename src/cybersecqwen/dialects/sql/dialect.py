"""SQL as SQLite and DuckDB speak it. What needs sqlglot is imported on first use."""

from __future__ import annotations

from typing import ClassVar

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.interface import Atom, Data, Dialect, Effect, Names, Rows, Running
from cybersecqwen.dialects.query import Query

from .rules import rules_for
from .tree import Flavour, SqlTree

TIME = "timestamp"
"""Column that holds the time of a row in the schema that is meant, unless a caller names another."""


class Sql(Dialect[SqlTree]):
    """What both have in common."""

    flavour: ClassVar[Flavour]
    time_field = TIME

    def __init__(self, time_column: str = TIME) -> None:
        self.time_column = time_column
        """Column that spans of time are about: a TIMESTAMP in UTC in DuckDB, in SQLite text of ISO 8601 or
        seconds since 1970."""

    def parse(self, text: str) -> SqlTree:
        """The statements of a text."""
        from .parse import parse

        return parse(text, self.flavour)

    def render(self, tree: SqlTree) -> str:
        """The text, a clause a line."""
        return tree.sql

    def read(self, tree: SqlTree) -> Query:
        """What a SELECT of one table means."""
        from .read import read

        return read(tree, self.time_column)

    def write(self, query: Query) -> SqlTree:
        """A SELECT that means the query."""
        from .write import write

        return write(query, self.flavour, self.time_column)

    def names(self, tree: SqlTree) -> Names:
        """The tables and columns that it takes from the schema."""
        from .names import names

        return names(tree)

    def effects(self, tree: SqlTree) -> tuple[Effect, ...]:
        """What it would do besides reading."""
        from .effects import effects

        return effects(tree)

    def run(self, tree: SqlTree, data: Data, running: Running) -> Rows:
        """The rows that the engine gives for records loaded as tables."""
        from .run import run

        return run(tree, data, running, self.time_column)

    def atoms(self, tree: SqlTree) -> tuple[Atom, ...]:
        """Every comparison of a column with a value."""
        from .atoms import atoms

        return atoms(tree)

    def cost(self, tree: SqlTree, context: Context) -> float:
        """By estimate of rows that are read and work for each."""
        from .cost import cost

        return cost(tree)

    def describe(self, tree: SqlTree) -> tuple[str, ...]:
        """What it does in plain sentences."""
        from .describe import describe

        return describe(tree)

    def leading(self, tree: SqlTree) -> SqlTree | None:
        """Its leading filter alone; None where it begins with something else."""
        from .describe import leading

        return leading(tree)


class Sqlite(Sql):
    """SQLite, as https://sqlite.org/lang_select.html has it."""

    name = "sqlite"
    title = "SQLite"
    schema = "sigma"
    engine = "SQLite"
    flavour = "sqlite"
    rules = rules_for("sqlite")


class DuckDb(Sql):
    """DuckDB, as https://duckdb.org/docs/stable/sql/introduction has it."""

    name = "duckdb"
    title = "DuckDB"
    schema = "sigma"
    engine = "DuckDB"
    flavour = "duckdb"
    rules = rules_for("duckdb")
