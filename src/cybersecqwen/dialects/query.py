"""What every query language is read into and written from: one middle, in Sigma's terms.

    text ── Dialect.parse ──> tree of the dialect ── Dialect.read ──> Query
    text <── Dialect.render ── tree of the dialect <── Dialect.write ── Query

A `Query` reads tables, keeps the records for which an expression holds, and may count, order and cut what
is kept. Its expression is that of Sigma rules (`detect.sigma.model`), with the meaning of docs/sigma.md: text
is compared without regard to case unless a test is `cased`, a test on a field that a record lacks is
false, and what is negated is then true. A dialect that means something else by its own words says it in these
terms when it reads, and finds words that mean this when it writes; what it cannot say it refuses by name.

Names of fields and tables are those of the query. `fields` maps between the names of Sigma and of a schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cybersecqwen.detect.sigma.model import Expression, Logsource

ANYTHING = Logsource()


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The time that is looked at: the last seconds before now, or from a moment to a moment."""

    last_s: float | None = None
    """Seconds before now; None where moments are given."""
    start: float | None = None
    """Seconds since 1970 UTC, included; None for open."""
    end: float | None = None
    """Seconds since 1970 UTC, excluded; None for open."""


class Measured(StrEnum):
    """What is computed over the records of a group."""

    COUNT = "count"
    """Records; with a field those that have it."""
    DISTINCT = "distinct"
    """Different values of a field, without regard to case where the dialect has none."""
    SUM = "sum"
    MEAN = "mean"
    MEDIAN = "median"
    PERCENTILE = "percentile"
    LEAST = "least"
    MOST = "most"
    VALUES = "values"
    """The different values themselves, in order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One column of an aggregation."""

    name: str
    """What the column is called."""
    function: Measured
    field: str = ""
    """Field that is computed over; "" for records."""
    at: float = 0.0
    """Of a percentile: which one, 0 to 100."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Aggregate:
    """Groups, and measures of each; what comes out has the fields of `by` and the measures."""

    measures: tuple[Measure, ...]
    by: tuple[str, ...] = ()
    bucket_s: float | None = None
    """Length of the stretches of time that are kept apart; None for none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Keep:
    """Of what came out so far, only that for which the expression holds."""

    where: Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort:
    """In the order of these fields."""

    keys: tuple[tuple[str, bool], ...]
    """(field, whether the greatest comes first)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """The first of them."""

    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Only these fields."""

    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unique:
    """One record for each different combination of these fields, and nothing but them."""

    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One of the records that a sequence asks for."""

    where: Expression
    tables: tuple[str, ...] = ()
    """Where this one is looked for; () where the query says."""
    logsource: Logsource = ANYTHING


@dataclass(frozen=True, kw_only=True, slots=True)
class Sequence:
    """Records that follow each other, with the same values of `by`, within a time."""

    stages: tuple[Stage, ...]
    by: tuple[str, ...] = ()
    within_s: float | None = None
    ordered: bool = True
    """False where they may come in any order."""


Step = Aggregate | Keep | Sort | Limit | Columns | Unique | Sequence


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query in no language."""

    logsource: Logsource = ANYTHING
    """What is looked at in Sigma's names; empty where only tables are known."""
    tables: tuple[str, ...] = ()
    """Tables, indexes, data sets, in the names of the schema; () for everything."""
    where: Expression | None = None
    """Which records; None for all. A sequence has its own."""
    span: Span | None = None
    """When; None for always."""
    steps: tuple[Step, ...] = ()
    """What is done with them, in order."""
