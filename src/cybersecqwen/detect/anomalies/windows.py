"""Attempts to sign in, counted for each source, user and host in windows of ten minutes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from .batch import Batch
from .seen import Line, greatest, least, lines_from_json, lines_to_json
from .sign_ins import attempts
from .table import Renamed, Table, count, invalid, number, same, text, time

WINDOW_S = 600
"""Length of a window in seconds."""

Key = tuple[str, str, str, int]
"""Source, user, host, number of the window (time divided by its length)."""


@dataclass(slots=True)
class Cell:
    """Attempts of one user from one source at one host in one window."""

    failures: int = 0
    first: float | None = None
    """Earliest and latest failure."""
    last: float | None = None
    successes: int = 0
    success: float | None = None
    """Latest success."""
    failed: tuple[Line, ...] = ()
    """The line of a failure, and of a success."""
    succeeded: tuple[Line, ...] = ()

    def merge(self, other: Cell) -> None:
        """Add what was counted elsewhere, later in order of reading."""
        self.failures += other.failures
        self.successes += other.successes
        self.first, self.last = least(self.first, other.first), greatest(self.last, other.last)
        self.success = greatest(self.success, other.success)
        self.failed = self.failed or other.failed
        self.succeeded = self.succeeded or other.succeeded


class Windows(Table):
    """Cells by source, user, host and window, bounded: the oldest without a failure go first."""

    type: ClassVar[str] = "windows"

    def __init__(self, cells: int = 50_000) -> None:
        self.limit = cells
        self.cells: dict[Key, Cell] = {}
        self.evicted = 0

    def add(self, batch: Batch) -> None:
        """Count the attempts of a batch that have a time."""
        for attempt in attempts(batch):
            when = batch.time(attempt.at)
            if when is None:
                continue
            key = (attempt.source, attempt.user, batch.host(attempt.at), int(when // WINDOW_S))
            cell = self.cells.get(key)
            if cell is None:
                cell = self.cells[key] = Cell()
            if attempt.success:
                cell.successes += 1
                cell.success = greatest(cell.success, when)
                cell.succeeded = cell.succeeded or (batch.line(attempt.at),)
            else:
                cell.failures += 1
                cell.first, cell.last = least(cell.first, when), greatest(cell.last, when)
                cell.failed = cell.failed or (batch.line(attempt.at),)
        self._bound()

    def _bound(self) -> None:
        if len(self.cells) <= self.limit:
            return
        order = sorted(self.cells, key=lambda k: (min(self.cells[k].failures, 3), k[3], k))
        for key in order[: len(order) - int(self.limit * 0.9)]:
            del self.cells[key]
            self.evicted += 1

    def merge(self, other: Table, shift: int, renamed: Renamed = same) -> None:
        """Add the counts of a later part."""
        assert isinstance(other, Windows)
        self.evicted += other.evicted
        for key, theirs in other.cells.items():
            self.cells.setdefault(key, Cell()).merge(theirs)
        self._bound()

    def for_baseline(self, renamed: Renamed) -> Self:
        """A copy without lines and without windows that have only successes."""
        out = type(self)(self.limit)
        for key, c in self.cells.items():
            if c.failures:
                out.cells[key] = Cell(c.failures, c.first, c.last, c.successes, c.success)
        return out

    def amounts(self) -> dict[str, float]:
        """Failures by source and user."""
        out: dict[str, float] = {}
        for (source, user, _, _), cell in self.cells.items():
            name = f"failures of {user} from {source or 'an unknown source'}"
            out[name] = out.get(name, 0.0) + cell.failures
        return out

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON types."""
        rows = [
            [
                *key,
                *(c.failures, c.first, c.last, c.successes, c.success),
                *(lines_to_json(c.failed), lines_to_json(c.succeeded)),
            ]
            for key, c in self.cells.items()
        ]
        return {"type": self.type, "limit": self.limit, "evicted": self.evicted, "cells": rows}

    def restore(self, data: Any) -> None:
        """Take over what `to_json` wrote, in place of all that is here; raises InputError otherwise."""
        rows = data.get("cells") if isinstance(data, dict) and data.get("type") == self.type else None
        if not isinstance(rows, list):
            raise invalid("a table of windows is missing")
        self.limit = count(data.get("limit"), "limit")
        self.evicted = count(data.get("evicted"), "evicted")
        self.cells = dict(map(_from_row, rows))
        if len(self.cells) > self.limit:
            raise invalid("a table is larger than its bound")


def _from_row(row: Any) -> tuple[Key, Cell]:
    if not isinstance(row, list) or len(row) != 11:
        raise invalid("a window has no row")
    source, user, host = (text(part, "a window") for part in row[:3])
    cell = Cell(
        count(row[4], "failures"),
        time(row[5], "first"),
        time(row[6], "last"),
        count(row[7], "successes"),
        time(row[8], "success"),
        lines_from_json(row[9]),
        lines_from_json(row[10]),
    )
    return (source, user, host, int(number(row[3], "a window"))), cell
