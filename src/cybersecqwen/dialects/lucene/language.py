"""The dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from cybersecqwen.dialects.evaluating import evaluate
from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.interface import Atom, Data, Dialect, Effect, Names, Rows, Running
from cybersecqwen.dialects.query import Query

from .cost import cost_of
from .names import atoms_of, has_letters, leaves_in, names_of
from .parse import parse
from .read import Reader
from .render import render
from .rules import RULES
from .tree import Group
from .values import Case
from .write import Writer


class Lucene(Dialect[Group]):
    """Lucene's query string. Text compares as `case` says; `times` is the field of a record's time."""

    name: ClassVar[str] = "lucene"
    title: ClassVar[str] = "Lucene (Elasticsearch, OpenSearch)"
    schema: ClassVar[str] = "ecs"
    time_field: ClassVar[str] = "@timestamp"
    rules: ClassVar[tuple[Rule[Any], ...]] = RULES

    def __init__(self, case: Case | str = Case.FOLDED, times: str = "@timestamp") -> None:
        self.case = Case(case)
        self._times = times

    def parse(self, text: str) -> Group:
        """The tree. Raises QuerySyntaxError with line and column, LimitError for what is too long or deep."""
        return parse(text)

    def render(self, tree: Group) -> str:
        """The text of a tree; what is wide has a line for each clause."""
        return render(tree)

    def read(self, tree: Group) -> Query:
        """What the tree means. Raises UnsayableError for fuzzy search, ranges of text and the like."""
        return Reader(self.case, self._times).query(tree)

    def write(self, query: Query) -> Group:
        """A tree that means the query. Raises UnsayableError for all that is more than a filter."""
        return Writer(self.case, self._times).query(query)

    def typed(self, tree: Group, types: Mapping[str, str]) -> Group:
        """The tree as it is. Raises UnsayableError for what a field of its type cannot be asked."""
        from .typed import typed

        return typed(tree, types)

    def presumes(self, tree: Group) -> tuple[str, ...]:
        """How text compares, where a query string looks for some."""
        if self.case is Case.EXACT or not any(map(has_letters, leaves_in(tree))):
            return ()
        return (
            "Fields of text fold case (a normalizer of lower case): in others a query string finds a text"
            " only in the case that is written; EQL and ES|QL find every case.",
        )

    def names(self, tree: Group) -> Names:
        """The fields and indexes that it names."""
        return names_of(tree)

    def effects(self, tree: Group) -> tuple[Effect, ...]:
        """Nothing: a query string can only filter."""
        return ()

    def run(self, tree: Group, data: Data, running: Running) -> Rows:
        """The records that it finds, by what it means."""
        running = running if running.time_field else replace(running, time_field=self._times)
        return evaluate(self.read(tree), data, running)

    def atoms(self, tree: Group) -> tuple[Atom, ...]:
        """Every comparison of a field with a value."""
        return atoms_of(tree, Reader(self.case, self._times))

    def cost(self, tree: Group, context: Context) -> float:
        """What running it costs, as cost.py estimates it."""
        return cost_of(tree, context)

    def describe(self, tree: Group) -> tuple[str, ...]:
        """What it does in plain sentences."""
        from .describe import describe

        return describe(tree, Reader(self.case, self._times))
