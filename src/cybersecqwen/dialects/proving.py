"""Showing that two queries give the same rows, by running both on events made around their comparisons."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Generic, TypeVar

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.detect.sigma.values import number_of
from cybersecqwen.errors import LimitError, UnknownNameError, UnsayableError

from .examples import events
from .examples.sampling import samples
from .fields.schema import Schema
from .fields.schemas import schema as built_in
from .fields.types import plain_types
from .interface import Atom, Data, Dialect, Names, Rows, Running
from .spending import Allowance

Tree = TypeVar("Tree")

_DIGITS = 12
"""Significant digits to which numbers are compared: sums in another order differ beyond them."""
_DRAWS, _MOST_DRAWS = 2, 5
"""Draws of events that are always made, and at most where the query gives few rows."""
_MOST_ROWS = 200_000
"""Rows that any step may make of the events of a draw."""
_ENOUGH = 30
"""Rows of all draws with which no further draw is made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What running a query and its cheaper form on the same events showed."""

    events: int = 0
    """Events of all draws together."""
    rows: int = 0
    """Rows that each of the two gave, in all draws together."""
    seeds: tuple[int, ...] = ()
    """What the draws were made with."""
    weak: bool = False
    """Whether the query gave no row that it does not give for no events at all: that shows little."""
    not_run: str = ""
    """Why the query cannot be run here, one sentence; "" where it was run."""

    @property
    def holds(self) -> bool:
        """Whether both gave the same rows, and there were some."""
        return not self.not_run and not self.weak and bool(self.seeds)

    @property
    def said(self) -> str:
        """The same in a sentence."""
        if self.not_run:
            return f"Not proven here: {self.not_run}"
        draws = "one draw" if len(self.seeds) == 1 else f"{len(self.seeds)} draws"
        if self.weak:
            return (
                f"Weak: neither finds anything in {self.events:,} events made around its conditions, {draws}."
            )
        return f"Both give the same {self.rows:,} rows of {self.events:,} events, {draws}."


_COMMON = 12
"""Fields of every table that made events have too."""
_EVERYWHERE: Mapping[str, tuple[str, ...]] = {"spl": ("host", "source", "sourcetype", "index")}
"""Dialect to fields that every record there has, whatever its schema:
https://docs.splunk.com/Documentation/Splunk/latest/Data/Aboutdefaultfields"""


_TEXT = frozenset((Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS, Op.GLOB))
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.{}]{2,80}")
_QUOTED = re.compile(r"\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|\b[0-9]{2,9}\b")
_MOST_WORDS, _LONGEST_TEXT = 60, 20_000
_SPAN_S, _LONG_SPAN_S = 30 * 86_400.0, 400 * 86_400.0
"""Seconds before now over which the events of a draw are spread: of most draws, and of one."""


class NotRun(Exception):
    """A query cannot be run here."""


