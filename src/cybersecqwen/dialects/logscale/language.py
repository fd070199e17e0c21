"""The dialect."""

from __future__ import annotations

from typing import ClassVar

from cybersecqwen.dialects.interface import Atom, Data, Dialect, Effect, Names, Rows, Running
from cybersecqwen.dialects.query import Query

from .grouping import TIME
from .names import atoms_of, effects_of, names_of
from .parse import parse
from .read import read
from .render import render
from .run import run
from .tree import Pipeline
from .write import write


class LogScale(Dialect[Pipeline]):
    """CrowdStrike Falcon LogScale."""

    name: ClassVar[str] = "logscale"
    title: ClassVar[str] = "CrowdStrike Falcon LogScale"
    schema: ClassVar[str] = "falcon"
    time_field: ClassVar[str] = TIME

    def parse(self, text: str) -> Pipeline:
        """The tree. Raises QuerySyntaxError with line and column, LimitError for what is too long or deep."""
        return parse(text)

    def render(self, tree: Pipeline) -> str:
        """The text of a tree; each step has a line."""
        return render(tree)

    def read(self, tree: Pipeline) -> Query:
        """What the tree means. Raises UnsayableError for branches, computed fields, joins and the like."""
        return read(tree)

    def write(self, query: Query) -> Pipeline:
        """A tree that means the query. Raises UnsayableError for sequences, percentiles and the like."""
        return write(query)

    def names(self, tree: Pipeline) -> Names:
        """The fields and kinds of events that it names, without those that it makes."""
        return names_of(tree)

    def effects(self, tree: Pipeline) -> tuple[Effect, ...]:
        """What it would ask of other machines; no function of the language writes."""
        return effects_of(tree)

    def run(self, tree: Pipeline, data: Data, running: Running) -> Rows:
        """The rows that it gives, step by step. Raises UnsayableError for what cannot be run here."""
        return run(tree, data, running)

    def atoms(self, tree: Pipeline) -> tuple[Atom, ...]:
        """Every comparison of a field with a value."""
        return atoms_of(tree)

    def describe(self, tree: Pipeline) -> tuple[str, ...]:
        """What it does in plain sentences."""
        from .describe import describe

        return describe(tree)

    def leading(self, tree: Pipeline) -> Pipeline | None:
        """Its leading filter alone; None where it begins with something else."""
        from .describe import leading

        return leading(tree)
