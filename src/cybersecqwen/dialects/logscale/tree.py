"""What a query says."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as kept

Place = tuple[int, int]
"""Line and column, from 1."""

NOWHERE: Place = (1, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Glob:
    """Text with wildcards, as a filter has it."""

    text: str
    """`globs.ANY` for each star: a star itself cannot be said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Regex:
    """An expression between slashes."""

    source: str
    """Without the backslashes that slashes need here."""
    flags: str = ""
    """Of d, g, i, m, F."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Compare:
    """A field beside a value: `name=*.exe`."""

    field: str
    operator: str
    """One of table.COMPARISONS, or "like"."""
    value: Glob | Regex
    place: Place = kept(default=NOWHERE, compare=False)
    """Where the field stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Free:
    """Text anywhere in the event."""

    value: Glob | Regex


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Not:
    """What does not hold."""

    inner: Condition


@dataclass(frozen=True, kw_only=True, slots=True)
class And:
    """All of them."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Or:
    """One of them."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bare:
    """A field, a number or a word in an argument, without quotes."""

    text: str
    place: Place = kept(default=NOWHERE, compare=False)
    """Where it stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Text in double quotes in an argument."""

    value: str
    place: Place = kept(default=NOWHERE, compare=False)
    """Where it stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """`[a, b]`."""

    items: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """Two values with a sign between."""

    left: Value
    sign: str
    """One of table.ARITHMETIC."""
    right: Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A query in curly brackets."""

    pipeline: Pipeline


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A query of `correlate()`: `name: { … } include: [a, b]`."""

    name: str
    pipeline: Pipeline
    include: Listed | Bare | None = None
    """The fields that are kept; None where that is not told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Argument:
    """One argument of a function."""

    value: Value
    name: str = ""
    """"" for one without a name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A function: a step, a condition or a value."""

    name: str
    arguments: tuple[Argument, ...] = ()
    place: Place = kept(default=NOWHERE, compare=False)
    """Where it stands."""


Value = Bare | Text | Regex | Listed | Operation | Block | Call | Named
Condition = Compare | Free | Truth | Not | And | Or | Call


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Events for which a condition holds; a single function too."""

    condition: Condition


@dataclass(frozen=True, kw_only=True, slots=True)
class Assign:
    """`name := value`."""

    field: str
    value: Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Apply:
    """`field =~ function(...)`."""

    field: str
    call: Call
    place: Place = kept(default=NOWHERE, compare=False)
    """Where the field stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """`field <=> other.field`: what must agree with another query of `correlate()`."""

    field: str
    other: str
    place: Place = kept(default=NOWHERE, compare=False)
    """Where the field stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """`case { … ; * }`: the first branch that keeps the event."""

    branches: tuple[Pipeline, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """One branch of `field match { … }`."""

    value: Glob | Regex | Call
    pipeline: Pipeline


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """`field match { value => … ; * => * }`."""

    field: str
    branches: tuple[Branch, ...]
    place: Place = kept(default=NOWHERE, compare=False)
    """Where the field stands."""


Step = Filter | Assign | Apply | Link | Case | Match


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """Steps with bars between."""

    steps: tuple[Step, ...]
