"""Running a query over records: every operator makes a table of a table, every value is a function of a row.

What is not run here (most plugins, externaldata, other clusters, functions that only a workspace
knows) is refused by name. `take` gives the first rows, where Kusto may give any.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from cybersecqwen.dialects.interface import Data, Record, Rows, Running

from . import joining, steps
from .compiling import compiled, constant
from .environment import Environment, Function, Later, Named, Table, Value, environment, unsupported
from .naming_steps import kind_of
from .stepping import looked_for, through
from .steps import Step
from .tree import Call, Column, Expr, KqlQuery, Lambda, Let, Member, Name, Pipeline, Star, Statement
from .tree import Named as NamedTree
from .values import CONVERSIONS, number, text


def run(tree: KqlQuery, data: Data, running: Running) -> Rows:
    """The rows of a query. Raises UnsayableError for what is not run here, LimitError for too many rows."""
    if tree.command:
        raise unsupported("a control command")
    if tree.body is None:
        raise unsupported("a query without a table")
    env = _with_statements(tree.statements, environment(data, running))
    found = tabular(tree.body, env)
    return Rows(rows=tuple(found.rows), ordered=found.ordered, columns=found.columns)


def _with_statements(statements: tuple[Statement, ...], env: Environment) -> Environment:
    for statement in statements:
        if isinstance(statement, Let):
            env = env.knowing(statement.name.text, _named(statement.value, env))
        elif not statement.text.startswith("set "):
            raise unsupported(f"the statement {statement.text.split()[0]}")
    return env


_TABLES = frozenset(("materialize", "view", "table"))


def _named(value: Expr, env: Environment) -> Named:
    """What a `let` names. A table is computed once, where it is first asked for."""
    if isinstance(value, Lambda):
        return Function(tree=value, known=env.known)
    if isinstance(value, Name) and value.text in env.known:
        return env.known[value.text]
    if isinstance(value, Pipeline | Name) or _is_tabular_call(value, env):
        return Later(make=lambda: tabular(value, env))
    get = compiled(value, env)
    return Value(make=lambda: get({}))


def _is_tabular_call(value: Expr, env: Environment) -> bool:
    if not isinstance(value, Call):
        return False
    known = env.known.get(value.name)
    if isinstance(known, Function):
        body = known.tree.body
        return isinstance(body, Pipeline) or (isinstance(body, Name) and not _is_parameter(body, known.tree))
    from .names import is_parser

    return value.name in _TABLES or is_parser(value.name)


def _is_parameter(body: Name, tree: Lambda) -> bool:
    return any(one.name.text == body.text and one.columns is None for one in tree.parameters)


def bound(function: Function, arguments: tuple[Expr, ...], env: Environment) -> tuple[Environment, Expr]:
    """The environment in which the body of a function is computed, and the body."""
    env.call()
    inner = replace(env, known=function.known, depth=env.depth + 1)
    if env.depth > 50:
        raise unsupported("functions that call each other so often")
    given = [one.value if isinstance(one, NamedTree) else one for one in arguments]
    for at, parameter in enumerate(function.tree.parameters):
        if at < len(given):
            inner = inner.knowing(parameter.name.text, _argument(given[at], parameter, env))
        elif parameter.default is not None:
            inner = inner.knowing(parameter.name.text, compiled(parameter.default, env))
        else:
            raise unsupported("a function without all of its arguments")
    return _with_statements(function.tree.statements, inner), function.tree.body


def _argument(tree: Expr, parameter: Column, env: Environment) -> Named:
    if parameter.columns is not None:
        return Later(make=lambda: tabular(tree, env))
    if isinstance(tree, Name) and tree.text in env.known:
        return env.known[tree.text]
    return compiled(tree, env)


def tabular(tree: Expr, env: Environment) -> Table:
    """The table that a query gives."""
    if isinstance(tree, Pipeline):
        first = _first(tree.source, env) if isinstance(tree.source, Step) else tabular(tree.source, env)
        return through(tree.steps, first, env)
    if isinstance(tree, Name):
        return _table(tree.text, env)
    if isinstance(tree, Call):
        return _called(tree, env)
    if isinstance(tree, Member):
        raise unsupported("a query over another cluster, database or workspace")
    raise unsupported("a source that is no table")


def _table(name: str, env: Environment) -> Table:
    known = env.known.get(name)
    if isinstance(known, Later):
        return known.table()
    if isinstance(known, Table):
        return known
    if isinstance(known, Function):
        inner, body = bound(known, (), env)
        return tabular(body, inner)
    if known is not None:
        raise unsupported("a value where a table is asked for")
    if "*" in name:
        rows = [row for one in env.data if one and fnmatchcase(one, name) for row in env.table(one)]
        return Table(rows=env.count(rows))
    return _whole(name, env)


def _whole(name: str, env: Environment) -> Table:
    """A table of the data, which tells its columns where they are asked for."""
    rows = env.table(name)
    return Table(rows=rows, names=lambda: tuple(joining.columns_in(rows)))


def _called(tree: Call, env: Environment) -> Table:
    if tree.name in ("materialize", "view") and len(tree.arguments) == 1:
        return tabular(tree.arguments[0], env)
    if tree.name == "table" and tree.arguments:
        return _table(text(constant(tree.arguments[0], env)), env)
    known = env.known.get(tree.name)
    if isinstance(known, Function):
        inner, body = bound(known, tree.arguments, env)
        return tabular(body, inner)
    from .names import is_parser

    if is_parser(tree.name) and not tree.arguments:
        return _table(tree.name, env)
    raise unsupported(f"the function {tree.name} as a table")


def invoked(call: Expr, table: Table, env: Environment) -> Table:
    """Invoke f(...): the table is the first argument of a function."""
    known = env.known.get(call.name) if isinstance(call, Call) else None
    if not isinstance(call, Call) or not isinstance(known, Function) or not known.tree.parameters:
        raise unsupported(f"the function {getattr(call, 'name', '')} over a table")
    first = known.tree.parameters[0].name.text
    marked = env.knowing("\x00table", table)
    inner, body = bound(known, (Name("\x00table"), *call.arguments), marked)
    return tabular(body, inner.knowing(first, table))


def _first(step: Step, env: Environment) -> Table:
    run_ = _SOURCES.get(type(step))
    if run_ is None:
        raise unsupported(f"the operator {getattr(step, 'word', '') or type(step).__name__.lower()}")
    found: Table = run_(step, env)
    return found


def union_of(step: steps.Union, env: Environment, before: Table | None = None) -> Table:
    """The tables of a union, and the one that stands before it."""
    tables: list[tuple[str, Table]] = [] if before is None else [("", before)]
    for one in step.tables:
        if isinstance(one, Star):
            tables += [(name, _whole(name, env)) for name in env.data]
        else:
            tables.append((one.text if isinstance(one, Name) else "", tabular(one, env)))
    source = next(
        (
            text(getattr(one.value, "text", ""))
            for one in step.options
            if one.name in ("withsource", "with_source")
        ),
        "",
    )
    return joining.union(tables, kind_of(step), source, env)


def _search(step: steps.Search, env: Environment) -> Table:
    wanted = step.tables or (Star(),)
    rows = union_of(steps.Union(tables=wanted), env).rows
    holds = compiled(looked_for(step.predicate, kind_of(step) == "case_sensitive"), env)
    return Table(rows=env.count([row for row in rows if holds(row) is True]))


def _print(step: steps.Print, env: Environment) -> Table:
    row: dict[str, Any] = {}
    for at, item in enumerate(step.items):
        names = [one.text for one in item.names] if isinstance(item, NamedTree) else [f"print_{at}"]
        row[names[0]] = constant(item, env)
    return Table(rows=[row], columns=tuple(row))


def _range(step: steps.Range, env: Environment) -> Table:
    start, end, by = (constant(one, env) for one in (step.start, step.end, step.step))
    first, last, width = number(start), number(end), number(by)
    if first is None or last is None or not width:
        return Table(rows=[], columns=(step.column.text,))
    count = max(0, int((last - first) / width) + 1)
    env.bound(count)
    kind = start.__class__
    rows: list[Record] = [{step.column.text: kind(first + at * width)} for at in range(count)]
    return Table(rows=env.count(rows), columns=(step.column.text,))


def _datatable(step: steps.DataTable, env: Environment) -> Table:
    names = [one.name.text for one in step.columns]
    convert = [CONVERSIONS.get(one.type, text) for one in step.columns]
    cells = [constant(one, env) for one in step.values]
    if not names or len(cells) % len(names):
        raise unsupported("a datatable whose last row is not full")
    rows: list[Record] = []
    for at in range(0, len(cells), len(names)):
        values = cells[at : at + len(names)]
        rows.append(
            {
                name: value if value is None else make(value)
                for name, make, value in zip(names, convert, values, strict=True)
            }
        )
    return Table(rows=env.count(rows), columns=tuple(names))


_SOURCES: dict[type[Any], Any] = {
    steps.Union: lambda step, env: union_of(step, env),
    steps.Search: _search,
    steps.Print: _print,
    steps.Range: _range,
    steps.DataTable: _datatable,
}
