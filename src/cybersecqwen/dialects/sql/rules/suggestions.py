"""Changes that may change the rows: a person decides."""

from __future__ import annotations

from sqlglot import exp

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.sql.groups import plain_name
from cybersecqwen.dialects.sql.names import name_of_table
from cybersecqwen.dialects.sql.tree import SqlTree

from .changing import changed, is_text, selects

_MOST = 20
"""Columns that are named instead of a star."""


def columns_for_star(tree: SqlTree, context: Context) -> SqlTree | None:
    """The columns that the conditions ask about, and the time, instead of all."""
    return changed(tree, lambda statement: _name_columns(statement, context), exp.Star)


def _name_columns(statement: exp.Expr, context: Context) -> bool:
    if not isinstance(statement, exp.Select) or [type(one) for one in statement.expressions] != [exp.Star]:
        return False
    begin = statement.args.get("from_") or statement.args.get("from")
    if begin is None or not isinstance(begin.this, exp.Table) or statement.args.get("joins"):
        return False
    asked = [name for column in statement.find_all(exp.Column) if (name := plain_name(column))]
    schema = context.schema
    if schema is not None:
        table = schema.table(name_of_table(begin.this))
        known = table.fields if table is not None else {}
        asked = [name for name in [schema.time_field, *asked] if name in known]
    wanted = list(dict.fromkeys(asked))[:_MOST]
    if not wanted:
        return False
    statement.set("expressions", [exp.column(exp.to_identifier(name, quoted=True)) for name in wanted])
    return True


def union_all_for_union(tree: SqlTree, _context: Context) -> SqlTree | None:
    """UNION ALL for UNION."""
    return changed(tree, _keep_all, exp.Union)


def _keep_all(statement: exp.Expr) -> bool:
    found = [one for one in statement.find_all(exp.Union) if one.args.get("distinct")]
    for one in found:
        one.set("distinct", False)
    return bool(found)


def no_leading_wildcard(tree: SqlTree, _context: Context) -> SqlTree | None:
    """`'%text%'` as `'text%'`."""
    return changed(tree, _anchor, exp.Like, exp.ILike)


def _anchor(statement: exp.Expr) -> bool:
    done = False
    for like in statement.find_all(exp.Like, exp.ILike):
        pattern = like.expression
        if (
            is_text(pattern)
            and len(pattern.name) > 2
            and pattern.name.startswith("%")
            and pattern.name.endswith("%")
        ):
            like.set("expression", exp.Literal.string(pattern.name.lstrip("%")))
            done = True
    return done


def not_exists_for_not_in(tree: SqlTree, _context: Context) -> SqlTree | None:
    """`a NOT IN (SELECT b FROM t)` as NOT EXISTS."""
    return changed(tree, _exists, exp.In)


def _exists(statement: exp.Expr) -> bool:
    done = False
    for found in list(statement.find_all(exp.Not)):
        inner = found.this.unnest()
        query = inner.args.get("query") if isinstance(inner, exp.In) else None
        select = query.unnest() if query is not None else None
        if (
            not isinstance(select, exp.Select)
            or not isinstance(inner.this, exp.Column)
            or len(selects(select)) > 1
        ):
            continue
        outer = found.find_ancestor(exp.Select)
        begin = (outer.args.get("from_") or outer.args.get("from")) if isinstance(outer, exp.Select) else None
        column = select.expressions[0] if len(select.expressions) == 1 else None
        grouped = any(select.args.get(name) for name in ("group", "limit", "distinct", "having"))
        if begin is None or not isinstance(column, exp.Column) or grouped or begin.this.alias_or_name == "":
            continue
        side = inner.this.copy()
        if not side.table:
            side.set("table", exp.to_identifier(begin.this.alias_or_name, quoted=True))
        asked = select.copy().select("1", append=False).where(exp.EQ(this=column.copy(), expression=side))
        found.replace(exp.Not(this=exp.Exists(this=asked)))
        done = True
    return done
