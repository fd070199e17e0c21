"""Calls of functions that look at more than the values of their arguments, and of all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cybersecqwen.dialects.interface import Record

from .columns import DEFENDER_TIME, SENTINEL_TIME
from .compiling import compiled, constant
from .constants import literal
from .environment import Environment, Get, Later, Table, unsupported
from .functions import FUNCTIONS
from .tree import Call, Name, Star
from .values import Lapse, Moment, lapse, moment, text


def call(tree: Call, env: Environment) -> Get:
    """The function of a row that a call is. Raises UnsayableError for a function that is not known here."""
    special = _SPECIAL.get(tree.name)
    if special is not None:
        return special(tree, env)
    function = FUNCTIONS.get(tree.name)
    if function is None:
        raise unsupported(f"the function {tree.name}")
    arguments = tuple(compiled(one, env) for one in tree.arguments)
    least, most = function.least, function.most
    if not least <= len(arguments) <= most:
        raise unsupported(f"the function {tree.name} with {len(arguments)} arguments")
    return _applied(function.run, arguments)


def _applied(run: Callable[..., Any], arguments: tuple[Get, ...]) -> Get:
    if len(arguments) == 1:
        one = arguments[0]
        return lambda row: run(one(row))
    if len(arguments) == 2:
        first, second = arguments
        return lambda row: run(first(row), second(row))
    return lambda row: run(*[one(row) for one in arguments])


def _now(tree: Call, env: Environment) -> Get:
    offset = constant(tree.arguments[0], env) if tree.arguments else Lapse(0)
    value = Moment(env.running.now + (lapse(offset) or 0.0))
    return lambda _row: value


def _ago(tree: Call, env: Environment) -> Get:
    (argument,) = _exactly(tree, 1)
    now = env.running.now
    if literal(argument) is not None:
        length = lapse(constant(argument, env))
        value = None if length is None else Moment(now - length)
        return lambda _row: value
    inner = compiled(argument, env)

    def run(row: Record) -> Moment | None:
        found = lapse(inner(row))
        return None if found is None else Moment(now - found)

    return run


def _exactly(tree: Call, count: int) -> tuple[Any, ...]:
    if len(tree.arguments) != count:
        raise unsupported(f"the function {tree.name} with {len(tree.arguments)} arguments")
    return tree.arguments


def _iff(tree: Call, env: Environment) -> Get:
    test, yes, no = (compiled(one, env) for one in _exactly(tree, 3))
    return lambda row: yes(row) if test(row) is True else no(row)


def _case(tree: Call, env: Environment) -> Get:
    if len(tree.arguments) % 2 != 1:
        raise unsupported("the function case without a last value")
    parts = [compiled(one, env) for one in tree.arguments]
    pairs, last = list(zip(parts[:-1:2], parts[1::2], strict=True)), parts[-1]

    def run(row: Record) -> Any:
        for test, value in pairs:
            if test(row) is True:
                return value(row)
        return last(row)

    return run


def _ingestion_time(tree: Call, env: Environment) -> Get:
    names = [name for name in (env.running.time_field, SENTINEL_TIME, DEFENDER_TIME) if name]

    def run(row: Record) -> Any:
        return next((moment(row[name]) for name in names if name in row), None)

    return run


def _column_ifexists(tree: Call, env: Environment) -> Get:
    name, otherwise = _exactly(tree, 2)
    column = name.text if isinstance(name, Name) else text(constant(name, env))
    inner, default = compiled(Name(column), env), compiled(otherwise, env)
    return lambda row: inner(row) if column in row else default(row)


def _pack_all(tree: Call, env: Environment) -> Get:
    return lambda row: dict(row)


def _toscalar(tree: Call, env: Environment) -> Get:
    """The first value of the first row; computed once."""
    from .run import tabular

    (argument,) = _exactly(tree, 1)
    later = Later(make=lambda: tabular(argument, env))

    def run(_row: Record) -> Any:
        table = later.table()
        if not table.rows:
            return None
        first = table.rows[0]
        return first.get(table.columns[0]) if table.columns else next(iter(first.values()), None)

    return run


def _materialize(tree: Call, env: Environment) -> Get:
    from .run import tabular

    (argument,) = _exactly(tree, 1)
    later = Later(make=lambda: tabular(argument, env))

    def run(_row: Record) -> Table:
        return later.table()

    return run


def _not(tree: Call, env: Environment) -> Get:
    inner = compiled(_exactly(tree, 1)[0], env)

    def run(row: Record) -> bool | None:
        value = inner(row)
        return None if value is None else not value

    return run


def _isnull(negated: bool) -> Callable[[Call, Environment], Get]:
    def make(tree: Call, env: Environment) -> Get:
        inner = compiled(_exactly(tree, 1)[0], env)
        return lambda row: (inner(row) is None) is not negated

    return make


def _isempty(negated: bool) -> Callable[[Call, Environment], Get]:
    def make(tree: Call, env: Environment) -> Get:
        (argument,) = _exactly(tree, 1)
        if isinstance(argument, Star):
            raise unsupported("the function isempty of all columns")
        inner = compiled(argument, env)

        def run(row: Record) -> bool:
            value = inner(row)
            return (value is None or value == "") is not negated

        return run

    return make


def _typeof(tree: Call, env: Environment) -> Get:
    """The name of a type, which only other functions ask for."""
    name = getattr(_exactly(tree, 1)[0], "text", "string")
    return lambda _row: name


_SPECIAL: dict[str, Callable[[Call, Environment], Get]] = {
    "now": _now,
    "ago": _ago,
    "iff": _iff,
    "iif": _iff,  # codespell:ignore iif
    "case": _case,
    "not": _not,
    "typeof": _typeof,
    "ingestion_time": _ingestion_time,
    "column_ifexists": _column_ifexists,
    "columnifexists": _column_ifexists,
    "pack_all": _pack_all,
    "toscalar": _toscalar,
    "materialize": _materialize,
    "isnull": _isnull(False),
    "isnotnull": _isnull(True),
    "notnull": _isnull(True),
    "isempty": _isempty(False),
    "isnotempty": _isempty(True),
    "notempty": _isempty(True),
}
