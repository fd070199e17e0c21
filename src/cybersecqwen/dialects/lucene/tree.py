"""What a query string says."""

from __future__ import annotations

from dataclasses import dataclass, field

Place = tuple[int, int]
"""Line and column, from 1."""

NOWHERE: Place = (1, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A term: `power*`, `cmd.exe~2`."""

    text: str
    """Without escapes; `globs.ANY` and `globs.ONE` for wildcards."""
    fuzzy: str | None = None
    """Edits behind `~`; "" for the usual ones, None for no fuzzy search."""
    boost: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """Text in double quotes."""

    text: str
    """Without escapes."""
    slop: str | None = None
    """Words that may lie between, behind `~`; None for none said."""
    boost: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """A regular expression between slashes, for the whole term."""

    source: str
    """In Lucene's syntax; slashes without the backslash that they need in a query string."""
    boost: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """`[a TO b}`."""

    low: str | None
    """None for no bound."""
    high: str | None
    """None for no bound."""
    with_low: bool = True
    """Whether the bound itself is in it: a square bracket."""
    with_high: bool = True
    """Whether the bound itself is in it: a square bracket."""
    boost: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """`>=10`."""

    operator: str
    """One of table.COMPARISONS."""
    text: str
    boost: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Clauses in brackets; the whole query is one as well."""

    clauses: tuple[Clause, ...]
    boost: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """`name:` and what is looked for in it."""

    name: str
    """Without escapes; `globs.ANY` for wildcards in it."""
    inner: Word | Phrase | Pattern | Range | Comparison | Group
    place: Place = field(default=NOWHERE, compare=False)
    """Where the name stands."""


Node = Word | Phrase | Pattern | Range | Comparison | Group | Field


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """One part of a group."""

    node: Node
    joint: str = ""
    """What stands before it: one of table.JOINTS; "" for nothing."""
    sign: str = ""
    """One of table.SIGNS; "" for none."""


EXISTS = "_exists_"
"""The field whose terms are names of fields."""
