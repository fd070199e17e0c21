"""From values of a query to functions of a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cybersecqwen.dialects.interface import Record

from .columns import DEFENDER_TIME, SENTINEL_TIME
from .comparing import INFIX, equal, has
from .constants import literal
from .environment import Environment, Function, Get, Later, Table, Value, unsupported
from .literals import number_of
from .regex import compiled as compiled_regex
from .regex import found_in
from .tree import (
    Among,
    Between,
    Binary,
    Call,
    Expr,
    Index,
    Logic,
    Member,
    Name,
    Named,
    Pipeline,
    Sign,
    Star,
    Text,
)
from .values import Lapse, element, moment, number, part, text, truth

_DEEPEST_CALL = 50


def compiled(tree: Expr, env: Environment) -> Get:
    """The function that gives a value for a row. Raises UnsayableError for what is not run here."""
    constant = literal(tree)
    if constant is not None:
        value = constant[0]
        return lambda _row: value
    make = _COMPILE.get(type(tree))
    if make is None:
        raise unsupported(f"a value of the kind {type(tree).__name__.lower()}")
    return make(tree, env)


def constant(tree: Expr, env: Environment) -> Any:
    """The value of what depends on no row: of settings, numbers of rows, arguments of plugins."""
    return compiled(tree, env)({})


def _name(tree: Name, env: Environment) -> Get:
    name = tree.text
    known = env.known.get(name)
    if isinstance(known, Table | Later):
        table = known.table() if isinstance(known, Later) else known
        return lambda _row: table
    if isinstance(known, Function):
        raise unsupported("a function without its arguments")
    if isinstance(known, Value):
        value = known.value
        return lambda row: row[name] if name in row else value()
    if known is not None:
        given = known
        return lambda row: row[name] if name in row else given(row)
    if name in env.times:
        # The time of a record under either of the names that Sentinel and Defender give it.
        other = env.running.time_field if name in (SENTINEL_TIME, DEFENDER_TIME) else name
        return lambda row: moment(row[name] if name in row else row.get(other))
    kind = env.running.types.get(name, "")
    if kind in _BY_TYPE:
        convert = _BY_TYPE[kind]
        return lambda row: convert(row.get(name))
    return lambda row: row.get(name)


def _as_text(value: Any) -> Any:
    return value if value.__class__ is str else None if value is None else text(value)


_BY_TYPE: dict[str, Callable[[Any], Any]] = {"text": _as_text, "number": number, "bool": truth}


def _member(tree: Member, env: Environment) -> Get:
    if tree.arguments is not None:
        raise unsupported("a query over another cluster, database or workspace")
    name = tree.name
    dotted = _dotted(tree)
    inner = compiled(tree.inner, env)
    if dotted is None:
        return lambda row: part(inner(row), name)
    # Records may hold the path as one name, as those of Sigma's tests do.
    return lambda row: row[dotted] if dotted in row else part(inner(row), name)


_SEEN_THROUGH = ("parse_json", "todynamic", "tostring")


def _dotted(tree: Expr) -> str | None:
    """A value in a value as a path with dots, whatever it was converted to on the way."""
    while isinstance(tree, Call) and tree.name in _SEEN_THROUGH and len(tree.arguments) == 1:
        tree = tree.arguments[0]
    if isinstance(tree, Name):
        return tree.text
    inner = _dotted(tree.inner) if isinstance(tree, Member) and tree.arguments is None else None
    return f"{inner}.{tree.name}" if inner and isinstance(tree, Member) else None


def _index(tree: Index, env: Environment) -> Get:
    inner, at = compiled(tree.inner, env), compiled(tree.at, env)
    return lambda row: element(inner(row), at(row))


def _sign(tree: Sign, env: Environment) -> Get:
    inner = compiled(tree.inner, env)
    if tree.sign == "+":
        return inner
    subtract = INFIX["-"]

    def run(row: Record) -> Any:
        value = inner(row)
        return Lapse(-value) if value.__class__ is Lapse else subtract(0, value)

    return run


def _binary(tree: Binary, env: Environment) -> Get:
    if isinstance(tree.left, Star):
        return _in_any_column(tree, env)
    operation = INFIX.get(tree.operator)
    if operation is None:
        raise unsupported(f"the operator {tree.operator}")
    fast = _with_number(tree, env) or _with_text(tree, env)
    if fast is not None:
        return fast
    left, right = compiled(tree.left, env), compiled(tree.right, env)
    return lambda row: operation(left(row), right(row))


def _in_any_column(tree: Binary, env: Environment) -> Get:
    operation, right = INFIX[tree.operator], compiled(tree.right, env)

    def run(row: Record) -> bool:
        wanted = right(row)
        return any(operation(value, wanted) is True for value in row.values())

    return run


def _equal_to(left: Get, wanted: Any, kinds: tuple[type[Any], ...]) -> Get:
    """Whether a value is equal to a literal; at once where it is of its kind."""

    def run(row: Record) -> bool:
        value = left(row)
        return bool(value == wanted) if value.__class__ in kinds else equal(value, wanted)

    return run


def _with_text(tree: Binary, env: Environment) -> Get | None:
    """Comparisons with a literal text, which most are, without looking at its type each time."""
    if not isinstance(tree.right, Text):
        return None
    left, wanted = compiled(tree.left, env), tree.right.value
    folded = wanted.lower()
    operator = tree.operator
    if operator == "matches regex":
        pattern = compiled_regex(wanted)
        return lambda row: found_in(pattern, text(left(row))) is not None
    if operator == "=~":
        return lambda row: text(left(row)).lower() == folded
    if operator == "==":
        return _equal_to(left, wanted, (str,))
    if operator == "contains":
        return lambda row: folded in text(left(row)).lower()
    if operator == "has":
        return lambda row: has(text(left(row)).lower(), folded)
    return None


def _with_number(tree: Binary, env: Environment) -> Get | None:
    wanted = number_of(tree.right) if tree.operator == "==" else None
    return None if wanted is None else _equal_to(compiled(tree.left, env), wanted, (int, float))


def _logic(tree: Logic, env: Environment) -> Get:
    parts = tuple(compiled(one, env) for one in tree.parts)
    if tree.operator == "and":

        def every(row: Record) -> bool | None:
            found: bool | None = True
            for one in parts:
                value = one(row)
                if value is None:
                    found = None
                elif not value:
                    return False
            return found

        return every

    def either(row: Record) -> bool | None:
        found: bool | None = False
        for one in parts:
            value = one(row)
            if value is None:
                found = None
            elif value:
                return True
        return found

    return either


def _between(tree: Between, env: Environment) -> Get:
    left, low, high = (compiled(one, env) for one in (tree.left, tree.low, tree.high))
    at_least, at_most, add = INFIX[">="], INFIX["<="], INFIX["+"]

    def run(row: Record) -> bool | None:
        value, least, most = left(row), low(row), high(row)
        if most.__class__ is Lapse and least.__class__ is not Lapse:
            most = add(moment(least), most)
        above, below = at_least(value, least), at_most(value, most)
        if above is None or below is None:
            return None
        return (above and below) is not tree.negated

    return run


def _among(tree: Among, env: Environment) -> Get:
    from .compiling_lists import among

    return among(tree, env)


def _call(tree: Call, env: Environment) -> Get:
    known = env.known.get(tree.name)
    if isinstance(known, Function):
        return _user_function(tree, known, env)
    from .calling import call

    return call(tree, env)


def _user_function(tree: Call, function: Function, env: Environment) -> Get:
    """The body with its parameters bound to what stands in the call."""
    from .run import bound

    if env.depth > _DEEPEST_CALL:
        raise unsupported("a function that calls itself")
    inner, body = bound(function, tree.arguments, env)
    return compiled(body, inner)


def _pipeline(tree: Pipeline, env: Environment) -> Get:
    """A query where a list is asked for: computed once."""
    from .run import tabular

    later = Later(make=lambda: tabular(tree, env))
    return lambda _row: later.table()


def _named(tree: Named, env: Environment) -> Get:
    return compiled(tree.value, env)


_COMPILE: dict[type[Any], Callable[[Any, Environment], Get]] = {
    Name: _name,
    Member: _member,
    Index: _index,
    Sign: _sign,
    Binary: _binary,
    Logic: _logic,
    Between: _between,
    Among: _among,
    Call: _call,
    Pipeline: _pipeline,
    Named: _named,
}
