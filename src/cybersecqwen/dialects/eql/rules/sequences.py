"""Sequences that keep and read less."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.dialects.elastic.expressions import Among, Binary, Expr, Field, Literal, Negation
from cybersecqwen.dialects.elastic.rewriting import conjuncts, joined
from cybersecqwen.dialects.elastic.walking import fields_in
from cybersecqwen.dialects.eql.cost import event_cost
from cybersecqwen.dialects.eql.tree import EqlTree, Event, Sample, Sequence, Stage
from cybersecqwen.dialects.improvement import Context, Rule

from .applying import SYNTAX


def _hoisted(tree: EqlTree, _context: Context) -> EqlTree | None:
    """The first field that every part shares, said once for all."""
    body = tree.body
    if isinstance(body, Event):
        return None
    until = [body.until] if isinstance(body, Sequence) and body.until else []
    stages = (*body.stages, *until)
    first = stages[0].by[:1]
    if not first or any(stage.by[:1] != first for stage in stages):
        return None
    by = (*body.by, *first)
    less = tuple(replace(stage, by=stage.by[1:]) for stage in body.stages)
    if isinstance(body, Sample):
        return replace(tree, body=replace(body, by=by, stages=less))
    end = replace(body.until, by=body.until.by[1:]) if body.until else None
    return replace(tree, body=replace(body, by=by, stages=less, until=end))


def _about(expr: Expr, names: frozenset[str]) -> bool:
    """Whether a condition asks for given texts of a shared field, and nothing else."""
    if isinstance(expr, Negation):
        return _about(expr.inner, names)
    if isinstance(expr, Binary):
        plain = isinstance(expr.right, Literal) and isinstance(expr.right.value, str)
        return plain and expr.op in ("==", "!=") and _is_shared(expr.left, names)
    return isinstance(expr, Among) and _is_shared(expr.left, names) and not fields_in_values(expr)


def fields_in_values(expr: Among) -> bool:
    """Whether a list names fields."""
    return any(fields_in(value) for value in expr.values)


def _is_shared(expr: Expr, names: frozenset[str]) -> bool:
    return isinstance(expr, Field) and expr.name in names


def _spread(tree: EqlTree, _context: Context) -> EqlTree | None:
    """What one part asks of a shared field, the others ask as well: their events read less."""
    body = tree.body
    if isinstance(body, Event):
        return None
    names = frozenset(field.name for field in body.by if not field.optional)
    asked = [
        part
        for stage in body.stages
        if not stage.missing
        for part in conjuncts(stage.event.where)
        if _about(part, names)
    ]
    stages = tuple(_with(stage, asked) for stage in body.stages)
    if not asked or stages == body.stages:
        return None
    if isinstance(body, Sample):
        return replace(tree, body=replace(body, stages=stages))
    return replace(tree, body=replace(body, stages=stages))


def _with(stage: Stage, asked: list[Expr]) -> Stage:
    own = conjuncts(stage.event.where)
    where = joined("and", [*own, *(one for one in asked if one not in own)])
    made = replace(stage.event, where=where)
    if stage.missing or event_cost(made) >= event_cost(stage.event):
        return stage
    return replace(stage, event=made)


def _bounded(tree: EqlTree, _context: Context) -> EqlTree | None:
    body = tree.body
    if not isinstance(body, Sequence) or body.maxspan is not None:
        return None
    return replace(tree, body=replace(body, maxspan=(1, "h")))


RULES: tuple[Rule[EqlTree], ...] = (
    Rule(
        name="shared-key-once",
        reason="A field that all events share is looked after once for the sequence.",
        source=SYNTAX + "#eql-by-keyword",
        apply=_hoisted,
    ),
    Rule(
        name="spread-conditions-on-shared-keys",
        reason="Events whose shared value no other part allows are not read.",
        source=SYNTAX + "#eql-by-keyword",
        apply=_spread,
    ),
)

SUGGESTIONS: tuple[Rule[EqlTree], ...] = (
    Rule(
        name="bound-the-sequence",
        reason="Without maxspan every sequence that has begun is kept as long as the query runs.",
        source=SYNTAX + "#eql-with-maxspan-keywords",
        apply=_bounded,
        safe=False,
        caveat="Sequences that take longer than an hour are no longer found: choose the time that fits.",
    ),
)
