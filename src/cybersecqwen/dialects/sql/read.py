"""From a SELECT to a query: one table, or what a SELECT of one gives, clause by clause."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from cybersecqwen.detect.sigma.condition import all_of
from cybersecqwen.dialects.query import Columns, Keep, Limit, Query, Sort, Step, Unique
from cybersecqwen.errors import EffectError, UnsayableError

from .effects import effects
from .groups import Grouped, grouped, has_measures, plain_name
from .names import name_of_table
from .predicates import all_true, expression_of
from .spans import without_span
from .tree import Flavour, SqlTree
from .write import EVERYTHING

_DEEPEST = 20
_CLAUSES = frozenset(
    (
        "expressions",
        "from_",
        "from",
        "where",
        "group",
        "having",
        "order",
        "limit",
        "distinct",
        "with_",
        "with",
    )
)


def read(tree: SqlTree, time_column: str) -> Query:
    """The query. Raises UnsayableError for what the middle has no words for, EffectError."""
    found = effects(tree)
    if found:
        raise EffectError(f"The query is not read: it {found[0].what} ({found[0].command}).")
    if len(tree.statements) != 1:
        raise UnsayableError("Several statements have no single meaning.", what="several statements")
    reader = _Reader(tree.flavour, time_column)
    return reader.query(tree.statements[0], {}, 0)


class _Reader:
    def __init__(self, flavour: Flavour, time_column: str) -> None:
        self._flavour = flavour
        self._time = time_column

    def query(self, found: exp.Expr, ctes: dict[str, exp.Expr], depth: int) -> Query:
        if depth > _DEEPEST:
            raise UnsayableError("The query nests too deep.", what="such depth")
        if isinstance(found, exp.Subquery) and not _beside(found, ("this", "alias")):
            return self.query(found.this, ctes, depth + 1)
        if isinstance(found, exp.Union):
            return self._union(found, ctes, depth)
        if not isinstance(found, exp.Select):
            raise UnsayableError(
                f"There are no words for {type(found).__name__.lower()}.", what="such queries"
            )
        self._refuse(found)
        with_ = found.args.get("with_") or found.args.get("with")
        if with_ is not None:
            if with_.args.get("recursive"):
                raise UnsayableError("A query that calls itself has no words.", what="recursive queries")
            ctes = {**ctes, **{one.alias.lower(): one.this for one in with_.expressions}}
        return self._select(found, self._source(found, ctes, depth), depth)

    def _refuse(self, select: exp.Select) -> None:
        for kind, what in _REFUSED.items():
            if select.find(kind) is not None:
                raise UnsayableError(f"The middle has no words for {what}.", what=what)
        other = _beside(select, _CLAUSES)
        if other:
            raise UnsayableError(f"The middle has no words for {other[0]}.", what=f"the clause {other[0]}")

    def _source(self, select: exp.Select, ctes: dict[str, exp.Expr], depth: int) -> Query:
        begin = select.args.get("from_") or select.args.get("from")
        if begin is None:
            raise UnsayableError("The query reads no table.", what="queries without a table")
        found = begin.this
        if isinstance(found, exp.Subquery):
            return self.query(found.this, ctes, depth + 1)
        if not isinstance(found, exp.Table) or not isinstance(found.this, exp.Identifier):
            raise UnsayableError("The query reads what a function gives.", what="functions as tables")
        inner = ctes.get(found.name.lower()) if len(found.parts) == 1 else None
        if inner is not None:
            return self.query(inner, {k: v for k, v in ctes.items() if v is not inner}, depth + 1)
        name = name_of_table(found)
        return Query(tables=() if name == EVERYTHING else (name,))

    def _union(self, found: exp.Union, ctes: dict[str, exp.Expr], depth: int) -> Query:
        """Several tables as one: all rows, columns by name."""
        parts = [self.query(part, ctes, depth + 1) for part in (found.this, found.expression)]
        plain = all(one == Query(tables=one.tables) and one.tables for one in parts)
        if not plain or found.args.get("distinct") or not found.args.get("by_name"):
            raise UnsayableError("The rows of several queries are put together.", what="unions")
        return Query(tables=tuple(name for one in parts for name in one.tables))

    def _select(self, select: exp.Select, inner: Query, depth: int) -> Query:
        steps: list[Step] = list(inner.steps)
        where, span = inner.where, inner.span
        if select.args.get("where") is not None:
            parts = _parts(select.args["where"].this)
            if not steps and span is None:
                span, parts = without_span(parts, self._time, self._flavour)
            found = all_true(parts, self._flavour, plain_name) if parts else None
            if found is not None and steps:
                steps.append(Keep(where=found))
            elif found is not None:
                where = found if where is None else all_of([where, found])
        steps += self._rest(select)
        return Query(tables=inner.tables, where=where, span=span, steps=tuple(steps))

    def _rest(self, select: exp.Select) -> Iterable[Step]:
        group = grouped(select, self._time) if has_measures(select) or select.args.get("group") else None
        if group is not None:
            yield group.aggregate
            having = select.args.get("having")
            if having is not None:
                yield Keep(where=expression_of(having.this, self._flavour, group.named))
        distinct = select.args.get("distinct")
        chosen = self._chosen(select, group)
        if distinct is not None:
            if distinct.args.get("on") is not None or not chosen:
                raise UnsayableError("Whole rows are compared with each other.", what="distinct rows")
            yield Unique(fields=chosen)
        order = select.args.get("order")
        if order is not None:
            yield Sort(keys=tuple(_key(one, group) for one in order.expressions))
        limit = select.args.get("limit")
        if limit is not None:
            yield Limit(count=_count(limit))
        if distinct is None and chosen and (group is None or chosen != group.columns):
            yield Columns(fields=chosen)

    def _chosen(self, select: exp.Select, group: Grouped | None) -> tuple[str, ...]:
        """The columns that come out, by name; () for all."""
        if group is not None:
            return group.chosen
        if any(type(one) is exp.Star for one in select.expressions):
            if len(select.expressions) > 1 or any(select.expressions[0].args.values()):
                raise UnsayableError(
                    "Whole rows with more beside them have no words.", what="changed columns"
                )
            return ()
        return tuple(_plain(one) for one in select.expressions)


_REFUSED: dict[type[exp.Expr], str] = {
    exp.Window: "windows",
    exp.Join: "joins",
    exp.Lateral: "lateral joins",
    exp.Pivot: "pivots",
    exp.Exists: "queries inside conditions",
    exp.Placeholder: "placeholders",
    exp.Parameter: "placeholders",
}


def _beside(found: exp.Expr, known: Iterable[str]) -> list[str]:
    return [name for name, value in found.args.items() if value and name not in known]


def _parts(condition: exp.Expr) -> list[exp.Expr]:
    found = condition.unnest()
    if isinstance(found, exp.And):
        return [inner for part in found.flatten() for inner in _parts(part)]
    return [found]


def _plain(found: exp.Expr) -> str:
    name = plain_name(found.unalias())
    if name is None:
        raise UnsayableError("A column is computed.", what="computed columns")
    if found.alias and found.alias != name:
        raise UnsayableError(f"The column {name!r} is given another name.", what="renamed columns")
    return name


def _key(found: exp.Expr, group: Grouped | None) -> tuple[str, bool]:
    inner = found.this if isinstance(found, exp.Ordered) else found
    name = group.named(inner) if group is not None else plain_name(inner)
    if name is None:
        raise UnsayableError("The order is that of something computed.", what="computed columns")
    return name, bool(found.args.get("desc"))


def _count(limit: exp.Expr) -> int:
    found = limit.expression if isinstance(limit, exp.Limit) else None
    if (
        not isinstance(found, exp.Literal)
        or found.is_string
        or not found.name.isascii()
        or not found.name.isdigit()
    ):
        raise UnsayableError("The number of rows is computed.", what="computed limits")
    return int(found.name[:15])
