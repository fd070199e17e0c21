"""A written query whose comparisons fit their fields: numbers, addresses, and lists.

A comparison with a field of several values is null, so that a record with `event.type` "start" and
"connection" would be lost; fields of ECS that are such lists are asked by MV_CONTAINS, which is never null.

https://www.elastic.co/docs/reference/query-languages/esql/esql-multivalued-fields
https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/mv-functions/mv_contains
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cybersecqwen.dialects.elastic.expressions import (
    Among,
    Binary,
    Call,
    Expr,
    Field,
    IsNull,
    Literal,
    Logic,
    Negation,
)
from cybersecqwen.dialects.elastic.logic import positive
from cybersecqwen.dialects.elastic.typed import Fitting, is_address
from cybersecqwen.dialects.elastic.walking import changed, walk

from .names import expressions
from .tree import Command, EsqlTree, Stats, Where

LISTS = frozenset((
    "dns.header_flags", "dns.resolved_ip", "event.category", "event.type", "file.attributes", "host.ip",
    "host.mac", "observer.ip", "observer.mac", "process.args", "process.env_vars", "process.parent.args",
    "registry.data.strings", "related.hash", "related.hosts", "related.ip", "related.user", "tags",
    "threat.tactic.id", "threat.tactic.name", "threat.technique.id", "threat.technique.name",
    "user.roles", "vulnerability.category",
))  # fmt: skip
"""Fields of ECS that hold an array: https://www.elastic.co/docs/reference/ecs, "should contain an array"."""


def typed(tree: EsqlTree, types: Mapping[str, str]) -> EsqlTree:
    """The tree with each comparison as the type of its field asks for."""
    fitting = Fitting(
        types=types,
        lower="TO_LOWER",
        text="TO_STRING",
        number="TO_DOUBLE",
        equal=_equal,
        equals=frozenset(("in",)),
        over_texts=frozenset(("STARTS_WITH", "ENDS_WITH", "CONTAINS", "LOCATE")),
        addresses=is_address,
    )
    lists = LISTS & types.keys()

    def condition(expr: Expr) -> Expr:
        return _listed(changed(expr, lambda one: _network(fitting.fit(one), types)), lists, types)

    def command(one: Command) -> Command:
        if isinstance(one, Where):
            return Where(condition(one.condition))
        if isinstance(one, Stats):
            measures = tuple(
                replace(each, where=condition(each.where)) if each.where is not None else each
                for each in one.measures
            )
            return replace(one, measures=measures)
        return one

    return EsqlTree(tuple(map(command, tree.commands)))


def presumes(tree: EsqlTree) -> tuple[str, ...]:
    """The version that MV_CONTAINS needs, where it is asked."""
    parts = (part for command in tree.commands for expr in expressions(command) for part in walk(expr))
    if any(isinstance(part, Call) and part.name == "MV_CONTAINS" for part in parts):
        return ("Elasticsearch is 9.2 or later: MV_CONTAINS finds a value of a field that holds several.",)
    return ()


def _equal(field: Field, values: Sequence[Literal], negated: bool) -> Expr:
    if len(values) == 1:
        return Binary("!=" if negated else "==", field, values[0])
    return Among("in", field, tuple(values), negated=negated)


def _network(expr: Expr, types: Mapping[str, str]) -> Expr:
    """An address that is kept as text is made one before a network is asked for it."""
    if not isinstance(expr, Call) or expr.name != "CIDR_MATCH":
        return expr
    field = expr.args[0]
    if not isinstance(field, Field) or types.get(field.name) != "text":
        return expr
    return replace(expr, args=(Call("TO_IP", (field,)), *expr.args[1:]))


def _listed(
    expr: Expr,
    lists: frozenset[str],
    types: Mapping[str, str],
    unless_missing: frozenset[str] = frozenset(),
) -> Expr:
    """The condition with equalities of lists as questions whether a list contains a value.

    `unless_missing` has the fields that an alternative beside it asks for as missing.
    """
    if isinstance(expr, Logic):
        beside: frozenset[str] = frozenset()
        if expr.op == "or":
            nulls = [one.inner for one in expr.parts if isinstance(one, IsNull) and not one.negated]
            beside = frozenset(one.name for one in nulls if isinstance(one, Field))
        return replace(expr, parts=tuple(_listed(one, lists, types, beside) for one in expr.parts))
    bare = positive(expr)
    if isinstance(bare, Negation):
        inner = _listed(bare.inner, lists, types)
        field = _of_list(bare.inner, lists)
        if inner is bare.inner:
            return expr
        if field is None or field.name in unless_missing:
            return Negation(inner)
        return Logic("and", (IsNull(field, negated=True), Negation(inner)))
    field = _of_list(expr, lists)
    if field is None:
        return expr
    left = expr.left if isinstance(expr, Binary | Among) else field
    if types[field.name] == "ip" and left is field:
        left = Call("TO_STRING", (field,))  # a text is not among addresses
    values = expr.values if isinstance(expr, Among) else (expr.right,) if isinstance(expr, Binary) else ()
    parts = tuple(Call("MV_CONTAINS", (left, value)) for value in values)
    return parts[0] if len(parts) == 1 else Logic("or", parts)


def _of_list(expr: Expr, lists: frozenset[str]) -> Field | None:
    """The field of an equality with literals, if it holds a list."""
    if isinstance(expr, Binary):
        plain = expr.op == "==" and isinstance(expr.right, Literal)
    else:
        plain = isinstance(expr, Among) and expr.op == "in" and not expr.negated
    if not plain or not isinstance(expr, Binary | Among):
        return None
    left = expr.left
    if isinstance(left, Call) and left.name == "TO_LOWER" and len(left.args) == 1:
        left = left.args[0]
    return left if isinstance(left, Field) and left.name in lists else None
