"""Commands that leave fewer rows or columns come first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cybersecqwen.dialects.elastic.expressions import Call, Expr, Field
from cybersecqwen.dialects.elastic.rewriting import conjuncts, divided, joined
from cybersecqwen.dialects.elastic.walking import fields_in
from cybersecqwen.dialects.esql.columns import Made, after, made_by, matches
from cybersecqwen.dialects.esql.cost import COSTS
from cybersecqwen.dialects.esql.tree import (
    Command,
    Dissect,
    Drop,
    Enrich,
    EsqlTree,
    Eval,
    Grok,
    Keep,
    Limit,
    LookupJoin,
    MvExpand,
    Rename,
    Sort,
    Where,
)
from cybersecqwen.dialects.improvement import Rule

from .applying import COMMANDS, PERFORMANCE, if_cheaper, rewritten


def _gate(command: Command) -> Callable[[set[str]], bool]:
    """Whether conditions on given columns mean the same in front of a command, which keeps the rows apart."""
    if isinstance(command, Where | Sort):
        return lambda names: True
    if isinstance(command, Eval | Dissect | Grok) or (isinstance(command, Enrich) and command.columns):
        return made_by(command).isdisjoint
    if isinstance(command, MvExpand):
        return {command.name}.isdisjoint
    if isinstance(command, Keep):
        return {one.text for one in command.names if not one.wild}.issuperset
    if isinstance(command, Drop):
        return lambda names: not any(matches(one, name) for one in command.names for name in names)
    if isinstance(command, Rename):
        return {name for pair in command.pairs for name in pair}.isdisjoint
    if isinstance(command, LookupJoin):
        return {one.name for one in command.on if isinstance(one, Field)}.issuperset
    return lambda names: False


def _filters_first(commands: list[Command]) -> list[Command]:
    """Every condition as early as it can stand; one that passes nothing but conditions stays."""
    out: list[Command] = []
    for command in commands:
        if not isinstance(command, Where):
            out.append(command)
            continue
        gates = [_gate(before) for before in out]
        places: dict[int, list[Expr]] = {}
        for part in conjuncts(command.condition):
            places.setdefault(_first_place(part, out, gates), []).append(part)
        for at in sorted(places, reverse=True):
            out.insert(at, Where(joined("and", places[at])))
    return out


def _first_place(part: Expr, before: list[Command], gates: list[Callable[[set[str]], bool]]) -> int:
    """Where a condition can stand among commands, behind the conditions that are there already."""
    names = {field.name for field in fields_in(part)}
    at = len(before)
    while at > 1 and gates[at - 1](names):
        at -= 1
    while at < len(before) and isinstance(before[at], Where):
        at += 1
    return at


def _on_fields(commands: list[Command]) -> list[Command]:
    """A condition on a computed column as one on the field that it is made from, in front of both."""
    for at in range(2, len(commands)):
        before, where = commands[at - 1], commands[at]
        if not isinstance(before, Eval) or not isinstance(where, Where):
            continue
        made = after(Made(), before)
        moved, rest = divided(conjuncts(where.condition), partial(_is_of_fields, made))
        if moved:
            behind: list[Command] = [Where(joined("and", rest))] if rest else []
            first = Where(joined("and", map(made.of_fields, moved)))
            return [*commands[: at - 1], first, before, *behind, *commands[at + 1 :]]
    return commands


def _is_of_fields(made: Made, part: Expr) -> bool:
    """Whether it uses a computed column, and none but such as an index answers for as for their fields."""
    used = [found for one in fields_in(part) if (found := made.computed.get(one.name)) is not None]
    return bool(used) and all(map(_is_indexed, used))


def _is_indexed(expr: Expr) -> bool:
    if isinstance(expr, Call) and expr.name in COSTS.indexed and len(expr.args) == 1:
        return isinstance(expr.args[0], Field)
    return isinstance(expr, Field)


def _filters_together(commands: list[Command]) -> list[Command]:
    out: list[Command] = []
    for command in commands:
        before = out[-1] if out else None
        if isinstance(command, Where) and isinstance(before, Where):
            parts = (*conjuncts(before.condition), *conjuncts(command.condition))
            out[-1] = Where(joined("and", parts))
        else:
            out.append(command)
    return out


_ONE_TO_ONE = (Eval, Keep, Drop, Rename, Dissect, Grok, Enrich)
"""Commands of which each row makes one row, whatever the others are."""


def _limits_first(commands: list[Command]) -> list[Command]:
    out: list[Command] = []
    for command in commands:
        if not isinstance(command, Limit):
            out.append(command)
            continue
        at = len(out)
        while at > 1 and isinstance(out[at - 1], _ONE_TO_ONE):
            at -= 1
        before = out[at - 1] if at else None
        if isinstance(before, Limit):
            out[at - 1] = Limit(min(before.count, command.count))
        else:
            out.insert(at, command)
    return out


def _keep_first(commands: list[Command]) -> list[Command]:
    """Only the wanted columns are put in order, where the order needs no others."""
    out = list(commands)
    for at in range(1, len(out)):
        before, keep = out[at - 1], out[at]
        if isinstance(before, Sort) and isinstance(keep, Keep) and not any(one.wild for one in keep.names):
            names = {one.text for one in keep.names}
            if all(field.name in names for key in before.keys for field in fields_in(key.value)):
                out[at - 1], out[at] = keep, before
    return out


RULES: tuple[Rule[EsqlTree], ...] = (
    Rule(
        name="filter-first",
        reason="Rows that are filtered out need not be computed, cut, looked up or put in order.",
        source=PERFORMANCE + "#filter-early-with-where",
        apply=if_cheaper(rewritten(_filters_first)),
    ),
    Rule(
        name="filter-on-fields",
        reason="An index answers for a field, also in lower case; a computed column is made for every row.",
        source=PERFORMANCE + "#filter-early-with-where",
        apply=rewritten(_on_fields),
    ),
    Rule(
        name="merge-filters",
        reason="One filter is one query to the index, whose rarest condition leads.",
        source=COMMANDS + "where",
        apply=rewritten(_filters_together),
    ),
    Rule(
        name="limit-first",
        reason="Rows beyond the limit need not be computed; behind SORT only the first rows are kept at all.",
        source=COMMANDS + "limit",
        apply=rewritten(_limits_first),
    ),
    Rule(
        name="keep-before-sort",
        reason="Only the columns that are wanted are read and put in order.",
        source=PERFORMANCE + "#select-columns-with-keep",
        apply=rewritten(_keep_first),
    ),
)
