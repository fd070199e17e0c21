"""Which columns a query makes itself, and from what: so that its conditions can be said of the fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from cybersecqwen.dialects.elastic.evaluation import Matcher, glob_matcher
from cybersecqwen.dialects.elastic.expressions import Expr, Field
from cybersecqwen.dialects.elastic.walking import changed, fields_in, walk
from cybersecqwen.dialects.globs import ANY
from cybersecqwen.errors import LimitError

from .extracting import dissect_keys, grok_keys
from .tree import (
    Command,
    Dissect,
    Enrich,
    Eval,
    From,
    Grok,
    LookupJoin,
    Names,
    Rename,
    Row,
    Stats,
)

_LONGEST = 20_000
"""Parts of an expression that a computed column may stand for."""


@dataclass(frozen=True, slots=True)
class Made:
    """The columns that commands have made so far."""

    computed: Mapping[str, Expr] = field(default_factory=dict)
    """Columns of EVAL, with what they are of the fields."""
    names: frozenset[str] = frozenset()
    """All columns that are none of the schema's."""
    open: bool = False
    """Whether columns have come from an index or a policy whose fields nobody knows here."""

    def of_fields(self, expr: Expr) -> Expr:
        """The expression with computed columns replaced by what they are made from."""
        if not self.computed:
            return expr
        used = (self.computed.get(one.name) for one in fields_in(expr))
        if sum(_size(one) for one in used if one is not None) > _LONGEST:
            raise LimitError("Computed columns are made from each other too often.")
        return changed(expr, lambda one: self.computed.get(one.name, one) if isinstance(one, Field) else one)


def _size(expr: Expr) -> int:
    return sum(1 for _ in walk(expr))


def made_by(command: Command) -> frozenset[str]:
    """The names of the columns that a command makes or replaces."""
    if isinstance(command, Eval | Row):
        return frozenset(column.name for column in command.columns)
    if isinstance(command, Stats):
        groups = (one.name for one in command.by if one.value != Field(one.name))
        return frozenset((*(one.column.name for one in command.measures), *groups))
    if isinstance(command, Rename):
        return frozenset(new for _, new in command.pairs)
    if isinstance(command, Dissect):
        return frozenset(dissect_keys(command.pattern))
    if isinstance(command, Grok):
        return frozenset(key for pattern in command.patterns for key in grok_keys(pattern))
    if isinstance(command, Enrich):
        return frozenset(new for new, _ in command.columns)
    return frozenset(command.metadata) if isinstance(command, From) else frozenset()


def after(made: Made, command: Command) -> Made:
    """The columns made once a command has run."""
    names = made_by(command)
    computed = {name: value for name, value in made.computed.items() if name not in names}
    if isinstance(command, Eval):
        for column in command.columns:
            computed[column.name] = Made(computed).of_fields(column.value)
    if isinstance(command, Stats) and not command.inline:
        computed = {}
    opened = isinstance(command, LookupJoin) or (isinstance(command, Enrich) and not command.columns)
    return replace(made, computed=computed, names=made.names | names, open=made.open or opened)


def matches(names: Names, column: str) -> bool:
    """Whether a name or a pattern of KEEP and DROP means a column."""
    if not names.wild:
        return names.text == column
    return _matcher(names.text)(column)


@lru_cache(maxsize=4_096)
def _matcher(pattern: str) -> Matcher:
    return glob_matcher(pattern.replace("*", ANY), folded=False)
