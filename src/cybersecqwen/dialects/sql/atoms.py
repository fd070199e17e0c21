"""Every comparison of a column with a value, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from cybersecqwen.detect.sigma.model import Test
from cybersecqwen.dialects.interface import Atom
from cybersecqwen.dialects.walking import tests_of
from cybersecqwen.errors import UnsayableError

from .comparisons import comparison
from .groups import plain_name
from .names import name_of_table
from .tree import SqlTree

_COMPARING = (
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Between,
    exp.Like, exp.ILike, exp.Glob, exp.Escape, exp.RegexpLike, exp.Func, exp.Is,
)  # fmt: skip


def atoms(tree: SqlTree) -> tuple[Atom, ...]:
    """The comparisons; those that the middle has no words for are left out."""
    found: dict[Atom, None] = {}
    for statement in tree.statements:
        for node in statement.find_all(*_COMPARING):
            if isinstance(node, exp.Connector):
                continue
            for test in _tests(node, tree):
                found[Atom(test.field, test.op, test.values, _table(node))] = None
    return tuple(found)


def _tests(node: exp.Expr, tree: SqlTree) -> Iterator[Test]:
    if isinstance(node, exp.Is):
        return
    try:
        found = comparison(node, tree.flavour, plain_name)
    except UnsayableError:
        return
    yield from (test for test in tests_of(found) if test.values)


def _table(node: exp.Expr) -> str:
    select = node.find_ancestor(exp.Select)
    begin = select.args.get("from_") or select.args.get("from") if isinstance(select, exp.Select) else None
    table = begin.this if begin is not None else None
    return (
        name_of_table(table)
        if isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier)
        else ""
    )
