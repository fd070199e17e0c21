"""From values of a query to functions of a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cybersecqwen.dialects.interface import Record

from .comparing import INFIX, equal, has
from .environment import Environment, Function, Get, Later, Table, Value, unsupported
from .literals import duration_of, moment_of, number_of
from .regex import compiled as compiled_regex
from .regex import found_in
from .tree import (
    Among,
    Array,
    Bag,
    Between,
    Binary,
    Call,
    Duration,
    Dynamic,
    Expr,
    Index,
    Logic,
    Member,
    Name,
    Named,
    Null,
    Number,
    Pipeline,
    Sign,
    Star,
    Text,
    Truth,
    Typed,
)
from .values import CONVERSIONS, Lapse, Moment, element, key, moment, number, part, text, truth

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


def literal(tree: Expr) -> tuple[Any] | None:
    """The value of a literal, alone in a tuple; None where it depends on a row."""
    if isinstance(tree, Text):
        return (tree.value,)
    if isinstance(tree, Truth):
        return (tree.value,)
    if isinstance(tree, Number) or (isinstance(tree, Sign) and number_of(tree) is not None):
        return (number_of(tree),)
    if isinstance(tree, Duration):
        seconds = duration_of(tree.text)
        return (None if seconds is None else Lapse(seconds),)
    if isinstance(tree, Typed):
        return (_typed(tree),)
    if isinstance(tree, Dynamic):
        return (json(tree.value),)
    return (None,) if isinstance(tree, Null) else None


def _typed(tree: Typed) -> Any:
    if tree.text in ("null", ""):
        return None
    if tree.type == "datetime":
        found = moment_of(tree.text)
        return None if found is None else Moment(found)
    return CONVERSIONS.get(tree.type, text)(tree.text)


def json(tree: Expr) -> Any:
    """The value inside dynamic()."""
    if isinstance(tree, Array):
        return [json(one) for one in tree.items]
    if isinstance(tree, Bag):
        return {name: json(one) for name, one in tree.pairs}
    found = literal(tree)
    return found[0] if found is not None else getattr(tree, "text", None)


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
        return lambda row: moment(row.get(name))
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
    fast = _with_text(tree, env)
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
        return lambda row: left(row) == wanted or equal(left(row), wanted)
    if operator == "contains":
        return lambda row: folded in text(left(row)).lower()
    if operator == "has":
        return lambda row: has(text(left(row)).lower(), folded)
    return None


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
    operator = tree.operator.removeprefix("!")
    negated = tree.operator.startswith("!")
    values = _listed(tree.items, env)
    if isinstance(tree.left, Star):
        inner = _AMONG[operator]
        return lambda row: any(inner(one, values(row)) for one in row.values()) is not negated
    left, test = compiled(tree.left, env), _AMONG[operator]
    if operator in ("in", "in~") and all(_is_fixed(one, env) for one in tree.items):
        return _in_set(left, values, operator == "in~", negated)
    return lambda row: test(left(row), values(row)) is not negated


def _in_set(left: Get, values: Callable[[Record], list[Any]], folded: bool, negated: bool) -> Get:
    """Membership in a list that is the same for every row, by a look-up."""
    kept: list[frozenset[Any]] = []

    def wanted() -> frozenset[Any]:
        if not kept:
            found = values({})
            kept.append(frozenset(text(one).lower() for one in found) if folded else _keys(found))
        return kept[0]

    if folded:
        return lambda row: (text(left(row)).lower() in wanted()) is not negated

    def run(row: Record) -> bool:
        return (key(left(row)) in wanted()) is not negated

    return run


def _keys(values: list[Any]) -> frozenset[Any]:
    """What values are found by: numbers and truth values by their text as well, since a text may hold one."""
    plain = {key(one) for one in values}
    texts = {text(one) for one in values if one.__class__ in (int, float, bool)}
    numbers = {int(one) for one in values if one.__class__ is str and one.isdecimal() and len(one) < 19}
    return frozenset(plain | texts | {number_ for number_ in numbers if str(number_) in plain})


def _is_fixed(tree: Expr, env: Environment) -> bool:
    """Whether a value is the same for every row."""
    if isinstance(tree, Name):
        return isinstance(env.known.get(tree.text), Table | Later | Value)
    return isinstance(tree, Pipeline) or literal(tree) is not None


def _listed(items: tuple[Expr, ...], env: Environment) -> Callable[[Record], list[Any]]:
    """The values of a list; lists in it and tables give theirs."""
    parts = [compiled(one, env) for one in items]

    def run(row: Record) -> list[Any]:
        found: list[Any] = []
        for one in parts:
            value = one(row)
            if value.__class__ is list:
                found += value
            elif isinstance(value, Table):
                found += _first_column(value)
            else:
                found.append(value)
        return found

    if not all(_is_fixed(one, env) for one in items):
        return run
    kept: list[list[Any]] = []

    def once(row: Record) -> list[Any]:
        if not kept:
            kept.append(run({}))
        return kept[0]

    return once


def _first_column(table: Table) -> list[Any]:
    if table.columns:
        return [row.get(table.columns[0]) for row in table.rows]
    return [next(iter(row.values()), None) for row in table.rows]


def _in(value: Any, values: list[Any]) -> bool:
    return any(equal(value, one) for one in values)


def _in_folded(value: Any, values: list[Any]) -> bool:
    folded = text(value).lower()
    return any(folded == text(one).lower() for one in values)


def _has_any(value: Any, values: list[Any]) -> bool:
    folded = text(value).lower()
    return any(has(folded, text(one).lower()) for one in values)


def _has_all(value: Any, values: list[Any]) -> bool:
    folded = text(value).lower()
    return all(has(folded, text(one).lower()) for one in values)


_AMONG: dict[str, Callable[[Any, list[Any]], bool]] = {
    "in": _in,
    "in~": _in_folded,
    "has_any": _has_any,
    "has_all": _has_all,
}


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
