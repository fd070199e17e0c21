"""Rows as ES|QL changes them: their columns, their order, their groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.dialects.elastic.evaluation import Value, glob_matcher
from cybersecqwen.dialects.evaluating import value_at
from cybersecqwen.dialects.globs import ANY
from cybersecqwen.dialects.interface import Record
from cybersecqwen.errors import LimitError

from .columns import matches
from .tree import Names

_ALL_FIELDS = 10_000


@dataclass(frozen=True, slots=True)
class State:
    """The rows so far."""

    rows: Sequence[Record]
    ordered: bool = False
    columns: tuple[str, ...] = ()


def is_like(name: str, wanted: str) -> bool:
    """Whether the name of an index is one, or matches a pattern."""
    return glob_matcher(wanted.replace("*", ANY), folded=True)(name)


def more(columns: tuple[str, ...], names: Iterable[str]) -> tuple[str, ...]:
    """Columns that are made stand at the end; () still means whole records."""
    if not columns:
        return ()
    made = list(names)
    return (*(one for one in columns if one not in made), *dict.fromkeys(made))


def flat(row: Record, before: str = "") -> dict[str, Any]:
    """A row with one level of dotted names."""
    out: dict[str, Any] = {}
    waiting: list[tuple[str, Any]] = list(row.items())
    while waiting:
        name, value = waiting.pop(0)
        if isinstance(value, Mapping):
            waiting[:0] = [(f"{name}.{inner}", one) for inner, one in value.items()]
        else:
            out.setdefault(before + name, value)
        if len(out) > _ALL_FIELDS:
            raise LimitError(f"A record has more than {_ALL_FIELDS:,} fields.")
    return out


def kept(names: Sequence[Names], state: State) -> tuple[list[Record], bool, tuple[str, ...]]:
    """Only the columns that are named, or match a pattern."""
    if not any(name.wild for name in names):
        columns = tuple(dict.fromkeys(name.text for name in names))
        rows = [{name: value_at(row, name) for name in columns} for row in state.rows]
        return list(rows), state.ordered, columns
    flats = [flat(row) for row in state.rows]
    known = state.columns or tuple(dict.fromkeys(name for row in flats for name in row))
    # A name weighs more than a pattern, which leaves what is named elsewhere to its place there.
    named = {name.text for name in names if not name.wild}
    chosen: dict[str, None] = {}
    for name in names:
        if not name.wild:
            chosen[name.text] = None
        else:
            chosen.update(dict.fromkeys(one for one in known if one not in named and matches(name, one)))
    rows = [{name: row.get(name) for name in chosen} for row in flats]
    return list(rows), state.ordered, tuple(chosen)


def without(names: Sequence[Names], row: Record) -> Record:
    """A row without the columns that are named, or match a pattern."""
    return {
        column: value
        for column, value in flat(row).items()
        if not any(matches(name, column) for name in names)
    }


def sortable(value: Value, descending: bool) -> Callable[[Record], tuple[bool, float, str]]:
    """What rows are ordered by."""

    def key(row: Record) -> tuple[bool, float, str]:
        found = value(row)
        if isinstance(found, list):
            items = sorted((_order(one) for one in found if one is not None), reverse=descending)
            return items[0] if items else _order(None)
        return _order(found)

    return key


def _order(value: Any) -> tuple[bool, float, str]:
    if isinstance(value, int | float):
        return False, float(value), ""
    return True, 0.0, "" if value is None else text_of(value)


def nulls_at(value: Value, first: bool) -> Callable[[Record], bool]:
    """What puts rows without a value first or last."""
    return lambda row: (value(row) is None) is not first


def combined(pairs: Sequence[tuple[str, Any]], most: int) -> list[dict[str, Any]]:
    """The groups of a row: of a list every value has its own."""
    found: list[dict[str, Any]] = [{}]
    for name, value in pairs:
        values = list(dict.fromkeys(map(_hashable, value))) if isinstance(value, list) and value else [value]
        found = [{**one, name: single} for one in found for single in values]
        if len(found) > most:
            raise LimitError(f"A row is in more than {most:,} groups.")
    return found


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str | int | float | None) else text_of(value)


def join_key(names: Sequence[str], row: Record) -> tuple[str, ...] | None:
    """The values that rows are joined by; None where one is missing or a list."""
    values = [value_at(row, name) for name in names]
    if any(value is None or isinstance(value, list) for value in values):
        return None
    return tuple(map(text_of, values))
