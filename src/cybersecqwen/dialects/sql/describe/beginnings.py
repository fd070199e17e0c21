"""What a query begins with: its leading filter."""

from __future__ import annotations

from sqlglot import exp

from cybersecqwen.dialects.sql.tree import SqlTree


def leading(tree: SqlTree) -> SqlTree | None:
    """A SELECT of the first table and the conditions of WHERE alone; None where there is no such thing."""
    found = tree.statements[0] if len(tree.statements) == 1 else None
    if not isinstance(found, exp.Select) or found.args.get("joins") or found.args.get("where") is None:
        return None
    begin = found.args.get("from_") or found.args.get("from")
    if begin is None or not isinstance(begin.this, exp.Table) or begin.this.args.get("joins"):
        return None
    made = exp.Select(expressions=[exp.Star()], from_=begin.copy(), where=found.args["where"].copy())
    return SqlTree(flavour=tree.flavour, statements=(made,))
