"""Changes that a person must decide upon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from cybersecqwen.dialects.ecs_paths import NAMES, is_name
from cybersecqwen.dialects.elastic.expressions import (
    Among,
    Binary,
    Call,
    Expr,
    Field,
    Literal,
    Stretch,
)
from cybersecqwen.dialects.elastic.rewriting import conjuncts, divided, everywhere, joined
from cybersecqwen.dialects.elastic.walking import fields_in
from cybersecqwen.dialects.esql.names import names
from cybersecqwen.dialects.esql.times import TIME
from cybersecqwen.dialects.esql.tree import (
    Column,
    Command,
    Enrich,
    EsqlTree,
    From,
    Keep,
    Limit,
    LookupJoin,
    Measure,
    Names,
    Sort,
    Stats,
    Where,
)
from cybersecqwen.dialects.improvement import Context, Rule

from .applying import PERFORMANCE, each_condition, rewritten
from .conditions import texts_of

_ROWS = 1_000
"""What Elasticsearch gives at most where a query has no LIMIT:
https://www.elastic.co/docs/reference/query-languages/esql/limitations"""
_AGAIN = {"COUNT": "SUM", "SUM": "SUM", "MIN": "MIN", "MAX": "MAX"}
"""What an aggregation of parts is put together by."""


def _split(commands: list[Command], at: int, can_move: Callable[[Expr], bool]) -> list[Command] | None:
    """The condition at a place, what can move of it before the command in front; None where nothing can."""
    where = commands[at]
    if not isinstance(where, Where):
        return None
    movable, rest = divided(conjuncts(where.condition), can_move)
    if not movable:
        return None
    behind: list[Command] = [Where(joined("and", rest))] if rest else []
    moved = Where(joined("and", movable))
    return [*commands[: at - 1], moved, commands[at - 1], *behind, *commands[at + 1 :]]


def _before_stats(commands: list[Command]) -> list[Command]:
    for at in range(2, len(commands)):
        stats = commands[at - 1]
        if not isinstance(stats, Stats) or stats.inline:
            continue
        groups = {one.name for one in stats.by if one.value == Field(one.name)}
        groups -= {one.column.name for one in stats.measures}
        made = _split(commands, at, partial(_is_of, groups))
        if made:
            return made
    return commands


def _is_of(names: set[str], part: Expr) -> bool:
    """Whether a condition is about some of these columns and no others."""
    found = {field.name for field in fields_in(part)}
    return bool(found) and found <= names


def _before_lookup(commands: list[Command]) -> list[Command]:
    for at in range(2, len(commands)):
        before = commands[at - 1]
        if isinstance(before, LookupJoin) or (isinstance(before, Enrich) and not before.columns):
            made = _split(commands, at, _is_of_ecs)
            if made:
                return made
    return commands


def _is_of_ecs(part: Expr) -> bool:
    """Whether all its fields are dotted ones of the events, or the time."""
    found = fields_in(part)
    return bool(found) and all("." in field.name or field.name == TIME for field in found)


def _aggregated_first(commands: list[Command]) -> list[Command]:
    """Groups by what is looked up, from groups by what it is looked up by."""
    for at in range(1, len(commands) - 1):
        enrich, stats = commands[at], commands[at + 1]
        before = commands[at - 1]
        done = (
            isinstance(before, Stats) and isinstance(enrich, Enrich) and Field(enrich.on) in _groups(before)
        )
        if isinstance(enrich, Enrich) and isinstance(stats, Stats) and not done:
            made = _two_steps(enrich, stats)
            if made:
                return [*commands[:at], *made, *commands[at + 2 :]]
    return commands


def _groups(stats: Stats) -> list[Expr]:
    return [one.value for one in stats.by]


def _two_steps(enrich: Enrich, stats: Stats) -> list[Command]:
    new = {name for name, _ in enrich.columns}
    plain = all(one.value == Field(one.name) for one in stats.by)
    if stats.inline or not new or not enrich.on or not plain or not {one.name for one in stats.by} & new:
        return []
    calls = [one.column.value for one in stats.measures]
    known = [one for one in calls if isinstance(one, Call) and one.name in _AGAIN and len(one.args) <= 1]
    used = {field.name for one in calls for field in fields_in(one)}
    if len(known) < len(calls) or used & new or any(one.where is not None for one in stats.measures):
        return []
    names_ = {one.column.name for one in stats.measures}
    by = [one for one in stats.by if one.name not in new and one.name != enrich.on]
    if names_ & (new | {enrich.on} | {one.name for one in by}):
        return []
    first = Stats(stats.measures, (Column(enrich.on, Field(enrich.on)), *by))
    again = tuple(
        Measure(Column(one.column.name, Call(_AGAIN[call.name], (Field(one.column.name),))))
        for one, call in zip(stats.measures, known, strict=True)
    )
    return [first, enrich, replace(stats, measures=again)]


