"""What running SQL costs, by estimate: rows that are read, and what is computed for each.

A unit is reading one row once, over a million rows. Shares and factors are estimates; what counts is that of
two forms of a query the one that does less costs less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlglot import exp

from .tree import SqlTree

_ROWS = 1_000_000.0
_WORK: dict[type[exp.Expr], float] = {
    exp.RegexpLike: 0.5,
    exp.RegexpFullMatch: 0.5,
    exp.ILike: 0.08,
    exp.Like: 0.03,
    exp.Glob: 0.03,
    exp.Cast: 0.03,
    exp.TryCast: 0.05,
    exp.Column: 0.005,
}
"""Work of a part of an expression for a row, against reading the row."""
_FUNCTION, _LITERAL, _OTHER = 0.05, 0.001, 0.01


@dataclass(frozen=True, slots=True)
class _Estimate:
    work: float
    rows: float


def cost(tree: SqlTree) -> float:
    """The work of all statements."""
    return sum(_query(statement, tree.flavour, {}, 0).work for statement in tree.statements)


def _query(found: exp.Expr, flavour: str, ctes: dict[str, exp.Expr], depth: int) -> _Estimate:
    if depth > 30:
        return _Estimate(0.0, _ROWS)
    if isinstance(found, exp.Subquery | exp.Paren):
        return _query(found.this, flavour, ctes, depth + 1)
    if isinstance(found, exp.SetOperation):
        one, other = (_query(part, flavour, ctes, depth + 1) for part in (found.this, found.expression))
        rows = one.rows + other.rows
        return _Estimate(one.work + other.work + (rows * 0.3 if found.args.get("distinct") else 0.0), rows)
    if not isinstance(found, exp.Select):
        return _Estimate(0.0, 0.0)
    with_ = found.args.get("with_") or found.args.get("with")
    if with_ is not None:
        ctes = {**ctes, **{one.alias.lower(): one.this for one in with_.expressions}}
    return _select(found, flavour, ctes, depth)


def _select(select: exp.Select, flavour: str, ctes: dict[str, exp.Expr], depth: int) -> _Estimate:
    source = _source(select, flavour, ctes, depth)
    work, rows = source.work, source.rows
    where = select.args.get("where")
    if where is not None:
        work += rows * _filtering(where.this)
        work += sum(_query(inner, flavour, ctes, depth + 1).work for inner in _inside(where.this))
        rows *= _share(where.this)
    work += rows * sum(_work(one) for one in select.expressions)
    if select.args.get("group") or any(one.find(exp.AggFunc) for one in select.expressions):
        work += rows * 0.2
        rows = max(1.0, rows * 0.1) if select.args.get("group") else 1.0
    having = select.args.get("having")
    if having is not None:
        work += rows * _filtering(having.this)
        rows *= _share(having.this)
    if select.args.get("distinct"):
        work += rows * 0.3
    if select.find(exp.Window) is not None:
        work += rows * 0.5
    if select.args.get("order"):
        work += rows * 0.02 * math.log2(rows + 2)
    return _Estimate(work, _limited(select, rows))


def _limited(select: exp.Select, rows: float) -> float:
    limit = select.args.get("limit")
    literal = limit.expression if isinstance(limit, exp.Limit) else None
    if isinstance(literal, exp.Literal) and literal.name.isdigit():
        return min(rows, float(literal.name[:12]))
    return rows


def _source(select: exp.Select, flavour: str, ctes: dict[str, exp.Expr], depth: int) -> _Estimate:
    begin = select.args.get("from_") or select.args.get("from")
    roots = [begin, *(select.args.get("joins") or ())]
    work, most = 0.0, 0.0
    for root in roots:
        if root is None:
            continue
        one = _table(root.this, select, flavour, ctes, depth)
        work += one.work + (one.rows * 0.5 if isinstance(root, exp.Join) else 0.0)
        most = max(most, one.rows)
    return _Estimate(work, most)


def _table(
    found: exp.Expr, select: exp.Select, flavour: str, ctes: dict[str, exp.Expr], depth: int
) -> _Estimate:
    if isinstance(found, exp.Subquery):
        inner = _query(found.this, flavour, ctes, depth + 1)
        return _Estimate(inner.work + inner.rows * 0.1, inner.rows)
    if isinstance(found, exp.Table) and len(found.parts) == 1 and found.name.lower() in ctes:
        rest = {name: one for name, one in ctes.items() if name != found.name.lower()}
        inner = _query(ctes[found.name.lower()], flavour, rest, depth + 1)
        return _Estimate(inner.work + inner.rows * 0.1, inner.rows)
    return _Estimate(_ROWS * _width(select, flavour), _ROWS)


def _width(select: exp.Select, flavour: str) -> float:
    """The share of a row that is read: DuckDB reads columns, SQLite rows."""
    if any(one.is_star for one in select.expressions) or flavour == "sqlite":
        return 1.0 if any(one.is_star for one in select.expressions) else 0.9
    return min(1.0, 0.1 + 0.05 * len({column.name for column in select.find_all(exp.Column)}))


def _inside(condition: exp.Expr) -> list[exp.Expr]:
    """The first query of a condition, for all of them."""
    found = condition.find(exp.Query)
    return [] if found is None else [found]


def _work(expression: exp.Expr) -> float:
    """Work for a row; what stands in queries inside is not counted here."""
    total = 0.0
    for node in expression.walk(prune=lambda one: isinstance(one, exp.Query)):
        work = _WORK.get(type(node))
        if work is None:
            work = _FUNCTION if isinstance(node, exp.Func) and not isinstance(node, exp.Connector) else _OTHER
            if isinstance(node, exp.Literal | exp.DataType | exp.Identifier | exp.Paren | exp.Boolean):
                work = _LITERAL
        if isinstance(node, exp.Like | exp.ILike | exp.Glob) and str(node.expression.name).startswith(
            ("%", "*")
        ):
            work *= 4
        total += work
    return total


def _filtering(condition: exp.Expr, depth: int = 0) -> float:
    """Work of a condition for a row: a part is computed where those before it hold."""
    found = condition.unnest()
    if not isinstance(found, exp.And):
        return _work(condition)
    total, share = 0.0, 1.0
    for part in found.flatten():
        total += share * (_filtering(part, depth + 1) if depth < 50 else _work(part))
        share *= _share(part)
    return total


def _share(condition: exp.Expr, depth: int = 0) -> float:
    """The share of rows for which a condition holds."""
    found = condition.unnest()
    if depth > 50:
        return 0.5
    if isinstance(found, exp.And):
        return max(1e-6, math.prod(_share(part, depth + 1) for part in found.flatten()))
    if isinstance(found, exp.Or):
        return 1.0 - math.prod(1.0 - _share(part, depth + 1) for part in found.flatten())
    if isinstance(found, exp.Not):
        return max(0.01, 1.0 - _share(found.this, depth + 1))
    if isinstance(found, exp.EQ):
        return 0.05
    if isinstance(found, exp.In):
        return min(0.5, 0.05 * max(1, len(found.expressions)))
    return 0.2
