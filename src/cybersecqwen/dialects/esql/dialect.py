"""ES|QL as a dialect: what everything else here is called by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.interface import Atom, Data, Dialect, Effect, Names, Rows, Running
from cybersecqwen.dialects.query import Query

from . import names as naming
from .cost import cost_of
from .parse import parse
from .read import read
from .render import render
from .rules import RULES
from .run import run
from .tree import EsqlTree
from .typed import presumes, typed
from .write import write


class Esql(Dialect[EsqlTree]):
    """The piped query language of Elasticsearch. Tables of a query are indexes; "*" is everything.

    Elasticsearch gives 1,000 rows at most where a query has no LIMIT; nothing here cuts them.
    """

    name: ClassVar[str] = "esql"
    title: ClassVar[str] = "Elastic ES|QL"
    schema: ClassVar[str] = "ecs"
    rules: ClassVar[tuple[Rule[EsqlTree], ...]] = RULES

    def parse(self, text: str) -> EsqlTree:
        """The tree. Raises QuerySyntaxError with line and column, LimitError for what is too long or deep."""
        return parse(text)

    def render(self, tree: EsqlTree) -> str:
        """The text of a tree."""
        return render(tree)

    def read(self, tree: EsqlTree) -> Query:
        """What the tree means. Raises UnsayableError where the middle has no words for a part of it."""
        return read(tree)

    def write(self, query: Query) -> EsqlTree:
        """A tree that means the query. Raises UnsayableError where ES|QL has no words for a part."""
        return write(query)

    def typed(self, tree: EsqlTree, types: Mapping[str, str]) -> EsqlTree:
        """The tree with numbers compared with numbers, and text looked for in text."""
        return typed(tree, types)

    def presumes(self, tree: EsqlTree) -> tuple[str, ...]:
        """The version that it needs for what is newer than the rest of what is written."""
        return presumes(tree)

    def names(self, tree: EsqlTree) -> Names:
        """The indexes as tables, and the fields that the query does not make itself."""
        return naming.names(tree)

    def effects(self, tree: EsqlTree) -> tuple[Effect, ...]:
        """Nothing: ES|QL only reads; ENRICH and LOOKUP JOIN look up."""
        return ()

    def run(self, tree: EsqlTree, data: Data, running: Running) -> Rows:
        """The rows. Raises UnsayableError for what cannot be run here, else LimitError."""
        return run(tree, data, running)

    def atoms(self, tree: EsqlTree) -> tuple[Atom, ...]:
        """Every comparison of a field with values."""
        return naming.atoms(tree)

    def cost(self, tree: EsqlTree, context: Context) -> float:
        """Work of reading one event once, over a million events."""
        return cost_of(tree)

    def describe(self, tree: EsqlTree) -> tuple[str, ...]:
        """What it does in plain sentences."""
        from .describe import describe

        return describe(tree)

    def leading(self, tree: EsqlTree) -> EsqlTree | None:
        """Its leading filter alone; None where it begins with something else."""
        from .describe import leading

        return leading(tree)

    def sources(self, tree: EsqlTree) -> tuple[str, ...]:
        """The data that it needs, a sentence for each kind."""
        from .describe import sources

        return sources(tree)
