"""Cheaper comparisons that find the same."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.dialects.elastic.expressions import Among, Binary, Call, Expr, Literal
from cybersecqwen.dialects.elastic.regexes import Case, wildcards_of
from cybersecqwen.dialects.elastic.rewriting import lists_joined, once
from cybersecqwen.dialects.esql import comparisons
from cybersecqwen.dialects.esql.tree import EsqlTree
from cybersecqwen.dialects.esql.wording import pattern_of
from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.improvement import Rule
from cybersecqwen.errors import UnsayableError

from .applying import OPERATORS, PERFORMANCE, each_condition

_LISTS = frozenset(("in", "like", "rlike"))
_MOST = 20_000
"""Characters of an expression that is looked at."""


def texts_of(expr: Among) -> list[str]:
    """The values, where all are texts; else none."""
    found = [one.value for one in expr.values if isinstance(one, Literal) and isinstance(one.value, str)]
    return found if len(found) == len(expr.values) else []


def _wild(text: str) -> str | None:
    if len(text) > _MOST:
        return None
    try:
        found = wildcards_of(text, Case.KEPT)
    except UnsayableError:
        return None
    return None if found is None else pattern_of(found)


def _without_regex(expr: Expr) -> Expr:
    if not isinstance(expr, Among) or expr.op != "rlike":
        return expr
    texts = texts_of(expr)
    found = [one for text in texts if (one := _wild(text)) is not None]
    if not texts or len(found) < len(texts):
        return expr
    return replace(expr, op="like", values=tuple(map(Literal, found)))


def _without_wildcards(expr: Expr) -> Expr:
    """LIKE without a wildcard compares whole texts."""
    if not isinstance(expr, Among) or expr.op != "like":
        return expr
    wild = [comparisons.wildcards_of(text) for text in texts_of(expr)]
    if not wild or any(ANY in text or ONE in text for text in wild):
        return expr
    values = tuple(map(Literal, wild))
    if len(values) == 1:
        return Binary("!=" if expr.negated else "==", expr.left, values[0])
    return replace(expr, op="in", values=values, listed=True)


def _without_lower(expr: Expr) -> Expr:
    """Text without letters is the same in lower case, and so is what is in lower case already."""
    if isinstance(expr, Call) and expr.name == "TO_LOWER" and len(expr.args) == 1:
        inner = expr.args[0]
        return inner if isinstance(inner, Call) and inner.name == "TO_LOWER" else expr
    if isinstance(expr, Among) and expr.op in ("in", "like"):
        texts = texts_of(expr)
        bare = _lowered(expr.left)
        if texts and bare is not None and not any(map(comparisons.has_case, texts)):
            return replace(expr, left=bare)
    if isinstance(expr, Binary) and expr.op in ("==", "!="):
        value = expr.right.value if isinstance(expr.right, Literal) else None
        bare = _lowered(expr.left)
        if isinstance(value, str) and bare is not None and not comparisons.has_case(value):
            return replace(expr, left=bare)
    return expr


def _lowered(expr: Expr) -> Expr | None:
    lower = isinstance(expr, Call) and expr.name == "TO_LOWER" and len(expr.args) == 1
    return expr.args[0] if lower and isinstance(expr, Call) else None


RULES: tuple[Rule[EsqlTree], ...] = (
    Rule(
        name="drop-repeated-conditions",
        reason="What stands twice is looked up twice.",
        source=OPERATORS + "#esql-logical-operators",
        apply=each_condition(once),
    ),
    Rule(
        name="regex-to-like",
        reason="A wildcard is a simpler automaton than an expression, which is compiled first.",
        source=PERFORMANCE + "#use-full-text-search-instead-of-like-or-rlike",
        apply=each_condition(_without_regex),
    ),
    Rule(
        name="like-to-equals",
        reason="Without a wildcard a term is looked up.",
        source=PERFORMANCE + "#use-full-text-search-instead-of-like-or-rlike",
        apply=each_condition(_without_wildcards),
    ),
    Rule(
        name="lower-only-letters",
        reason="Without letters one term is looked up; in lower case its other cases are looked up too.",
        source=PERFORMANCE + "#filter-early-with-where",
        apply=each_condition(_without_lower),
    ),
    Rule(
        name="or-chain-to-list",
        reason="Values of one field in one list are one clause, and the field is put in lower case once.",
        source=OPERATORS + "#esql-in-operator",
        apply=each_condition(lambda expr: lists_joined(expr, _LISTS)),
    ),
)
