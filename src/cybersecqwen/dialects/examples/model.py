"""What is made from a query: records that it must find, and near misses that it must not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from cybersecqwen.dialects.interface import Record


class Nothing(Enum):
    """Stands for the value of a field that a record lacks."""

    MISSING = "missing"


MISSING = Nothing.MISSING


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """Records that belong together, and what the query must say of them."""

    records: tuple[Record, ...]
    """One, or as many as an aggregation or a sequence needs."""
    tables: tuple[str, ...]
    """The table of each record; "" where the query names none."""
    about: str
    """Which condition it is about, one short sentence."""

    @property
    def data(self) -> Mapping[str, tuple[Record, ...]]:
        """The records by their tables, as `Dialect.run` takes them."""
        found: dict[str, tuple[Record, ...]] = {}
        for table, record in zip(self.tables, self.records, strict=True):
            found[table] = (*found.get(table, ()), record)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Examples:
    """All examples of a query; each has been held against the query's meaning."""

    positives: tuple[Example, ...] = ()
    """The query gives at least one row for each."""
    near_misses: tuple[Example, ...] = ()
    """The query gives no row for any; each differs from a positive in one condition."""
    impossible: bool = False
    """Whether the query can be shown to match nothing at all."""
    unreachable: tuple[str, ...] = ()
    """Conditions that no match can ever rest on, each as a short sentence."""
    problems: tuple[str, ...] = ()
    """What no example could be made for, one sentence each; it may still be possible."""
