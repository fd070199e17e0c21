"""EQL as a dialect: what everything else here is called by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.interface import Atom, Data, Dialect, Effect, Names, Rows, Running
from cybersecqwen.dialects.query import Query

from . import names as naming
from .cost import cost_of
from .parse import parse
from .prepare import prepared
from .read import read
from .render import render
from .rules import RULES
from .run import run
from .tree import EqlTree
from .typed import typed
from .write import write


class Eql(Dialect[EqlTree]):
    """The Event Query Language of Elasticsearch. Tables of a query are categories of events.

    The time that is looked at is no part of the language but a filter of the request: it stands in a comment
    in the first line, `// from now-1d`, which `parse` reads back.
    """

    name: ClassVar[str] = "eql"
    title: ClassVar[str] = "Elastic EQL"
    schema: ClassVar[str] = "ecs"
    rules: ClassVar[tuple[Rule[EqlTree], ...]] = RULES

    def parse(self, text: str) -> EqlTree:
        """The tree. Raises QuerySyntaxError with line and column, LimitError for what is too long or deep."""
        return parse(text)

    def render(self, tree: EqlTree) -> str:
        """The text of a tree."""
        return render(tree)

    def read(self, tree: EqlTree) -> Query:
        """What the tree means. Raises UnsayableError where the middle has no words for a part of it."""
        return read(tree)

    def write(self, query: Query) -> EqlTree:
        """A tree that means the query. Raises UnsayableError where EQL has no words for a part."""
        return write(query)

    def prepared(self, query: Query) -> Query:
        """With the category of the events before "where", where a condition names one."""
        return prepared(query)

    def typed(self, tree: EqlTree, types: Mapping[str, str]) -> EqlTree:
        """The tree with numbers compared with numbers, and text looked for in text."""
        return typed(tree, types)

    def names(self, tree: EqlTree) -> Names:
        """Categories of events as tables, and the fields."""
        return naming.names(tree)

    def effects(self, tree: EqlTree) -> tuple[Effect, ...]:
        """Nothing: EQL only searches."""
        return ()

    def run(self, tree: EqlTree, data: Data, running: Running) -> Rows:
        """The events, or a row for each sequence, with its events in `events`. Raises UnsayableError."""
        return run(tree, data, running)

    def atoms(self, tree: EqlTree) -> tuple[Atom, ...]:
        """Every comparison of a field with values."""
        return naming.atoms(tree)

    def cost(self, tree: EqlTree, context: Context) -> float:
        """Work of reading one event once, over a million events."""
        return cost_of(tree)

    def describe(self, tree: EqlTree) -> tuple[str, ...]:
        """What it does in plain sentences."""
        from .describe import describe

        return describe(tree)

    def leading(self, tree: EqlTree) -> EqlTree | None:
        """Its leading filter alone; None where it begins with something else."""
        from .describe import leading

        return leading(tree)
