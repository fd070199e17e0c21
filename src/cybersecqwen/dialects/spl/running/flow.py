"""What the stages of a pipeline hand on, and what they may know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cybersecqwen.dialects.interface import Data, Record, Running
from cybersecqwen.dialects.spl.tree import Pipeline, Sub
from cybersecqwen.errors import LimitError, UnsayableError

from .fields import Row
from .making import Asking


@dataclass(slots=True)
class Flow:
    """Rows on their way; each stage gives another."""

    rows: list[Row]
    ordered: bool = False
    """Whether their order is part of the answer."""
    columns: tuple[str, ...] = ()
    """In their order; () where rows are whole records."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What a run has: the records, the time, and a way to run searches in brackets."""

    data: Data
    running: Running
    pipeline: Callable[[Pipeline, World, Flow | None], Flow]
    asking: Asking = field(init=False)

    def __post_init__(self) -> None:
        asking = Asking(now=self.running.now, time_field=self.running.time_field)
        object.__setattr__(self, "asking", asking)

    def results(self, sub: Sub) -> Sequence[Record]:
        """The rows of a search in brackets."""
        return self.pipeline(sub.pipeline, self, None).rows

    def bounded(self, count: int) -> None:
        """Raises LimitError where a step makes too many rows."""
        if count > self.running.most_rows:
            raise LimitError(f"A step gives more than {self.running.most_rows:,} rows.")


Step = Callable[[Any, Flow, World], Flow]
"""How a stage is run."""


def cannot(what: str) -> UnsayableError:
    """The error for what is not run here."""
    return UnsayableError(f"What {what} does is not run here.", what=what)


def with_columns(flow: Flow, rows: list[Row], names: list[str]) -> Flow:
    """Other rows, with columns of these names behind those that there were."""
    columns = tuple(dict.fromkeys((*flow.columns, *names))) if flow.columns else ()
    return Flow(rows, flow.ordered, columns)
