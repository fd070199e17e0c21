"""Whole queries in words: what `let` names, where rows come from, operator by operator."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from typing import Any

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.kql import steps
from cybersecqwen.dialects.kql.literals import text_of
from cybersecqwen.dialects.kql.name_sets import NONE
from cybersecqwen.dialects.kql.tree import (
    Call,
    Duration,
    Dynamic,
    Expr,
    KqlQuery,
    Lambda,
    Let,
    Logic,
    Member,
    Name,
    Pipeline,
    Setting,
    Sign,
    Star,
    Statement,
    Text,
    Typed,
)
from cybersecqwen.dialects.kql.walk import parts as parts_of_node

from .conditions import condition
from .steps import SAID, join, union
from .values import Lets, value


def describe(query: KqlQuery) -> tuple[str, ...]:
    """What a query does, a sentence for each operator."""
    return words.finished(_whole(query))


def _whole(query: KqlQuery) -> Iterator[str]:
    if query.command:
        yield f"Runs the control command {words.clean(query.command, 200)}"
        return
    lets = _lets(query.statements)
    yield from _statements(query.statements, lets, 0)
    if query.body is None:
        yield "Gives no rows: it only names things"
        return
    yield from _rows(query.body, lets, 0)


def _lets(statements: tuple[Statement, ...]) -> Lets:
    values: dict[str, Expr] = {}
    tables: set[str] = set()
    for one in statements:
        if not isinstance(one, Let):
            continue
        if _is_value(one.value):
            values[one.name.text] = one.value
        else:
            tables.add(one.name.text)
    return Lets(values=ChainMap(values), tables=NONE | tables)


def _is_value(tree: Expr) -> bool:
    """Whether a literal is said in place of its name: numbers, texts and times, not long lists."""
    if isinstance(tree, Dynamic):
        return False
    if isinstance(tree, Call) and tree.name in ("ago", "now") and len(tree.arguments) < 2:
        return all(_is_value(one) for one in tree.arguments)
    return isinstance(tree, Duration | Typed | Sign) or text_of(tree) is not None


def _statements(statements: tuple[Statement, ...], lets: Lets, depth: int) -> Iterator[str]:
    fixed = [
        f"{words.name(one.name.text)} to {value(one.value, lets)}"
        for one in statements
        if isinstance(one, Let) and one.name.text in lets.values
    ]
    if fixed:
        yield f"Sets {words.some(fixed, 'and', 12)}"
    for one in statements:
        if isinstance(one, Setting):
            if not one.text.startswith("set "):
                yield f"Takes as given: {words.clean(one.text, 200)}"
        elif one.name.text not in lets.values:
            yield from _let(one, lets, depth)


def _let(let: Let, lets: Lets, depth: int) -> Iterator[str]:
    named = words.name(let.name.text)
    found = let.value
    if isinstance(found, Lambda):
        taken = words.names(one.name.text for one in found.parameters)
        prefix = f"For the function {named}{f' of {taken}' if taken else ''}"
        yield from words.inside(prefix, _deeper(found, lets, depth))
    elif _pipeline_in(found) is not None or (isinstance(found, Call) and found.name == "union"):
        yield from words.inside(f"For {named}", _deeper(found, lets, depth))
    else:
        yield f"Sets {named} to {value(found, lets)}"


def _pipeline_in(tree: Expr) -> Pipeline | None:
    """A query, also in materialize() and toscalar()."""
    if isinstance(tree, Pipeline):
        return tree
    if (
        isinstance(tree, Call)
        and tree.name in ("materialize", "toscalar", "view")
        and len(tree.arguments) == 1
    ):
        return _pipeline_in(tree.arguments[0])
    return None


def _deeper(tree: Expr, lets: Lets, depth: int) -> Iterator[str]:
    if depth >= words.DEEPEST:
        yield "Does more, which is not told"
        return
    if isinstance(tree, Lambda):
        inner = _lets(tree.statements)
        known = lets.inside(inner)
        yield from _statements(tree.statements, known, depth + 1)
        yield from _rows(tree.body, known, depth + 1)
    else:
        yield from _rows(tree, lets, depth + 1)


def _rows(tree: Expr, lets: Lets, depth: int) -> Iterator[str]:
    """What gives rows: where they come from, and what is done with them."""
    inner = _pipeline_in(tree)
    if inner is None:
        yield from _source(tree, lets, depth)
        return
    source = inner.source
    if isinstance(source, steps.Step):
        yield from _step(source, lets, depth, first=True)
    else:
        yield from _source(source, lets, depth)
    yield from _steps(inner.steps, lets, depth)


def _steps(found: tuple[steps.Step, ...], lets: Lets, depth: int) -> Iterator[str]:
    """Operators in turn; filters that follow each other are told as one."""
    filters: list[Expr] = []
    for step in found:
        if isinstance(step, steps.Where):
            yield from _subqueries(step, lets, depth)
            filters.append(step.predicate)
            continue
        yield from _where(filters, lets)
        filters = []
        yield from _step(step, lets, depth, first=False)
    yield from _where(filters, lets)


def _source(tree: Expr, lets: Lets, depth: int) -> Iterator[str]:
    inner = _pipeline_in(tree)
    if inner is not None:
        yield from _deeper(inner, lets, depth)
    elif isinstance(tree, Name):
        yield f"{'Begins with' if tree.text in lets.tables else 'Looks at'} {_table(tree, lets)}"
    elif isinstance(tree, Call | Member):
        yield f"Looks at {_table(tree, lets)}"
    else:
        yield f"Gives {value(tree, lets)}"


def _table(tree: Expr, lets: Lets) -> str:
    """A table in words."""
    if isinstance(tree, Name):
        return words.name(tree.text)
    if isinstance(tree, Call) and tree.name == "table" and tree.arguments:
        first = tree.arguments[0]
        return f"the table {words.name(first.value) if isinstance(first, Text) else value(first, lets)}"
    if isinstance(tree, Call):
        said = [value(one, lets) for one in tree.arguments[:6]]
        rest = f" for {words.some(said, 'and', 6)}" if said else ""
        return f"what {words.name(tree.name)}() gives{rest}"
    if isinstance(tree, Member):
        return f"{words.name(tree.name)} of {_table(tree.inner, lets)}"
    return "every table" if isinstance(tree, Star) else value(tree, lets)


def _step(step: steps.Step, lets: Lets, depth: int, *, first: bool) -> Iterator[str]:
    if isinstance(step, steps.Join):
        yield from _join(step, lets, depth)
    elif isinstance(step, steps.Union):
        yield from _union(step, lets, depth, first)
    else:
        yield from _subqueries(step, lets, depth)
        if isinstance(step, steps.Search):
            yield from _search(step, lets, first)
        else:
            yield SAID[type(step)](step, lets)
        if isinstance(step, steps.MvApply):
            yield from words.inside("For the items", _steps(step.steps, lets, depth + 1))


def _subqueries(step: steps.Step, lets: Lets, depth: int) -> Iterator[str]:
    for query in _queries_in(step):
        yield from words.inside("For the subquery", _deeper(query, lets, depth))


def _queries_in(tree: Any) -> Iterator[Pipeline]:
    """Queries in the values of an operator, not those inside them."""
    waiting = [
        getattr(tree, name) for name in reversed(parts_of_node(tree.__class__) or ()) if name != "steps"
    ]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Pipeline):
            yield node
        elif node.__class__ is tuple:
            waiting.extend(reversed(node))
        elif (names := parts_of_node(node.__class__)) is not None:
            waiting.extend(getattr(node, name) for name in reversed(names))


def _where(filters: list[Expr], lets: Lets) -> Iterator[str]:
    kept: list[str] = []
    dropped: list[str] = []
    for part in (part for tree in filters for part in _all_of(tree)):
        if isinstance(part, Call) and part.name == "not" and len(part.arguments) == 1:
            dropped.append(condition(part.arguments[0], lets))
        else:
            kept.append(condition(part, lets))
    yield from words.split_up(kept, dropped, "rows")


def _all_of(tree: Expr) -> Iterator[Expr]:
    if isinstance(tree, Logic) and tree.operator == "and":
        for part in tree.parts:
            yield from _all_of(part)
    else:
        yield tree


def _search(step: steps.Search, lets: Lets, first: bool) -> Iterator[str]:
    if first:
        tables = words.some([_table(one, lets) for one in step.tables[:10]], "and", 8, total=len(step.tables))
        yield f"Looks at {tables or 'every table'}"
    if not isinstance(step.predicate, Star):
        yield from _where([step.predicate], lets)


def _join(step: steps.Join, lets: Lets, depth: int) -> Iterator[str]:
    inner = _pipeline_in(step.right)
    if inner is None:
        yield join(step, _table(step.right, lets), lets)
        return
    yield join(step, "a second side", lets)
    yield from words.inside("For the second side", _deeper(inner, lets, depth))


def _union(step: steps.Union, lets: Lets, depth: int, first: bool) -> Iterator[str]:
    tables: list[str] = []
    queries: list[tuple[str, Pipeline]] = []
    for table in step.tables:
        inner = _pipeline_in(table)
        if inner is None:
            tables.append(_table(table, lets))
        else:
            queries.append((f"query {len(queries) + 1}", inner))
            tables.append(queries[-1][0])
    yield union(step, tables, first)
    for named, query in queries:
        yield from words.inside(f"For {named}", _deeper(query, lets, depth))
