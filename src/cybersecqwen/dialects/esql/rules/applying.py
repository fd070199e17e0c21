"""How a change to one condition becomes a change to a whole query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cybersecqwen.dialects.elastic.expressions import Expr
from cybersecqwen.dialects.elastic.rewriting import everywhere
from cybersecqwen.dialects.esql.cost import cost_of
from cybersecqwen.dialects.esql.tree import Command, EsqlTree, Stats, Where
from cybersecqwen.dialects.improvement import Context

PERFORMANCE = "https://www.elastic.co/docs/reference/query-languages/esql/esql-query-performance"
COMMANDS = "https://www.elastic.co/docs/reference/query-languages/esql/commands/"
OPERATORS = "https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/operators"
Apply = Callable[[EsqlTree, Context], EsqlTree | None]


def each_condition(change: Callable[[Expr], Expr]) -> Apply:
    """A change to each part of each condition."""

    def one(command: Command) -> Command:
        if isinstance(command, Where):
            return Where(everywhere(command.condition, change))
        if isinstance(command, Stats):
            measures = tuple(
                replace(one, where=everywhere(one.where, change)) if one.where is not None else one
                for one in command.measures
            )
            return replace(command, measures=measures)
        return command

    return rewritten(lambda commands: [one(command) for command in commands])


def rewritten(change: Callable[[list[Command]], list[Command]]) -> Apply:
    """A change to the commands of a query."""

    def apply(tree: EsqlTree, _context: Context) -> EsqlTree | None:
        made = EsqlTree(tuple(change(list(tree.commands))))
        return None if made == tree else made

    return apply


def if_cheaper(apply: Apply) -> Apply:
    """The change where it is not estimated to cost more: a weak filter may stand well behind a strong one."""

    def checked(tree: EsqlTree, context: Context) -> EsqlTree | None:
        made = apply(tree, context)
        return None if made is None or cost_of(made) > cost_of(tree) else made

    return checked
