"""The stages of a pipeline: one class for each command whose meaning matters here, one for all the others."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute

from .tree import Found, Macro, Sub, Value

Options = tuple[tuple[str, str], ...]
"""name=value, names in small letters, in the order in which they stand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """Keeps the events for which an expression holds."""

    where: Found | None
    """None for a search for everything that is written without a word."""
    implicit: bool = False
    """Whether the word `search` is left out, at the beginning of a pipeline."""
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """Keeps the rows for which an expression of eval is true."""

    where: Value
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Eval:
    """Sets fields, in order."""

    sets: tuple[tuple[str, Value], ...]
    """(name, expression)"""
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One column of an aggregation."""

    function: str
    """In small letters: count, dc, perc95."""
    argument: str | Value | None = None
    """A field, an expression in eval(…), or None."""
    alias: str = ""
    """What it is called; "" for what Splunk calls it."""
    at: int = attribute(default=0, compare=False)

    @property
    def name(self) -> str:
        """The name of its column."""
        if self.alias:
            return self.alias
        return f"{self.function}({self.argument})" if isinstance(self.argument, str) else self.function


@dataclass(frozen=True, kw_only=True, slots=True)
class Stats:
    """stats, eventstats, streamstats, chart, timechart: measures over groups."""

    name: str
    measures: tuple[Measure | Macro, ...]
    by: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    """Of chart: the field of the rows."""
    options: Options = ()
    """Those that stand before the measures."""
    late: Options = ()
    """Those that stand behind `by`."""
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tstats:
    """Measures over indexed fields or an accelerated data model."""

    measures: tuple[Measure | Macro, ...]
    source: str = ""
    """What stands behind `from`: "datamodel=Endpoint.Processes"; "" for indexes."""
    where: Found | None = None
    by: tuple[str, ...] = ()
    options: Options = ()
    late: Options = ()
    """Those that stand behind `by`: span."""
    name: str = "tstats"
    """tstats or mstats."""
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A command that takes options and names of fields: table, fields, dedup, fillnull and others."""

    name: str
    fields: tuple[str, ...] = ()
    options: Options = ()
    sign: str = ""
    """Of fields: "-" where they are taken away, "+" where that is written."""
    count: str = ""
    """Of dedup, head, tail, top, rare: the number before the fields."""
    by: tuple[str, ...] = ()
    """Of top and rare."""
    sortby: tuple[str, ...] = ()
    """Of dedup: fields with their sign."""
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rename:
    """Gives fields other names; `*` stands for a part of several."""

    pairs: tuple[tuple[str, str], ...]
    """(from, to)"""
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort:
    """Brings rows in order."""

    keys: tuple[tuple[str, str, str], ...]
    """(sign, field, function): ("-", "count", ""), ("", "ip", "ip")."""
    count: str = ""
    """How many are kept: "" is 10,000, "0" all."""
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rex:
    """Takes fields out of a text by named groups."""

    pattern: str
    options: Options = ()
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Regex:
    """Keeps what an expression is found in."""

    pattern: str
    field: str = "_raw"
    negated: bool = False
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """Rounds numbers or times down to stretches."""

    field: str
    options: Options = ()
    alias: str = ""
    name: str = "bin"
    """bin, bucket or discretize."""
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """Adds fields from a table."""

    table: str
    match: tuple[tuple[str, str], ...]
    """(field of the table, field of the rows)"""
    output: tuple[tuple[str, str], ...] = ()
    """(field of the table, name that it gets)"""
    new: bool = False
    """OUTPUTNEW: only where the row has no such field."""
    options: Options = ()
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class InputLookup:
    """The rows of a table."""

    table: str
    where: Found | None = None
    options: Options = ()
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """A command around other searches: join, append, appendpipe, union, multisearch, foreach, map."""

    name: str
    subs: tuple[Sub, ...]
    fields: tuple[str, ...] = ()
    options: Options = ()
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Replace:
    """Puts other values in the place of some."""

    pairs: tuple[tuple[str, str], ...]
    fields: tuple[str, ...] = ()
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """A macro that stands for a whole stage, or begins one."""

    macro: Macro
    rest: tuple[str | Macro | Sub, ...] = ()
    """What stands behind it, as written."""

    @property
    def at(self) -> int:
        """Where it stands."""
        return self.macro.at


@dataclass(frozen=True, kw_only=True, slots=True)
class Other:
    """Any other command, with what stands behind it as written."""

    name: str
    parts: tuple[str | Macro | Sub, ...] = ()
    at: int = attribute(default=0, compare=False)


Stage = (
    Search
    | Where
    | Eval
    | Stats
    | Tstats
    | Listed
    | Rename
    | Sort
    | Rex
    | Regex
    | Bin
    | Lookup
    | InputLookup
    | Joined
    | Replace
    | Called
    | Other
)
