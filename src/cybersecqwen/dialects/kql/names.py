"""Which tables and columns a query takes from the schema.

Columns that the query makes itself are not among them, nor what comes from a function or a table whose
columns nobody knows (watchlists, plugins, other clusters).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cybersecqwen.dialects.interface import Name as Found
from cybersecqwen.dialects.interface import Names

from . import steps
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


_Known = dict[str, Columns | Lambda | None]
"""What `let` has named: tables by their columns, functions, and None for values."""


def names(tree: KqlQuery) -> Names:
    """All tables and columns of a query, each where it stands."""
    found = _Collected({})
    known = _statements(tree.statements, {}, found)
    if tree.body is not None:
        _tabular(tree.body, known, found)
    return Names(tables=tuple(found.tables.values()), fields=tuple(found.fields.values()))


def columns_of(tree: Expr, query: KqlQuery) -> Columns:
    """The columns of a table somewhere in a query, as far as the query alone tells."""
    nothing = _Collected({})
    return _tabular(tree, _statements(query.statements, {}, nothing), nothing)


def _statements(statements: tuple[Statement, ...], known: _Known, found: _Collected) -> _Known:
    known = dict(known)
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
    inner = dict(known)
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
    return Columns(made=frozenset(one.name.text for one in parameter.columns), opaque=not parameter.columns)


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
    return Columns(tables=(tree.text,))


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
        return _table(Name(tree.name, tree.place), {}, found)
    return Columns(opaque=True)


def _first(step: Step, known: _Known, found: _Collected) -> Columns:
    if isinstance(step, steps.Union):
        return _union(step, None, known, found)
    if isinstance(step, steps.Search):
        tables = [_tabular(table, known, found) for table in step.tables]
        columns = Columns(tables=tuple(name for one in tables for name in one.tables), opaque=not tables)
        _values(step.predicate, columns, known, found)
        return columns
    if isinstance(step, steps.Print):
        for item in step.items:
            _values(item, Columns(opaque=True), known, found)
    return Columns(made=named_by(step), limited=True, opaque=isinstance(step, steps.Other))


def _union(step: steps.Union, before: Columns | None, known: _Known, found: _Collected) -> Columns:
    all_ = [_tabular(table, known, found) for table in step.tables if not isinstance(table, Star)]
    columns = all_ if before is None else [before, *all_]
    made = frozenset(name for one in columns for name in one.made) | named_by(step)
    return Columns(
        made=made,
        tables=tuple(dict.fromkeys(name for one in columns for name in one.tables)),
        opaque=any(one.opaque for one in columns) or any(isinstance(table, Star) for table in step.tables),
        limited=bool(columns) and all(one.limited for one in columns),
    )


def _through(all_: tuple[Step, ...], columns: Columns, known: _Known, found: _Collected) -> Columns:
    for step in all_:
        if isinstance(step, steps.Union):
            columns = _union(step, columns, known, found)
        elif isinstance(step, steps.Join):
            columns = _join(step, columns, known, found)
        elif isinstance(step, steps.As):
            known[step.name.text] = columns
        else:
            columns = _through_one(step, columns, known, found)
    return columns


def _through_one(step: Step, columns: Columns, known: _Known, found: _Collected) -> Columns:
    if isinstance(step, steps.MvApply):
        for one in step.items:
            _values(one.value, columns, known, found)
        columns = replace(columns, made=columns.made | named_by(step))
        inner = _through(step.steps, columns, known, found)
        return replace(columns, made=columns.made | inner.made, opaque=columns.opaque or inner.opaque)
    for name, value in _in_order(step):
        _values(value, columns, known, found)
        if name:
            columns = replace(columns, made=columns.made | name)
    return after(step, columns)


def _in_order(step: Step) -> list[tuple[frozenset[str], Expr]]:
    """The values of an operator with the names that each makes for those behind it."""
    if isinstance(step, steps.Extend | steps.Project):
        return [
            (frozenset(one.text for one in item.names) if isinstance(item, Named) else frozenset(), item)
            for item in step.items
        ]
    if isinstance(step, steps.Evaluate) and isinstance(step.call, Call):
        return [(frozenset(), item) for item in step.call.arguments]
    return [(frozenset(), value) for value in _values_of(step)]


def _values_of(step: Step) -> list[Expr]:
    """The values right inside an operator."""
    if isinstance(step, steps.Where | steps.Search):
        return [step.predicate]
    if isinstance(step, steps.Summarize):
        return [*step.items, *step.by]
    if isinstance(step, steps.Sort | steps.Top):
        return [key.by for key in step.keys]
    if isinstance(step, steps.MvExpand):
        return [one.value for one in step.items]
    if isinstance(step, steps.Parse | steps.ParseKv):
        return [step.value]
    if isinstance(step, steps.MakeSeries):
        return [*(one.value for one in step.items), step.axis, *step.by]
    if isinstance(step, steps.SampleDistinct):
        return [step.of]
    return []


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
    return Columns(
        made=columns.made | right.made | frozenset(f"{name}1" for name in columns.made | right.made),
        tables=tuple(dict.fromkeys((*columns.tables, *right.tables))),
        opaque=columns.opaque or right.opaque,
        limited=columns.limited and right.limited,
        joined=True,
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
        for child in _children(tree):
            _values(child, columns, known, found)


def _children(tree: Expr) -> list[Expr]:
    from .tree import Among, Between, Binary, Index, Logic, Sign

    if isinstance(tree, Binary):
        return [tree.left, tree.right]
    if isinstance(tree, Logic):
        return list(tree.parts)
    if isinstance(tree, Call):
        return list(tree.arguments)
    if isinstance(tree, Among):
        return [tree.left, *tree.items]
    if isinstance(tree, Between):
        return [tree.left, tree.low, tree.high]
    if isinstance(tree, Index):
        return [tree.inner, tree.at]
    if isinstance(tree, Member | Sign):
        return [tree.inner]
    return []


def _value_name(tree: Name, columns: Columns, known: _Known, found: _Collected) -> None:
    text = tree.text
    if columns.has(text) or text in known or text.startswith("$") or "*" in text:
        return
    if columns.joined and text.endswith("1") and not columns.limited:
        text = text[:-1]
        if columns.has(text):
            return
    line, column = tree.place
    table = columns.tables[0] if len(columns.tables) == 1 else ""
    found.fields[tree.text, tree.place] = Found(text=text, line=line, column=column, table=table)
