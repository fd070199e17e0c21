"""What a rule of the optimiser is: a change to a tree with a name, a reason and a source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from .fields.schema import Schema

Tree = TypeVar("Tree")


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What a rule may know besides the query."""

    schema: Schema | None = None
    """The tables and fields there are; None where the user named no schema."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule(Generic[Tree]):
    """One way in which queries get cheaper."""

    name: str
    """In kebab case: "filter-before-join"."""
    reason: str
    """Why that is cheaper, one sentence."""
    source: str
    """Address of the page of the maker's documentation that says so."""
    apply: Callable[[Tree, Context], Tree | None]
    """The changed tree, in one step as large as it can be; None where there is nothing to change."""
    safe: bool = True
    """Whether it keeps the rows. One that may change them is only suggested, with `caveat`."""
    caveat: str = ""
    """What a person must know before following a suggestion, one sentence."""
