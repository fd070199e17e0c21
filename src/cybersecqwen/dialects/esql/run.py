"""Runs an ES|QL query on records, command by command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.dialects.elastic.evaluation import Machine, Value, compiled, unsayable
from cybersecqwen.dialects.elastic.expressions import Expr, Field
from cybersecqwen.dialects.evaluating import value_at
from cybersecqwen.dialects.interface import Data, Record, Rows, Running
from cybersecqwen.errors import LimitError

from .columns import made_by, matches
from .extracting import Extract, dissect, grok
from .functions import machine
from .measuring import compiled_measure, measured
from .rows import State, combined, flat, is_like, join_key, kept, more, nulls_at, sortable, without
from .tree import (
    Column,
    Command,
    Dissect,
    Drop,
    Enrich,
    EsqlTree,
    Eval,
    From,
    Grok,
    Keep,
    Key,
    Limit,
    LookupJoin,
    MvExpand,
    Rename,
    Row,
    Sort,
    Stats,
    Where,
)


def run(tree: EsqlTree, data: Data, running: Running) -> Rows:
    """The rows, all of them: that Elasticsearch gives 1,000 where there is no LIMIT is left out.

    Raises UnsayableError for what cannot be run here, LimitError where there are too many rows.
    """
    return _Runner(data, running).rows(tree)


class _Runner:
    def __init__(self, data: Data, running: Running) -> None:
        self._data = data
        self._most = running.most_rows
        self._machine: Machine = machine(running.now)

    def rows(self, tree: EsqlTree) -> Rows:
        state = State(self._source(tree.commands[0]))
        for command in tree.commands[1:]:
            state = self._step(command, state)
            if len(state.rows) > self._most:
                raise LimitError(f"A command gives more than {self._most:,} rows.")
        return Rows(rows=tuple(state.rows), ordered=state.ordered, columns=state.columns)

    def _compiled(self, expr: Expr) -> Value:
        return compiled(expr, self._machine)

    def _source(self, command: Command) -> Sequence[Record]:
        if isinstance(command, Row):
            return self._evaluated(command.columns, [{}])
        if isinstance(command, From):
            if command.metadata:
                raise unsayable("metadata fields")
            return [record for index in self._indexes(command.indexes) for record in self._data[index]]
        raise unsayable("such a source")

    def _indexes(self, wanted: tuple[str, ...]) -> list[str]:
        """The tables that names and patterns mean; for those that mean none the table without a name."""
        found: dict[str, None] = {}
        for name in wanted:
            if name.startswith("-"):
                for one in [one for one in found if is_like(one, name[1:])]:
                    del found[one]
                continue
            meant = [one for one in self._data if one and is_like(one, name)]
            if name == "*":
                meant = list(self._data)
            for one in meant or [one for one in self._data if not one]:
                found[one] = None
        return list(found)

    def _step(self, command: Command, state: State) -> State:
        if isinstance(command, Where):
            where = self._compiled(command.condition)
            rows = [row for row in state.rows if where(row) is True]
            return State(rows, state.ordered, state.columns)
        if isinstance(command, Eval):
            made = self._evaluated(command.columns, state.rows)
            return State(made, state.ordered, more(state.columns, (one.name for one in command.columns)))
        if isinstance(command, Limit):
            return State(state.rows[: command.count], state.ordered, state.columns)
        if isinstance(command, Sort):
            return State(self._sorted(command.keys, state.rows), True, state.columns)
        if isinstance(command, Stats):
            return self._stats(command, state)
        if isinstance(command, Keep):
            return State(*kept(command.names, state))
        return self._other(command, state)

    def _other(self, command: Command, state: State) -> State:
        if isinstance(command, Drop):
            rows = [without(command.names, row) for row in state.rows]
            left = tuple(
                one for one in state.columns if not any(matches(name, one) for name in command.names)
            )
            return State(rows, state.ordered, left)
        if isinstance(command, Rename):
            return self._renamed(command, state)
        if isinstance(command, Dissect):
            cut = dissect(command.pattern, command.separator)
            return self._extracted(command.value, [cut], made_by(command), state)
        if isinstance(command, Grok):
            taken = [grok(one) for one in command.patterns]
            return self._extracted(command.value, taken, made_by(command), state)
        if isinstance(command, Enrich):
            return self._enriched(command, state)
        if isinstance(command, LookupJoin):
            return self._joined(command, state)
        if isinstance(command, MvExpand):
            return self._expanded(command.name, state)
        raise unsayable("rows by chance")

    def _evaluated(self, columns: Sequence[Column], rows: Sequence[Record]) -> list[Record]:
        """Each row with the columns added, one after the other."""
        values = [(column.name, self._compiled(column.value)) for column in columns]
        made: list[Record] = []
        for row in rows:
            out = dict(row)
            for name, value in values:
                out[name] = value(out)
            made.append(out)
        return made

    def _sorted(self, keys: Sequence[Key], rows: Sequence[Record]) -> Sequence[Record]:
        found = list(rows)
        for key in reversed(keys):
            value = self._compiled(key.value)
            first = key.nulls == "first" if key.nulls else key.descending
            found.sort(key=sortable(value, key.descending), reverse=key.descending)
            found.sort(key=nulls_at(value, first))
        return found

    def _stats(self, command: Stats, state: State) -> State:
        measures = [compiled_measure(one, self._machine) for one in command.measures]
        by = [(one.name, self._compiled(one.value)) for one in command.by]
        groups: dict[tuple[str | None, ...], tuple[dict[str, Any], list[Record]]] = {}
        for row in state.rows:
            for values in combined([(name, value(row)) for name, value in by], self._most):
                key = tuple(None if one is None else text_of(one) for one in values.values())
                groups.setdefault(key, (values, []))[1].append(row)
        if not by and not groups:
            groups[()] = ({}, [])
        # In the order of their keys: that of the rows must make no difference.
        made = {
            key: {**{one.name: measured(one, groups[key][1]) for one in measures}, **groups[key][0]}
            for key in sorted(groups, key=lambda key: [(one is None, one or "") for one in key])
        }
        names = (*(one.name for one in measures), *(name for name, _ in by))
        if not command.inline:
            return State(list(made.values()), False, tuple(dict.fromkeys(names)))
        out: list[Record] = []
        for row in state.rows:
            keys = [(name, value(row)) for name, value in by]
            if any(isinstance(value, list) for _, value in keys):
                raise unsayable("groups of lists beside the rows")
            out.append({**row, **made[tuple(None if one is None else text_of(one) for _, one in keys)]})
        return State(out, state.ordered, more(state.columns, names))

    def _renamed(self, command: Rename, state: State) -> State:
        rows: list[Record] = []
        for row in state.rows:
            out = flat(row)
            for old, new in command.pairs:
                out[new] = out.pop(old, None)
            rows.append(out)
        columns = list(state.columns)
        for old, new in command.pairs:
            columns = [new if one == old else one for one in columns if one != new or one == old]
        return State(rows, state.ordered, tuple(columns))

    def _extracted(
        self, expr: Expr, extracts: Sequence[Extract], names: Iterable[str], state: State
    ) -> State:
        value = self._compiled(expr)
        columns = sorted(names)
        rows: list[Record] = []
        for row in state.rows:
            text = value(row)
            if isinstance(text, list):
                raise unsayable("columns taken from lists")
            taken: Mapping[str, Any] = {}
            if text is not None:
                taken = next((one for extract in extracts if (one := extract(text_of(text))) is not None), {})
            rows.append({**row, **{name: taken.get(name) for name in columns}})
        return State(rows, state.ordered, more(state.columns, columns))

    def _enriched(self, command: Enrich, state: State) -> State:
        """The table that is called like the policy stands for its index, by the column that is looked up."""
        if not command.on or command.policy not in self._data:
            raise unsayable("an enrich policy whose fields are not known")
        rows = self._data[command.policy]
        known = {text_of(found): row for row in rows if (found := value_at(row, command.on)) is not None}
        columns = command.columns or tuple(
            dict.fromkeys((name, name) for row in rows for name in flat(row) if name != command.on)
        )
        out: list[Record] = []
        for row in state.rows:
            wanted = value_at(row, command.on)
            match = known.get(text_of(wanted), {}) if wanted is not None else {}
            out.append({**row, **{new: value_at(match, old) for new, old in columns}})
        return State(out, state.ordered, more(state.columns, (new for new, _ in columns)))

    def _joined(self, command: LookupJoin, state: State) -> State:
        names = [one.name for one in command.on if isinstance(one, Field)]
        if len(names) < len(command.on) or command.index not in self._data:
            raise unsayable("such a join")
        table: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        added: dict[str, None] = {}
        for row in self._data[command.index]:
            key = join_key(names, row)
            if key is not None:
                table.setdefault(key, []).append(flat(row))
            added.update(dict.fromkeys(name for name in flat(row) if name not in names))
        out: list[Record] = []
        for row in state.rows:
            key = join_key(names, row)
            found = table.get(key, [{}]) if key is not None else [{}]
            out += [{**row, **{name: match.get(name) for name in added}} for match in found]
            if len(out) > self._most:
                raise LimitError(f"A join gives more than {self._most:,} rows.")
        return State(out, False, more(state.columns, added))

    def _expanded(self, name: str, state: State) -> State:
        out: list[Record] = []
        for row in state.rows:
            value = value_at(row, name)
            values = value if isinstance(value, list) and value else [value]
            out += [{**row, name: one} for one in values]
            if len(out) > self._most:
                raise LimitError(f"A command gives more than {self._most:,} rows.")
        return State(out, state.ordered, state.columns)
