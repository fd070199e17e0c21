"""What SQL parses to: expressions of sqlglot behind a frozen wrapper, compared by the SQL that they give."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Flavour = Literal["sqlite", "duckdb"]
"""Which SQL it is."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SqlTree:
    """One or more statements. Whoever changes an expression copies it first."""

    flavour: Flavour
    statements: tuple[Any, ...]
    """Expressions of sqlglot, one a statement."""
    source: str = field(default="", repr=False)
    """The text that was parsed, which the positions of names are counted in; "" for what was made."""

    @cached_property
    def sql(self) -> str:
        """The text, laid out for reading."""
        from .render import render

        return render(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SqlTree) and (self.flavour, self.sql) == (other.flavour, other.sql)

    def __hash__(self) -> int:
        return hash((self.flavour, self.sql))


def placed(tree: SqlTree) -> SqlTree:
    """The tree with positions: one that was made gets those of the text that it gives."""
    if tree.source:
        return tree
    from .parse import parse

    return parse(tree.sql, tree.flavour)
