"""What a Sigma rule is once it is read: frozen, hashable, without any YAML left in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cybersecqwen.records import Severity


class Op(StrEnum):
    """How a value is compared with the values of a test; text is folded unless the test is cased."""

    EQUALS = "equals"
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"
    GLOB = "glob"
    """`*` and `?` inside; the value is a regular expression for the whole text."""
    REGEX = "regex"
    """Searched for anywhere; never folded (RE2 syntax, flags inside the expression)."""
    CIDR = "cidr"
    LESS = "lt"
    AT_MOST = "lte"
    GREATER = "gt"
    AT_LEAST = "gte"
    DIFFERS = "neq"
    """Of the numbers of correlations alone."""
    PRESENT = "present"
    """The record has the field with any value but null; takes no values."""
    NULL = "null"
    """The record lacks the field, or has null there; takes no values."""
    SAME_AS = "same"
    """Compared with another field of the record: value (name of the other field, op of the comparison)."""


@dataclass(frozen=True, slots=True)
class Test:
    """One question about one field, true where any of the values holds."""

    field: str
    """Name as the rule writes it; "" asks about the whole text of a record (keywords)."""
    op: Op
    values: tuple[str, ...] = ()
    """Folded (`str.lower`) unless `cased`; numbers as text."""
    cased: bool = False
    part: str = ""
    """Part of a time that is compared: minute, hour, day, week, month, year; "" for the value itself."""


@dataclass(frozen=True, slots=True)
class Not:
    """True where the inner expression is false."""

    inner: Expression


@dataclass(frozen=True, slots=True)
class And:
    """True where all are."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where any is."""

    parts: tuple[Expression, ...]


Expression = Test | Not | And | Or


@dataclass(frozen=True, slots=True)
class Logsource:
    """What a rule looks at; an empty part means any."""

    product: str = ""
    category: str = ""
    service: str = ""

    def __str__(self) -> str:
        parts = (("product", self.product), ("category", self.category), ("service", self.service))
        return ", ".join(f"{name} {value}" for name, value in parts if value) or "anything"


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What a rule says about itself."""

    id: str
    """UUID, or a name made from the file where the rule has none."""
    title: str
    name: str = ""
    """Name by which correlations refer to it."""
    description: str = ""
    level: Severity = Severity.MEDIUM
    status: str = ""
    techniques: tuple[str, ...] = ()
    """ATT&CK ids of its tags, "T1059.001"."""
    tactics: tuple[str, ...] = ()
    """Tactic short names of its tags."""
    tags: tuple[str, ...] = ()
    falsepositives: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    author: str = ""
    license: str = ""
    path: str = ""
    """File it was read from, inside the set."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule about single records."""

    about: About
    logsource: Logsource
    expression: Expression
    generate: bool = True
    """False where only correlations are to report it."""


class Counting(StrEnum):
    """What a correlation counts or asks for."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    VALUE_SUM = "value_sum"
    VALUE_AVG = "value_avg"
    VALUE_PERCENTILE = "value_percentile"
    VALUE_MEDIAN = "value_median"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Correlation:
    """A rule about several hits of other rules."""

    about: About
    type: Counting
    rules: tuple[str, ...]
    """Names or ids of the rules (or correlations) it counts."""
    group_by: tuple[str, ...]
    """Fields whose values must agree; aliases included."""
    timespan_s: float
    """Window in seconds."""
    bounds: tuple[tuple[Op, float], ...] = ()
    """Comparisons that the number must satisfy, all of them: LESS, AT_MOST, GREATER, AT_LEAST, EQUALS."""
    counted: str = ""
    """Field whose values are counted, summed …"""
    percentile: float = 0.0
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Alias to {rule name: field of that rule}."""
    generate: bool = False
    """Whether the rules that it counts report their own hits as well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsupported:
    """A rule that is not evaluated, and why; listed by name, never passed over in silence."""

    path: str
    title: str
    reason: str
    """One sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruleset:
    """All rules of a set, as read."""

    rules: tuple[Rule, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    version: str = ""
    """Hash over the files."""
