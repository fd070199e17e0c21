"""What tells the kind of events in queries by hand, where the conditions of a mapping are written otherwise.

A mapping says it in a table `loose`:

    [loose]
    alike = { EventID = "EventCode" }      # other names of the fields that tell the records
    tables_as = "event.category"           # tables of these names are values of a field
    tables = ["process", "file"]
    by = "EventCode"                       # the number alone tells the log
    [loose.codes]
    security = ["4624", "4625"]
    [[loose.log]]                          # all the ways in which a log is named
    name = "security"
    means = { source = "XmlWinEventLog:Security" }
    sourcetype = ["WinEventLog:Security"]
    tables = ["wineventlog_security"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from typing import Any

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.detect.sigma.plain import matches
from cybersecqwen.dialects.query import Query


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """A log, and the ways in which queries name it."""

    name: str
    """For people."""
    column: str
    """Field of the condition that tells it in the mapping."""
    values: tuple[str, ...]
    """Values of the condition, in lower case."""
    said: Map[str, tuple[str, ...]]
    """Field to the values of it, in lower case, that name this log; "" for tables."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loose:
    """What the conditions of a mapping are told by in queries by hand."""

    logs: tuple[Log, ...] = ()
    alike: Map[str, str] = field(default_factory=dict)
    """Other name to the field of the conditions."""
    codes: Map[str, str] = field(default_factory=dict)
    """Number of an event to the name of the log that it is taken to be of."""
    needs: Map[str, frozenset[str]] = field(default_factory=dict)
    """Log to the fields of which a query must name one, for the number alone to tell it; absent for none."""
    by: str = ""
    """Field that holds this number."""
    tables_as: str = ""
    """Field whose values stand where tables do; "" for none."""
    tables: frozenset[str] = frozenset()
    """These values, in lower case."""


_OWN = frozenset(("name", "means", "tables"))


def loose_of(raw: Map[str, Any]) -> Loose:
    """The table `loose` of a mapping. Raises KeyError, TypeError, ValueError for one of another form."""
    return Loose(
        logs=tuple(map(_log, raw.get("log", ()))),
        alike={str(one): str(other) for one, other in raw.get("alike", {}).items()},
        codes={str(code): str(name) for name, codes in raw.get("codes", {}).items() for code in codes},
        needs={str(name): frozenset(map(str, names)) for name, names in raw.get("needs", {}).items()},
        by=str(raw.get("by", "")),
        tables_as=str(raw.get("tables_as", "")),
        tables=frozenset(_lowered(raw.get("tables", ()))),
    )


def _log(raw: Map[str, Any]) -> Log:
    ((column, value),) = raw["means"].items()
    said = {str(key): _lowered(raw[key]) for key in raw if key not in _OWN}
    values = _lowered(value if isinstance(value, list) else [value])
    said[str(column)] = (*values, *said.get(column, ()))
    said[""] = _lowered(raw.get("tables", ()))
    return Log(name=str(raw["name"]), column=str(column), values=values, said=said)


def _lowered(raw: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(one).lower() for one in raw)


def strictly(
    query: Query, loose: Loose, known: Callable[[Expression], bool]
) -> tuple[Query, tuple[str, ...]]:
    """The query with the conditions of the mapping for what tells the same, and what was taken for granted.

    What is `known` as a condition stays as it is.
    """
    asked = query.where.parts if isinstance(query.where, And) else (query.where,)
    parts = tuple(part for part in asked if part is not None)
    renamed = tuple(_renamed(part, loose.alike) for part in parts)
    made: dict[Expression, None] = {}
    for part in renamed:
        for one in (part,) if known(part) else _told(part, loose.logs):
            made[one] = None
    tables: list[str] = []
    for table in query.tables:
        found = next((log for log in loose.logs if table.lower() in log.said[""]), None)
        if found is not None:
            made[_condition(found)] = None
        elif loose.tables_as and table.lower() in (*loose.tables, "any"):
            continue
        else:
            tables.append(table)
    kinds = tuple(one.lower() for one in query.tables if one.lower() in loose.tables)
    if kinds:
        made[Test(loose.tables_as, Op.EQUALS, kinds)] = None
    more, notes = _by_code(list(made), loose)
    if not more and renamed != parts and tuple(made) == renamed:
        made = dict.fromkeys(parts)
    found_parts = (*more, *made)
    where = found_parts[0] if len(found_parts) == 1 else And(found_parts) if found_parts else None
    return replace(query, tables=tuple(tables), where=where), notes


def _condition(log: Log) -> Test:
    return Test(log.column, Op.EQUALS, log.values)


def _renamed(expression: Expression, alike: Map[str, str]) -> Expression:
    if not alike:
        return expression
    if isinstance(expression, Not):
        return Not(_renamed(expression.inner, alike))
    if isinstance(expression, And | Or):
        return type(expression)(tuple(_renamed(part, alike) for part in expression.parts))
    return replace(expression, field=alike.get(expression.field, expression.field))


def _told(part: Expression, logs: tuple[Log, ...]) -> tuple[Expression, ...]:
    """A part of the query; the condition for one that tells a log, nothing for one that tells several."""
    name = _field(part)
    ours = [log for log in logs if name in log.said]
    if not name or not ours:
        return (part,)
    if isinstance(part, Test) and part.op is Op.EQUALS:
        named = [[log for log in ours if value.lower() in log.said[name]] for value in part.values]
    else:
        named = [[log for log in ours if any(allows(part, value) for value in log.said[name])]]
    if not all(named):
        return (part,)
    if any(len(one) > 1 for one in named):
        return ()
    values = dict.fromkeys(value for one in named for value in one[0].values)
    columns = {one[0].column for one in named}
    return (Test(columns.pop(), Op.EQUALS, tuple(values)),) if len(columns) == 1 else (part,)


def fields_in(expression: Expression) -> frozenset[str]:
    """The fields that an expression asks for."""
    if isinstance(expression, Test):
        return frozenset((expression.field,))
    if isinstance(expression, Not):
        return fields_in(expression.inner)
    return frozenset[str]().union(*map(fields_in, expression.parts))


def allows(part: Expression, value: str) -> bool:
    """Whether a part of a query holds for a record whose field, the only one it asks for, has this value."""
    try:
        return matches(part, lambda _name: value)
    except ValueError:  # what it compares with is no number, network or expression
        return False


def _field(part: Expression) -> str:
    """The one field that an expression without negations asks for; "" where there are others."""
    if isinstance(part, Test):
        return part.field if part.op not in (Op.SAME_AS, Op.NULL) else ""
    if isinstance(part, Not):
        return ""
    names = {_field(one) for one in part.parts}
    return names.pop() if len(names) == 1 else ""


def _by_code(parts: list[Expression], loose: Loose) -> tuple[tuple[Expression, ...], tuple[str, ...]]:
    """The log that the number of an event is taken to be of, where the query names none."""
    columns = {log.column for log in loose.logs}
    if any(isinstance(part, Test) and part.field in columns for part in parts):
        return (), ()
    for part in parts:
        if not (isinstance(part, Test) and part.field == loose.by and part.op is Op.EQUALS):
            continue
        names = {loose.codes.get(code, "") for code in part.values}
        log = next((log for log in loose.logs if {log.name} == names), None)
        needed = loose.needs.get(log.name, frozenset()) if log is not None else frozenset()
        if log is not None and (not needed or needed & set().union(*map(fields_in, parts))):
            said = f"The query does not say which log; {part.field} {', '.join(part.values[:5])}"
            return (_condition(log),), (f"{said} is taken to be of {log.name}.",)
    return (), ()
