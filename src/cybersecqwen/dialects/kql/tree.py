"""What KQL is parsed to: expressions here, the operators behind a bar in `steps`.

Names of what there is: https://learn.microsoft.com/kusto/query/. A place is (line, column), both from 1; it
is no part of what a tree is compared by. Text between brackets that is a query stands in expressions as a
`Pipeline`, since functions, `in` and `join` all take either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .steps import Step

Place = tuple[int, int]
START: Place = (1, 1)


@dataclass(frozen=True, slots=True)
class Text:
    """A literal text, however it was quoted."""

    value: str
    """Without quotes and escapes."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole or decimal number, as it was written."""

    text: str
    """"5", "0x1F", "1.5e3"."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time written as number and unit: 1d, 2.5h, 10ms."""

    text: str
    """As written, in lower case."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A literal that names its type: datetime(2024-01-01), time(1.00:00:00), int(null), guid(...)."""

    type: str
    """datetime, timespan, guid, bool, int, long, real, decimal."""
    text: str
    """What stands between the brackets, without quotes and spaces around it."""


@dataclass(frozen=True, slots=True)
class Truth:
    """true or false."""

    value: bool
    """Which."""


@dataclass(frozen=True, slots=True)
class Null:
    """The null of JSON, inside dynamic()."""


@dataclass(frozen=True, slots=True)
class Array:
    """A list inside dynamic()."""

    items: tuple[Expr, ...]
    """Literals."""


@dataclass(frozen=True, slots=True)
class Bag:
    """A mapping inside dynamic()."""

    pairs: tuple[tuple[str, Expr], ...]
    """Keys and literals, in order."""


@dataclass(frozen=True, slots=True)
class Dynamic:
    """dynamic(...): a value of JSON."""

    value: Expr
    """A literal, an array or a bag."""


@dataclass(frozen=True, slots=True)
class Name:
    """A column, a table, or what a `let` has named; `*` inside stands for any characters."""

    text: str
    """Without brackets and quotes."""
    place: Place = field(default=START, compare=False, repr=False)
    """Where it stands."""


@dataclass(frozen=True, slots=True)
class Star:
    """All columns."""

    place: Place = field(default=START, compare=False, repr=False)
    """Where it stands."""


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a value by its name: x.y; or what is asked of it: cluster("a").database("b").T."""

    inner: Expr
    """Whose part it is."""
    name: str
    """Of the part: a word; any other name stands in an `Index`."""
    arguments: tuple[Expr, ...] | None = None
    """Where it is called: with what."""


@dataclass(frozen=True, slots=True)
class Index:
    """A part of a value by number or name: x[0], x["y"]."""

    inner: Expr
    """Whose part it is."""
    at: Expr
    """Which part."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function of values."""

    name: str
    """As written."""
    arguments: tuple[Expr, ...] = ()
    """In order."""
    place: Place = field(default=START, compare=False, repr=False)
    """Where its name stands."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A minus or plus before a value."""

    sign: str
    """- or +."""
    inner: Expr
    """What it stands before."""


@dataclass(frozen=True, slots=True)
class Binary:
    """Two values and an operator of `OPERATORS` between them."""

    operator: str
    """As written."""
    left: Expr
    """Before it."""
    right: Expr
    """Behind it."""


@dataclass(frozen=True, slots=True)
class Logic:
    """Several conditions, all or one of which must hold."""

    operator: str
    """and, or."""
    parts: tuple[Expr, ...]
    """At least two."""


@dataclass(frozen=True, slots=True)
class Among:
    """A value and a list: in, !in, in~, !in~, has_any, has_all."""

    operator: str
    """As written."""
    left: Expr
    """The value."""
    items: tuple[Expr, ...]
    """What stands between the brackets: values, lists, or one query."""


@dataclass(frozen=True, slots=True)
class Between:
    """A value between two others, both included."""

    left: Expr
    """The value."""
    low: Expr
    """The least."""
    high: Expr
    """The greatest; a length of time where the least is a moment."""
    negated: bool = False
    """!between."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name for a value: x = 1, and (x, y) = f()."""

    names: tuple[Name, ...]
    """One, or several for what gives several columns."""
    value: Expr
    """What they name."""
    tuple_: bool = False
    """Whether the names stand in brackets."""


@dataclass(frozen=True, slots=True)
class Column:
    """A name with a type: of a table that stands in the query, a parameter, what parse gives."""

    name: Name
    """Of the column."""
    type: str = ""
    """string, long ...; "" where none is said."""
    default: Expr | None = None
    """Of a parameter: the value where none is given."""
    columns: tuple[Column, ...] | None = None
    """Of a parameter that is a table: its columns; () for any."""


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of an operator: kind=inner, hint.strategy=shuffle."""

    name: str
    """With its dot."""
    value: Expr
    """A name or a literal."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A source of rows and what is done with them."""

    source: Expr | Step
    """A table, a function, a query in brackets, or an operator that needs no rows before it (`print`)."""
    steps: tuple[Step, ...] = ()
    """In order."""
    notes: tuple[str, ...] = ()
    """Lines of comment before it."""


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function that a `let` names."""

    parameters: tuple[Column, ...]
    """What it takes."""
    statements: tuple[Statement, ...]
    """`let` statements in it."""
    body: Expr
    """What it gives."""
    view: bool = False
    """Whether `union *` finds it."""


Expr = (
    Text | Number | Duration | Typed | Truth | Null | Array | Bag | Dynamic | Name | Star | Member | Index
    | Call | Sign | Binary | Logic | Among | Between | Named | Column | Pipeline | Lambda
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Let:
    """A name for a value, a query or a function."""

    name: Name
    """The name."""
    value: Expr
    """What it names."""
    notes: tuple[str, ...] = ()
    """Lines of comment before it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A statement that says how to run, or which parameters there are: set, declare, alias, restrict."""

    text: str
    """As written, its words parted by one space."""
    notes: tuple[str, ...] = ()
    """Lines of comment before it."""


Statement = Let | Setting


@dataclass(frozen=True, slots=True)
class KqlQuery:
    """A whole query."""

    statements: tuple[Statement, ...] = ()
    """Before the query proper."""
    body: Expr | None = None
    """A pipeline, or the name of one; None for a control command and for statements alone."""
    command: str = ""
    """A control command (it begins with a dot), as written; "" for a query."""
    notes: tuple[str, ...] = ()
    """Lines of comment behind everything."""