@dataclass(kw_only=True, slots=True)
class Prover(Generic[Tree]):
    """Runs trees of one dialect on draws of events; each tree once for each draw."""

    dialect: Dialect[Tree]
    schema: Schema | None
    """The user's, or the one that the dialect means."""
    trees: Sequence[Tree]
    """All that are compared: events are made around the comparisons of all of them."""
    count: int
    """Events of a draw."""
    seed: int = 0
    allowance: Allowance = field(default_factory=Allowance)
    """Time that is looked at before every run; OutOfTime goes through."""
    _data: dict[int, Data] = field(default_factory=dict)
    _named: list[Names] | None = None
    _kinds: dict[str, str] | None = None
    _ran: list[tuple[int, Tree, Rows | str]] = field(default_factory=list)

    def proof(self, before: Tree, after: Tree) -> Proof | None:
        """What was shown; None where they differ. Raises NotRun where either cannot be run."""
        rows, seeds, weak = 0, [], True
        nothing = self.nothing(before)
        for number in range(_MOST_DRAWS):
            if number >= _DRAWS and not weak and rows >= _ENOUGH:
                break
            seed = self.seed + number
            given = self.rows(before, seed)
            if not same(given, self.rows(after, seed)):
                return None
            seeds.append(seed)
            rows += len(given.rows)
            weak = weak and key_of(given) == nothing
        made = sum(len(table) for seed in seeds for table in self._drawn(seed).values())
        return Proof(events=made, rows=rows, seeds=tuple(seeds), weak=weak)

    def nothing(self, tree: Tree) -> Hashable:
        """What tells the rows apart that a tree gives for no events at all. Raises NotRun."""
        return key_of(self._run(tree, {}))

    def differ(self, before: Tree, after: Tree) -> bool:
        """Whether they give different rows on any draw made so far. Raises NotRun."""
        return any(not same(self.rows(before, seed), self.rows(after, seed)) for seed in list(self._data))

    def rows(self, tree: Tree, seed: int) -> Rows:
        """What a tree gives on a draw. Raises NotRun."""
        known = next((rows for at, other, rows in self._ran if at == seed and other is tree), None)
        if known is None:
            try:
                known = self._run(tree, self._drawn(seed))
            except NotRun as error:
                known = str(error)
            self._ran.append((seed, tree, known))
        if isinstance(known, str):
            raise NotRun(known)
        return known

    def _run(self, tree: Tree, data: Data) -> Rows:
        self.allowance.check()
        running = Running(time_field=self._time_field(), types=self._types(), most_rows=_MOST_ROWS)
        try:
            return self.dialect.run(tree, data, running)
        except (UnsayableError, LimitError) as error:
            raise NotRun(error.message) from None

    def _drawn(self, seed: int) -> Data:
        if seed not in self._data:
            names = self._names()
            # What the first draws gave few rows for is tried with more fields, and more values of each.
            wide = seed >= self.seed + _DRAWS
            self._data[seed] = events(
                self._atoms(wide=wide),
                tables=list(dict.fromkeys(name.text for one in names for name in one.tables)),
                fields=[*self._fields(), *(self._words() if wide else ())],
                wide=wide,
                literals=self._literals() if wide else (),
                span_s=_LONG_SPAN_S if seed == self.seed + _DRAWS + 1 else _SPAN_S,
                types=self._types(),
                seed=seed,
                count=self.count,
                time_field=self._time_field(),
                now=Running().now,
            )
        return self._data[seed]

    def _time_field(self) -> str:
        return self.schema.time_field if self.schema else ""

    def _names(self) -> list[Names]:
        if self._named is None:
            self._named = [self.dialect.names(tree) for tree in self.trees]
        return self._named

    def _atoms(self, *, wide: bool) -> list[Atom]:
        """The comparisons; unless `wide` only those of fields that records have, not of what is computed."""
        found = list(dict.fromkeys(atom for tree in self.trees for atom in self.dialect.atoms(tree)))
        named = {name.text for one in self._names() for name in one.fields}
        recorded = [atom for atom in found if not atom.field or atom.field in named]
        return found if wide or not recorded else recorded

    def _fields(self) -> list[str]:
        """The fields that the queries name, and those that stand in every table."""
        common = self.schema.table("") if self.schema is not None else None
        named = [name.text for one in self._names() for name in one.fields]
        always = [*_EVERYWHERE.get(self.dialect.name, ()), *(common.fields if common else ())]
        return list(dict.fromkeys([*named, *always[:_COMMON]]))

    def _words(self) -> list[str]:
        """Words of the query that may be fields too: those whose names are made by patterns, say."""
        found = dict.fromkeys(_WORD.findall(self.dialect.render(self.trees[0])[:_LONGEST_TEXT]))
        return list(found)[:_MOST_WORDS]

    def _literals(self) -> list[str]:
        """What stands between quotes, numbers, and texts that what is quoted matches as an expression.

        Values that have a name in the query, and expressions that take text apart, are not among its
        comparisons.
        """
        text = self.dialect.render(self.trees[0])[:_LONGEST_TEXT]
        found = dict.fromkeys(one.strip("\"'") for one in _QUOTED.findall(text))
        plain = [one for one in found if one][:_MOST_WORDS]
        rng = Random(self.seed)
        return plain + [text for one in plain if set(one) & set("([\\") for text in samples(one, rng)]

    def _types(self) -> Mapping[str, str]:
        """The types of the fields that the queries name, and of their tables."""
        if self._kinds is not None or self.schema is None:
            return self._kinds or {}
        found: dict[str, str] = {}
        tables = dict.fromkeys(name.text for one in self._names() for name in one.tables)
        for table in [self.schema.table(""), *map(self.schema.table, tables)]:
            found.update(table.fields if table else {})
        for name in dict.fromkeys(name.text for one in self._names() for name in one.fields):
            kind = found.get(name) or self.schema.type_of(name)
            if kind:
                found[name] = kind
        for atom in (atom for tree in self.trees for atom in self.dialect.atoms(tree)):
            # A field of that name in another table: here it is text.
            if found.get(atom.field) == "number" and atom.op in _TEXT and not _are_numbers(atom.values):
                del found[atom.field]
        self._kinds = plain_types(found)
        return self._kinds


def _are_numbers(values: Sequence[str]) -> bool:
    return all(number_of(value) is not None for value in values)


def schema_for(dialect: Dialect[Any], given: Schema | None) -> Schema | None:
    """The schema that was given, else the one that the dialect means; None where there is none."""
    if given is not None:
        return given
    try:
        return built_in(dialect.schema)
    except UnknownNameError:
        return None


def same(one: Rows, other: Rows) -> bool:
    """Whether two results have the same rows: in the same order where the first is ordered, else in any.

    Numbers are compared by value; a column that is null and one that is not there are the same.
    """
    if len(one.rows) != len(other.rows):
        return False
    mine, theirs = [_key(row) for row in one.rows], [_key(row) for row in other.rows]
    return mine == theirs if one.ordered else Counter(mine) == Counter(theirs)


def key_of(rows: Rows) -> Hashable:
    """What tells results apart, whatever the order of their rows."""
    return frozenset(Counter(_key(row) for row in rows.rows).items())


def _key(value: Any) -> Hashable:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value if not isinstance(value, bool) else ("truth", value)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, Mapping):
        return frozenset((name, _key(inner)) for name, inner in value.items() if inner is not None)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(map(_key, value))
    return str(value)


def _number(value: float) -> Hashable:
    if isinstance(value, int) and abs(value) < 1 << 53:
        return ("number", float(value))
    if isinstance(value, int) or not math.isfinite(value):
        return ("number", str(value))
    return ("number", float(f"{value:.{_DIGITS - 1}e}"))
