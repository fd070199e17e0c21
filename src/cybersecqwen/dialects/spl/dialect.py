"""SPL as a dialect: where its parts come together."""

from __future__ import annotations

from typing import ClassVar

from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.interface import Atom, Data, Dialect, Effect, Names, Rows, Running
from cybersecqwen.dialects.query import Query

from .rules import RULES
from .tree import Pipeline


class Spl(Dialect[Pipeline]):
    """Splunk's Search Processing Language."""

    name: ClassVar[str] = "spl"
    title: ClassVar[str] = "Splunk SPL"
    schema: ClassVar[str] = "cim"
    rules: ClassVar[tuple[Rule[Pipeline], ...]] = RULES

    def parse(self, text: str) -> Pipeline:
        """The pipeline of a search."""
        from .parse import parse

        return parse(text)

    def render(self, tree: Pipeline) -> str:
        """The text of a pipeline, a line for each stage."""
        from .render import render

        return render(tree)

    def read(self, tree: Pipeline) -> Query:
        """What a pipeline means."""
        from .read import read

        return read(tree)

    def write(self, query: Query) -> Pipeline:
        """A pipeline that means the query."""
        from .write import write

        return write(query)

    def names(self, tree: Pipeline) -> Names:
        """The indexes, data models and fields that it takes from the schema."""
        from .names import names

        return names(tree)

    def effects(self, tree: Pipeline) -> tuple[Effect, ...]:
        """What it would write, delete, send or start."""
        from .effects import effects

        return effects(tree)

    def run(self, tree: Pipeline, data: Data, running: Running) -> Rows:
        """The rows that it gives."""
        from .running import run

        return run(tree, data, running)

    def atoms(self, tree: Pipeline) -> tuple[Atom, ...]:
        """Every comparison of a field with a value."""
        from .atoms import atoms

        return atoms(tree)

    def cost(self, tree: Pipeline, context: Context) -> float:
        """What running it costs, in work of reading one event once, over a million events."""
        from .cost import cost

        return cost(tree, context)

    def describe(self, tree: Pipeline) -> tuple[str, ...]:
        """What it does in plain sentences."""
        from .describe import describe

        return describe(tree)

    def leading(self, tree: Pipeline) -> Pipeline | None:
        """Its leading filter alone; None where it begins with something else."""
        from .describe import leading

        return leading(tree)

    def sources(self, tree: Pipeline) -> tuple[str, ...]:
        """The data that it needs, a sentence for each kind."""
        from .describe import sources

        return sources(tree)