def _wanted(tree: EsqlTree, _context: Context) -> EsqlTree | None:
    """Only the time and the columns that the query speaks of."""
    if any(isinstance(one, Keep | Stats | LookupJoin) for one in tree.commands):
        return None
    if not isinstance(tree.commands[0], From):
        return None
    found = dict.fromkeys(one.text for one in names(tree).fields)
    made = dict.fromkeys(field.name for one in tree.commands if isinstance(one, Sort) for field in _keys(one))
    wanted = (TIME, *(one for one in {**found, **made} if one != TIME))
    return EsqlTree((*tree.commands, Keep(tuple(map(Names, wanted))))) if len(wanted) > 1 else None


def _keys(sort: Sort) -> list[Field]:
    return [field for key in sort.keys for field in fields_in(key.value)]


def _in_time(tree: EsqlTree, _context: Context) -> EsqlTree | None:
    asked = any(
        field.name == TIME
        for one in tree.commands
        if isinstance(one, Where)
        for field in fields_in(one.condition)
    )
    if asked or not isinstance(tree.commands[0], From):
        return None
    since = Binary(">=", Field(TIME), Binary("-", Call("NOW"), Stretch(1, "day")))
    return EsqlTree((tree.commands[0], Where(since), *tree.commands[1:]))


def _cut(tree: EsqlTree, _context: Context) -> EsqlTree | None:
    if any(isinstance(one, Limit | Stats) for one in tree.commands) or not isinstance(tree.commands[0], From):
        return None
    return EsqlTree((*tree.commands, Limit(_ROWS)))


def _by_name(expr: Expr) -> Expr:
    """The name at the end of a path, where it has a field of its own."""
    if not isinstance(expr, Among) or expr.op != "like":
        return expr
    texts = texts_of(expr)
    found = [text[1:].removeprefix("\\\\").removeprefix("/") for text in texts if text[:1] == "*"]
    ends = all(text[1:3] == "\\\\" or text[1:2] == "/" for text in texts)
    if not texts or len(found) < len(texts) or not ends or not all(map(is_name, found)):
        return expr
    left = everywhere(
        expr.left, lambda one: Field(NAMES.get(one.name, one.name)) if isinstance(one, Field) else one
    )
    if left == expr.left:
        return expr
    return replace(expr, left=left, values=tuple(map(Literal, found)))


RULES: tuple[Rule[EsqlTree], ...] = (
    Rule(
        name="filter-before-stats",
        reason="Rows of groups that are filtered out need not be aggregated.",
        source=PERFORMANCE + "#filter-early-with-where",
        apply=rewritten(_before_stats),
        safe=False,
        caveat="A row whose field has several values is in the group of each, and no condition holds for it.",
    ),
    Rule(
        name="filter-before-lookup",
        reason="A look-up is made for each row; fewer rows are faster to join.",
        source=PERFORMANCE + "#filter-before-lookup-join",
        apply=rewritten(_before_lookup),
        safe=False,
        caveat="The look-up must not bring fields of the same names: they would replace those of the events.",
    ),
    Rule(
        name="aggregate-before-enrich",
        reason="A look-up for each group is cheaper than one for each event.",
        source="https://www.elastic.co/docs/reference/query-languages/esql/commands/enrich",
        apply=rewritten(_aggregated_first),
        safe=False,
        caveat="The field that is looked up must have one value in each event.",
    ),
    Rule(
        name="path-ending-to-name",
        reason="A pattern that begins with a wildcard reads every term of the field; a name is looked up.",
        source="https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-wildcard-query",
        apply=each_condition(_by_name),
        safe=False,
        caveat="The name must be filled in for every event that has the path.",
    ),
    Rule(
        name="bound-the-time",
        reason="Shards and segments outside a range of times are not read.",
        source=PERFORMANCE + "#narrow-the-time-range",
        apply=_in_time,
        safe=False,
        caveat="Older events are no longer found: choose the time that fits.",
    ),
    Rule(
        name="keep-wanted-columns",
        reason="Every column that comes out is read from storage and sent.",
        source=PERFORMANCE + "#select-columns-with-keep",
        apply=_wanted,
        safe=False,
        caveat="Other columns no longer come out.",
    ),
    Rule(
        name="limit-the-rows",
        reason="Large results are slow to write and to send.",
        source=PERFORMANCE + "#cap-rows-with-limit",
        apply=_cut,
        safe=False,
        caveat="Elasticsearch gives 1,000 rows at most where nothing is said; fewer are cheaper still.",
    ),
)
