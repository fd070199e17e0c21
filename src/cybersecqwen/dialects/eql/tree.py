"""What a query in EQL is once it is parsed.

https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax
"""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.dialects.elastic.expressions import (
    ADD,
    COMPARE,
    TIMES,
    Expr,
    Field,
    Grammar,
)

GRAMMAR = Grammar(
    folds_words=False,
    signs={
        **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), COMPARE),
        **dict.fromkeys(("+", "-"), ADD),
        **dict.fromkeys(("*", "/", "%"), TIMES),
    },
    among=frozenset(("in", "in~", "like", "like~", "regex", "regex~", ":")),
    only_lists=frozenset(("in", "in~")),
    negatable=frozenset(("in", "in~")),
    patterns=frozenset(("like", "like~", "regex", "regex~", ":")),
    reserved=frozenset(
        (
            *("and", "any", "by", "false", "in", "like", "maxspan", "not", "null", "or", "regex", "runs"),
            *("sample", "sequence", "true", "until", "where", "with"),
        )
    ),
    is_null=False,
    unicode_escapes=True,
    optional_fields=True,
    capitals=False,
)
"""Words, signs and how strongly they bind, for parsing and for rendering."""

SPANS = {
    "d": 86_400.0,
    "h": 3_600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 0.001,
    "micros": 1e-6,
    "nanos": 1e-9,
}
"""Units of time values in seconds, the largest first.

https://www.elastic.co/docs/reference/elasticsearch/rest-apis/api-conventions#time-units
"""


@dataclass(frozen=True, slots=True)
class Event:
    """Events of a category for which a condition holds."""

    category: str
    """Value of `event.category`; "" for any."""
    where: Expr


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the events of a sequence or a sample."""

    event: Event
    by: tuple[Field, ...] = ()
    """What it shares with the others, beside what all share."""
    runs: int | None = None
    """How often in a row it is asked for; None where nothing is said."""
    missing: bool = False
    """Whether there must be none, `![…]`."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Events that follow each other."""

    stages: tuple[Stage, ...]
    by: tuple[Field, ...] = ()
    maxspan: tuple[int, str] | None = None
    """Number and unit, as written."""
    until: Stage | None = None
    """An event that ends a sequence that has begun."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Events in any order that share values."""

    stages: tuple[Stage, ...]
    by: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Pipe:
    """What is done with what is found."""

    name: str
    """head, tail"""
    count: int


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is looked at: in EQL a filter of the request, here a comment in the first line.

    Both are dates as Elasticsearch writes them, `now-1d` or ISO 8601; "" for open.
    """

    start: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class EqlTree:
    """A whole query."""

    body: Event | Sequence | Sample
    pipes: tuple[Pipe, ...] = ()
    window: Window | None = None
