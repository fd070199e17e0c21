"""From a tree to the middle: what `translate` and `explain` begin with.

Read are one table or a union of tables, `where`, `summarize`, `distinct`, `project`, `sort`, `top`, `take`,
`count` and `search`; `let` of values, of lists and of queries that are the source. What changes no row
(`render`, `project-reorder`, `as`) is passed over. Everything else is refused by name.

A column that `extend` makes of another one (`x = tostring(a.b)`) stands for that one in conditions behind it.
Columns that are added and never asked about are left out: the same records are found without them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cybersecqwen.detect.sigma.model import And, Expression, Op, Test
from cybersecqwen.dialects.query import (
    Aggregate,
    Columns,
    Keep,
    Limit,
    Measure,
    Measured,
    Query,
    Sort,
    Span,
    Step,
    Unique,
)

from . import steps as operators
from .literals import number_of
from .naming_steps import result_name
from .read_columns import asked, unsayable
from .read_conditions import Scope, condition
from .read_sequences import sequence_in
from .read_spans import meet, span_in
from .read_steps import aggregate, name_of
from .terms import term_pattern
from .tree import Call, Expr, KqlQuery, Let, Logic, Name, Named, Pipeline, Star, Text
from .walk import changed, find


@dataclass(slots=True)
class _Reading:
    """How far the reading has come."""

    scope: Scope
    tables: tuple[str, ...] = ()
    where: list[Expression] = field(default_factory=list)
    span: Span | None = None
    steps: list[Step] = field(default_factory=list)
    made: dict[str, Expr | None] = field(default_factory=dict)
    """Columns that were added: of what other one each is made, None where it is computed."""


_NO_CHANGE = (operators.Render, operators.As)


def read(tree: KqlQuery) -> Query:
    """What a query means. Raises UnsayableError for what the middle has no words for."""
    if tree.command:
        raise unsayable("a control command")
    if tree.body is None:
        raise unsayable("a query without a table")
    if isinstance(tree.body, Pipeline) and not tree.statements:
        found = sequence_in(tree.body, read)
        if found is not None:
            return found
    lets = _lets(tree)
    reading = _Reading(Scope(values=lets))
    _source(tree.body, reading)
    where = reading.where
    return Query(
        tables=reading.tables,
        where=None if not where else where[0] if len(where) == 1 else And(tuple(where)),
        span=None if reading.span == Span() else reading.span,
        steps=tuple(reading.steps),
    )


def _lets(tree: KqlQuery) -> dict[str, Expr]:
    found: dict[str, Expr] = {}
    for statement in tree.statements:
        if isinstance(statement, Let):
            value = statement.value
            found[statement.name.text] = found.get(value.text, value) if isinstance(value, Name) else value
    return found


def _source(tree: Expr, reading: _Reading, depth: int = 0) -> None:
    if depth > 20:
        raise unsayable("a let that is named by itself")
    if isinstance(tree, Pipeline):
        if isinstance(tree.source, operators.Step):
            _first(tree.source, reading)
        else:
            _source(tree.source, reading, depth + 1)
        for step in tree.steps:
            _step(step, reading)
    elif isinstance(tree, Name):
        named = reading.scope.values.get(tree.text)
        if named is not None:
            _source(named, reading, depth + 1)
        else:
            reading.tables = (tree.text,)
    elif isinstance(tree, Call) and tree.name in ("table", "materialize") and len(tree.arguments) == 1:
        inner = tree.arguments[0]
        _source(Name(inner.value) if isinstance(inner, Text) else inner, reading, depth + 1)
    else:
        raise unsayable("a source that is no table")


def _first(step: operators.Step, reading: _Reading) -> None:
    """What begins a query without a table before it."""
    if isinstance(step, operators.Union):
        if len(step.tables) == 1 and isinstance(step.tables[0], Star):
            return
        names = [_table(table, reading) for table in step.tables]
        reading.tables = tuple(names)
    elif isinstance(step, operators.Search):
        reading.tables = tuple(_table(table, reading) for table in step.tables)
        _search(step, reading)
    else:
        raise unsayable(f"the source {type(step).__name__.lower()}")


def _table(tree: Expr, reading: _Reading) -> str:
    if not isinstance(tree, Name) or "*" in tree.text or tree.text in reading.scope.values:
        raise unsayable("a union of queries")
    return tree.text


def _search(step: operators.Search, reading: _Reading) -> None:
    found = _looked_for(step.predicate, reading)
    if found is not None:
        reading.where.append(found)


def _looked_for(tree: Expr, reading: _Reading) -> Expression | None:
    """A text by itself is looked for as a term in all columns."""
    if isinstance(tree, Star):
        return None
    if isinstance(tree, Text):
        return Test("", Op.REGEX, (term_pattern(tree.value),), cased=True)
    if isinstance(tree, Logic) and tree.operator == "and":
        parts = [found for part in tree.parts if (found := _looked_for(part, reading)) is not None]
        return And(tuple(parts)) if parts else None
    return condition(tree, reading.scope)


def _extend(step: operators.Extend, reading: _Reading) -> None:
    """Remembers what the new columns are made of; of all items before any of them is there."""
    new: dict[str, Expr | None] = {}
    for item in step.items:
        names = item.names if isinstance(item, Named) else (Name(result_name(item)),)
        value = item.value if isinstance(item, Named) else item
        plain = asked(value) is not None and not _names_computed(value, reading)
        for name in names:
            new[name.text] = _unmade(value, reading) if plain and len(names) == 1 else None
    reading.made |= new


def _names_computed(tree: Expr, reading: _Reading) -> bool:
    return any(name.text in reading.made and reading.made[name.text] is None for name in find(tree, Name))


def _unmade(tree: Expr, reading: _Reading) -> Expr:
    """A value with the columns that were added replaced by what they are made of."""

    def replaced(node: object) -> object:
        if isinstance(node, Name) and node.text in reading.made:
            made = reading.made[node.text]
            if made is None:
                raise unsayable("a column that is computed")
            return made
        return node

    return changed(tree, replaced) if reading.made else tree


def _step(step: operators.Step, reading: _Reading) -> None:
    if not isinstance(step, operators.Where | operators.Search | operators.Extend) and reading.made:
        if any(name.text in reading.made for name in find(step, Name)):
            raise unsayable("a column that is computed")
        if isinstance(step, operators.Project) and any(isinstance(one, Star) for one in step.items):
            raise unsayable("a column that is computed")
    if isinstance(step, operators.Where):
        _where(step.predicate, reading)
    elif isinstance(step, operators.Search) and not step.tables:
        _search(step, reading)
    elif isinstance(step, operators.Summarize):
        reading.steps.append(_summarize(step))
    elif isinstance(step, operators.Project):
        _project(step, reading)
    elif isinstance(step, operators.Sort):
        reading.steps.append(Sort(keys=tuple(map(_key, step.keys))))
    elif isinstance(step, operators.Top):
        reading.steps.append(Sort(keys=tuple(map(_key, step.keys))))
        reading.steps.append(Limit(count=_count(step.count, reading)))
    elif isinstance(step, operators.Take) and step.word != "sample":
        reading.steps.append(Limit(count=_count(step.count, reading)))
    elif isinstance(step, operators.Count):
        reading.steps.append(Aggregate(measures=(Measure(name="Count", function=Measured.COUNT),)))
    elif isinstance(step, operators.Extend):
        _extend(step, reading)
    elif not isinstance(step, _NO_CHANGE):
        raise unsayable(f"the operator {getattr(step, 'word', type(step).__name__.lower())}")


def _where(tree: Expr, reading: _Reading) -> None:
    """Conditions on time before anything else are the span; others are tests."""
    tree = _unmade(tree, reading)
    parts = tree.parts if isinstance(tree, Logic) and tree.operator == "and" else (tree,)
    tests: list[Expr] = []
    for part in parts:
        span = span_in(part, reading.scope) if not reading.steps else None
        if span is None:
            tests.append(part)
        else:
            reading.span = meet(reading.span, span)
    if not tests:
        return
    whole = tests[0] if len(tests) == 1 else Logic("and", tuple(tests))
    found = condition(whole, reading.scope)
    if reading.steps:
        reading.steps.append(Keep(where=found))
    else:
        reading.where.append(found)


def _summarize(step: operators.Summarize) -> Step:
    made = aggregate(step)
    if not made.measures and not made.bucket_s:
        return Unique(fields=made.by)
    return made


def _project(step: operators.Project, reading: _Reading) -> None:
    if step.word == "project-reorder":
        return
    if step.word not in ("project", "project-keep", "distinct"):
        raise unsayable(f"the operator {step.word}")
    names = tuple(map(name_of, step.items))
    reading.steps.append(Unique(fields=names) if step.word == "distinct" else Columns(fields=names))


def _key(key: operators.Key) -> tuple[str, bool]:
    if key.nulls and key.nulls != ("first" if key.ascending else "last"):
        raise unsayable("where nulls stand in an order")
    return name_of(key.by), not key.ascending


def _count(tree: Expr, reading: _Reading) -> int:
    found = number_of(reading.scope.known(tree))
    if not isinstance(found, int) or found < 0:
        raise unsayable("a number of rows that is computed")
    return found
