"""What a search is made of: expressions of `search`, expressions of `eval`, and pipelines.

The stages of a pipeline are in `stages.py`. Names are `Placed` texts where they were read, so that errors can
say where; places take no part in comparing.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .stages import Stage


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A search: stages, each of which takes what the one before it gives."""

    stages: tuple[Stage, ...]
    lines: tuple[int, ...] = attribute(default=(0,), compare=False)
    """Offsets of the lines of the text that it was read from."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro in backticks, which stands for text that only the installation knows."""

    name: str
    args: tuple[str, ...] | None = None
    """As written; None where it has no parentheses."""
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Sub:
    """A search in brackets, whose results become a part of this one."""

    pipeline: Pipeline
    at: int = attribute(default=0, compare=False)


# Expressions of `search`


@dataclass(frozen=True, slots=True)
class Free:
    """A word or phrase that is looked for in the whole event; `*` is any characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A field compared with a value; `*` in it is any characters, and cannot be escaped."""

    field: str
    op: str
    """= != < > <= >="""
    value: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field compared with several values."""

    field: str
    values: tuple[str | Macro, ...]


@dataclass(frozen=True, slots=True)
class Directive:
    """TERM(…) or CASE(…)."""

    name: str
    """term or case."""
    text: str
    field: str = ""
    """The field that is compared: `f=CASE(x)`; "" for the whole event."""


@dataclass(frozen=True, slots=True)
class All:
    """All hold."""

    parts: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One holds."""

    parts: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The inner one does not hold; an event without the field of it is kept."""

    inner: Found


Found = Free | Compare | OneOf | Directive | Macro | Sub | All | AnyOf | Without
"""An expression of `search`."""


# Expressions of `eval` and `where`


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """Text in quotation marks, without them."""

    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """The value of a field."""

    name: str
    bare: bool = False
    """Written without quotes though its name has a dot: Splunk may take it for a concatenation."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function; `x LIKE y` and `x IN (…)` are calls of like and in."""

    name: str
    """In small letters."""
    args: tuple[Value, ...]
    at: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign or NOT before an expression."""

    op: str
    """-, + or NOT."""
    inner: Value


@dataclass(frozen=True, slots=True)
class Binary:
    """Two expressions with an operator between them."""

    op: str
    """* / % + - . = != < > <= >="""
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Logic:
    """Several expressions with one of AND, OR, XOR between them."""

    op: str
    parts: tuple[Value, ...]


Value = Number | Text | Field | Call | Unary | Binary | Logic | Macro
"""An expression of `eval`."""
