"""What a query is run in: the data, what `let` has named, and how much work is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cybersecqwen.dialects.interface import Data, Record, Running
from cybersecqwen.errors import LimitError, UnsayableError

from .columns import DEFENDER_TIME, SENTINEL_TIME, TIMES
from .tree import Lambda

Get = Callable[[Record], Any]
"""Gives a value for a row."""

_WORK = 20
"""Rows that all steps together may make, in times of what one may."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows somewhere in a query."""

    rows: list[Record]
    """What it holds."""
    columns: tuple[str, ...] = ()
    """In order; () where whole records are kept."""
    ordered: bool = False
    """Whether the order is part of the answer."""
    names: Callable[[], tuple[str, ...]] | None = None
    """Gives the columns of whole records, those of rows that were left out as well; None where only the rows
    tell."""

    def like(self, rows: list[Record], added: tuple[str, ...] = ()) -> Table:
        """Other rows with the same columns, and some more."""
        columns = tuple(dict.fromkeys((*self.columns, *added))) if self.columns else ()
        given = self.names
        names = None if given is None else (lambda: (*given(), *added))
        return Table(rows=rows, columns=columns, ordered=self.ordered, names=names)


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function that a `let` has named, with what was known where it was."""

    tree: Lambda
    known: Mapping[str, Named]


@dataclass(frozen=True, kw_only=True, slots=True)
class Later:
    """A table that is computed where it is first asked for, once."""

    make: Callable[[], Table]
    made: list[Table] = field(default_factory=list)

    def table(self) -> Table:
        """The table."""
        if not self.made:
            self.made.append(self.make())
        return self.made[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A value that depends on no row; computed where it is first asked for, once."""

    make: Callable[[], Any]
    made: list[Any] = field(default_factory=list)

    def value(self) -> Any:
        """The value."""
        if not self.made:
            self.made.append(self.make())
        return self.made[0]


Named = Get | Table | Function | Later | Value
"""A value (for a row, or for all), a table, or a function."""


@dataclass(slots=True)
class Work:
    """How many rows may still be made."""

    left: int
    calls: int = 10_000
    """How many functions of the query may still be called where it is compiled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """What names stand for, and the data."""

    data: Data
    running: Running
    known: Mapping[str, Named] = field(default_factory=dict)
    work: Work
    times: frozenset[str]
    """Columns whose values are moments."""
    depth: int = 0
    """Functions that are being called."""

    def knowing(self, name: str, value: Named) -> Environment:
        """The same with one more name."""
        return replace(self, known={**self.known, name: value})

    def count(self, rows: list[Record]) -> list[Record]:
        """The rows that a step has made. Raises LimitError where they are too many."""
        self.spend(len(rows))
        return rows

    def spend(self, count: int) -> None:
        """Takes rows from what may still be made."""
        most = self.running.most_rows
        self.work.left -= count
        if count > most:
            raise LimitError(f"A step gives more than {most:,} rows.")
        if self.work.left < 0:
            raise LimitError(f"The steps together give more than {most * _WORK:,} rows.")

    def call(self) -> None:
        """Counts a call of a function of the query. Raises LimitError where there are too many."""
        self.work.calls -= 1
        if self.work.calls < 0:
            raise LimitError("The functions of the query call each other too often.")

    def bound(self, count: int) -> None:
        """Raises LimitError where a step is about to make too many rows."""
        if count > self.running.most_rows:
            raise LimitError(f"A step gives more than {self.running.most_rows:,} rows.")

    def table(self, name: str) -> list[Record]:
        """The records of a table of the data; those under "" stand in every table that is not named."""
        found = self.data.get(name)
        if found is None:
            lowered = name.lower()
            found = next((rows for one, rows in self.data.items() if one.lower() == lowered), None)
        return list(self.data.get("", ()) if found is None else found)


def environment(data: Data, running: Running) -> Environment:
    """The environment that a query begins with."""
    times = {SENTINEL_TIME, DEFENDER_TIME, *TIMES, running.time_field} - {""}
    times |= {name for name, kind in running.types.items() if kind == "time"}
    times -= {name for name, kind in running.types.items() if kind != "time"}
    return Environment(
        data=data, running=running, work=Work(running.most_rows * _WORK), times=frozenset(times)
    )


def unsupported(what: str) -> UnsayableError:
    """Something that is not run here."""
    return UnsayableError(f"Here {what} cannot be run.", what=what)
