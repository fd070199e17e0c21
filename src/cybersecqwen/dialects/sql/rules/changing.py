"""Changing copies of trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlglot import exp

from cybersecqwen.dialects.sql.chains import chain_of
from cybersecqwen.dialects.sql.tree import SqlTree


def changed(tree: SqlTree, change: Callable[[exp.Expr], bool], *needs: type[exp.Expr]) -> SqlTree | None:
    """The tree whose statements a function has changed in place; None where it says that it changed none.

    Only what has one of the parts that the change needs is copied for it.
    """
    if not any(statement.find(*needs) for statement in tree.statements):
        return None
    copies = [statement.copy() for statement in tree.statements]
    done = [change(statement) for statement in copies]
    return SqlTree(flavour=tree.flavour, statements=tuple(copies)) if any(done) else None


def selects(statement: exp.Expr) -> list[exp.Select]:
    """All SELECTs, the outer ones first."""
    return list(statement.find_all(exp.Select))


def conjuncts(clause: exp.Expr | None) -> list[exp.Expr]:
    """The conditions of a WHERE or HAVING that must all hold."""
    return list(_flat(clause.this)) if clause is not None else []


def _flat(condition: exp.Expr) -> Iterator[exp.Expr]:
    inner = condition.unnest()
    if isinstance(inner, exp.And):
        for part in inner.flatten():
            yield from _flat(part)
    else:
        yield condition


def set_conditions(select: exp.Select, name: str, parts: Sequence[exp.Expr]) -> None:
    """Give a SELECT the conditions of a clause; none leave it out."""
    if not parts:
        select.set(name, None)
        return
    kind = exp.Where if name == "where" else exp.Having
    alone = parts[0].unnest() if len(parts) == 1 else None
    select.set(name, kind(this=alone or chain_of(exp.And, [bracketed(part) for part in parts])))


def bracketed(part: exp.Expr) -> exp.Expr:
    """A condition that can stand beside others."""
    return exp.paren(part, copy=False) if isinstance(part, exp.Or) else part


def text_of(part: exp.Expr) -> str:
    """What is compared where two conditions may be the same."""
    return part.sql(dialect="duckdb", normalize_functions="lower")


def is_text(literal: exp.Expr | None) -> bool:
    """Whether it is a text that is written out."""
    return isinstance(literal, exp.Literal) and bool(literal.is_string)


def aggregates(node: exp.Expr) -> bool:
    """Whether something is computed over several rows in it."""
    return node.find(exp.AggFunc, exp.Window) is not None
