"""The operators of KQL: what stands behind a bar, and what may begin a query.

Each: https://learn.microsoft.com/kusto/query/tabular-operators.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .tree import START, Column, Expr, Name, Option, Place, Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What all have."""

    notes: tuple[str, ...] = ()
    """Lines of comment before it."""
    place: Place = field(default=START, compare=False, repr=False)
    """Where it begins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Where(Step):
    """Keeps rows: where, filter."""

    predicate: Expr
    """What must hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extend(Step):
    """Adds columns: extend; serialize, which keeps the order besides."""

    items: tuple[Expr, ...]
    """Named or not."""
    word: str = "extend"
    """extend, serialize."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A column to order by."""

    by: Expr
    """What is compared; may be named in `top`."""
    ascending: bool | None = None
    """None where it is not said, which means descending."""
    nulls: str = ""
    """first, last; "" where it is not said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Project(Step):
    """Chooses columns."""

    word: str
    """project, project-away, project-keep, project-rename, project-reorder, project-smart, distinct."""
    items: tuple[Expr, ...]
    """Columns; for reorder names, or patterns of names."""
    orders: tuple[str, ...] = ()
    """Of reorder: one for each item: asc, desc, granny-asc, granny-desc or "". () for none at all."""
    options: tuple[Option, ...] = ()
    """Hints."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Summarize(Step):
    """Groups, and aggregates of each."""

    items: tuple[Expr, ...] = ()
    """Aggregates."""
    by: tuple[Expr, ...] = ()
    """What rows of a group share."""
    options: tuple[Option, ...] = ()
    """Hints."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Join(Step):
    """Rows of two tables side by side: join, lookup."""

    word: str = "join"
    """join, lookup."""
    right: Expr
    """The other table."""
    on: tuple[Expr, ...] = ()
    """Names of columns, or $left.a == $right.b."""
    options: tuple[Option, ...] = ()
    """kind, hints."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Union(Step):
    """Rows of several tables below each other; as a source or behind a bar."""

    tables: tuple[Expr, ...]
    """Tables, patterns of names, queries."""
    options: tuple[Option, ...] = ()
    """kind, isfuzzy, withsource, hints."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort(Step):
    """Orders: sort, order."""

    keys: tuple[Key, ...]
    """The first counts most."""
    options: tuple[Option, ...] = ()
    """Hints."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Top(Step):
    """The first of an order."""

    count: Expr
    """How many."""
    keys: tuple[Key, ...]
    """Order."""
    options: tuple[Option, ...] = ()
    """Hints."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Take(Step):
    """Any rows: take, limit, sample."""

    word: str = "take"
    """take, limit, sample."""
    count: Expr
    """How many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleDistinct(Step):
    """Some different values of a column."""

    count: Expr
    """How many."""
    of: Expr
    """The column."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Count(Step):
    """How many rows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expanded:
    """A list that is expanded, with the type that its elements are given."""

    value: Expr
    """Named or not."""
    type: str = ""
    """Of `to typeof(...)`; "" where it is not said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MvExpand(Step):
    """A row for each element of a list."""

    items: tuple[Expanded, ...]
    """Lists, expanded side by side."""
    options: tuple[Option, ...] = ()
    """kind, bagexpansion, with_itemindex."""
    limit: Expr | None = None
    """Rows made from one, at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MvApply(Step):
    """A query over the elements of a list, for each row."""

    items: tuple[Expanded, ...]
    """Lists, expanded side by side."""
    steps: tuple[Step, ...]
    """What is done with the elements."""
    options: tuple[Option, ...] = ()
    """with_itemindex."""
    limit: Expr | None = None
    """Rows made from one, at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parse(Step):
    """Columns from a text by a pattern: parse, parse-where."""

    word: str = "parse"
    """parse, parse-where."""
    value: Expr
    """The text."""
    pattern: tuple[Text | Column | None, ...]
    """Literals, columns, and None for a star."""
    options: tuple[Option, ...] = ()
    """kind, flags."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ParseKv(Step):
    """Columns from pairs in a text."""

    value: Expr
    """The text."""
    columns: tuple[Column, ...]
    """Keys with their types."""
    options: tuple[Option, ...] = ()
    """Those of `with (...)`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """An aggregate of make-series, and what stands where it has no value."""

    value: Expr
    """Named or not."""
    default: Expr | None = None
    """None where it is not said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MakeSeries(Step):
    """Lists of aggregates along an axis."""

    items: tuple[Series, ...]
    """Aggregates."""
    axis: Expr
    """What stands behind `on`."""
    bounds: tuple[tuple[str, Expr], ...] = ()
    """from, to, step with their values; or "in range" with the call."""
    by: tuple[Expr, ...] = ()
    """What rows of a group share."""
    options: tuple[Option, ...] = ()
    """kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Render(Step):
    """How a picture is drawn of it."""

    kind: str
    """timechart, piechart ..."""
    options: tuple[Option, ...] = ()
    """Those of `with (...)`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluate(Step):
    """A plugin: evaluate; a function over the rows: invoke."""

    word: str = "evaluate"
    """evaluate, invoke."""
    call: Expr
    """The plugin with its arguments."""
    options: tuple[Option, ...] = ()
    """Hints."""
    schema: tuple[Column, ...] | None = None
    """Columns that it gives, where they are said; a column "*" for those it was given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class As(Step):
    """Names what has been made so far."""

    name: Name
    """The name."""
    options: tuple[Option, ...] = ()
    """Hints."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Print(Step):
    """One row of values; a source."""

    items: tuple[Expr, ...]
    """Named or not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Range(Step):
    """Rows with growing values; a source."""

    column: Name
    """What the column is called."""
    start: Expr
    """First value."""
    end: Expr
    """Last value."""
    step: Expr
    """Between two."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DataTable(Step):
    """A table that stands in the query; a source."""

    columns: tuple[Column, ...]
    """With types."""
    values: tuple[Expr, ...]
    """Row by row."""
    options: tuple[Option, ...] = ()
    """Those of `with (...)`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalData(Step):
    """A table that is fetched from elsewhere; a source."""

    columns: tuple[Column, ...]
    """With types."""
    addresses: tuple[Expr, ...]
    """From where."""
    options: tuple[Option, ...] = ()
    """Those of `with (...)`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Search(Step):
    """Looks for text in all columns; as a source or behind a bar."""

    predicate: Expr
    """A text, or conditions; `*` stands for any column."""
    tables: tuple[Expr, ...] = ()
    """Those of `in (...)`."""
    options: tuple[Option, ...] = ()
    """kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Other(Step):
    """An operator that is kept as it is written: scan, partition, fork, find, top-nested ..."""

    word: str
    """Its first word."""
    text: str
    """What follows, its words parted by one space."""
