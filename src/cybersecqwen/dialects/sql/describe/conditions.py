"""Conditions of WHERE, HAVING and ON in words, and their negation."""

from __future__ import annotations

from sqlglot import exp

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects import describing as words

from .values import value

_ORDER: dict[type[exp.Expr], Op] = {
    exp.LT: Op.LESS,
    exp.LTE: Op.AT_MOST,
    exp.GT: Op.GREATER,
    exp.GTE: Op.AT_LEAST,
}
_EQUAL = (exp.EQ, exp.NullSafeEQ, exp.NEQ, exp.NullSafeNEQ)
_REGEX = (exp.RegexpLike, exp.RegexpILike, exp.RegexpFullMatch, exp.SimilarTo)


def condition(found: exp.Expr, *, negated: bool = False, depth: int = 0) -> str:
    """A condition as it follows "where"."""
    if depth > words.DEEPEST:
        return "a further condition fails" if negated else "a further condition holds"
    if isinstance(found, exp.Paren):
        return condition(found.this, negated=negated, depth=depth)
    if isinstance(found, exp.Not):
        return condition(found.this, negated=not negated, depth=depth + 1)
    if isinstance(found, exp.And | exp.Or):
        word = "and" if isinstance(found, exp.And) is not negated else "or"
        parts = [condition(part, negated=negated, depth=depth + 1) for part in found.flatten()]
        return words.grouped(parts, word)
    return _compared(found, negated, depth)


def _compared(found: exp.Expr, negated: bool, depth: int) -> str:
    if type(found) in _ORDER:
        return _ordered(found, negated, depth)
    if isinstance(found, _EQUAL):
        different = isinstance(found, exp.NEQ | exp.NullSafeNEQ)
        left, right = value(found.this, depth + 1), value(found.expression, depth + 1)
        return words.compared(left, Op.EQUALS, [right], negated=negated is not different)
    if isinstance(found, exp.Is):
        return _is(found, negated, depth)
    if isinstance(found, exp.In):
        return _in(found, negated, depth)
    if isinstance(found, exp.Between):
        low, high = (value(found.args[side], depth + 1) for side in ("low", "high"))
        is_ = "is not between" if negated else "is between"
        return f"{value(found.this, depth + 1)} {is_} {low} and {high}"
    if isinstance(found, exp.Escape):
        return condition(found.this, negated=negated, depth=depth)
    if isinstance(found, exp.Like | exp.ILike | exp.Glob):
        return _like(found, negated is not bool(found.args.get("negate")), depth)
    if isinstance(found, _REGEX):
        shown = [value(found.expression, depth + 1)]
        return words.compared(value(found.this, depth + 1), Op.REGEX, shown, negated=negated)
    if isinstance(found, exp.StartsWith | exp.EndsWith | exp.Contains):
        op = {exp.StartsWith: Op.STARTS, exp.EndsWith: Op.ENDS, exp.Contains: Op.CONTAINS}[type(found)]
        shown = [value(found.expression, depth + 1)]
        return words.compared(value(found.this, depth + 1), op, shown, negated=negated)
    if isinstance(found, exp.Exists):
        return f"the subquery gives {'no row' if negated else 'a row'}"
    return f"{value(found, depth + 1)} is {'not true' if negated else 'true'}"


def _ordered(found: exp.Expr, negated: bool, depth: int) -> str:
    left, right = value(found.this, depth + 1), value(found.expression, depth + 1)
    op = _ORDER[type(found)]
    if right.endswith(" ago") and isinstance(found.this, exp.Column):
        after = (op in (Op.GREATER, Op.AT_LEAST)) is not negated
        length = right.removesuffix(" ago")
        return f"{left} is in the last {length}" if after else f"{left} is more than {length} ago"
    return words.compared(left, op, [right], negated=negated)


def _is(found: exp.Is, negated: bool, depth: int) -> str:
    if isinstance(found.expression, exp.Null):
        return words.there(value(found.this, depth + 1), negated=not negated)
    if isinstance(found.expression, exp.Boolean):
        wanted = bool(found.expression.this)
        return condition(found.this, negated=negated is wanted, depth=depth + 1)
    said = value(found.expression, depth + 1)
    return words.compared(value(found.this, depth + 1), Op.EQUALS, [said], negated=negated)


def _in(found: exp.In, negated: bool, depth: int) -> str:
    subject = value(found.this, depth + 1)
    if found.args.get("query") is not None or found.args.get("unnest") is not None:
        return f"{subject} is {'not ' if negated else ''}among the results of the subquery"
    if not found.expressions:
        return f"{subject} is {'not ' if negated else ''}in a list"
    shown = [value(one, depth + 1) for one in found.expressions]
    return words.compared(subject, Op.EQUALS, shown, negated=negated)


def _like(found: exp.Expr, negated: bool, depth: int) -> str:
    subject, pattern = value(found.this, depth + 1), found.expression
    if not isinstance(pattern, exp.Literal):
        return words.compared(subject, Op.GLOB, [value(pattern, depth + 1)], negated=negated)
    any_, one = ("*", "?") if isinstance(found, exp.Glob) else ("%", "_")
    return words.globbed(subject, [pattern.name], negated, any_, one)
