"""A query made ready for an engine: its tables by safe names, its columns by one name, now a moment.

What is run is the tree that was given, with nothing changed but that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from cybersecqwen.dialects.evaluating import _of as records_of
from cybersecqwen.dialects.interface import Data, Record, Running
from cybersecqwen.errors import EffectError, UnsayableError

from .effects import effects
from .names import name_of_table, names
from .tree import SqlTree
from .write import EVERYTHING

_TIMES = (exp.CurrentTimestamp, exp.CurrentDate, exp.Anonymous, exp.Literal)
RECORD = "__record"
"""Column that tells which record a row is, where a query keeps whole records."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What an engine needs to know."""

    statement: exp.Expr
    tables: tuple[tuple[str, tuple[Record, ...]], ...]
    """(name that the statement has for it, records)"""
    columns: tuple[str, ...]
    """Names that the query asks for."""
    numbers: frozenset[str]
    """Those of them that are compared with numbers, or summed."""
    whole: bool
    """Whether the rows are whole records, which the column `RECORD` tells."""
    every: bool
    """Whether it asks for columns without naming them."""
    ordered: bool


def plan_of(tree: SqlTree, data: Data, running: Running) -> Plan:
    """The plan. Raises EffectError for what does more than read, UnsayableError for what cannot be run."""
    found = effects(tree)
    if found:
        raise EffectError(f"The query is not run: it {found[0].what} ({found[0].command}).")
    if len(tree.statements) != 1:
        raise UnsayableError("Several statements are not run at once.", what="several statements")
    statement = tree.statements[0].copy()
    known = names(tree)
    tables: dict[str, str] = {}
    for table in list(statement.find_all(exp.Table)):
        _rename(table, tables, {one.text for one in known.tables})
    for column in list(statement.find_all(exp.Column)):
        _join(column, {one.text.lower() for one in known.fields})
    for call in list(statement.find_all(*_TIMES)):
        _fix_now(call, running.now, tree.flavour)
    whole = _is_whole(statement)
    return Plan(
        statement=statement,
        tables=tuple((safe, tuple(_records(data, name))) for name, safe in tables.items()),
        columns=tuple(dict.fromkeys(one.text for one in known.fields)),
        numbers=_numbers(statement),
        whole=whole,
        every=not whole and any(map(_is_open, statement.find_all(exp.Star, exp.Columns))),
        ordered=bool(statement.args.get("order")),
    )


def _records(data: Data, name: str) -> Iterator[Record]:
    if name == EVERYTHING and EVERYTHING not in data and "" not in data:
        for rows in data.values():
            yield from rows
    else:
        yield from records_of(data, name)


def _rename(table: exp.Table, tables: dict[str, str], known: set[str]) -> None:
    name = name_of_table(table)
    if name not in known or not isinstance(table.this, exp.Identifier):
        return
    safe = tables.setdefault(name, f"table_{len(tables)}")
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(table.parts[-1].name, quoted=True)))
    table.set("this", exp.to_identifier(safe, quoted=True))
    table.set("db", None)
    table.set("catalog", None)


def _join(column: exp.Column, known: set[str]) -> None:
    """A dotted name as one column; of what stands before a name only the table."""
    parts = [part.name for part in column.parts if isinstance(part, exp.Identifier)]
    for at in range(len(parts) - 1):
        dotted = ".".join(parts[at:])
        if dotted.lower() in known:
            table = parts[at - 1] if at else ""
            column.replace(
                exp.column(exp.to_identifier(dotted, quoted=True), table=table or None, quoted=True)
            )
            return
    if len(parts) > 2:
        column.set("db", None)
        column.set("catalog", None)


_NOW = frozenset(("now", "get_current_timestamp", "transaction_timestamp"))


def _fix_now(call: exp.Expr, now: float, flavour: str) -> None:
    """Let what asks for the time of day get the moment that now is."""
    moment = exp.Literal.string(_iso(now))
    if isinstance(call, exp.Literal):
        if flavour == "sqlite" and call.is_string and call.name.lower() == "now" and _is_argument(call):
            call.replace(moment)
    elif isinstance(call, exp.CurrentTimestamp) or call.name.lower() in _NOW:
        call.replace(moment if flavour == "sqlite" else exp.cast(moment, "timestamp"))
    elif isinstance(call, exp.CurrentDate):
        day = exp.Literal.string(_iso(now)[:10])
        call.replace(day if flavour == "sqlite" else exp.cast(day, "date"))


def _is_argument(call: exp.Expr) -> bool:
    return isinstance(call.parent, exp.Func) and not isinstance(call.parent, exp.Connector)


def _iso(now: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")


def _is_open(star: exp.Expr) -> bool:
    return isinstance(star, exp.Columns) or not isinstance(star.parent, exp.Count)


_ARITHMETIC = (
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Between,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod,
)  # fmt: skip


def _numbers(statement: exp.Expr) -> frozenset[str]:
    """Columns that stand beside a number, or in what takes numbers alone."""
    found: set[str] = set()
    for node in statement.find_all(exp.Sum, exp.Avg, exp.Median, *_ARITHMETIC):
        parts = list(node.iter_expressions())
        beside = isinstance(node, exp.AggFunc) or any(map(_is_number, parts))
        found.update(part.name for part in parts if beside and isinstance(part, exp.Column))
    return frozenset(found)


def _is_number(part: exp.Expr) -> bool:
    inner = part.this if isinstance(part, exp.Neg) else part
    return isinstance(inner, exp.Literal) and not inner.is_string


_ROWS = (exp.Join, exp.Distinct, exp.Intersect, exp.Except, exp.Pivot, exp.Window, exp.Unnest, exp.Group)
"""What compares, joins or makes rows."""


def _is_whole(statement: exp.Expr) -> bool:
    """Whether it gives whole records: stars alone, and nothing that compares, joins or makes rows."""
    selects = list(statement.find_all(exp.Select))
    stars = all([type(one) for one in select.expressions] == [exp.Star] for select in selects)
    plain = not any(
        star.args.get(key) for star in statement.find_all(exp.Star) for key in ("except_", "replace")
    )
    unions = not any(union.args.get("distinct") for union in statement.find_all(exp.Union))
    return bool(selects) and stars and plain and unions and statement.find(*_ROWS) is None
