"""What a search says."""

from __future__ import annotations

from dataclasses import dataclass, field

Place = tuple[int, int]
"""Line and column, from 1."""

NOWHERE: Place = (1, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """A field: `principal.hostname`, `$e1.principal.hostname`, `additional.fields["key"]`."""

    name: str
    """Without the event it is of; keys in brackets with double quotes."""
    event: str = ""
    """The event's variable without its sign; "" where there is only one."""
    place: Place = field(default=NOWHERE, compare=False)
    """Where it stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """`$user`."""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """`#e1`: how many there are."""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Text in double quotes or back quotes."""

    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Regex:
    """An expression between slashes, found anywhere."""

    source: str
    """In RE2's syntax; slashes without the backslash that they need here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A number as it is written."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """`net.ip_in_range_cidr(principal.ip, "10.0.0.0/8")`: a value, or a condition by itself."""

    name: str
    arguments: tuple[Value, ...]
    nocase: bool = False
    """Of a condition: whether `nocase` stands behind it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """Two values with a sign of arithmetic between."""

    left: Value
    sign: str
    """One of table.SIGNS."""
    right: Value


Value = Path | Variable | Count | Text | Regex | Number | Truth | Call | Sum


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """`any field = "text" nocase`."""

    left: Value
    operator: str
    """One of table.COMPARISONS."""
    right: Value
    nocase: bool = False
    quantifier: str = ""
    """One of table.QUANTIFIERS; "" for none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """`field in regex %list`."""

    left: Value
    listed: str
    """Name of the reference list."""
    kind: str = ""
    """regex, cidr, or "" for plain text."""
    nocase: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Not:
    """What does not hold."""

    inner: Condition


@dataclass(frozen=True, kw_only=True, slots=True)
class And:
    """All of them; one below the other they need no word between."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Or:
    """One of them."""

    parts: tuple[Condition, ...]


Condition = Comparison | Membership | Call | Variable | Not | And | Or


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """What results are grouped by."""

    keys: tuple[Variable | Path, ...]
    window: str = ""
    """Length of the time: "10m"; "" for all of it."""
    every: bool = False
    """Whether times follow each other (`over every`); else they overlap (`over`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """`$count = count(metadata.id)`."""

    name: str
    value: Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Ordering:
    """One key of the order."""

    key: Variable | Path
    descending: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """A whole search, in its sections."""

    events: Condition | None = None
    match: Match | None = None
    outcome: tuple[Outcome, ...] = ()
    dedup: tuple[Path | Variable, ...] = ()
    condition: Condition | None = None
    order: tuple[Ordering, ...] = ()
    limit: int | None = None
    select: tuple[Path | Variable, ...] = ()
    unselect: tuple[Path | Variable, ...] = ()
