"""What a query costs, by estimate: work of reading one event once, over a million events of each table.

The numbers are chosen, not measured, so that queries stand in the order that Microsoft's advice gives them
(https://learn.microsoft.com/kusto/query/best-practices): time before terms, terms before parts of words,
parts before regular expressions, columns before computed values, few rows before joins. Two costs of the
same query in two forms can be compared; one alone says little.

    reading an event                 1        a tenth of the events where a condition on time comes first
    a condition                      _CONDITIONS, `_FUNCTIONS` for every call; conditions of one `where` are
                                     looked at from the left until one fails
    share of rows that it keeps      _KEPT
    extend, project, parse ...       _STEPS for every row, and the values that are computed
    summarize, distinct              for every row by the number of keys and aggregates; one row in 20 remains
    join                             2.5 a row of the left, 1 of the right; lookup 0.8 and 2
    sort                             0.05 a row and doubling; top 0.1 a row
    a table that a let names         where it stands, each time; with materialize() once
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cybersecqwen.dialects.improvement import Context

from . import steps
from .columns import DEFENDER_TIME, SENTINEL_TIME
from .naming_steps import kind_of
from .steps import Step
from .tree import (
    Among,
    Between,
    Binary,
    Call,
    Expr,
    KqlQuery,
    Lambda,
    Let,
    Logic,
    Name,
    Named,
    Number,
    Pipeline,
    Star,
    Text,
)
from .walk import walk

EVENTS = 1_000_000.0
_TIMES = (SENTINEL_TIME, DEFENDER_TIME)
_CONDITIONS = {
    "time": 0.01,
    "number": 0.03,
    "cased": 0.05,
    "folded": 0.08,
    "cased term": 0.08,
    "term": 0.1,
    "cased part": 0.4,
    "part": 0.5,
    "regex": 2.0,
    "other": 0.2,
}
_KEPT = {"time": 0.1, "number": 0.3, "cased": 0.2, "folded": 0.2, "cased term": 0.2, "term": 0.2,
         "cased part": 0.25, "part": 0.25, "regex": 0.3, "other": 0.5}  # fmt: skip
_FUNCTIONS = {"parse_json": 1.5, "todynamic": 1.5, "parse_xml": 3.0, "extract": 2.0, "extract_all": 2.5,
              "replace_regex": 2.0, "replace": 2.0, "parse_url": 1.5, "base64_decode_tostring": 1.0,
              "tostring": 0.05, "tolower": 0.15, "toupper": 0.15, "split": 0.5, "strcat": 0.2}  # fmt: skip
_FUNCTION, _ANY_COLUMN = 0.1, 20.0
_STEPS: dict[type[Any], float] = {
    steps.Extend: 0.05,
    steps.Project: 0.03,
    steps.Parse: 1.0,
    steps.ParseKv: 1.5,
    steps.MvApply: 2.0,
    steps.MakeSeries: 1.0,
    steps.Evaluate: 2.0,
}
_AGGREGATES = {"count": 0.02, "countif": 0.05, "dcount": 0.15, "count_distinct": 0.4, "make_set": 0.4,
               "make_list": 0.3, "arg_max": 0.3, "arg_min": 0.3}  # fmt: skip
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class _Known:
    """What `let` has named, and how deep the names of names have been followed."""

    lets: dict[str, Expr]
    paid: set[str]
    """Tables that are materialised and were paid for."""
    depth: int = 0
    functions: dict[str, tuple[float, float]] = field(default_factory=dict)
    """What calls of functions and tables of `let` cost, once that is known."""


def cost(tree: KqlQuery, _context: Context) -> float:
    """The estimated cost of a query."""
    if tree.body is None:
        return 0.0
    lets = {one.name.text: one.value for one in tree.statements if isinstance(one, Let)}
    return _table(tree.body, _Known(lets, set()))[0]


def _table(tree: Expr, known: _Known) -> tuple[float, float]:
    """(cost, rows) of a table."""
    if known.depth > _DEEPEST:
        return 0.0, EVENTS
    if isinstance(tree, Pipeline):
        return _pipeline(tree, known)
    if isinstance(tree, Name) and tree.text in known.lets:
        return _named(tree.text, known)
    if isinstance(tree, Call):
        if tree.name in ("materialize", "view", "toscalar") and tree.arguments:
            return _table(tree.arguments[0], known)
        function = known.lets.get(tree.name)
        if isinstance(function, Lambda):
            return _remembered(tree.name, function.body, known)
    return EVENTS, EVENTS


def _remembered(name: str, tree: Expr, known: _Known) -> tuple[float, float]:
    if name not in known.functions:
        deeper = _Known(known.lets, known.paid, known.depth + 1, known.functions)
        known.functions[name] = _table(tree, deeper)
    return known.functions[name]


def _named(name: str, known: _Known) -> tuple[float, float]:
    value = known.lets[name]
    spent, rows = _remembered(name, value, known)
    if isinstance(value, Call) and value.name == "materialize":
        if name in known.paid:
            return 0.0, rows
        known.paid.add(name)
    return spent, rows


def _pipeline(tree: Pipeline, known: _Known) -> tuple[float, float]:
    rest = list(tree.steps)
    if isinstance(tree.source, Step):
        spent, rows = _first(tree.source, known)
    else:
        spent, rows = _table(tree.source, known)
        if spent == EVENTS and rest and isinstance(rest[0], steps.Where) and _timed(rest[0].predicate):
            spent = rows = EVENTS * _KEPT["time"]
            rest[0] = steps.Where(predicate=_without_time(rest[0].predicate))
    for step in rest:
        more, rows = _step(step, rows, known)
        spent += more
    return spent, max(rows, 1.0)


def _timed(tree: Expr) -> bool:
    """Whether a condition begins with one on time."""
    first = tree.parts[0] if isinstance(tree, Logic) and tree.operator == "and" else tree
    return kind(first) == "time"


def _without_time(tree: Expr) -> Expr:
    if isinstance(tree, Logic) and tree.operator == "and" and len(tree.parts) > 2:
        return Logic("and", tree.parts[1:])
    return tree.parts[1] if isinstance(tree, Logic) and tree.operator == "and" else Logic("and", ())


def _first(step: Step, known: _Known) -> tuple[float, float]:
    if isinstance(step, steps.Union):
        tables = [
            _table(one, known) if not isinstance(one, Star) else (EVENTS * 20, EVENTS * 20)
            for one in step.tables
        ]
        return sum(one for one, _ in tables), sum(rows for _, rows in tables)
    if isinstance(step, steps.Search):
        tables_ = len(step.tables) or 20
        return EVENTS * tables_ * _ANY_COLUMN / 4, EVENTS * tables_ * 0.1
    return 100.0, 100.0


def _step(step: Step, rows: float, known: _Known) -> tuple[float, float]:
    """The cost, and the rows that remain."""
    run = _COSTS.get(type(step))
    if run is not None:
        return run(step, rows, known)
    each = _STEPS.get(type(step), 0.1) + sum(_values(item) for item in getattr(step, "items", ()))
    return rows * each, rows


def _where(step: steps.Where, rows: float, known: _Known) -> tuple[float, float]:
    spent, kept = condition(step.predicate, known)
    return rows * spent, rows * kept


def condition(tree: Expr, known: _Known | None = None) -> tuple[float, float]:
    """(cost for a row, share of rows that it keeps) of a condition."""
    if isinstance(tree, Logic):
        return _logic(tree, known)
    if isinstance(tree, Call) and tree.name == "not" and tree.arguments:
        spent, kept = condition(tree.arguments[0], known)
        return spent, 1 - kept
    if isinstance(tree, Call) and tree.name in _PRESENCE:
        return 0.02 + _values(tree), 1.0
    if (
        isinstance(tree, Binary)
        and isinstance(tree.left, Text | Number)
        and isinstance(tree.right, Text | Number)
    ):
        return 0.01, 1.0
    named = kind(tree)
    spent = _CONDITIONS[named] * (_ANY_COLUMN if _of_all(tree) else 1) + _values(tree)
    kept = _KEPT[named]
    if isinstance(tree, Among):
        kept = min(0.6, kept * max(1, len(tree.items)) ** 0.5)
        spent += 0.005 * len(tree.items)
        if known is not None and any(isinstance(one, Pipeline) for one in tree.items):
            spent += sum(_table(one, known)[0] for one in tree.items if isinstance(one, Pipeline)) / EVENTS
    negated = getattr(tree, "operator", "").startswith("!") or getattr(tree, "negated", False)
    return spent, 1 - kept if negated else kept


def _logic(tree: Logic, known: _Known | None) -> tuple[float, float]:
    """From the left, until one fails; for `or` until one holds."""
    spent, reached = 0.0, 1.0
    for part in tree.parts:
        one, kept = condition(part, known)
        spent += one * reached
        reached *= kept if tree.operator == "and" else 1 - kept
    return spent, reached if tree.operator == "and" else 1 - reached


def kind(tree: Expr) -> str:
    """Which kind a condition is of, by what it costs."""
    if isinstance(tree, Binary):
        if _about_time(tree.left) or _about_time(tree.right):
            return "time"
        return _kind_of_operator(tree.operator, isinstance(tree.right, Text))
    if isinstance(tree, Between):
        return "time" if _about_time(tree.left) else "number"
    if isinstance(tree, Among):
        return _LISTS.get(tree.operator.removeprefix("!"), "other")
    return "other"


_PRESENCE = ("isempty", "isnotempty", "isnull", "isnotnull")
_LISTS = {"in": "cased", "in~": "folded", "has_any": "term", "has_all": "term"}


def _kind_of_operator(operator: str, of_text: bool) -> str:
    word = operator.removeprefix("!")
    if operator in ("==", "!="):
        return "cased" if of_text else "number"
    if operator in ("=~", "!~"):
        return "folded"
    if word.startswith("has") or operator == ":":
        return "cased term" if word.endswith("_cs") else "term"
    if word in ("contains", "startswith", "endswith"):
        return "part"
    if word.endswith("_cs"):
        return "cased part"
    if operator == "matches regex":
        return "regex"
    return "number" if operator in ("<", "<=", ">", ">=") else "other"


def _about_time(tree: Expr) -> bool:
    return isinstance(tree, Name) and tree.text in _TIMES


def _of_all(tree: Expr) -> bool:
    return isinstance(getattr(tree, "left", None), Star)


def _values(tree: Any) -> float:
    """What is computed in a value: its calls."""
    return sum(
        _FUNCTIONS.get(node.name, _FUNCTION)
        for node in walk(tree)
        if isinstance(node, Call) and node.name not in ("ago", "now", "not", "isnotempty", "isempty")
    )


def _summarize(step: steps.Summarize, rows: float, _known: _Known) -> tuple[float, float]:
    each = 0.2 + 0.1 * len(step.by) + sum(map(_aggregate, step.items)) + sum(map(_values, step.by))
    return rows * each, max(1.0, rows / 20) if step.by else 1.0


def _aggregate(tree: Expr) -> float:
    call = tree.value if isinstance(tree, Named) else tree
    if not isinstance(call, Call):
        return 0.1
    return _AGGREGATES.get(call.name, 0.1) + sum(map(_values, call.arguments))


def _project(step: steps.Project, rows: float, _known: _Known) -> tuple[float, float]:
    each = 0.03 + sum(map(_values, step.items))
    return (
        (rows * (each + 0.1 * len(step.items)), rows / 20) if step.word == "distinct" else (rows * each, rows)
    )


def _join(step: steps.Join, rows: float, known: _Known) -> tuple[float, float]:
    spent, others = _table(step.right, known)
    left, right = (0.8, 2.0) if step.word == "lookup" else (2.5, 1.0)
    semi = kind_of(step) in ("leftsemi", "leftanti", "anti", "rightsemi", "rightanti")
    made = rows * 0.5 if semi else rows if step.word == "lookup" else rows * 1.2
    return spent + rows * (left * 0.7 if semi else left) + others * right, made


def _union(step: steps.Union, rows: float, known: _Known) -> tuple[float, float]:
    tables = [_table(one, known) for one in step.tables if not isinstance(one, Star)]
    return sum(one for one, _ in tables), rows + sum(one for _, one in tables)


_COSTS: dict[type[Any], Callable[[Any, float, _Known], tuple[float, float]]] = {
    steps.Where: _where,
    steps.Summarize: _summarize,
    steps.Project: _project,
    steps.Join: _join,
    steps.Union: _union,
    steps.Sort: lambda step, rows, _: (rows * 0.05 * math.log2(rows + 2), rows),
    steps.Top: lambda step, rows, _: (rows * 0.1, min(rows, 100.0)),
    steps.Take: lambda step, rows, _: (0.0, min(rows, 100.0)),
    steps.Count: lambda step, rows, _: (rows * 0.02, 1.0),
    steps.MvExpand: lambda step, rows, _: (rows * 3.0, rows * 3.0),
    steps.Search: lambda step, rows, _: (rows * _ANY_COLUMN / 4, rows * 0.1),
    steps.Render: lambda step, rows, _: (0.0, rows),
    steps.As: lambda step, rows, _: (0.0, rows),
}
