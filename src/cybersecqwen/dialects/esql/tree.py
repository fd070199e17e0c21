"""What a query in ES|QL is once it is parsed: commands in a row.

https://www.elastic.co/docs/reference/query-languages/esql/esql-commands
"""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.dialects.elastic.expressions import ADD, COMPARE, TIMES, Expr, Grammar

GRAMMAR = Grammar(
    folds_words=True,
    signs={
        **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), COMPARE),
        **dict.fromkeys(("+", "-"), ADD),
        **dict.fromkeys(("*", "/", "%"), TIMES),
    },
    among=frozenset(("in", "like", "rlike", ":")),
    only_lists=frozenset(("in",)),
    negatable=frozenset(("in", "like", "rlike")),
    patterns=frozenset(("like", "rlike")),
    reserved=frozenset(
        (
            *("and", "as", "asc", "by", "desc", "false", "first", "in", "is", "last", "like", "metadata"),
            *("not", "null", "nulls", "on", "or", "rlike", "true", "where", "with"),
        )
    ),
    is_null=True,
    unicode_escapes=False,
    optional_fields=False,
    capitals=True,
)
"""Words, signs and how strongly they bind, for parsing and for rendering."""


@dataclass(frozen=True, slots=True)
class Column:
    """A value and the name of the column that it becomes; where none is written, its own text."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of an aggregation."""

    column: Column
    where: Expr | None = None
    """Of which rows; None for all."""


@dataclass(frozen=True, slots=True)
class Names:
    """Columns by name or, with `*` in it, by pattern."""

    text: str
    wild: bool = False
    line: int = 1
    column: int = 1

    def __eq__(self, other: object) -> bool:
        """The place is no part of it."""
        return isinstance(other, Names) and (self.text, self.wild) == (other.text, other.wild)

    def __hash__(self) -> int:
        return hash((self.text, self.wild))


@dataclass(frozen=True, slots=True)
class From:
    """Where rows come from."""

    indexes: tuple[str, ...]
    """Names or patterns of indexes, data streams and aliases."""
    metadata: tuple[str, ...] = ()
    """Metadata fields that become columns: `_index`, `_id` …"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of constants."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Show:
    """What the deployment says of itself."""

    what: str


@dataclass(frozen=True, slots=True)
class Where:
    """Only rows for which it is true."""

    condition: Expr


@dataclass(frozen=True, slots=True)
class Eval:
    """More columns."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """Groups and what is computed of each."""

    measures: tuple[Measure, ...]
    by: tuple[Column, ...] = ()
    inline: bool = False
    """INLINE STATS: the rows stay, with columns added."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Only these columns, in this order."""

    names: tuple[Names, ...]


@dataclass(frozen=True, slots=True)
class Drop:
    """All columns but these."""

    names: tuple[Names, ...]


@dataclass(frozen=True, slots=True)
class Rename:
    """Other names for columns."""

    pairs: tuple[tuple[str, str], ...]
    """(old, new)"""


@dataclass(frozen=True, slots=True)
class Key:
    """What rows are ordered by."""

    value: Expr
    descending: bool = False
    nulls: str = ""
    """first, last; "" for what is usual: last where ascending, first where descending."""


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of the rows."""

    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """The first rows. Without one Elasticsearch itself gives 1,000 rows at most."""

    count: int


@dataclass(frozen=True, slots=True)
class Dissect:
    """Columns cut from a text at what stands between them."""

    value: Expr
    pattern: str
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class Grok:
    """Columns taken from a text by named regular expressions."""

    value: Expr
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Enrich:
    """Columns looked up by an enrich policy."""

    policy: str
    on: str = ""
    """The column that is looked up; "" for that of the policy."""
    columns: tuple[tuple[str, str], ...] = ()
    """(new name, field of the policy); () for all of them."""


@dataclass(frozen=True, slots=True)
class MvExpand:
    """A row for each value of a column."""

    name: str


@dataclass(frozen=True, slots=True)
class LookupJoin:
    """Columns of another index, where columns agree."""

    index: str
    on: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """About such a share of the rows, by chance."""

    share: float


Command = (
    From | Row | Show | Where | Eval | Stats | Keep | Drop | Rename | Sort | Limit | Dissect | Grok
    | Enrich | MvExpand | LookupJoin | Sample
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EsqlTree:
    """A whole query."""

    commands: tuple[Command, ...]
