"""The dialect."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from cybersecqwen.dialects.evaluating import evaluate
from cybersecqwen.dialects.interface import Atom, Data, Dialect, Effect, Names, Rows, Running
from cybersecqwen.dialects.query import Query

from .names import atoms_of, names_of
from .parse import parse
from .read import expression, read
from .render import render
from .times import TIME
from .tree import Search
from .write import write


class SecOps(Dialect[Search]):
    """Google SecOps UDM search."""

    name: ClassVar[str] = "secops"
    title: ClassVar[str] = "Google SecOps UDM search"
    schema: ClassVar[str] = "udm"
    time_field: ClassVar[str] = TIME

    def parse(self, text: str) -> Search:
        """The tree. Raises QuerySyntaxError with line and column, LimitError for what is too long or deep."""
        return parse(text)

    def render(self, tree: Search) -> str:
        """The text of a tree; what is wide has a line for each condition."""
        return render(tree)

    def read(self, tree: Search) -> Query:
        """What the tree means. Raises UnsayableError for reference lists, functions and the like."""
        return read(tree)

    def write(self, query: Query) -> Search:
        """A tree that means the query. Raises UnsayableError for text in no field, medians and the like."""
        return write(query)

    def names(self, tree: Search) -> Names:
        """The fields that it names."""
        return names_of(tree)

    def effects(self, tree: Search) -> tuple[Effect, ...]:
        """Nothing: a search can only read."""
        return ()

    def run(self, tree: Search, data: Data, running: Running) -> Rows:
        """The rows that it gives, by what it means."""
        running = running if running.time_field else replace(running, time_field=TIME)
        return evaluate(self.read(tree), data, running)

    def atoms(self, tree: Search) -> tuple[Atom, ...]:
        """Every comparison of a field with a value."""
        return atoms_of(tree, expression)

    def describe(self, tree: Search) -> tuple[str, ...]:
        """What it does in plain sentences."""
        from .describe import describe

        return describe(tree)
