"""What an ES|QL query means, in Sigma's terms."""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import Expression
from cybersecqwen.dialects import query as middle
from cybersecqwen.dialects.elastic.expressions import Expr, Field, Logic
from cybersecqwen.dialects.elastic.logic import ALWAYS, all_of, read_condition

from .aggregates import read_stats
from .columns import Made, after
from .comparisons import read_comparison, unsayable
from .times import bound_of, is_about_time, span_of
from .tree import (
    Command,
    Dissect,
    Drop,
    Enrich,
    EsqlTree,
    Eval,
    From,
    Grok,
    Keep,
    Limit,
    LookupJoin,
    MvExpand,
    Rename,
    Sample,
    Sort,
    Stats,
    Where,
)

_WHAT: dict[type, str] = {
    Drop: "columns that are left out",
    Rename: "renamed columns",
    Dissect: "columns taken from a text",
    Grok: "columns taken from a text",
    Enrich: "columns that are looked up",
    LookupJoin: "columns that are looked up",
    MvExpand: "a row for each value",
    Sample: "rows by chance",
}


def read(tree: EsqlTree) -> middle.Query:
    """The query in no language. Raises UnsayableError for what it has no words for."""
    return _Reader().query(tree)


class _Reader:
    """Goes through the commands once."""

    def __init__(self) -> None:
        self.made = Made()
        self.shown = False
        """Whether computed columns are no longer in the rows."""
        self.where: list[Expression] = []
        self.bounds: list[tuple[str, float]] = []
        self.steps: list[middle.Step] = []

    def query(self, tree: EsqlTree) -> middle.Query:
        source = tree.commands[0]
        if not isinstance(source, From):
            raise unsayable("rows that come from no index")
        for command in tree.commands[1:]:
            self._command(command)
            self.made = after(self.made, command)
        if self.made.computed and not self.shown:
            raise unsayable("computed columns")
        where = all_of(self.where)
        tables = () if source.indexes == ("*",) else source.indexes
        return middle.Query(
            tables=tables,
            where=None if where == ALWAYS else where,
            span=span_of(self.bounds),
            steps=tuple(self.steps),
        )

    def _command(self, command: Command) -> None:
        if isinstance(command, Eval):
            return
        if isinstance(command, Where):
            self._where(command.condition)
        elif isinstance(command, Stats):
            step = read_stats(command)
            self._own(*(step.by if isinstance(step, middle.Aggregate) else step.fields))
            if isinstance(step, middle.Aggregate):
                self._own(*(measure.field for measure in step.measures))
            self.shown = True
            self.steps.append(step)
        elif isinstance(command, Sort):
            self.steps.append(self._sort(command))
        elif isinstance(command, Limit):
            self.steps.append(middle.Limit(count=command.count))
        elif isinstance(command, Keep):
            self._keep(command)
        else:
            raise unsayable(_WHAT.get(type(command), "such a command"))

    def _own(self, *names: str) -> None:
        if not self.made.computed.keys().isdisjoint(names):
            raise unsayable("computed columns")

    def _where(self, condition: Expr) -> None:
        condition = self.made.of_fields(condition)
        parts = condition.parts if isinstance(condition, Logic) and condition.op == "and" else (condition,)
        for part in parts:
            bound = bound_of(part) if not self.steps else None
            if bound is not None:
                self.bounds.append(bound)
                continue
            if is_about_time(part):
                raise unsayable("such conditions on the time")
            found = read_condition(part, read_comparison)
            if not self.steps:
                self.where.append(found)
            elif isinstance(self.steps[-1], middle.Keep):
                self.steps[-1] = middle.Keep(where=all_of([self.steps[-1].where, found]))
            else:
                self.steps.append(middle.Keep(where=found))

    def _sort(self, command: Sort) -> middle.Sort:
        keys: list[tuple[str, bool]] = []
        for key in command.keys:
            if not isinstance(key.value, Field):
                raise unsayable("an order by computed values")
            if key.nulls:
                raise unsayable("a place for what is missing in an order")
            self._own(key.value.name)
            keys.append((key.value.name, key.descending))
        return middle.Sort(keys=tuple(keys))

    def _keep(self, command: Keep) -> None:
        if any(name.wild for name in command.names):
            raise unsayable("columns by patterns")
        names = tuple(name.text for name in command.names)
        self._own(*names)
        self.shown = True
        self.steps.append(middle.Columns(fields=names))
