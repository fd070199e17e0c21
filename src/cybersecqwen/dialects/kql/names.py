"""Which tables and columns a query takes from the schema.

Columns that the query makes itself are not among them, nor what comes from a function or a table whose
columns nobody knows (watchlists, plugins, other clusters).
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cybersecqwen.dialects.interface import Name as Found
from cybersecqwen.dialects.interface import Names
from cybersecqwen.errors import LimitError

from . import steps
from .inside import in_order, parts_of
from .name_sets import NONE, NameSet, named
from .naming_steps import Columns, after, named_by
from .steps import Step
from .tree import (
    Call,
    Column,
    Expr,
    KqlQuery,
    Lambda,
    Let,
    Member,
    Name,
    Named,
    Pipeline,
    Place,
    Star,
    Statement,
    Text,
    Typed,
)
from .walk import walk

PARSERS = ("_Im_", "_ASim_", "im", "vim", "ASim")
"""How the names of functions begin that stand for tables in ASIM."""


def is_parser(name: str) -> bool:
    """Whether a function stands for a table of ASIM: _Im_ProcessEvent, imDns, ASimDns."""
    for start in PARSERS:
        if name.startswith(start) and name[len(start) : len(start) + 1].isupper():
            return True
    return False


@dataclass(slots=True)
class _Collected:
    """What has been found so far."""

    functions: dict[int, Columns]
    """Columns of functions that were looked into, by their identity."""
    tables: dict[tuple[str, Place], Found] = field(default_factory=dict)
    fields: dict[tuple[str, Place], Found] = field(default_factory=dict)
    left: int = 2_000_000
    """Names that may still be copied from one set to another."""

    def spend(self, count: int) -> None:
        """Take names from those that may still be copied. Raises LimitError where there are none left."""
        self.left -= count
        if self.left < 0:
            raise LimitError(
                "The tables of a query have too many columns in all.", hint="Leave some of them out."
            )

    def both(self, one: NameSet, other: NameSet) -> NameSet:
        """The names of two sets."""
        self.spend(one.apart(other))
        return self.grown(one, one | other)

    def grown(self, before: NameSet, after: NameSet) -> NameSet:
        """A set that has grown out of another."""
        if after is not before:
            self.spend(after.newest)
        return after


_Known = ChainMap[str, Columns | Lambda | None]
"""What `let` has named: tables by their columns, functions, and None for values. A function adds to what is
known around it without copying it."""


def names(tree: KqlQuery) -> Names:
    """All tables and columns of a query, each where it stands."""
    found = _Collected({})
    known = _statements(tree.statements, ChainMap(), found)
    if tree.body is not None:
        _tabular(tree.body, known, found)
    return Names(tables=tuple(found.tables.values()), fields=tuple(found.fields.values()))


class Foreseen:
    """The columns of tables anywhere in a query, as far as the query alone tells."""

    def __init__(self, query: KqlQuery) -> None:
        self._nothing = _Collected({})
        self._known = _statements(query.statements, ChainMap(), self._nothing)

    def of(self, tree: Expr) -> Columns:
        """The columns of a table."""
        return _tabular(tree, self._known.new_child(), self._nothing)

    def along(self, pipeline: Pipeline) -> Iterator[Columns]:
        """The columns in front of each operator of a pipeline."""
        known = self._known.new_child()
        columns = _tabular(Pipeline(pipeline.source), known, self._nothing)
        for step in pipeline.steps:
            yield columns
            columns = _behind(step, columns, known, self._nothing)


def _statements(statements: tuple[Statement, ...], known: _Known, found: _Collected) -> _Known:
    known = known.new_child()
    for statement in statements:
        if isinstance(statement, Let):
            known[statement.name.text] = _named(statement.value, known, found)
    return known


def _named(value: Expr, known: _Known, found: _Collected) -> Columns | Lambda | None:
    """What a `let` names."""
    if isinstance(value, Lambda):
        _lambda(value, known, found)
        return value
    if isinstance(value, Pipeline) or (isinstance(value, Call) and value.name in ("materialize", "view")):
        return _tabular(value, known, found)
    if isinstance(value, Name):
        if value.text in known:
            return known[value.text]
        return _tabular(value, known, found)
    _values(value, Columns(opaque=True), known, found)
    return None


def _lambda(tree: Lambda, known: _Known, found: _Collected) -> Columns:
    """What is found in a function, whose parameters are no columns."""
    inner = known.new_child()
    for one in tree.parameters:
        inner[one.name.text] = _given(one)
    inner = _statements(tree.statements, inner, found)
    if isinstance(tree.body, Pipeline | Name) or _is_table_call(tree.body, inner):
        return _tabular(tree.body, inner, found)
    _values(tree.body, Columns(opaque=True), inner, found)
    return Columns(opaque=True)


def _given(parameter: Column) -> Columns | None:
    if parameter.columns is None:
        return None
    return Columns(made=named(*(one.name.text for one in parameter.columns)), opaque=not parameter.columns)


def _is_table_call(tree: Expr, known: _Known) -> bool:
    return isinstance(tree, Call) and (tree.name in ("materialize", "table") or is_parser(tree.name))


def _tabular(tree: Expr, known: _Known, found: _Collected) -> Columns:
    """The columns that a table has; what is named on the way is collected."""
    if isinstance(tree, Pipeline):
        if isinstance(tree.source, Step):
            columns = _first(tree.source, known, found)
        else:
            columns = _tabular(tree.source, known, found)
        return _through(tree.steps, columns, known, found)
    if isinstance(tree, Name):
        return _table(tree, known, found)
    if isinstance(tree, Call):
        return _called(tree, known, found)
    if isinstance(tree, Member):
        return _elsewhere(tree, found)
    return Columns(opaque=True)


def _table(tree: Name, known: _Known, found: _Collected) -> Columns:
    if tree.text in known:
        value = known[tree.text]
        return value if isinstance(value, Columns) else Columns(opaque=True)
    if "*" in tree.text:
        return Columns(opaque=True)
    line, column = tree.place
    found.tables[tree.text, tree.place] = Found(text=tree.text, line=line, column=column)
    return Columns(tables=named(tree.text))


def _elsewhere(tree: Member, found: _Collected) -> Columns:
    """cluster("a").database("b").T: the table is there, its columns are not known."""
    return Columns(opaque=True)


def _called(tree: Call, known: _Known, found: _Collected) -> Columns:
    if tree.name in ("materialize", "view", "toscalar") and tree.arguments:
        return _tabular(tree.arguments[0], known, found)
    if tree.name == "table" and tree.arguments and isinstance(tree.arguments[0], Text):
        return _table(Name(tree.arguments[0].value, tree.place), known, found)
    function = known.get(tree.name)
    for argument in tree.arguments:
        _values(argument, Columns(opaque=True), known, found)
    if isinstance(function, Lambda):
        if id(function) not in found.functions:
            found.functions[id(function)] = Columns(opaque=True)
            found.functions[id(function)] = _lambda(function, known, _Collected(found.functions))
        return found.functions[id(function)]
    if tree.name not in known and is_parser(tree.name):
        return _table(Name(tree.name, tree.place), ChainMap(), found)
    return Columns(opaque=True)


def _first(step: Step, known: _Known, found: _Collected) -> Columns:
    if isinstance(step, steps.Union):
        return _union(step, None, known, found)
    if isinstance(step, steps.Search):
        tables = NONE
        for table in step.tables:
            tables = found.both(tables, _tabular(table, known, found).tables)
        columns = Columns(tables=tables, opaque=not step.tables)
        _values(step.predicate, columns, known, found)
        return columns
    if isinstance(step, steps.Print):
        for item in step.items:
            _values(item, Columns(opaque=True), known, found)
    return Columns(made=NONE | named_by(step), limited=True, opaque=isinstance(step, steps.Other))


def _union(step: steps.Union, before: Columns | None, known: _Known, found: _Collected) -> Columns:
    all_ = [_tabular(table, known, found) for table in step.tables if not isinstance(table, Star)]
    columns = all_ if before is None else [before, *all_]
    made = tables = doubled = NONE
    for one in columns:
        made = found.both(made, one.made)
        tables = found.both(tables, one.tables)
        doubled = found.both(doubled, one.doubled)
    return Columns(
        made=made | named_by(step),
        tables=tables,
        opaque=any(one.opaque for one in columns) or any(isinstance(table, Star) for table in step.tables),
        limited=bool(columns) and all(one.limited for one in columns),
        joined=max((one.joined for one in columns), default=0),
        doubled=doubled,
    )


def _through(all_: tuple[Step, ...], columns: Columns, known: _Known, found: _Collected) -> Columns:
    for step in all_:
        columns = _behind(step, columns, known, found)
    return columns


def _behind(step: Step, columns: Columns, known: _Known, found: _Collected) -> Columns:
    if isinstance(step, steps.Union):
        return _union(step, columns, known, found)
    if isinstance(step, steps.Join):
        return _join(step, columns, known, found)
    if isinstance(step, steps.As):
        known[step.name.text] = columns
        return columns
    made = _through_one(step, columns, known, found)
    found.grown(columns.made, made.made)
    return made


def _through_one(step: Step, columns: Columns, known: _Known, found: _Collected) -> Columns:
    if isinstance(step, steps.MvApply):
        for one in step.items:
            _values(one.value, columns, known, found)
        columns = replace(columns, made=columns.made | named_by(step))
        inner = _through(step.steps, columns, known, found)
        return replace(
            columns,
            made=found.both(columns.made, inner.made),
            opaque=columns.opaque or inner.opaque,
            joined=max(columns.joined, inner.joined),
            doubled=found.both(columns.doubled, inner.doubled),
        )
    for name, value in in_order(step):
        _values(value, columns, known, found)
        if name:
            columns = replace(columns, made=columns.made | name)
    return after(step, columns)


def _join(step: steps.Join, columns: Columns, known: _Known, found: _Collected) -> Columns:
    right = _tabular(step.right, known, found)
    for condition in step.on:
        if isinstance(condition, Name):
            _value_name(condition, columns, known, found)
        for node in walk(condition):
            if isinstance(node, Member) and isinstance(node.inner, Name) and node.inner.text in _SIDES:
                line, column = node.inner.place
                side = columns if node.inner.text == "$left" else right
                _value_name(Name(node.name, (line, column + len(node.inner.text) + 1)), side, known, found)
    kind = next(
        (one.value.text for one in step.options if one.name == "kind" and isinstance(one.value, Name)), ""
    )
    if kind in ("leftsemi", "leftanti", "anti"):
        return columns
    if kind in ("rightsemi", "rightanti"):
        return right
    made = found.both(columns.made, right.made)
    return Columns(
        made=made,
        tables=found.both(columns.tables, right.tables),
        opaque=columns.opaque or right.opaque,
        limited=columns.limited and right.limited,
        joined=max(columns.joined, right.joined) + 1,
        doubled=made,
    )


_SIDES = ("$left", "$right")


def _values(tree: Expr, columns: Columns, known: _Known, found: _Collected) -> None:
    """The columns that a value names, and the tables of queries in it."""
    if isinstance(tree, Name):
        _value_name(tree, columns, known, found)
    elif isinstance(tree, Pipeline):
        _tabular(tree, known, found)
    elif isinstance(tree, Named):
        _values(tree.value, columns, known, found)
    elif isinstance(tree, Call) and tree.name in ("toscalar", "materialize"):
        _called(tree, known, found)
    elif (isinstance(tree, Call) and tree.name == "typeof") or isinstance(tree, Typed | Text):
        return
    else:
        for child in parts_of(tree):
            _values(child, columns, known, found)


def _value_name(tree: Name, columns: Columns, known: _Known, found: _Collected) -> None:
    text = tree.text
    if columns.has(text) or text in known or text.startswith("$") or "*" in text:
        return
    if columns.joined and text.endswith("1") and not columns.limited:
        text = text[:-1]
        if columns.has(text):
            return
    line, column = tree.place
    found.fields[tree.text, tree.place] = Found(text=text, line=line, column=column, table=columns.table)
